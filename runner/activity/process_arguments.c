#include "activity/process_arguments.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/text.h"
#include "codec/json.h"
#include "codec/pyvalue.h"

static const char shell[] = "/bin/sh";

void pr_process_command_release(struct pr_process_command *command)
{
	for (size_t i = 0; i < command->argc; i++)
		free(command->argv[i]);
	free(command->argv);
	free(command->program);
	*command = (struct pr_process_command){0};
}

static int push(struct pr_process_command *command, char *argument)
{
	char **argv = argument ? realloc(command->argv, (command->argc + 2) * sizeof *argv) : NULL;

	if (!argv) {
		free(argument);
		return PR_ENOMEM;
	}
	argv[command->argc++] = argument;
	argv[command->argc] = NULL;
	command->argv = argv;
	return 0;
}

/* null and "" are left out, everything else is what Python's str makes of it. */
static int push_value(struct pr_process_command *command, const json_t *value)
{
	PR_AUTO(buf) struct pr_buf text = PR_BUF_INIT(PR_BUF_TEXT_MAX);

	if (!value || json_is_null(value) || (json_is_string(value) && !json_string_length(value)))
		return 0;
	if (pr_value_str(value, &text))
		return text.status;
	if (text.len && memchr(text.ptr, '\0', text.len))
		return PR_EINVAL;
	return push(command, pr_buf_take(&text));
}

static int push_all(struct pr_process_command *command, const json_t *arguments)
{
	const char *key;
	json_t *value;
	size_t i;
	int rc = push(command, pr_text_dup(command->program));

	json_array_foreach (arguments, i, value) {
		rc = rc ? rc : push_value(command, value);
	}
	json_object_foreach (pr_json_mutable(arguments), key, value) {
		json_auto_t *name = json_string(key);

		rc = rc ? rc : push_value(command, name);
		rc = rc ? rc : push_value(command, value);
	}
	return rc;
}

static char *find_program(const char *path)
{
	PR_AUTO(free) char *expanded = pr_file_expand_home(path);

	return expanded ? pr_file_find_program(expanded) : NULL;
}

/* An unknown program is left to the shell under the name that upstream gives it. */
static int build_for_shell(
	const char *path, const json_t *arguments, struct pr_process_command *command)
{
	PR_AUTO(free) char *program = find_program(path);

	if (memchr(json_string_value(arguments), '\0', json_string_length(arguments)))
		return PR_EINVAL;
	command->program = pr_text_dup(shell);
	if (!command->program || push(command, pr_text_dup(shell)) ||
		push(command, pr_text_dup("-c")))
		return PR_ENOMEM;
	return push(command,
		pr_text_format("%s %s", program ? program : "None", json_string_value(arguments)));
}

int pr_process_command_build(const char *path, const json_t *arguments,
	struct pr_process_command *command, struct pr_err *err)
{
	struct pr_process_command built = {0};
	int rc;

	if (arguments && !json_is_string(arguments) && !json_is_array(arguments) &&
		!json_is_object(arguments))
		return pr_fail(err, PR_EINVAL,
			"arguments of a process must be a text, a list or a mapping, not %s",
			pr_json_kind(arguments));
	if (json_is_string(arguments)) {
		rc = build_for_shell(path, arguments, &built);
	} else {
		errno = 0;
		built.program = find_program(path);
		if (!built.program && errno == ENOMEM)
			return pr_fail_nomem(err);
		if (!built.program)
			return pr_fail(err, PR_ENOTFOUND, "program '%s' cannot be found", path);
		rc = push_all(&built, arguments);
	}
	if (rc) {
		pr_process_command_release(&built);
		return rc == PR_EINVAL ? pr_fail(err, PR_EINVAL,
						 "arguments of a process cannot hold a NUL byte")
				       : pr_fail_nomem(err);
	}
	*command = built;
	return 0;
}
