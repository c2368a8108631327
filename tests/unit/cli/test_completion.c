#include "commands_fixture.h"

#include "base/file.h"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

/* A folder with the script and what a shell prints of it. */
struct place {
	char folder[40];
	char *script;
	char *output;
};

static int setup(void **state)
{
	struct place *place = calloc(1, sizeof *place);

	*state = place;
	if (!place)
		return -1;
	memcpy(place->folder, "/tmp/pr-test-completion-XXXXXX", 31);
	if (!mkdtemp(place->folder))
		return -1;
	place->script = pr_file_join(place->folder, "script");
	place->output = pr_file_join(place->folder, "output");
	return 0;
}

static int teardown(void **state)
{
	struct place *place = *state;

	(void)pr_file_remove_tree(place->folder, NULL);
	free(place->script);
	free(place->output);
	free(place);
	return 0;
}

static void complete(const char *shell, struct pr_buf *out)
{
	struct pr_err err = PR_ERR_INIT;

	if (pr_help_completion("plan-runner", &pr_commands_runner, shell, out, &err))
		fail_msg("%s: %s", shell, err.msg);
}

/* The exit code of `bash OPTION script`; its output goes to the file. */
static int run_bash(const struct place *place, const char *option, const struct pr_buf *script)
{
	int status;
	pid_t pid;

	assert_int_equal(
		pr_file_replace(place->script, pr_buf_str(script), script->len, 0600, false, NULL),
		0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		int fd = open(place->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
		execlp("bash", "bash", "--norc", option, place->script, (char *)NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void bash_can_read_its_script(void **state)
{
	static const char *const shells[] = {"bash", "zsh"};
	const struct place *place = *state;

	for (size_t i = 0; i < PR_LEN(shells); i++) {
		PR_AUTO(buf) struct pr_buf script = PR_BUF_INIT(1 << 20);

		complete(shells[i], &script);
		assert_int_equal(run_bash(place, "-n", &script), 0);
	}
}

/* Checks that the words, the last of them being written, complete to one line of words. */
static void assert_completes(const struct place *place, const char *words, const char *expected)
{
	PR_AUTO(buf) struct pr_buf script = PR_BUF_INIT(1 << 20);
	PR_AUTO(buf) struct pr_buf output = PR_BUF_INIT(1 << 20);

	complete("bash", &script);
	pr_buf_addf(&script,
		"COMP_WORDS=(%s)\nCOMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
		"_plan_runner_complete\necho \"${COMPREPLY[*]}\"\n",
		words);
	assert_int_equal(run_bash(place, "--", &script), 0);
	assert_int_equal(pr_file_read(place->output, &output, NULL), 0);
	pr_buf_truncate(&output, output.len - 1);
	if (strcmp(pr_buf_str(&output), expected) != 0)
		fail_msg("%s: '%s' instead of '%s'", words, pr_buf_str(&output), expected);
}

static void bash_completes_commands_and_options(void **state)
{
	static const struct {
		const char *words, *expected;
	} cases[] = {
		{"plan-runner serv", "service"},
		{"plan-runner service ''", "--help plan org"},
		{"plan-runner service plan ex", "execute"},
		{"plan-runner service plan execute --log-s", "--log-stdout"},
		{"plan-runner service plan execute --no-log-s", "--no-log-stdout"},
		{"plan-runner service plan execute an-id --log-s", "--log-stdout"},
		{"plan-runner service plan execute --log-file run.log --log-s", "--log-stdout"},
		{"plan-runner service plan execute an-id --nothing", ""},
		{"plan-runner run experiment.json --var-f", "--var-file"},
		{"plan-runner nothing --log-s", ""},
		{"plan-runner --log-format ''", "string json"},
		{"plan-runner --log-format j", "json"},
		{"plan-runner --log-format =", "string json"},
		{"plan-runner --log-format = s", "string"},
		{"plan-runner --log-format json ru", "run"},
	};

	for (size_t i = 0; i < PR_LEN(cases); i++)
		assert_completes(*state, cases[i].words, cases[i].expected);
}

static void one_bash_holds_the_completions_of_both_programs(void **state)
{
	static const struct pr_command render = {.name = "render"};
	static const struct pr_command *const commands[] = {&render};
	static const struct pr_command deployer = {.commands = commands, .command_count = 1};
	static const char ask[] = "COMP_WORDS=(plan-runner serv) COMP_CWORD=1\n"
				  "$(complete -p plan-runner | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n"
				  "echo \"${COMPREPLY[*]}\"\n"
				  "COMP_WORDS=(plan-deployer rend) COMP_CWORD=1\n"
				  "$(complete -p plan-deployer | sed 's/.*-F \\([^ ]*\\).*/\\1/')\n"
				  "echo \"${COMPREPLY[*]}\"\n";
	const struct place *place = *state;
	PR_AUTO(buf) struct pr_buf script = PR_BUF_INIT(1 << 20);
	PR_AUTO(buf) struct pr_buf output = PR_BUF_INIT(1 << 20);

	complete("bash", &script);
	assert_int_equal(pr_help_completion("plan-deployer", &deployer, "bash", &script, NULL), 0);
	pr_buf_adds(&script, ask);
	assert_int_equal(run_bash(place, "--", &script), 0);
	assert_int_equal(pr_file_read(place->output, &output, NULL), 0);
	assert_string_equal(pr_buf_str(&output), "service\nrender\n");
}

static void check_named(void *arg, const struct pr_command *const *path, size_t depth)
{
	const struct pr_command *command = path[depth - 1];
	const char *text = arg;

	if (depth > 1)
		assert_has(text, command->name, "completions");
	for (size_t i = 0; i < command->option_count; i++)
		assert_has(text, command->options[i].name, "completions");
}

static void every_shell_knows_every_command_and_option(void **state)
{
	static const char *const shells[] = {"bash", "zsh", "fish"};

	(void)state;
	for (size_t i = 0; i < PR_LEN(shells); i++) {
		PR_AUTO(buf) struct pr_buf script = PR_BUF_INIT(1 << 20);

		complete(shells[i], &script);
		visit_commands(check_named, script.ptr);
	}
}

static void another_shell_is_refused(void **state)
{
	PR_AUTO(buf) struct pr_buf script = PR_BUF_INIT(1 << 20);
	struct pr_err err = PR_ERR_INIT;

	(void)state;
	assert_int_equal(
		pr_help_completion("plan-runner", &pr_commands_runner, "csh", &script, &err),
		PR_EUSAGE);
	assert_non_null(strstr(err.msg, "bash, zsh and fish"));
	assert_int_equal(script.len, 0);
}

#define CASE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(bash_can_read_its_script),
		CASE(bash_completes_commands_and_options),
		CASE(one_bash_holds_the_completions_of_both_programs),
		CASE(every_shell_knows_every_command_and_option),
		CASE(another_shell_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
