#include "deploy/template.h"

/* PR_TEMPLATE_FILE comes from CMakeLists.txt. */
__asm__(".pushsection .rodata\n"
	".global pr_template_text\n"
	"pr_template_text:\n"
	".incbin \"" PR_TEMPLATE_FILE "\"\n"
	".Lpr_template_end:\n"
	".byte 0\n"
	".balign 8\n"
	".global pr_template_length\n"
	"pr_template_length:\n"
	".quad .Lpr_template_end - pr_template_text\n"
	".popsection\n");
