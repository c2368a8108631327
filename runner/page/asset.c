#include "base/text.h"
#include "page/page.h"
#include "report/document.h"

#include <string.h>

/* The files are next to this one; PR_PAGE_FOLDER comes from CMakeLists.txt. */
#define EMBED(symbol, file)                                 \
	__asm__(".pushsection .rodata\n"                    \
		".global " symbol "\n" symbol ":\n"         \
		".incbin \"" PR_PAGE_FOLDER "/" file "\"\n" \
		".byte 0\n"                                 \
		".popsection\n")

extern const char pr_page_css[], pr_page_js[], pr_page_icon[];

EMBED("pr_page_css", "page.css");
EMBED("pr_page_js", "page.js");
EMBED("pr_page_icon", "icon.svg");

static const struct {
	const char *path;
	const char *content_type;
	const char *text; /* NULL: the style of layer report */
} files[] = {
	{"/assets/report.css", "text/css; charset=utf-8", NULL},
	{"/assets/page.css", "text/css; charset=utf-8", pr_page_css},
	{"/assets/page.js", "text/javascript; charset=utf-8", pr_page_js},
	{"/assets/icon.svg", "image/svg+xml", pr_page_icon},
};

bool pr_page_asset(const char *path, struct pr_page_asset *ret_asset)
{
	for (size_t i = 0; i < PR_LEN(files); i++) {
		const char *text = files[i].text ? files[i].text : pr_document_style();

		if (!pr_text_eq(files[i].path, path))
			continue;
		*ret_asset = (struct pr_page_asset){files[i].content_type, text, strlen(text)};
		return true;
	}
	return false;
}
