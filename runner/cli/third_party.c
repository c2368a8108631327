#include "cli/third_party.h"

/* PR_THIRD_PARTY_FILE and PR_THIRD_PARTY_CONTAINED come from cmake/ThirdParty.cmake. */
const bool pr_third_party_contained = PR_THIRD_PARTY_CONTAINED;

__asm__(".pushsection .rodata\n"
	".global pr_third_party_text\n"
	"pr_third_party_text:\n"
	".incbin \"" PR_THIRD_PARTY_FILE "\"\n"
	".Lpr_third_party_end:\n"
	".byte 0\n"
	".balign 8\n"
	".global pr_third_party_length\n"
	"pr_third_party_length:\n"
	".quad .Lpr_third_party_end - pr_third_party_text\n"
	".popsection\n");
