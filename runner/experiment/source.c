#include "experiment/source.h"

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/yaml.h"

#include <ctype.h>
#include <string.h>

enum format { FORMAT_JSON, FORMAT_YAML, FORMAT_EITHER, FORMAT_NONE };

static const struct {
	const char *extension;
	enum format format;
} by_extension[] = {
	{".json", FORMAT_JSON},
	{".yaml", FORMAT_YAML},
	{".yml", FORMAT_YAML},
};

/* In the order in which the engine looks for them in the header. */
static const struct {
	const char *part;
	enum format format;
} by_content_type[] = {
	{"application/json", FORMAT_JSON},
	{"application/x-yaml", FORMAT_YAML},
	{"text/yaml", FORMAT_YAML},
	{"text/plain", FORMAT_EITHER},
};

/* Length of a URL scheme at the start of `source`, 0 when there is none (RFC 3986, 3.1). */
static size_t scheme_length(const char *source)
{
	size_t n = 0;

	if (!isalpha((unsigned char)source[0]))
		return 0;
	while (isalnum((unsigned char)source[n]) || (source[n] && strchr("+-.", source[n])))
		n++;
	return source[n] == ':' ? n : 0;
}

int pr_source_classify(const char *source, enum pr_source_kind *ret_kind, struct pr_err *err)
{
	PR_AUTO(free) char *scheme = NULL;
	size_t n = scheme_length(source);

	if (pr_file_exists(source)) {
		*ret_kind = PR_SOURCE_FILE;
		return 0;
	}
	if (!n)
		return pr_fail(err, PR_ENOTFOUND, "Path \"%s\" does not exist.", source);
	scheme = pr_text_format("%.*s", (int)n, source);
	if (!scheme)
		return pr_fail_nomem(err);
	for (size_t i = 0; i < n; i++)
		scheme[i] = (char)tolower((unsigned char)scheme[i]);
	if (!pr_text_eq(scheme, "http") && !pr_text_eq(scheme, "https"))
		return pr_fail(err, PR_EINVAL, "'%s' is not a supported source scheme.", scheme);
	*ret_kind = PR_SOURCE_HTTP;
	return 0;
}

static enum format format_of_extension(const char *extension)
{
	for (size_t i = 0; i < PR_LEN(by_extension); i++)
		if (pr_text_eq(extension, by_extension[i].extension))
			return by_extension[i].format;
	return FORMAT_NONE;
}

static enum format format_of_content_type(const char *content_type)
{
	for (size_t i = 0; content_type && i < PR_LEN(by_content_type); i++)
		if (strstr(content_type, by_content_type[i].part))
			return by_content_type[i].format;
	return FORMAT_NONE;
}

static int parse_yaml(const char *name, const char *text, size_t n, const struct pr_limits *limits,
	json_t **ret_document, struct pr_err *err)
{
	if (pr_yaml_parse(text, n, name, limits, ret_document, err) == 0)
		return 0;
	return pr_wrap(err, "Failed parsing YAML experiment");
}

static int parse(enum format format, const char *name, const struct pr_buf *text,
	const struct pr_limits *limits, json_t **ret_document, struct pr_err *err)
{
	const char *bytes = pr_buf_str(text);

	if (format == FORMAT_YAML)
		return parse_yaml(name, bytes, text->len, limits, ret_document, err);
	if (format == FORMAT_EITHER &&
		pr_json_parse(bytes, text->len, name, limits, ret_document, NULL) != 0)
		return parse_yaml(name, bytes, text->len, limits, ret_document, err);
	if (format == FORMAT_EITHER)
		return 0;
	return pr_json_parse(bytes, text->len, name, limits, ret_document, err);
}

int pr_source_read_file(
	const char *path, const struct pr_limits *limits, json_t **ret_document, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(limits->document_bytes);
	enum format format = format_of_extension(pr_file_extension(path));

	if (pr_file_read(path, &text, err))
		return err ? (int)err->code : PR_EIO;
	if (format == FORMAT_NONE)
		return pr_fail(err, PR_EINVAL,
			"'%s': only files with json, yaml or yml extensions are supported", path);
	return parse(format, path, &text, limits, ret_document, err);
}

int pr_source_parse_answer(const char *url, const char *content_type, const char *body, size_t n,
	const struct pr_limits *limits, json_t **ret_document, struct pr_err *err)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(limits->document_bytes);
	enum format format = format_of_content_type(content_type);

	if (format == FORMAT_NONE)
		return pr_fail(err, PR_EINVAL,
			"'%s' was served as '%s': only json and yaml (application/json, "
			"application/x-yaml, text/yaml, text/plain) are supported",
			url, content_type ? content_type : "nothing");
	if (pr_buf_add(&text, body, n))
		return pr_buf_check(&text, url, err);
	return parse(format, url, &text, limits, ret_document, err);
}
