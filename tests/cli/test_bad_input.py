#!/usr/bin/env python3
"""What the program does with input that it must refuse: a clear line, the documented exit code (docs/protocol.md 1.3),
nothing sent to the target, no execution created."""
import os
import unittest

from platform_case import CLOSED, USUAL, PlatformCase, Target

STRANGER = "11111111-1111-4111-8111-111111111111"
EXECUTE = ("service", "plan", "execute") + USUAL

# title, arguments, environment, exit code, what the message must have; {plan} is a plan that would touch the target
COMMAND_LINES = [
    ("no token", EXECUTE + ("{plan}",), {"RELIABLY_SERVICE_TOKEN": None}, 1, "RELIABLY_SERVICE_TOKEN"),
    ("empty token", EXECUTE + ("{plan}",), {"RELIABLY_SERVICE_TOKEN": ""}, 1, "RELIABLY_SERVICE_TOKEN"),
    ("token that no header can carry", EXECUTE + ("{plan}",), {"RELIABLY_SERVICE_TOKEN": "0123456789\nabcdef"}, 1,
     "RELIABLY_SERVICE_TOKEN"),
    ("no organisation", EXECUTE + ("{plan}",), {"RELIABLY_ORGANIZATION_ID": None}, 1, "RELIABLY_ORGANIZATION_ID"),
    ("organisation is no UUID", EXECUTE + ("{plan}",), {"RELIABLY_ORGANIZATION_ID": "acme"}, 1,
     "(?i)(RELIABLY_ORGANIZATION_ID|organi[sz]ation).*acme|acme.*(RELIABLY_ORGANIZATION_ID|organi[sz]ation)"),
    ("no plan", EXECUTE, {}, 2, "(?i)plan"),
    ("plan is no UUID", EXECUTE + ("my-plan",), {}, 2, "my-plan"),
    ("two plans", EXECUTE + ("{plan}", "{plan}"), {}, 2, "."),
    ("unknown option", EXECUTE + ("--set-stats", "{plan}"), {}, 2, "--set-stats"),
    ("option without its value", EXECUTE + ("{plan}", "--result-file"), {}, 2, "--result-file"),
    ("unknown command", ("service", "plan", "exec", "{plan}"), {}, 2, "exec"),
    ("host without a scheme", EXECUTE + ("{plan}",), {"RELIABLY_SERVICE_HOST": "127.0.0.1:8090"}, 1,
     "(?s)127.0.0.1:8090.*https?://"),
    ("host with another scheme", EXECUTE + ("{plan}",), {"RELIABLY_SERVICE_HOST": "ftp://127.0.0.1"}, 1, "ftp://127.0.0.1"),
    ("host is empty text and a scheme", EXECUTE + ("{plan}",), {"RELIABLY_SERVICE_HOST": "http://"}, 1, "http://"),
    ("host with the path of the interface", EXECUTE + ("{plan}",), {"RELIABLY_SERVICE_HOST": "https://127.0.0.1:1/api/v1"}, 1,
     "leave out the '/api/v1'"),
    ("no such certificates", EXECUTE + ("--ca-file", "none.pem", "{plan}"), {}, 2, "--ca-file: cannot read 'none.pem'"),
    ("certificates are a folder", EXECUTE + ("--ca-file", "/", "{plan}"), {}, 2, "--ca-file: cannot read '/'"),
    ("no such configuration", EXECUTE + ("--config", "none.toml", "{plan}"), {}, 2, "--config: cannot read 'none.toml'"),
    ("plan is a UUID of another version", EXECUTE + ("11111111-1111-1111-8111-111111111111",), {}, 1, "plan"),
    ("wrong token", EXECUTE + ("{plan}",), {"RELIABLY_SERVICE_TOKEN": "0" * 32}, 1, "not authorized"),
    ("token of the wrong length", EXECUTE + ("{plan}",), {"RELIABLY_SERVICE_TOKEN": "x"}, 1, "not authorized"),
    ("unknown plan", EXECUTE + (STRANGER,), {}, 1, "plan not found"),
    ("unknown organisation", EXECUTE + ("{plan}",), {"RELIABLY_ORGANIZATION_ID": STRANGER}, 1, "not found"),
    ("refused connection", EXECUTE + ("{plan}",), {"RELIABLY_SERVICE_HOST": CLOSED}, 1, "(?i)127.0.0.1:1.*(refused|connect)|"
     "(refused|connect).*127.0.0.1:1"),
    ("unreadable variables", EXECUTE + ("--var-file", "none.json", "{plan}"), {}, 2, "none.json"),
    ("unreadable control file", EXECUTE + ("--control-file", "none.yaml", "{plan}"), {}, 2, "none.yaml"),
    ("unwritable result file", EXECUTE + ("--result-file", "/proc/none/result.json", "{plan}"), {}, (1, 2), "/proc/none/result.json"),
    ("result file in no folder", EXECUTE + ("--result-file", "no/folder/r.json", "{plan}"), {}, (1, 2), "no/folder/r.json"),
    ("result file without a name", EXECUTE + ("--result-file", "", "{plan}"), {}, (1, 2), "cannot write ''"),
    ("result file is a folder", EXECUTE + ("--result-file", "/", "{plan}"), {}, (1, 2), "/"),
    ("unwritable log file", EXECUTE + ("--log-file", "/proc/none/run.log", "{plan}"), {}, (1, 2), "/proc/none/run.log"),
]


def process(path, *arguments):
    return {"type": "process", "path": path, "arguments": list(arguments)}


def python(module, func="run"):
    return {"type": "python", "module": module, "func": func}


def action(name, provider, kind="action", **more):
    return dict({"type": kind, "name": name, "provider": provider}, **more)


# title, changes of an experiment that would touch its target first, what the message must have
EXPERIMENTS = [
    ("no title", {"title": None}, "title"),
    ("no description", {"description": None}, "description"),
    ("empty method is no error, a method that is text is", {"method": "x"}, "(?i)method"),
    ("activity without a provider", {"rollbacks": [{"type": "action", "name": "back"}]}, "(?i)provider"),
    ("activity without a name", {"rollbacks": [{"type": "action", "provider": process("true")}]}, "(?i)name"),
    ("unknown provider", {"rollbacks": [action("back", {"type": "ftp"})]}, "ftp"),
    ("http activity without an address", {"rollbacks": [action("back", {"type": "http"})]}, "(?i)url"),
    ("probe without a tolerance", {"steady-state-hypothesis": {"title": "h", "probes": [
        action("up", process("true"), "probe")]}}, "(?i)tolerance"),
    ("missing program", {"rollbacks": [action("back", process("no-such-program"))]}, "no-such-program"),
    ("missing program by path", {"rollbacks": [action("back", process("/no/such/program"))]}, "/no/such/program"),
]


class Refused(PlatformCase):
    def check(self, done, code, pattern, target):
        codes = code if isinstance(code, tuple) else (code,)
        self.assertIn(done.code, codes, done.said)
        self.assertRegex(done.said, pattern)
        self.assertLessEqual(len(done.lines()), 6, done.said)  # a wrong command line may show how it is used
        self.assertEqual([r["path"] for r in target.records], [], "the target was touched")
        self.assertNotIn("create", self.calls())
        self.assertNotIn(self.standin.token, done.said)

    def test_command_line_and_settings(self):
        with Target() as target:
            made = self.plan(self.touching(target))
            for title, args, env, code, pattern in COMMAND_LINES:
                with self.subTest(title):
                    self.standin.forget()
                    target.server.forget()
                    done = self.run_program(*[a.replace("{plan}", made["plan"]) for a in args], **env)
                    self.check(done, code, pattern, target)

    def test_nothing_is_asked_before_the_settings_are_complete(self):
        for name in ("RELIABLY_SERVICE_TOKEN", "RELIABLY_ORGANIZATION_ID"):
            self.execute(STRANGER, **{name: None})
            self.assertEqual(self.standin.records, [])

    def test_experiments(self):
        for title, changes, pattern in EXPERIMENTS:
            with self.subTest(title), Target() as target:
                experiment = {k: v for k, v in self.touching(target, **changes).items() if v is not None}
                made = self.plan(experiment)
                done = self.execute(made["plan"])
                self.check(done, 2, pattern, target)
                stored = self.stored_plan(made)
                self.assertEqual((stored["status"], stored["executions_count"]), ("error", 0))
                self.assertRegex(stored["error"], pattern)

    def test_without_set_status_a_refusal_changes_nothing(self):
        with Target() as target:
            made = self.plan(self.touching(target, method="x"))
            self.check(self.execute(made["plan"], "--load-environment"), 2, "(?i)method", target)
            self.assertEqual(self.stored_plan(made)["status"], "created")
            self.assertEqual(self.reports(), [])

    def test_one_line_names_each_python_module(self):
        tools = os.path.join(self.folder, "bin")
        os.mkdir(tools)  # a PATH without an interpreter
        with Target() as target:
            made = self.plan(self.touching(target, rollbacks=[
                action("a", python("chaosfirst.actions")), action("b", python("chaossecond.probes"), "probe"),
                action("c", python("chaosfirst.actions", "other"))]))
            done = self.execute(made["plan"], PATH=tools)
            self.check(done, 2, r"chaosfirst\.actions", target)
            line = [text for text in done.lines() if "chaosfirst.actions" in text]
            self.assertEqual(len(line), 1, done.said)
            self.assertIn("chaossecond.probes", line[0])

    def test_documents_that_are_no_experiment(self):
        broken = [
            ("no JSON", dict(body="{\"title\": ", content_type="application/json"), "."),
            ("a list", dict(body="[]", content_type="application/json"), "."),
            ("a page", dict(body="<html></html>", content_type="text/html"), "(?i)format|text/html"),
            ("not there", dict(status=404, body={"detail": "Not Found"}), "(?i)failed to fetch|404|not found"),
            ("not allowed", dict(status=401, body={"detail": "Unauthorized"}), "(?i)failed to fetch|401|authori[sz]ed"),
            ("broken off", dict(do="truncate"), "."),
        ]
        for title, fault, pattern in broken:
            with self.subTest(title), Target() as target:
                made = self.plan(self.touching(target))
                del self.standin.server.faults[:]
                self.standin.fault(method="GET", path="*/raw", times=None, **dict({"do": "status", "status": 200}, **fault))
                done = self.execute(made["plan"])
                self.check(done, 2, pattern, target)
                stored = self.stored_plan(made)
                self.assertEqual((stored["status"], stored["executions_count"]), ("error", 0))
                self.assertTrue(stored["error"].strip().replace("Error:", "").strip(), "a message is stored")

    def test_answers_that_are_no_plan(self):
        broken = [
            ("forbidden", dict(status=403, body={"detail": "Forbidden"}), "(?i)403|forbidden"),
            ("gone", dict(status=410, body={"detail": "Gone"}), "(?i)410|gone"),
            ("no JSON", dict(status=200, body="hello", content_type="text/html"), "."),
            ("error as text", dict(status=500, body="Internal Server Error"), "500|Internal Server Error"),
            ("null", dict(status=200, body=None), "."),
            ("a list", dict(status=200, body=[]), "."),
            ("no definition", dict(status=200, body={"id": STRANGER}), "."),
            ("no experiment", dict(status=200, body={"id": STRANGER, "status": "created", "definition": {
                "environment": None, "integrations": None, "experiments": [], "deployment": {"deployment_id": STRANGER},
                "schedule": {"type": "now"}}}), "(?i)experiment"),
        ]
        for title, fault, pattern in broken:
            with self.subTest(title), Target() as target:
                made = self.plan(self.touching(target))
                del self.standin.server.faults[:]
                self.standin.fault(method="GET", path="*/plans/*", times=None, do="status", **fault)
                self.check(self.execute(made["plan"]), 1, pattern, target)

    def test_an_organisation_that_is_not_ours_or_no_more(self):
        for title, change, pattern in (("not a member", lambda org: org["members"].clear(), "(?i)403|forbidden"),
                                       ("deleted", lambda org: org.update(deleted=True), "(?i)410|gone|not found")):
            with self.subTest(title), Target() as target:
                self.fresh()
                platform = self.standin.platform
                made = self.plan(self.touching(target))
                change(platform.orgs[self.standin.org])
                done = self.execute(made["plan"])
                self.check(done, 1, pattern, target)
                self.assertEqual(len(done.lines()), 1, done.said)

    def test_a_plan_without_experiments(self):
        for experiments in ([], None):
            with self.subTest(experiments), Target() as target:
                made = self.plan(self.touching(target))
                self.standin.platform.plans[made["plan"]]["definition"]["experiments"] = experiments
                for args, status in ((("--load-environment",), "created"), (USUAL, "error")):
                    self.check(self.execute(made["plan"], *args), 1, "has no experiment", target)
                    self.assertEqual(self.stored_plan(made)["status"], status)
                self.assertRegex(self.stored_plan(made)["error"], "has no experiment")

    def test_no_integrations_is_no_error(self):
        with Target() as target:
            made = self.plan(self.touching(target))
            self.standin.platform.plans[made["plan"]]["definition"]["integrations"] = None
            self.assertEqual(self.execute(made["plan"]).code, 0)
            self.assertEqual(len(target.records), 1)

    def test_python_without_an_interpreter_is_stored_as_the_error(self):
        tools = os.path.join(self.folder, "bin")
        os.mkdir(tools)
        made = self.plan({"title": "t", "description": "d", "method": [action("a", python("chaosfirst.actions"))]})
        self.assertEqual(self.execute(made["plan"], PATH=tools).code, 2)
        stored = self.stored_plan(made)
        self.assertEqual((stored["status"], stored["executions_count"]), ("error", 0))
        self.assertIn("chaosfirst.actions", stored["error"])

    def test_status_that_cannot_be_set(self):
        for status, pattern in ((401, "not authorized"), (403, "(?i)403|forbidden"), (404, "plan not found")):
            with self.subTest(status), Target() as target:
                made = self.plan(self.touching(target))
                del self.standin.server.faults[:]
                self.standin.fault(method="PUT", path="*/status", times=None, do="status", status=status)
                self.check(self.execute(made["plan"]), 1, pattern, target)
                self.assertNotIn("raw", self.calls())


if __name__ == "__main__":
    unittest.main()
