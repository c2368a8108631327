#include "activity/output_text.h"

#include "base/text.h"

#include <string.h>

static json_t *to_json(struct pr_buf *text)
{
	return text->status ? NULL : json_stringn(pr_buf_str(text), text->len);
}

json_t *pr_output_latin1(const struct pr_buf *bytes)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	for (size_t i = 0; i < bytes->len; i++)
		pr_text_encode((unsigned char)bytes->ptr[i], &text);
	return to_json(&text);
}

json_t *pr_output_cp1252(const struct pr_buf *bytes)
{
	/* 0x80 to 0x9f; all other bytes are as in ISO-8859-1. */
	static const uint16_t middle[] = {0x20ac, 0xfffd, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020,
		0x2021, 0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0xfffd, 0x017d, 0xfffd, 0xfffd,
		0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014, 0x02dc, 0x2122, 0x0161,
		0x203a, 0x0153, 0xfffd, 0x017e, 0x0178};
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	for (size_t i = 0; i < bytes->len; i++) {
		unsigned char c = (unsigned char)bytes->ptr[i];

		pr_text_encode(c >= 0x80 && c < 0xa0 ? middle[c - 0x80] : c, &text);
	}
	return to_json(&text);
}

static uint32_t unit_at(const unsigned char *at, bool big)
{
	return big ? (uint32_t)(at[0] << 8 | at[1]) : (uint32_t)(at[1] << 8 | at[0]);
}

static json_t *from_utf16(const unsigned char *at, size_t n, bool big)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	for (size_t i = 0; i + 1 < n; i += 2) {
		uint32_t point = unit_at(at + i, big);
		uint32_t low = i + 3 < n ? unit_at(at + i + 2, big) : 0;

		if (point >= 0xd800 && point < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
			point = 0x10000 + ((point - 0xd800) << 10) + (low - 0xdc00);
			i += 2;
		}
		pr_text_encode(point, &text);
	}
	return to_json(&text);
}

json_t *pr_output_text(const struct pr_buf *bytes)
{
	const char *at = pr_buf_str(bytes);
	size_t n = bytes->len;

	if (n >= 2 && (memcmp(at, "\xff\xfe", 2) == 0 || memcmp(at, "\xfe\xff", 2) == 0))
		return from_utf16((const unsigned char *)at + 2, n - 2, at[0] == '\xfe');
	if (!pr_text_is_utf8(at, n))
		return pr_output_latin1(bytes);
	if (n >= 3 && memcmp(at, "\xef\xbb\xbf", 3) == 0)
		return json_stringn(at + 3, n - 3);
	return json_stringn(at, n);
}
