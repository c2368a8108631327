"""A plan's integrations: their environments, their controls, and what becomes of a run without them."""
import json
import os
import signal
import unittest
import uuid

from endpoint import Endpoint
from platform_case import USUAL, PlatformCase, Target

SHOW = {"type": "process", "path": "sh", "arguments": ["-c", "echo $A $B $C; stat -c %a $F $F/.. ; cat $F"]}


class IntegrationCase(PlatformCase):
    def integration(self, provider, name=None, envvars=None, secrets=()):
        return self.client.made("/integrations", {
            "name": name or provider, "provider": provider, "vendor": None, "environment": {
                "name": "for " + provider, "used_for": "integration", "secrets": list(secrets),
                "envvars": [{"var_name": k, "value": v} for k, v in (envvars or {}).items()]}})["id"]

    def plan_with(self, integrations, envvars=None, **more):
        experiment = dict({"title": "t", "description": "d", "rollbacks": [{
            "type": "action", "name": "undo", "provider": {"type": "process", "path": "true"}}], "method": [
            {"type": "action", "name": "show", "provider": SHOW}]}, **more)
        return self.plan(experiment, envvars, integrations=integrations)

    def played(self, done):
        return [e["activity"]["name"].split("-autopause-")[0] for e in done.journal["run"]]


class Loaded(IntegrationCase):
    def test_environments_in_order_and_secret_files(self):
        path = "/home/svc/.x/sa.json"
        first = self.integration("autopause", "1", {"A": "1", "B": "1", "C": "1"})
        second = self.integration("autopause", "2", {"B": "2", "C": "2"}, secrets=[
            {"key": "f", "path": path, "value": "sesame-in-a-file"}, {"key": "g", "path": "/home/svc/.x/b", "value": "other-secret"},
            {"key": "v", "var_name": "F", "value": path}])
        made = self.plan_with([first, second], {"C": "3"})
        done = self.execute(made["plan"], "--load-environment")
        self.assertEqual(done.code, 0, done.said)
        output = done.journal["run"][0]["output"]["stdout"].split("\n")
        self.assertEqual(output[:2], ["1 2 3", "600"])
        self.assertNotIn("sesame-in-a-file", json.dumps(done.journal) + done.said)
        self.assertEqual([n for n in os.listdir(self.folder) if n.startswith("plan-runner.")], [])
        self.assertEqual(self.calls()[:9], ["plan", "integration", "environment", "control", "integration", "environment",
                                            "control", "environment", "raw"])
        self.standin.forget()
        done = self.execute(made["plan"], "--skip-context")
        self.assertEqual((done.code, self.calls()[:2]), (0, ["plan", "raw"]))

    def test_no_secret_file_outlives_a_signal(self):
        made = self.plan_with([self.integration("autopause", None, {}, [
            {"key": "f", "path": "/x/y", "value": "sesame-in-a-file"}])], method=[
            {"type": "action", "name": "slow", "provider": {"type": "process", "path": "sleep", "arguments": "20"}}])
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGUSR1, signal.SIGUSR2):
            with self.subTest(number):
                self.standin.forget()
                child = self.start("service", "plan", "execute", made["plan"])
                self.wait_for("state:running")
                self.assertEqual(len(self.folders()), 1)
                child.send_signal(number)
                self.assertEqual(self.finish(child).code, 2)
                self.assertEqual(self.folders(), [])

    def folders(self):
        return [n for n in os.listdir(self.folder) if n.startswith("plan-runner.")]

    def test_autopause(self):
        pauses = {"RELIABLY_AUTOPAUSE_METHOD_ACTION_ENABLED": "true", "RELIABLY_AUTOPAUSE_METHOD_ACTION_DURATION": "0.3"}
        made = self.plan_with([self.integration("autopause", None, pauses)])
        done = self.execute(made["plan"])
        self.assertEqual((done.code, self.played(done)), (0, ["show", "reliably"]), done.said)
        state = [b for b in self.bodies("state:pause")]
        self.assertEqual([b["duration"] for b in state], [1])
        created = json.loads(self.bodies("create")[0]["result"])
        self.assertEqual(len(created["experiment"]["method"]), 2, "known before the execution exists")

    def test_a_refused_precheck_touches_nothing_and_is_reported(self):
        with Endpoint((200, {"ok": False, "error": "closed"})) as endpoint:
            made = self.plan_with([self.integration("prechecks", None, {"RELIABLY_PRECHECKS_ENDPOINT": endpoint.url}, [
                {"key": "a", "var_name": "RELIABLY_PRECHECKS_ENDPOINT_AUTH", "value": "Bearer canary-of-the-precheck"}])])
            done = self.execute(made["plan"])
            self.assertEqual(done.code, 2, done.said)
            self.assertEqual((self.played(done), done.journal["rollbacks"]), ([], []))
            self.assertEqual([e["auth"] for e in endpoint.seen], ["Bearer canary-of-the-precheck"])
        extension = next(e for e in done.journal["experiment"]["extensions"] if e["name"] == "reliably")
        probes = extension["integrations"]["prechecks"]["triggered_probes"]
        self.assertEqual([(p["output"], p["status"]) for p in probes], [(False, "succeeded")])
        self.assertRegex(probes[0]["activity"]["name"], r"^precheck-[0-9a-f]{16}$")
        self.assertEqual(extension["integrations"]["safeguards"], {})
        stored = json.loads(self.bodies("results")[-1]["result"])
        self.assertEqual(stored["status"], "interrupted")
        self.assertNotIn("canary-of-the-precheck", json.dumps([r["body"] for r in self.standin.records], default=str))

    def test_safeguards_under_the_name_that_the_platform_gives(self):
        with Endpoint((200, {"ok": True}), (200, {"ok": False})) as endpoint:
            made = self.plan_with([self.integration("safeguards", None, {
                "RELIABLY_SAFEGUARDS_ENDPOINT": endpoint.url, "RELIABLY_SAFEGUARDS_FREQUENCY": "0.1"})], method=[
                {"type": "action", "name": "slow", "provider": {"type": "process", "path": "sleep", "arguments": "20"}}])
            done = self.execute(made["plan"])
            self.assertEqual((done.code, done.journal["status"], len(endpoint.seen)), (2, "interrupted", 2), done.said)
            self.assertEqual([e["activity"]["name"] for e in done.journal["rollbacks"]], ["undo"])
        extension = next(e for e in done.journal["experiment"]["extensions"] if e["name"] == "reliably")
        self.assertEqual(len(extension["integrations"]["safeguards"]["triggered_probes"]), 1)


class Absent(IntegrationCase):
    def test_what_is_not_there_is_told_of(self):
        gone = str(uuid.uuid4())
        made = self.plan_with([gone, self.integration("autopause")])
        done = self.execute(made["plan"])
        self.assertEqual(done.code, 0, done.said)
        self.assertIn("Plan references integration %s which does not exist\n" % gone, done.out)

    def test_kinds_without_a_control(self):
        made = self.plan_with([self.integration(kind, None, {"A": kind}) for kind in ("notification", "snapshot", "assistant")])
        done = self.execute(made["plan"])
        self.assertEqual(done.code, 0, done.said)
        self.assertTrue(done.journal["run"][0]["output"]["stdout"].startswith("assistant"))
        self.assertNotIn("control", self.calls())

    def test_a_control_that_the_platform_does_not_give(self):
        for status, body in ((500, "Internal Server Error"), (404, {"detail": "Not Found"}), (200, None), (200, {})):
            with self.subTest(status=status, body=body):
                self.fresh()
                made = self.plan_with([self.integration("prechecks")])
                self.standin.fault(method="GET", path="*/control", times=None, do="status", status=status, body=body)
                done = self.execute(made["plan"])
                self.assertEqual(done.code, 0, done.said)
                self.assertEqual("its control cannot be loaded" in done.file("run.log"), status != 200, done.said)

    def test_other_failures_stop_before_anything_is_touched(self):
        any_one = "*/integrations/????????-*-????????????"
        for path, status, body in ((any_one, 503, "busy"), (any_one, 401, {}), (any_one, 200, [1]), ("*/clear", 404, {}),
                                   (any_one, 200, {"error": "log in"}), ("*/clear", 200, {"error": "log in"}),
                                   ("*/control", 403, {}), ("*/control", 200, [1])):
            with self.subTest(path=path, status=status), Target() as target:
                self.fresh()
                made = self.plan(self.touching(target), integrations=[self.integration("prechecks")])
                self.standin.fault(method="GET", path=path, times=None, do="status", status=status, body=body)
                done = self.execute(made["plan"], *USUAL)
                self.assertEqual(done.code, 1, done.said)
                self.assertEqual(target.records, [])
                self.assertNotIn("create", self.calls())
                self.assertIn("the plan's integration '", done.said)
                stored = self.stored_plan(made)
                self.assertEqual((stored["status"], stored["executions_count"]), ("error", 0))
                self.assertIn("the plan's integration '", stored["error"])


if __name__ == "__main__":
    unittest.main()
