#include "base/text.h"

#include "text_printable.inc"

bool pr_text_is_printable(uint32_t point)
{
	size_t low = 0;
	size_t high = PR_LEN(printable);

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (point > printable[middle].last)
			low = middle + 1;
		else
			high = middle;
	}
	return low < PR_LEN(printable) && point >= printable[low].first;
}

/* Length of the sequence that a first byte begins, and the bits it carries; 0: no first byte. */
static size_t sequence_length(unsigned char first, uint32_t *ret_bits)
{
	if (first < 0x80) {
		*ret_bits = first;
		return 1;
	}
	if (first >= 0xc2 && first <= 0xdf) {
		*ret_bits = first & 0x1f;
		return 2;
	}
	if ((first & 0xf0) == 0xe0) {
		*ret_bits = first & 0x0f;
		return 3;
	}
	if (first >= 0xf0 && first <= 0xf4) {
		*ret_bits = first & 0x07;
		return 4;
	}
	return 0;
}

size_t pr_text_decode(const char *text, size_t n, uint32_t *ret_point)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint32_t point;
	size_t len = n ? sequence_length((unsigned char)text[0], &point) : 0;

	if (!len || len > n)
		return 0;
	for (size_t i = 1; i < len; i++) {
		unsigned char c = (unsigned char)text[i];

		if ((c & 0xc0) != 0x80)
			return 0;
		point = point << 6 | (c & 0x3f);
	}
	if (point < least[len] || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		return 0;
	*ret_point = point;
	return len;
}

bool pr_text_is_utf8(const char *text, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t point;
		size_t len = pr_text_decode(text + i, n - i, &point);

		if (!len)
			return false;
		i += len;
	}
	return true;
}

int pr_text_encode(uint32_t point, struct pr_buf *out)
{
	unsigned char bytes[4];
	size_t n = 0;

	if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff))
		point = 0xfffd;
	if (point < 0x80) {
		bytes[n++] = (unsigned char)point;
	} else if (point < 0x800) {
		bytes[n++] = (unsigned char)(0xc0 | point >> 6);
	} else if (point < 0x10000) {
		bytes[n++] = (unsigned char)(0xe0 | point >> 12);
		bytes[n++] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
	} else {
		bytes[n++] = (unsigned char)(0xf0 | point >> 18);
		bytes[n++] = (unsigned char)(0x80 | (point >> 12 & 0x3f));
		bytes[n++] = (unsigned char)(0x80 | (point >> 6 & 0x3f));
	}
	if (point >= 0x80)
		bytes[n++] = (unsigned char)(0x80 | (point & 0x3f));
	return pr_buf_add(out, bytes, n);
}
