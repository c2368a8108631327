#!/usr/bin/env python3
"""`plan-runner action` as a step of GitHub Actions sees it, against the stand-in: what the runner makes of its output and of its
files (actions_runner.py), the exit code for each fail-on, and that nothing of a plan forges a command or shows a secret."""
import json
import os
import signal
import time
import unittest

from actions_runner import Console, read_outputs, read_summary
from platform_case import CLOSED, PlatformCase

PHASES = ["Plan", "Steady state before", "Method", "Steady state after", "Rollbacks", "Report"]
OUTPUTS = {"status", "deviated", "execution-url", "journal", "log"}
NONE = {"RELIABLY_SERVICE_HOST": None, "RELIABLY_SERVICE_TOKEN": None, "RELIABLY_ORGANIZATION_ID": None}


class ActionCase(PlatformCase):
    """A step: its inputs as the runner hands them over, its files, and what became of them."""

    def inputs(self, plan, **more):
        names = {"plan-id": plan, "service-host": self.standin.url, "organization-id": self.standin.org,
                 "token": self.standin.token, "fail-on": "deviation,error"}
        names.update({k.replace("_", "-"): v for k, v in more.items()})
        return {"INPUT_" + k.upper(): v for k, v in names.items() if v is not None}

    def step(self, variables, **changes):
        """Runs it to its end, and takes what it wrote as the runner does."""
        return self.taken(self.finish(self.begin(variables, **changes)))

    def begin(self, variables, **changes):
        files = {"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary"}
        for name in files.values():
            open(os.path.join(self.folder, name), "w").close()
        hosted = dict(NONE, GITHUB_ACTIONS="true", CI="true", GITHUB_WORKSPACE=self.folder,
                      **{k: os.path.join(self.folder, v) for k, v in files.items()})
        hosted.update(variables)
        hosted.update(changes)
        return self.start("action", **hosted)

    def taken(self, done):
        self.assertEqual(done.err, "", "everything goes to one stream")
        done.console = Console(done.out)
        self.assertTrue(done.console.ended, done.out)
        self.assertEqual((done.console.complaints, sum(done.console.lost.values())), ([], 0), done.out)
        done.outputs, done.summary = read_outputs(self.left("output")), self.left("summary")
        read_summary(done.summary.encode(), done.console)
        return done

    def wait_for_line(self, text):
        """Until the step has printed it."""
        end = time.monotonic() + 60
        while text not in self.left("stdout.txt"):
            self.assertLess(time.monotonic(), end, "no %s in %s" % (text, self.left("stdout.txt")))
            time.sleep(0.01)

    def cancel(self, child, within):
        """As the runner does; the step has to end before the next signal."""
        began = time.monotonic()
        child.send_signal(signal.SIGINT)
        done = self.taken(self.finish(child))
        self.assertLess(time.monotonic() - began, within)
        return done

    def left(self, name):
        """A file of the runner's, as it reads it."""
        with open(os.path.join(self.folder, name), encoding="utf-8", errors="replace", newline="") as f:
            return f.read()

    def errors(self, done):
        return [(c.title, c.data) for c in done.console.named("error")]


class Outcomes(ActionCase):
    def test_nominal(self):
        made = self.seeded("nominal")
        done = self.step(self.inputs(made["plan"]))
        self.assertEqual((done.code, self.errors(done)), (0, []), done.out)
        execution = self.execution(made)
        url = "%s/executions/view/?id=%s&exp=%s" % (self.standin.url, execution["id"], made["experiment"])
        self.assertEqual(done.outputs, {"status": "completed", "deviated": "false", "execution-url": url, "journal": "result.json",
                                        "log": "run.log"})
        self.assertEqual([c.data for c in done.console.named("notice")], [url])
        self.assertEqual([title for title, _ in done.console.groups], PHASES)
        self.assertTrue(all(lines for _, lines in done.console.groups), done.console.groups)
        self.assertTrue(any("Action: greet" in line for line in dict(done.console.groups)["Method"]))
        self.assertTrue(done.summary.startswith("## Chaos experiment: completed\n"))
        for entry in done.journal["run"] + done.journal["rollbacks"]:
            self.assertIn("| %s |" % entry["activity"]["name"], done.summary)
        self.assertIn("<%s>" % url, done.summary)
        self.verify(made, done)

    def test_fail_on(self):
        for variant, expected in (("nominal", (0, 0, 0, 0, 0)), ("deviated", (1, 1, 0, 0, 0)), ("gate", (0, 0, 0, 1, 0))):
            for fail_on, code in zip((None, "deviation", "error", "gate", "never"), expected):
                with self.subTest(variant, fail_on=fail_on):
                    self.fresh()
                    made = self.seeded(variant)
                    done = self.step(self.inputs(made["plan"], fail_on=fail_on or ""))
                    self.assertEqual(done.code, code, done.out)
                    self.assertEqual((done.outputs["status"], done.outputs["deviated"]),
                                     ("completed", str(variant == "deviated").lower()))
                    titles = [title for title, _ in self.errors(done)]
                    self.assertEqual(titles[:1], {"deviated": ["Deviation"], "gate": ["Steady state not met"]}.get(variant, []))

    def test_what_did_not_run_is_an_error(self):
        for fail_on, code in (("deviation,error", 2), ("error", 2), ("deviation,gate", 0), ("never", 0)):
            for name, change in (("plan-id", "11111111-1111-4111-8111-111111111111"), ("token", "not-the-token"),
                                 ("service-host", CLOSED))[:3 if fail_on == "never" else 2]:
                with self.subTest(name, fail_on=fail_on):
                    made = self.seeded("noop")
                    done = self.step(self.inputs(made["plan"], **{"fail_on": fail_on, name.replace("-", "_"): change}))
                    self.assertEqual(done.code, code, done.out)
                    self.assertEqual(len(self.errors(done)), 1, done.out)
                    self.assertEqual(done.outputs, {"status": "error", "deviated": "false", "execution-url": "", "journal": "",
                                                    "log": "run.log"})
                    self.assertIn("## Chaos experiment: not completed", done.summary)
                    self.assertEqual([k for k in self.calls() if k != "plan"], [])

    def test_failed_activities_are_annotated(self):
        broken = [{"type": "action", "name": "broken %d" % i, "provider": {"type": "http", "url": CLOSED, "timeout": 2}}
                  for i in range(12)]
        made = self.plan({"title": "t", "description": "d", "method": broken, "rollbacks": []})
        done = self.step(self.inputs(made["plan"]))
        self.assertEqual(done.code, 0, "as upstream: a failed activity is no deviation")
        errors = self.errors(done)
        self.assertEqual(len(errors), 10, errors)
        self.assertEqual(errors[0][0], "Method: action 'broken 0' failed")
        self.assertIn(": 3.", errors[-1][1])

    def test_an_execution_that_cannot_be_made(self):
        made = self.seeded("noop")
        self.standin.fault(method="POST", path="*/executions", times=None, do="status", status=403)
        done = self.step(self.inputs(made["plan"]))
        self.assertEqual((done.code, done.outputs["status"], len(self.errors(done))), (2, "error", 1), done.out)

    def test_what_is_not_delivered_is_a_warning(self):
        made = self.seeded("noop")
        self.standin.fault(method="PUT", path="*/results", do="refuse")
        done = self.step(self.inputs(made["plan"]), PLAN_RUNNER_REPORT_DEADLINE="1")
        self.assertEqual((done.code, done.outputs["status"]), (0, "completed"))
        self.assertIn("plan-runner report resend", done.console.named("warning")[0].data)

    def test_a_cancelled_workflow(self):
        made = self.seeded("slow")
        child = self.begin(self.inputs(made["plan"]))
        self.wait_for_line("Action: sleep-a-while")
        done = self.cancel(child, 7)  # 7.5 s later the runner sends SIGTERM
        self.assertEqual((done.code, done.outputs["status"], done.outputs["deviated"]), (2, "interrupted", "false"), done.out)
        self.assertIn("## Chaos experiment: not completed", done.summary)
        self.assertEqual(self.execution(made)["user_state"]["current"], "finished")

    def test_a_cancelled_workflow_does_not_wait_for_a_platform_that_hangs(self):
        for path, hung, running in (("*/state", "state:running", True), ("*/results", "results", False), ("*/status", "status:completed", False)):
            with self.subTest(path, running=running):  # an activity, or the report
                self.fresh()
                made = self.seeded("slow" if running else "noop")
                self.standin.fault(method="PUT", path=path, skip=2 * ("status" in path), times=None, do="hang")
                child = self.begin(self.inputs(made["plan"]), PLAN_RUNNER_GRACE="9s")  # the image's
                self.wait_for(hung)
                self.wait_for_line("Action: sleep-a-while" if running else "Finishing Reliably execution")
                done = self.cancel(child, 7.4)
                self.assertEqual(done.outputs["status"], "interrupted" if running else "completed", done.out)
                self.assertIn("plan-runner report resend", done.console.named("warning")[0].data)


class Inputs(ActionCase):
    def test_names_of_upstream_and_of_shells(self):
        made = self.seeded("noop")
        host = self.standin.url
        for variables in (
                {"INPUT_PLAN_ID": made["plan"], "INPUT_SERVICE_HOST": host, "INPUT_ORGANIZATION_ID": self.standin.org,
                 "INPUT_TOKEN": self.standin.token},
                {"INPUT_PLAN-ID": made["plan"], "INPUT_RELIABLY-HOST": host, "INPUT_ORG-ID": self.standin.org,
                 "INPUT_RELIABLY-SERVICE-TOKEN": self.standin.token, "INPUT_SERVICE-HOST": ""},
                {"INPUT_PLAN-ID": made["plan"], "RELIABLY_SERVICE_HOST": host, "RELIABLY_ORGANIZATION_ID": self.standin.org,
                 "RELIABLY_SERVICE_TOKEN": self.standin.token, "INPUT_TOKEN": "", "INPUT_SERVICE-HOST": ""}):
            with self.subTest(list(variables)):
                self.assertEqual(self.step(variables).code, 0)

    def test_a_token_in_a_file(self):
        made = self.seeded("noop")
        with open(os.path.join(self.folder, "token"), "w") as f:
            f.write(self.standin.token + "\n")
        done = self.step(self.inputs(made["plan"], token=""), RELIABLY_SERVICE_TOKEN_FILE=os.path.join(self.folder, "token"))
        self.assertEqual(done.code, 0, done.out)
        self.assertIn(self.standin.token, done.console.masks)
        self.assertEqual(done.console.before_mask, [])

    def test_missing_ones_are_named_as_users_write_them(self):
        made = self.seeded("noop")
        for missing in (("plan-id",), ("service-host",), ("organization-id",), ("token",), ("plan-id", "token")):
            for given in (None, ""):
                with self.subTest(missing, given=given):
                    done = self.step(self.inputs(made["plan"], fail_on="never", **{m.replace("-", "_"): given for m in missing}))
                    self.assertEqual((done.code, self.calls()), (2, []), "whatever fail-on says")
                    (_, message), = self.errors(done)
                    self.assertIn("missing: " + ", ".join(missing), message)
                    self.assertEqual(done.outputs["status"], "error")

    def test_wrong_ones_are_named(self):
        made = self.seeded("noop")
        for name, value in (("plan-id", "plan-1"), ("fail-on", "deviations"), ("fail-on", "never,error"), ("organization-id", "acme"),
                            ("service-host", "ftp://there"), ("working-dir", "/proc/nowhere"), ("org-id", "acme"), ("reliably-host", "http://x/api/v1"),
                            ("reliably-host", "a b"), ("reliably-service-token", "not\nof one line")):
            with self.subTest(name, value=value):
                same = {"org-id": "organization_id", "reliably-host": "service_host", "reliably-service-token": "token"}
                given = {same.get(name, name.replace("-", "_")): None, name.replace("-", "_"): value, "fail_on": "never"}
                if name == "fail-on":
                    given["fail_on"] = value
                done = self.step(self.inputs(made["plan"], **given))
                self.assertEqual((done.code, self.calls()), (2, []))
                (_, message), = self.errors(done)
                self.assertIn("the input " + name, message)

    def test_a_host_without_a_scheme_is_behind_https(self):
        made = self.seeded("noop")
        done = self.step(self.inputs(made["plan"], service_host=None, reliably_host=self.standin.url.split("//")[1]))
        self.assertEqual((done.code, self.calls()), (2, []))
        self.assertRegex(self.errors(done)[0][1], "(?i)^the input reliably-host has no scheme, so https was taken: .*(tls|ssl)")
        for host, told in (("127.0.0.1:1", True), ("https://127.0.0.1:1", False), (CLOSED, False)):
            done = self.step(self.inputs(made["plan"], service_host=host))
            self.assertEqual("the input service-host has no scheme" in self.errors(done)[0][1], told, host)

    def test_two_names_of_one_input(self):
        made, host = self.seeded("noop"), self.standin.url
        self.assertEqual(self.step(self.inputs(made["plan"], reliably_host=host)).code, 0)
        for ours, theirs, value in (("service-host", "reliably-host", "http://127.0.0.1:2"), ("token", "reliably-service-token", "canary-two"),
                                    ("organization-id", "org-id", "11111111-1111-4111-8111-111111111111")):
            with self.subTest(theirs):
                self.fresh()
                done = self.step(self.inputs(made["plan"], **{theirs.replace("-", "_"): value, "fail_on": "never"}))
                self.assertEqual((done.code, self.calls()), (2, []))
                (_, message), = self.errors(done)
                self.assertIn("the inputs %s and %s are" % (ours, theirs), message)
                self.assertEqual("canary-two" in done.console.masks, theirs == "reliably-service-token")

    def test_python_is_refused_with_the_form_that_has_it(self):
        made = self.seeded("noop")
        for given in ({"dependencies": "chaostoolkit-aws"}, {"python_version": "3.12"}):
            done = self.step(self.inputs(made["plan"], fail_on="never", **given))
            self.assertEqual((done.code, self.calls()), (2, []), done.out)
            (_, message), = self.errors(done)
            self.assertIn(list(given)[0].replace("_", "-"), message)
            self.assertRegex(message, r"use plan-runner/plan-runner/python@v[0-9.]+ .*:[0-9.]+-python\)$")
        self.assertEqual(self.step(self.inputs(made["plan"], dependencies="", python_version="  ")).code, 0)

    def test_switches(self):
        made = self.seeded("noop")
        for word, shown in (("off", False), ("No", False), ("false", False), ("on", True), ("TRUE", True), ("yes", True), ("", True)):
            self.assertEqual(bool(self.step(self.inputs(made["plan"], summary=word)).summary), shown, word)
        for name in ("summary", "commit-results"):
            for word in ("maybe", "0n", "on,off", "::error::forged"):
                done = self.step(self.inputs(made["plan"], fail_on="never", **{name.replace("-", "_"): word}))
                self.assertEqual((done.code, [m for _, m in self.errors(done)]),
                                 (2, ["the input %s is '%s', it takes on or off" % (name, word)]), done.out)

    def test_without_a_summary_nothing_of_it_is_written(self):
        done = self.step(self.inputs(self.seeded("noop")["plan"], summary="off", token="not-the-token"))
        self.assertEqual((done.code, done.summary, done.outputs["status"]), (2, "", "error"))
        done = self.step(self.inputs("no-id", summary="off"))
        self.assertEqual((done.code, done.summary), (2, ""))

    def test_the_image_named_as_a_step(self):
        made = self.seeded("noop")
        done = self.step(self.inputs(made["plan"], args="action", entrypoint="/plan-runner"))
        self.assertEqual((done.code, done.outputs["status"]), (0, "completed"), done.out)

    def test_a_pod_of_its_own(self):
        """Where containers of actions are pods: any user, a home that is nobody's, no temporary folder of the runner's."""
        self.assertEqual(os.geteuid(), 0, "needs root: it runs as somebody else")
        made = self.seeded("noop")
        os.chmod(self.folder, 0o777)
        os.umask(0)
        self.addCleanup(os.umask, 0o22)
        self.user = 4242
        # a program built for coverage complains where it may not write
        done = self.step(self.inputs(made["plan"], working_dir="out", args="action"), HOME="/nonexistent", TMPDIR=None, RUNNER_TEMP=None,
                         GITHUB_STEP_SUMMARY=None, PLAN_RUNNER_GRACE="9s", GCOV_PREFIX=self.folder)
        self.assertEqual((done.code, done.outputs["journal"], done.console.before_mask), (0, "out/run.json", []), done.out)

    def test_what_the_execution_is_shown_with(self):
        made = self.seeded("noop")
        extra = [{"type": "url", "provider": "github", "topic": "commit", "value": "https://github.com/o/r"}]
        self.step(self.inputs(made["plan"], reliably_experiment_extra=json.dumps(extra)))
        self.assertIn("https://github.com/o/r", json.dumps(self.execution(made)))

    def test_files_of_the_runner_may_be_missing(self):
        made = self.seeded("noop")
        done = self.step(self.inputs(made["plan"]), GITHUB_OUTPUT=None, GITHUB_STEP_SUMMARY="", RUNNER_DEBUG="1")
        self.assertEqual((done.code, done.outputs, done.summary), (0, {}, ""))
        self.assertIn("There is no GITHUB_OUTPUT", done.out)

    def test_files_of_the_runner_that_cannot_be_written(self):
        made = self.seeded("noop")
        for path in ("/dev/full", "/", os.path.join(self.folder, "none", "output")):
            with self.subTest(path):
                done = self.step(self.inputs(made["plan"]), GITHUB_OUTPUT=path)
                self.assertEqual((done.code, [title for title, _ in self.errors(done)]), (0, ["Outputs"]), done.out)

    def test_an_environment_of_the_platform_does_not_move_them(self):
        other = os.path.join(self.folder, "other")
        made = self.plan({"title": "t", "description": "d", "method": [], "rollbacks": []},
                         {"GITHUB_OUTPUT": other, "GITHUB_STEP_SUMMARY": other, "GITHUB_WORKSPACE": "/", "GITHUB_ACTIONS": "false"})
        done = self.step(self.inputs(made["plan"], working_dir=os.path.join(self.folder, "p")), GITHUB_WORKSPACE=self.folder + "/")
        self.assertEqual((done.outputs["status"], done.outputs["journal"]), ("completed", "p/run.json"))
        self.assertTrue(done.summary)
        self.assertFalse(os.path.exists(other))

    def test_debug_lines_are_seen_when_asked_for(self):
        made = self.seeded("noop")
        self.assertNotIn(" DEBUG] ", self.step(self.inputs(made["plan"])).out)
        self.assertIn(" DEBUG] ", self.step(self.inputs(made["plan"]), RUNNER_DEBUG="1").out)


class Outside(ActionCase):
    """Without GITHUB_ACTIONS it is an execution like any other, with these inputs."""

    def run_outside(self, made, **more):
        return self.run_program("action", **dict(NONE, GITHUB_OUTPUT="output", GITHUB_STEP_SUMMARY="summary"),
                                **dict(self.inputs(made["plan"], fail_on=None), **more))

    def test_nothing_of_the_protocol_is_printed(self):
        for variant, code in (("nominal", 0), ("deviated", 1), ("gate", 0)):
            self.fresh()
            made = self.seeded(variant)
            done = self.run_outside(made)
            self.assertEqual(done.code, code, done.said)
            self.assertRegex(done.out, r"^Check results at http\S+\n$")
            self.assertNotIn("::", done.said.replace("+00:00", ""))
            self.assertNotIn(self.standin.token, done.said)
            self.assertFalse(os.path.exists(os.path.join(self.folder, "output")))
            self.verify(made, done)

    def test_refusals(self):
        made = self.seeded("noop")
        done = self.run_outside(made, INPUT_TOKEN="wrong-token")
        self.assertEqual((done.code, done.out), (1, ""), "as with the other commands")
        done = self.run_outside(made, **{"INPUT_PLAN-ID": ""})
        self.assertEqual((done.code, done.out), (2, ""))
        self.assertRegex(done.err, "^plan-runner: .*plan-id")


FORGED = ["::error::forged", "\n::error::forged", "\r::error::forged", "\r\n  ::add-mask::forged", "##[error]forged", "x##[add-mask]forged",
          "%0A::error::forged", "::stop-commands::forged", "::endgroup::", "\n::set-output name=status::forged",
          "\nforged<<EOF\nforged\nEOF\n", "status=forged\n", "| forged |", "<script>forged</script>", "\U0001f4a5", "a,b:c%", "\u2028::error::forged"]


class Hostile(ActionCase):
    """A plan that wants to speak for us."""

    def check_nothing_is_forged(self, done):
        console = done.console
        self.assertLessEqual({c.name for c in console.commands}, {"add-mask", "group", "endgroup", "error", "notice", "warning"})
        self.assertEqual([title for title, _ in console.groups], [p for p in PHASES if p in dict(console.groups)])
        self.assertNotIn("forged", console.masks)
        for command in console.commands:
            self.assertFalse(command.data.startswith("forged"), command)
        self.assertEqual(set(done.outputs), OUTPUTS)
        self.assertEqual((done.outputs["status"], done.outputs["journal"]), ("completed", "result.json"))
        self.assertNotIn("<script", done.summary)
        for line in done.summary.splitlines():
            self.assertFalse(line.startswith("forged"), line)
            if line.startswith("| "):
                self.assertEqual(line.replace("\\\\", "").replace("\\|", "").count("|"), 8, line)

    def test_texts_in_every_place(self):
        for text in FORGED:
            with self.subTest(repr(text)):
                self.fresh()
                shown = {"type": "process", "path": "printf", "arguments": ["%s", text]}
                made = self.plan({"title": text, "description": text, "rollbacks": [
                    {"type": "action", "name": text, "provider": shown}], "method": [
                        {"type": "action", "name": text, "provider": shown},
                        {"type": "probe", "name": text, "provider": {"type": "http", "url": CLOSED, "timeout": 2}}]})
                done = self.step(self.inputs(made["plan"]), RUNNER_DEBUG="1")
                self.assertEqual(done.code, 0, done.out)
                self.check_nothing_is_forged(done)
                self.assertEqual(len(done.console.named("error")), 1)

    def test_a_program_that_writes_outputs_without_a_line_end(self):
        writes = {"type": "process", "path": "sh", "arguments": ["-c", "printf %s own=1 >>$GITHUB_OUTPUT"]}
        made = self.plan({"title": "t", "description": "d", "rollbacks": [],
                          "method": [{"type": "action", "name": "writes", "provider": writes}]})
        done = self.step(self.inputs(made["plan"]))
        self.assertEqual((done.outputs["own"], done.outputs["status"]), ("1", "completed"))

    def test_tokens_of_the_runner_do_not_reach_the_platform(self):
        names = ("GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "ACTIONS_ID_TOKEN_REQUEST_TOKEN")
        tokens = {name: os.urandom(16).hex() for name in names}
        made = self.plan({"title": "t", "description": "d", "rollbacks": [], "method": [
            {"type": "probe", "name": "all", "provider": {"type": "process", "path": "env"}}]})
        done = self.step(self.inputs(made["plan"]), RUNNER_DEBUG="1", **tokens)
        reported = json.dumps(self.execution(made)) + done.file("result.json")
        for name, token in tokens.items():
            self.assertIn(name, reported)
            self.assertNotIn(token, reported + done.file("run.log"))
            self.assertIn(token, done.console.masks)

    def test_a_program_that_looks_at_its_parent(self):
        self.assertEqual(os.geteuid(), 0, "needs root: it runs as somebody else, since root can read every process")
        looks = {"type": "process", "path": "sh", "arguments": [
            "-c", "cat /proc/$PPID/environ; for n in 1 2; do echo ::error::forged >/proc/$PPID/fd/$n; done; true"]}
        made = self.plan({"title": "t", "description": "d", "rollbacks": [],
                          "method": [{"type": "probe", "name": "looks", "provider": looks}]})
        os.chmod(self.folder, 0o777)
        os.umask(0)
        self.addCleanup(os.umask, 0o22)
        self.user = 65534
        done = self.step(self.inputs(made["plan"]))
        self.assertNotIn("forged", done.out)
        self.assertEqual(done.journal["run"][0]["output"]["stdout"], "")

    def test_a_megabyte(self):
        name = "\U0001f4a5|" * (1 << 18)
        made = self.plan({"title": name, "description": "d", "rollbacks": [], "method": [
            {"type": "probe", "name": name, "provider": {"type": "http", "url": CLOSED, "timeout": 2}}] + [
                {"type": "action", "name": "large", "provider": {
                    "type": "process", "path": "sh", "arguments": "-c \"head -c 1048576 /dev/zero | tr '\\\\0' ':'\""}}] * 2})
        done = self.step(self.inputs(made["plan"]))
        self.assertEqual(done.code, 0, done.out[-2000:])
        self.check_nothing_is_forged(done)
        self.assertLess(len(done.console.named("error")[0].data), 4097)

    def test_a_platform_that_forges(self):
        made = self.seeded("noop")
        self.standin.fault(method="POST", path="*/executions", do="status", status=201, apply=True,
                           body={"id": "x\nforged<<EOF\nforged\nEOF\r::error::forged"})
        done = self.step(self.inputs(made["plan"]))
        self.assertEqual(set(done.outputs), OUTPUTS)
        self.assertEqual([c for c in done.console.commands if c.data.startswith("forged")], [])

    def test_secrets_are_in_masks_only(self):
        canary, lines = "canary-%s" % os.urandom(8).hex(), "a first line of a key\nshort\na second line of a key"
        github = "github-%s" % os.urandom(8).hex()
        made = self.plan({
            "title": "Tells " + canary, "description": "d", "rollbacks": [],
            "secrets": {"s": {"known": {"type": "env", "key": "SECRET"}}},
            "method": [
                {"type": "probe", "name": "print " + canary, "provider": {"type": "process", "path": "printenv", "arguments": ["SECRET"]}},
                {"type": "probe", "name": "file", "provider": {"type": "process", "path": "sh", "arguments": ["-c", "cat \"$KEY\" >&2"]}},
                {"type": "probe", "name": "all", "provider": {"type": "process", "path": "env"}},
                {"type": "probe", "name": "fails", "provider": {"type": "http", "url": "http://127.0.0.1:1/" + canary, "timeout": 2}}],
        }, {"KEY": "/keys/one"}, secrets=[{"key": "a", "var_name": "SECRET", "value": canary},
                                          {"key": "b", "path": "/keys/one", "value": lines}])
        done = self.step(self.inputs(made["plan"], github_token=github), RUNNER_DEBUG="1")
        self.assertEqual(done.code, 0, done.out)
        self.assertLessEqual({self.standin.token, github, canary, "a first line of a key", "a second line of a key"},
                             set(done.console.masks))
        self.assertEqual(done.console.before_mask, [])
        self.assertNotIn("short", done.console.masks)
        rest = "\n".join(line for line in done.out.splitlines() if not line.startswith("::add-mask::"))
        for place, text in {"console": rest, "summary": done.summary, "outputs": done.file("output"), "log": done.file("run.log"),
                            "journal": done.file("result.json")}.items():
            for hidden in (self.standin.token, github, canary, "a first line of a key", "a second line of a key"):
                self.assertNotIn(hidden, text.replace("\\", ""), place)
        self.assertNotIn("INPUT_TOKEN", done.file("result.json"))


if __name__ == "__main__":
    unittest.main()
