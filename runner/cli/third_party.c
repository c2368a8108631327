#include "cli/third_party.h"

/* PR_THIRD_PARTY_FILE comes from cmake/ThirdParty.cmake. */
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
