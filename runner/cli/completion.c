#include "cli/help.h"

#include "base/text.h"

typedef void visit_fn(const struct pr_command *const *path, size_t depth, struct pr_buf *out);

static void visit(const struct pr_command **path, size_t depth, visit_fn *fn, struct pr_buf *out)
{
	const struct pr_command *command = path[depth - 1];

	fn(path, depth, out);
	for (size_t i = 0; i < command->command_count && depth < PR_COMMAND_DEPTH; i++) {
		path[depth] = command->commands[i];
		visit(path, depth + 1, fn, out);
	}
}

/* One branch of a shell's case: what may follow the words of this path. */
static void add_case(const struct pr_command *const *path, size_t depth, struct pr_buf *out)
{
	const struct pr_command *command = path[depth - 1];

	pr_buf_adds(out, "  '");
	for (size_t i = 1; i < depth; i++)
		pr_buf_addf(out, "%s%s", i > 1 ? " " : "", path[i]->name);
	pr_buf_adds(out, "') words='--help");
	for (size_t i = 0; i < command->command_count; i++)
		pr_buf_addf(out, " %s", command->commands[i]->name);
	for (size_t i = 0; i < command->option_count; i++) {
		pr_buf_addf(out, " --%s", command->options[i].name);
		if (command->options[i].kind == PR_OPTION_SWITCH)
			pr_buf_addf(out, " --no-%s", command->options[i].name);
	}
	pr_buf_adds(out, "' ;;\n");
}

/* Branches for what may follow an option that has choices: "run --log-format". */
static void add_choices(const struct pr_command *const *path, size_t depth, struct pr_buf *out)
{
	const struct pr_command *command = path[depth - 1];

	for (size_t i = 0; i < command->option_count; i++) {
		const struct pr_option *option = &command->options[i];

		if (!option->choices)
			continue;
		pr_buf_adds(out, "  '");
		for (size_t k = 1; k < depth; k++)
			pr_buf_addf(out, "%s%s", k > 1 ? " " : "", path[k]->name);
		pr_buf_addf(out, " --%s') words='", option->name);
		for (size_t k = 0; option->choices[k]; k++)
			pr_buf_addf(out, "%s%s", k ? " " : "", option->choices[k]);
		pr_buf_adds(out, "' ;;\n");
	}
}

/* "|run|service|service plan": the paths that there are, so that arguments are not taken for one.
 */
static void add_known(const struct pr_command *const *path, size_t depth, struct pr_buf *out)
{
	for (size_t i = 1; i < depth; i++)
		pr_buf_addf(out, "%s%s", i > 1 ? " " : "|", path[i]->name);
}

/* The shell function's name: each program has its own, since one shell may load several. */
static void add_function(const char *program, struct pr_buf *out)
{
	pr_buf_addc(out, '_');
	for (const char *c = program; *c != '\0'; c++)
		pr_buf_addc(out, *c == '-' ? '_' : *c);
	pr_buf_adds(out, "_complete");
}

static void add_bash(const char *program, const struct pr_command *root, struct pr_buf *out)
{
	const struct pr_command *path[PR_COMMAND_DEPTH] = {root};

	add_function(program, out);
	pr_buf_adds(out,
		"() {\n"
		"  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
		"  local path= word words= known='");
	visit(path, 1, add_known, out);
	pr_buf_adds(out, "|'\n"
			 "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
			 "    case $known in *\"|${path:+$path }$word|\"*)"
			 " path=\"${path:+$path }$word\" ;; esac\n"
			 "  done\n"
			 "  case $path in\n");
	visit(path, 1, add_case, out);
	/* bash takes the = of --option=VALUE for a word of its own */
	pr_buf_adds(out, "  esac\n"
			 "  [ \"$previous\" != = ] || previous=${COMP_WORDS[COMP_CWORD-2]}\n"
			 "  [ \"$current\" != = ] || current=\n"
			 "  case \"$path $previous\" in\n");
	visit(path, 1, add_choices, out);
	pr_buf_adds(out, "  esac\n"
			 "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
			 "}\n"
			 "complete -o default -F ");
	add_function(program, out);
	pr_buf_addf(out, " %s\n", program);
}

static void add_zsh(const char *program, const struct pr_command *root, struct pr_buf *out)
{
	pr_buf_adds(out, "autoload -Uz bashcompinit && bashcompinit\n");
	add_bash(program, root, out);
}

static void add_fish_option(const char *when, const struct pr_option *option, struct pr_buf *out)
{
	pr_buf_addf(out, "complete -c $program -n '%s' -l %s", when, option->name);
	for (size_t i = 0; option->choices && option->choices[i]; i++)
		pr_buf_addf(out, "%s%s", i ? " " : " -x -a '", option->choices[i]);
	pr_buf_adds(out, option->choices ? "'\n" : "\n");
}

/* fish: each word of a path has been seen, and nothing of what follows it. */
static void add_fish_rows(const struct pr_command *const *path, size_t depth, struct pr_buf *out)
{
	const struct pr_command *command = path[depth - 1];
	PR_AUTO(buf) struct pr_buf when = PR_BUF_INIT(1024);

	pr_buf_adds(&when, depth > 1 ? "" : "__fish_use_subcommand");
	for (size_t i = 1; i < depth; i++)
		pr_buf_addf(&when, "%s__fish_seen_subcommand_from %s", i > 1 ? "; and " : "",
			path[i]->name);
	for (size_t i = 0; i < command->command_count; i++)
		pr_buf_addf(out, "complete -c $program -f -n '%s' -a %s\n", pr_buf_str(&when),
			command->commands[i]->name);
	for (size_t i = 0; i < command->option_count; i++)
		add_fish_option(pr_buf_str(&when), &command->options[i], out);
}

static void add_fish(const char *program, const struct pr_command *root, struct pr_buf *out)
{
	const struct pr_command *path[PR_COMMAND_DEPTH] = {root};

	pr_buf_addf(out, "set program %s\n", program);
	visit(path, 1, add_fish_rows, out);
	pr_buf_adds(out, "set -e program\n");
}

static const struct {
	const char *shell;
	void (*add)(const char *program, const struct pr_command *root, struct pr_buf *out);
} shells[] = {{"bash", add_bash}, {"zsh", add_zsh}, {"fish", add_fish}};

int pr_help_completion(const char *program, const struct pr_command *root, const char *shell,
	struct pr_buf *out, struct pr_err *err)
{
	for (size_t i = 0; i < PR_LEN(shells); i++) {
		if (!pr_text_eq(shell, shells[i].shell))
			continue;
		shells[i].add(program, root, out);
		return pr_buf_check(out, "the completions", err);
	}
	return pr_fail(
		err, PR_EUSAGE, "no completions for '%s': bash, zsh and fish have them", shell);
}
