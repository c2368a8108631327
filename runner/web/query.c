#include "web/web_private.h"

#include "base/text.h"

#include <string.h>

/* Names and values after this are not looked at. */
#define PARAM_MAX 64

struct pr_web_param {
	const char *name, *value;
};

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* The byte that three characters stand for; 0 is none that we take. */
static int escaped(const char *text)
{
	int high = digit(text[1]);
	int low = high < 0 ? -1 : digit(text[2]);

	return low < 0 ? 0 : high * 16 + low;
}

bool pr_web_decode(char *text)
{
	char *to = text;

	for (const char *at = text; *at != '\0'; at++) {
		int byte = (unsigned char)*at;

		if (byte == '%') {
			byte = escaped(at);
			at += 2;
		} else if (byte == '+') {
			byte = ' ';
		}
		if (byte == 0)
			return false;
		*to++ = (char)byte;
	}
	*to = '\0';
	return pr_text_is_utf8(text, (size_t)(to - text));
}

/* A pair that is no encoding is passed over: the request line was looked at before. */
static void take_pair(struct pr_web_exchange *exchange, char *pair)
{
	struct pr_web_param *param = &exchange->params[exchange->param_count];
	char *value = strchr(pair, '=');

	if (value != NULL)
		*value++ = '\0';
	else
		value = pair + strlen(pair);
	if (!pr_web_decode(pair) || !pr_web_decode(value))
		return;
	param->name = pair;
	param->value = value;
	exchange->param_count++;
}

static void split(struct pr_web_exchange *exchange)
{
	char *rest;

	if (exchange->params == NULL)
		exchange->params = calloc(PARAM_MAX, sizeof(*exchange->params));
	if (exchange->params == NULL)
		return;
	exchange->param_count = 0;
	exchange->param_text = strdup(exchange->query);
	rest = exchange->param_text;
	while (rest != NULL && exchange->param_count < PARAM_MAX) {
		char *pair = strsep(&rest, "&");

		if (*pair != '\0')
			take_pair(exchange, pair);
	}
}

const char *pr_web_query(const struct pr_web_exchange *exchange, const char *name)
{
	/* the pairs are made by the first look, which most requests never take */
	struct pr_web_exchange *made = exchange->self;

	if (made->query == NULL)
		return NULL;
	if (made->param_text == NULL)
		split(made);
	if (made->params == NULL)
		return NULL;
	for (size_t i = made->param_count; i > 0; i--) {
		if (strcmp(made->params[i - 1].name, name) == 0)
			return made->params[i - 1].value;
	}
	return NULL;
}
