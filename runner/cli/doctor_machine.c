#include "cli/doctor.h"

#include "base/env.h"
#include "base/file.h"
#include "base/text.h"
#include "cli/output_file.h"
#include "platform/spool.h"

#include <unistd.h>

/* Where a plan's journal and log go by default, and what stands in the way of the usual place. */
static int look_file(
	struct pr_doctor *doctor, const char *name, pr_output_check_fn *check, struct pr_err *err)
{
	PR_AUTO(free) char *path = NULL;
	struct pr_err reason = PR_ERR_INIT;
	int rc = pr_output_file(NULL, name, check, &path, err);

	if (rc)
		return rc;
	(void)check(name, &reason);
	if (!path)
		pr_doctor_say(doctor, "files", PR_VERDICT_WARNING,
			"mount a writable folder and name it in PLAN_RUNNER_STATE",
			"%s: it would be kept in memory only", reason.msg);
	else if (reason.code != PR_OK)
		pr_doctor_say(doctor, "files", PR_VERDICT_WARNING, "start it in a writable folder",
			"%s: it would go to '%s'", reason.msg, path);
	else
		pr_doctor_say(doctor, "files", PR_VERDICT_OK, NULL, "'%s' can be written", path);
	return 0;
}

/* Only making it tells whether it can be made; a run that reports makes it too. */
static int look_spool(struct pr_doctor *doctor, struct pr_err *err)
{
	PR_AUTO(free) char *folder = pr_spool_folder();
	struct pr_err reason = PR_ERR_INIT;

	(void)err;
	if (!folder)
		pr_doctor_say(doctor, "spool", PR_VERDICT_WARNING,
			"set HOME or PLAN_RUNNER_SPOOL, or use --spool-to-log",
			"there is no home: a report that cannot be delivered would be lost");
	else if (pr_file_mkdirs(folder, 0700, &reason) || access(folder, W_OK) != 0)
		pr_doctor_say(doctor, "spool", PR_VERDICT_WARNING,
			"name a writable folder in PLAN_RUNNER_SPOOL, or use --spool-to-log",
			"'%s' cannot be written: a report that cannot be delivered would be lost",
			folder);
	else
		pr_doctor_say(doctor, "spool", PR_VERDICT_OK, NULL, "'%s' can be written", folder);
	return 0;
}

static int count_entry(void *arg, struct pr_spool_entry *entry)
{
	size_t *count = arg;

	(void)entry;
	(*count)++;
	return 0;
}

static int look_undelivered(struct pr_doctor *doctor, struct pr_err *err)
{
	size_t count = 0;

	(void)err;
	if (pr_spool_each(count_entry, &count, NULL) || count == 0)
		return 0;
	pr_doctor_say(doctor, "reports", PR_VERDICT_WARNING,
		"deliver them: plan-runner report resend",
		"%zu of earlier runs could not be delivered yet", count);
	return 0;
}

static int look_interpreter(struct pr_doctor *doctor, struct pr_err *err)
{
	PR_AUTO(free) char *python = pr_file_find_program("python3");

	(void)err;
	pr_doctor_say(doctor, "interpreter", PR_VERDICT_OK, NULL,
		"%s%s; this build runs Python activities that it has itself, and no others",
		python ? "python3 is " : "there is no python3", python ? python : "");
	return 0;
}

int pr_doctor_look_machine(struct pr_doctor *doctor, struct pr_err *err)
{
	static int (*const looks[])(struct pr_doctor *, struct pr_err *) = {
		look_spool, look_undelivered, look_interpreter};
	int rc = look_file(doctor, "result.json", pr_file_check_replaceable, err);

	if (!rc)
		rc = look_file(doctor, "run.log", pr_file_check_writable, err);
	for (size_t i = 0; !rc && i < PR_LEN(looks); i++)
		rc = looks[i](doctor, err);
	return rc;
}
