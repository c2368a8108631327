#!/usr/bin/env python3
"""`service plan execute` against the stand-in: the calls and their order (docs/protocol.md 2.9), what is stored in the
end, and that nothing is lost when the platform misbehaves (docs/design.md, decisions 3 to 5)."""
import json
import os
import pty
import re
import signal
import stat
import subprocess
import time
import unittest

from platform_case import CLOSED, PROGRAM, USUAL, PlatformCase, Target, kind_of

CLOSING = ["results", "status:completed", "state:finished"]
SPOOL = os.path.join("state", "plan-runner", "spool")


class Calls(PlatformCase):
    """The golden order."""

    def check_order(self):
        calls, reports = self.calls(), self.reports()
        self.assertEqual(calls[0], "plan")
        gate = [k for k in calls[:calls.index("create") + 1] if k != "plan"]
        # the second status is the reporter's, which knows no --set-status; one of the two may be left out
        self.assertIn(gate, (["environment", "status:running", "raw", "status:running", "create"],
                             ["environment", "status:running", "raw", "create"]))
        after = reports[reports.index("create") + 1:]
        self.assertEqual(after[0], "state:running")
        self.assertEqual(set(after[1:-3]) - {"results"}, set(), "only results in between")
        self.assertEqual(after[-3:], CLOSING)
        self.assertEqual(calls.count("create"), 1)
        mine = [r for r in self.standin.records if kind_of(r)]  # the others are those of the experiment
        self.assertEqual([(kind_of(r), r["status"]) for r in mine if r["status"] not in (200, 201)], [])
        return mine

    def check_bodies(self, made):
        create = self.bodies("create")[0]
        self.assertEqual((create["plan_id"], "log" in create), (made["plan"], False))
        first = json.loads(create["result"])
        self.assertEqual([first[k] for k in ("status", "deviated", "run", "rollbacks")], [None, False, [], []])
        self.assertEqual(first["steady_states"], {"before": None, "after": None, "during": []})
        self.assertTrue(self.bodies("results"))
        for body in self.bodies("results"):
            self.assertEqual((body["plan_id"], type(body["log"]), type(body["result"])), (made["plan"], str, str))
            self.assertTrue(body["result"].startswith('{\n  "chaoslib-version": '), body["result"][:60])
        running, finished = self.bodies("state:running")[0], self.bodies("state:finished")[0]
        self.assertEqual(set(running), {"current", "started_on", "plan_id"})
        self.assertRegex(running["started_on"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$")
        self.assertEqual((running["plan_id"], finished["plan_id"]), (made["plan"], made["plan"]))
        self.assertEqual([(b["status"], b["error"]) for b in self.bodies("status:completed")], [("completed", None)])

    def test_variants(self):
        for variant, code in (("nominal", 0), ("noop", 0), ("deviated", 1), ("gate", 0), ("http", 0), ("http-deviated", 1)):
            with self.subTest(variant):
                made = self.seeded(variant)
                done = self.execute(made["plan"])
                self.assertEqual(done.code, code, done.said)
                mine = self.check_order()
                self.assertLessEqual(len({r["conn"] for r in mine}), 2, "connections are kept")
                self.check_bodies(made)
                self.verify(made, done)
                self.assertIn("Check results at %s/executions/view/?id=%s&exp=%s\n" % (
                    self.standin.url, self.execution(made)["id"], made["experiment"]), done.out)

    def test_headers(self):
        made = self.seeded("noop")
        self.execute(made["plan"])
        for record in self.standin.records:
            headers = record["headers"]
            self.assertEqual(headers["authorization"], "Bearer " + self.standin.token)
            if record["method"] in ("PUT", "POST"):
                self.assertEqual(headers["content-type"], "application/json")
            if kind_of(record) == "raw":
                self.assertIn("application/json", headers["accept"])
            self.assertIn("gzip", headers.get("accept-encoding", ""))

    def test_a_plan_without_environment_and_integrations(self):
        with Target() as target:
            for more in ({"environment": None, "integrations": None},
                         {"environment": {"provider": "reliably_cloud", "id": None}},
                         {"environment": {"provider": "github", "name": "x"}}):
                made = self.plan(self.touching(target), **more)
                self.assertEqual(self.execute(made["plan"]).code, 0)
                self.assertNotIn("environment", self.calls())
            self.assertEqual(target.server.records[-1]["path"], "/counter")
            self.assertEqual(len(target.records), 3)

    def test_uuid_in_other_forms_and_a_host_with_a_slash(self):
        made = self.seeded("noop")
        for text in (made["plan"].replace("-", ""), made["plan"].upper(), "{%s}" % made["plan"], "urn:uuid:" + made["plan"]):
            done = self.execute(text, RELIABLY_SERVICE_HOST=self.standin.url + "/")
            self.assertEqual(done.code, 0, done.said)
        self.assertEqual({r["path"].split("/")[6] for r in self.standin.records if "/plans/" in r["path"]}, {made["plan"]})


class Options(PlatformCase):
    def test_without_set_status_only_the_reporter_sets_it(self):
        made = self.seeded("noop")
        self.assertEqual(self.execute(made["plan"], "--load-environment").code, 0)
        calls = self.calls()
        self.assertNotIn("status:running", calls[:calls.index("raw")])
        self.assertEqual(self.reports()[-3:], CLOSING)

    def test_without_load_environment(self):
        made = self.plan({"title": "t", "description": "d", "rollbacks": [], "method": [
            {"type": "probe", "name": "who", "provider": {"type": "process", "path": "printenv", "arguments": ["WHO"]}}]},
            {"WHO": "world"})
        for option, output in (("--load-environment", "world\n"), ("--no-load-environment", "")):
            self.standin.forget()
            self.assertEqual(self.execute(made["plan"], option).code, 0)
            self.assertEqual("environment" in self.calls(), output != "")
            newest = self.executions(made)[0]["result"]
            self.assertEqual(newest["run"][0]["output"]["stdout"], output)

    def test_no_set_exit_code(self):
        made = self.seeded("http-deviated")
        done = self.execute(made["plan"], *USUAL, "--no-set-exit-code")
        self.assertEqual((done.code, done.journal["deviated"]), (0, True))

    def test_settings_from_the_file_and_the_environment_before_it(self):
        path = os.path.join(self.folder, "config.toml")
        with open(path, "w") as f:
            f.write('# comment\n[service]\nhost = "%s"\ntoken = "%s"\n\n[organization]\nid = "%s"\n' % (
                self.standin.url, "0" * 32, self.standin.org))
        made = self.seeded("noop")
        unset = {"RELIABLY_SERVICE_HOST": None, "RELIABLY_ORGANIZATION_ID": None}
        self.assertEqual(self.execute(made["plan"], RELIABLY_CLI_CONFIG=path, **unset).code, 0)
        done = self.execute(made["plan"], RELIABLY_CLI_CONFIG=path, RELIABLY_SERVICE_TOKEN=None, **unset)
        self.assertEqual(done.code, 1)
        self.assertIn("not authorized", done.said)

    def test_the_log(self):
        made = self.seeded("nominal")
        first = self.execute(made["plan"], "--log-stdout", "--load-environment", "--log-file", "mine.log")
        self.assertEqual(first.code, 0, first.said)
        self.assertIn("greet", first.err)
        self.assertNotIn("greet", first.out)
        size = len(first.file("mine.log"))
        line = r"(?m)^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00 [A-Z]+\] \[\w+:\d+\] Starting Reliably experiment: \S+/raw$"
        self.assertRegex(first.file("mine.log"), line)
        self.assertRegex(self.bodies("results")[-1]["log"], line)
        again = self.execute(made["plan"], "--load-environment", "--log-file", "mine.log")
        self.assertGreater(len(again.file("mine.log")), size, "the log is appended to")

    def test_progress_on_a_terminal_only(self):
        made = self.plan({"title": "t", "description": "d", "rollbacks": [], "method": [
            {"type": "action", "name": "waits", "provider": {"type": "process", "path": "sleep", "arguments": "0.2"}}]})
        self.assertNotIn("method 1 of 1", self.execute(made["plan"], TERM="xterm").said)
        ours, theirs = pty.openpty()
        self.addCleanup(os.close, ours)
        child = subprocess.Popen([PROGRAM, "service", "plan", "execute", made["plan"]], cwd=self.folder, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.DEVNULL, stderr=theirs, env=self.environment(TERM="xterm"))
        os.close(theirs)
        self.assertEqual(child.wait(30), 0)
        self.assertRegex(os.read(ours, 65536).decode(), r"^\r0:00 \| method 1 of 1: waits 0:00\x1b\[K")

    def test_no_line_is_longer_than_64_kib(self):
        flood = "head -c 300000 /dev/zero | tr '\\0' x; head -c 300000 /dev/zero | tr '\\0' y >&2; exit 1"
        made = self.plan({"title": "t" * 100000, "description": "d", "rollbacks": [], "method": [
            {"type": "probe", "name": "n" * 100000, "tolerance": 0,
             "provider": {"type": "process", "path": "sh", "arguments": ["-c", flood]}},
            {"type": "action", "name": "m", "provider": {"type": "http", "url": CLOSED + "/" + "u" * 100000}}]})
        done = self.execute(made["plan"], *USUAL, "--log-stdout")
        for text in (done.out, done.err, done.file("run.log"), self.bodies("results")[-1]["log"]):
            self.assertLessEqual(max(len(line) for line in text.encode().split(b"\n")), 65536)
        self.assertEqual(len(done.journal["run"][0]["output"]["stdout"]), 300000, "only lines are cut")

    def test_how_often_a_hypothesis_is_looked_at(self):
        rarely, variable = {"strategy": "during-method-only", "freq": "3600"}, "RELIABLY_CLI_HYPOTHESIS_STRATEGY_FREQ"
        probe = {"type": "probe", "name": "p", "tolerance": 0, "provider": {"type": "process", "path": "true"}}
        wait = {"type": "action", "name": "wait", "provider": {"type": "process", "path": "sleep", "arguments": ["1.5"]}}
        settings = os.path.join(self.folder, "settings.yaml")
        with open(settings, "w") as f:
            json.dump({"runtime": {"hypothesis": dict(rarely, freq=3600)}}, f)
        for runtime, env in (({"hypothesis": rarely}, {}), (None, {"CHAOSTOOLKIT_CONFIG_PATH": settings}),
                             ({"hypothesis": dict(rarely, freq=0.1)}, {variable: "3600", "CHAOSTOOLKIT_CONFIG_PATH": settings})):
            with self.subTest(runtime=runtime, env=env):
                made = self.plan(dict({"title": "Often", "description": "or not", "method": [wait], "rollbacks": [],
                                       "steady-state-hypothesis": {"title": "h", "probes": [probe]}},
                                      **({"runtime": runtime} if runtime else {})))
                done = self.execute(made["plan"], *USUAL, **env)
                self.assertEqual((done.code, len(done.journal["steady_states"]["during"])), (0, 1), done.said)
        made = self.seeded("noop")
        self.assertEqual(self.execute(made["plan"], **{variable: "of another strategy"}).code, 0)

    def test_a_journal_that_cannot_be_written_in_the_end_is_reported_and_no_success(self):
        os.mkdir(os.path.join(self.folder, "gone"))
        made = self.plan({"title": "Gone", "description": "Loses its journal", "rollbacks": [], "method": [
            {"type": "action", "name": "lose", "provider": {"type": "process", "path": "rm", "arguments": ["-r", "gone"]}}]}, {})
        done = self.execute(made["plan"], "--result-file", "gone/result.json")
        self.assertEqual(done.code, 2, done.said)
        self.assertIn("gone/result.json", done.err)
        self.assertEqual(json.loads(self.bodies("results")[-1]["result"])["status"], "completed")
        self.assertEqual(self.execute(self.seeded("noop")["plan"], "--no-set-exit-code").code, 0)

    def test_files_at_their_limit_stop_no_run(self):
        self.through = ("sh", "-c", "ulimit -f 16; exec \"$@\"", "sh")  # blocks of 512 or 1024 bytes
        with Target() as target:
            touch = {"type": "http", "url": target.url + "/counter", "method": "POST", "timeout": 20}
            much = {"type": "process", "path": "head", "arguments": ["-c", "40000", "/dev/zero"]}
            made = self.plan({"title": "Full", "description": "Its journal does not fit", "method": [
                {"type": "action", "name": "much", "provider": much},
                {"type": "action", "name": "touch", "provider": touch}], "rollbacks": [
                {"type": "action", "name": "undo", "provider": touch}]})
            done = self.execute(made["plan"], *USUAL)
            self.assertEqual((done.code, len(target.records)), (2, 2), done.said)
        self.assertIn("File too large", done.err)
        self.assertEqual(json.loads(self.bodies("results")[-1]["result"])["status"], "completed")
        self.assertEqual(self.calls()[-1], "state:finished")


class Secrets(PlatformCase):
    def test_they_leave_the_program_nowhere(self):
        secret = 'tr1cky"secret\\value/with&signs'
        lines = "first line of a key\nsecond line of a key\n"
        made = self.plan({
            "title": "Canary", "description": "Says what it should not", "rollbacks": [],
            "configuration": {"known": {"type": "env", "key": "SECRET"}},
            "method": [
                {"type": "probe", "name": "print", "provider": {"type": "process", "path": "printenv", "arguments": ["SECRET"]}},
                {"type": "probe", "name": "print-file", "provider": {"type": "process", "path": "sh", "arguments": ["-c", "cat \"$KEY\" >&2"]}},
                {"type": "probe", "name": "argument", "provider": {"type": "process", "path": "echo", "arguments": ["${known}"]}},
                {"type": "probe", "name": "token", "provider": {"type": "process", "path": "sh", "arguments": ["-c", "env"]}}],
        }, {"KEY": "/keys/one"}, secrets=[{"key": "a", "var_name": "SECRET", "value": secret},
                                          {"key": "b", "path": "/keys/one", "value": lines}])
        done = self.execute(made["plan"], *USUAL, "--log-stdout")
        self.assertEqual(done.code, 0, done.said)
        sent = "\n".join(r["body"] for r in self.standin.records)
        texts = {"sent": sent, "sent, unescaped": sent.replace("\\\\", "\\").replace('\\"', '"'), "console": done.said,
                 "log": done.file("run.log"), "journal": done.file("result.json")}
        for place, text in texts.items():
            for hidden in (secret, json.dumps(secret)[1:-1], "first line of a key", "second line of a key", self.standin.token):
                self.assertNotIn(hidden, text, place)
        self.assertEqual([r["status"] for r in done.journal["run"]], ["succeeded"] * 4)


class Gates(PlatformCase):
    """What fails before the execution is there keeps the run from starting; what can be tried again is."""

    def test_one_failure_of_a_call_is_repaired(self):
        for method, path, fault in (
                ("GET", "*/plans/*", dict(do="status", status=503)), ("GET", "*/plans/*", dict(do="reset")),
                ("GET", "*/clear", dict(do="close")), ("PUT", "*/status", dict(do="reset")),
                ("PUT", "*/status", dict(do="status", status=502, body="Bad Gateway")), ("GET", "*/raw", dict(do="truncate")),
                ("GET", "*/raw", dict(do="drip", chunk=400, interval=0.01)),
                ("POST", "*/executions", dict(do="status", status=503)),
                ("POST", "*/executions", dict(do="status", status=429, headers={"Retry-After": "1"}))):
            with self.subTest(" ".join((method, path, fault["do"]))), Target() as target:
                made = self.plan(self.touching(target))
                self.standin.fault(method=method, path=path, **fault)
                done = self.execute(made["plan"])
                self.assertEqual(done.code, 0, done.said)
                self.assertEqual(len(target.records), 1)
                self.assertEqual(self.execution(made)["user_state"]["status"], "completed")

    def test_retry_after_is_honoured(self):
        made = self.seeded("noop")
        self.standin.fault(method="POST", path="*/executions", do="status", status=429, headers={"Retry-After": "1"})
        self.assertEqual(self.execute(made["plan"]).code, 0)
        first, second = [r["t"] for r in self.standin.records if kind_of(r) == "create"]
        self.assertGreaterEqual(second - first, 0.95)

    def test_never_two_executions(self):
        """The platform has made the execution and its answer is lost."""
        for fault in (dict(do="reset"), dict(do="close"), dict(do="truncate"), dict(do="status", status=504, body="late")):
            with self.subTest(fault["do"]), Target() as target:
                made = self.plan(self.touching(target))
                del self.standin.server.faults[:]
                self.standin.fault(method="POST", path="*/executions", apply=True, **fault)
                done = self.execute(made["plan"])
                self.assertEqual(len(self.executions(made)), 1)
                if done.code == 0:  # found again and used; a refusal to run is correct as well
                    self.assertEqual(self.execution(made)["user_state"]["current"], "finished")
                    self.assertEqual(len(target.records), 1)
                else:
                    self.assertEqual((done.code, target.records), (2, []))

    def test_a_refused_execution_touches_nothing(self):
        message = {"detail": {"message": "too many executions"}}
        for fault, error in ((dict(status=500, body="Internal Server Error"), "."), (dict(status=400), "."),
                             (dict(status=403), "."), (dict(status=201, body="hello"), "."),
                             (dict(status=201, body={}), "."), (dict(status=402, body=message), "too many executions")):
            with self.subTest(fault), Target() as target:
                made = self.plan(self.touching(target, rollbacks=[self.touching(target)["method"][0]]))
                del self.standin.server.faults[:]
                self.standin.fault(method="POST", path="*/executions", times=None, do="status", **fault)
                done = self.execute(made["plan"])
                self.assertEqual((done.code, target.records), (2, []), done.said)
                stored = self.stored_plan(made)
                self.assertEqual((stored["status"], stored["executions_count"]), ("error", 0))
                self.assertRegex(stored["error"], error)
                self.assertEqual({k for k in self.calls() if "results" in k or "state" in k}, set())


class Reports(PlatformCase):
    """What fails later changes neither the run nor its exit code, and is not lost."""

    def spool(self):
        folder = os.path.join(self.folder, SPOOL)
        return sorted(os.listdir(folder)) if os.path.isdir(folder) else []

    def run_and_lose(self, made, *args, **more):
        """With a short patience: what is not delivered in it is kept."""
        return self.execute(made["plan"], *args, XDG_STATE_HOME=os.path.join(self.folder, "state"),
                            PLAN_RUNNER_REPORT_DEADLINE=more.pop("deadline", "1"), **more)

    def resend(self):
        return self.run_program("report", "resend", XDG_STATE_HOME=os.path.join(self.folder, "state"),
                                PLAN_RUNNER_REPORT_DEADLINE="2")

    def check_kept(self, done):
        """One entry, for nobody else to read, without the token."""
        self.assertEqual(len(self.spool()), 1, done.said)
        folder = os.path.join(self.folder, SPOOL)
        path = os.path.join(folder, self.spool()[0])
        self.assertEqual(stat.S_IMODE(os.stat(folder).st_mode), 0o700)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        with open(path, encoding="utf-8") as f:
            self.assertNotIn(self.standin.token, f.read())
        self.assertIn("plan-runner report resend", done.file("run.log"))

    def test_the_user_is_told_what_to_do(self):
        made = self.seeded("noop")
        self.standin.fault(method="PUT", path="*/results", do="refuse")
        done = self.run_and_lose(made)
        self.assertIn("plan-runner report resend", done.err)
        self.assertIn(self.spool()[0], done.err)
        listed = self.run_program("report", "list", XDG_STATE_HOME=os.path.join(self.folder, "state"))
        self.assertEqual((listed.code, len(listed.out.splitlines())), (0, 2), listed.said)
        self.assertIn(made["plan"], listed.out)

    def test_failing_calls_are_tried_again(self):
        for path, fault in (("*/results", dict(do="status", status=503, times=3)), ("*/results", dict(do="reset", times=2)),
                            ("*/results", dict(do="truncate")), ("*/status", dict(do="status", status=500, body="oops", skip=2, times=2)),
                            ("*/state", dict(do="close", times=2)), ("*/state", dict(do="status", status=502, body="<html>", times=2)),
                            ("*/results", dict(do="refuse", seconds=0.5))):
            with self.subTest(path + " " + fault["do"]):
                self.fresh()
                # the activities of the http variants are calls of the platform: they fail without it
                made, code = (self.seeded("noop"), 0) if fault["do"] == "refuse" else (self.seeded("http-deviated"), 1)
                self.standin.fault(method="PUT", path=path, **fault)
                done = self.run_and_lose(made, deadline="20")
                self.assertEqual(done.code, code, done.said)
                self.verify(made, done, with_calls=False)
                reports = self.reports()
                last = [k for k, after in zip(reports, reports[1:] + [None]) if k != after]  # repeats removed
                self.assertEqual(last[-3:], CLOSING)
                self.assertEqual(self.spool(), [])

    def test_what_the_platform_cannot_store_is_replaced(self):
        made = self.plan({"title": "t", "description": "d", "rollbacks": [], "method": [
            {"type": "probe", "name": "print", "provider": {"type": "process", "path": "printf", "arguments": [text]}}
            for text in ("a\\000b", "\\377\\376\\355\\240\\200")]})
        done = self.execute(made["plan"], *USUAL, "--log-stdout")
        self.assertEqual(done.code, 0, done.said)
        self.assertEqual({r["status"] for r in self.standin.records if kind_of(r) == "results"}, {200})
        output = self.execution(made)["result"]["run"][0]["output"]["stdout"]
        self.assertRegex(output, "(?s)^a.+b$")
        self.assertNotIn("\0", output)

    def test_uploads_stay_few_while_the_journal_grows(self):
        """An upload in between waits while what was sent exceeds four times the journal's size."""
        nothing = {"type": "action", "name": "nothing", "provider": {"type": "process", "path": "true"}}
        made = self.plan({"title": "t", "description": "d", "rollbacks": [], "method": [nothing] * 150})
        self.assertEqual(self.execute(made["plan"]).code, 0)
        sizes = [len(r["body"]) for r in self.standin.records if kind_of(r) == "results"]
        self.assertEqual(len(self.execution(made)["result"]["run"]), 150)
        self.assertLess(sum(sizes), 7 * sizes[-1])

    def test_polling_may_fail(self):
        for fault in (dict(do="status", status=500, body="oops"), dict(do="status", status=404), dict(do="reset"),
                      dict(do="status", status=200, body="hello"), dict(do="hang"), dict(do="status", status=200, body=None)):
            with self.subTest(fault["do"]):
                self.fresh()
                made = self.seeded("noop")
                self.standin.fault(method="GET", path="*/state", times=None, **fault)
                done = self.run_and_lose(made, deadline="20")
                self.assertEqual(done.code, 0, done.said)
                self.assertLess(done.seconds, 10)
                self.assertEqual(self.execution(made)["user_state"]["current"], "finished")
                self.assertLess(self.calls().count("poll"), 10, "it does not insist")

    def test_what_fails_for_good_is_kept(self):
        for path, fault in (("*/results", dict(do="status", status=503)), ("*/results", dict(do="status", status=500, body="oops")),
                            ("*/results", dict(do="status", status=401)), ("*/state", dict(do="garbage")),
                            ("*/state", dict(do="reset"))):
            with self.subTest(path + " " + json.dumps(fault)):
                self.fresh()
                made = self.seeded("noop")
                self.standin.fault(method="PUT", path=path, times=None, **fault)
                done = self.run_and_lose(made)
                self.assertEqual((done.code, done.journal["status"]), (0, "completed"), done.said)
                self.check_kept(done)
                del self.standin.server.faults[:]
                again = self.resend()
                self.assertEqual(again.code, 0, again.said)
                self.assertEqual(self.spool(), [])
                self.verify(made, done, with_calls=False)

    def test_the_platform_goes_away_during_the_run_and_comes_back(self):
        for variant, code in (("noop", 0), ("deviated", 1)):
            for first_lost in ("results", "status", "state"):
                with self.subTest(variant + " " + first_lost):
                    self.fresh()
                    made = self.seeded(variant)
                    if variant == "deviated":
                        self.standin.platform.environments[made["environment"]]["envvars"][0]["value"] = self.healthy()
                    # the first two statuses and the first state are those that begin the run
                    skip = {"results": 0, "status": self.statuses_before(variant), "state": 1}[first_lost]
                    self.standin.fault(method="PUT", path="*/" + first_lost, skip=skip, do="refuse")
                    done = self.run_and_lose(made)
                    self.assertEqual(done.code, code, done.said)
                    self.assertLess(done.seconds, 20)
                    self.check_kept(done)
                    self.standin.server.resume()
                    again = self.resend()
                    self.assertEqual(again.code, 0, again.said)
                    self.assertEqual(self.spool(), [])
                    self.verify(made, done, with_calls=False)

    def healthy(self):
        """A target that stays when the platform goes: answers 200 to everything below /health."""
        target = Target()
        self.addCleanup(target.close)
        return target.url + "/status/200?"

    def statuses_before(self, variant):
        """How many statuses a run sends before its execution is there."""
        probe = self.seeded(variant)
        self.execute(probe["plan"])
        calls = self.calls()
        self.standin.forget()
        return calls[:calls.index("create")].count("status:running")

    def test_resending_while_the_platform_is_away(self):
        made = self.seeded("noop")
        self.standin.fault(method="PUT", path="*/results", do="refuse")
        self.check_kept(self.run_and_lose(made))
        kept = self.spool()
        away = self.resend()
        self.assertNotEqual(away.code, 0)
        self.assertLess(away.seconds, 10, "the deadline holds here, too")
        self.assertEqual(self.spool(), kept)

    def test_what_is_refused_for_a_week_is_given_up_and_what_a_wrong_token_is_not(self):
        self.standin.fault(method="PUT", path="*/results", do="refuse")
        self.check_kept(self.run_and_lose(self.seeded("noop")))
        self.standin.server.resume()
        path, days = os.path.join(self.folder, SPOOL, self.spool()[0]), 24 * 3600
        for status, age, said in ((401, 8, "kept: results: not authorized"), (403, 8, "kept: results: "), (503, 8, "kept: results: "),
                                  (404, 6, "kept: results: "), (404, 8, "refused for a week, removed: results: ")):
            with self.subTest(status=status, age=age):
                os.utime(path, (time.time() - age * days,) * 2)
                self.standin.fault(method="PUT", path="*/results", times=None, do="status", status=status, body={"detail": "no"})
                done = self.resend()
                del self.standin.server.faults[:]
                self.assertEqual(done.code, 1, done.said)
                self.assertIn(said, done.out)
                self.assertEqual(os.path.exists(path), "kept" in said)

    def test_what_is_of_another_host_says_how_to_give_it_up(self):
        self.standin.fault(method="PUT", path="*/results", do="refuse")
        self.check_kept(self.run_and_lose(self.seeded("noop")))
        state = {"XDG_STATE_HOME": os.path.join(self.folder, "state")}
        other = self.run_program("report", "resend", RELIABLY_SERVICE_HOST=CLOSED, **state)
        path = os.path.join(self.folder, SPOOL, self.spool()[0])
        self.assertEqual(other.code, 1, other.said)
        self.assertIn("kept: of another host or organization; to give it up, remove the file '%s'\n" % path, other.out)
        os.remove(path)
        self.assertEqual(self.run_program("report", "resend", RELIABLY_SERVICE_HOST=CLOSED, **state).code, 0)

    def test_the_next_run_delivers_what_an_earlier_one_left(self):
        lost, other = self.seeded("noop"), self.seeded("noop")
        self.standin.fault(method="PUT", path="*/results", do="refuse")
        done = self.run_and_lose(lost)
        self.check_kept(done)
        self.standin.server.resume()
        self.assertEqual(self.run_and_lose(other).code, 0)
        self.assertEqual(self.spool(), [])
        for made in (lost, other):
            self.assertEqual(self.execution(made)["user_state"]["status"], "completed")
            self.assertEqual(self.execution(made)["result"]["status"], "completed")
        mine = [r["path"] for r in self.standin.records if kind_of(r) == "state:finished"]
        self.assertIn(self.execution(other)["id"], mine[0], "its own closing calls come first")

    def test_an_outage_from_the_creation_to_after_the_end(self):
        """Each closing call is made once by `report resend`, which says so; a second time nothing is sent."""
        for variant, code in (("noop", 0), ("deviated", 1)):
            with self.subTest(variant):
                self.fresh()
                made = self.seeded(variant)
                if variant == "deviated":
                    self.standin.platform.environments[made["environment"]]["envvars"][0]["value"] = self.healthy()
                self.standin.fault(method="PUT", path="*/state", do="refuse")  # the first call after the creation
                done = self.run_and_lose(made)
                self.assertEqual(done.code, code, done.said)
                self.check_kept(done)
                execution, = self.standin.platform.executions
                self.standin.server.resume()
                self.standin.forget()
                first = self.resend()
                self.assertEqual((first.code, self.spool()), (0, []), first.said)
                self.assertEqual(self.calls(), CLOSING)
                self.assertRegex(first.said, r"%s.*delivered" % execution)
                self.verify(made, done, with_calls=False)
                self.standin.forget()
                second = self.resend()
                self.assertEqual((second.code, self.standin.records), (0, []), second.said)

    def test_two_that_resend_at_once_deliver_each_once(self):
        plans = [self.seeded("noop") for _ in range(3)]
        for made in plans:
            self.standin.fault(method="PUT", path="*/results", do="refuse")
            self.run_and_lose(made, PLAN_RUNNER_SPOOL=os.path.join(self.folder, SPOOL, made["plan"]))
            self.standin.server.resume()
        for made in plans:  # each was alone: none has delivered another's
            folder = os.path.join(self.folder, SPOOL, made["plan"])
            for name in os.listdir(folder):
                os.rename(os.path.join(folder, name), os.path.join(self.folder, SPOOL, name))
            os.rmdir(folder)
        self.assertEqual(len(self.spool()), 3)
        self.standin.forget()
        self.standin.fault(method="PUT", path="*/results", times=None, do="delay", seconds=0.2)
        both = [self.start("report", "resend", XDG_STATE_HOME=os.path.join(self.folder, "state")) for _ in range(2)]
        self.assertEqual([self.finish(child).code for child in both], [0, 0])
        self.assertEqual(self.spool(), [])
        self.assertEqual(sorted(self.calls()), sorted(CLOSING * 3))
        for made in plans:
            self.assertEqual(self.execution(made)["user_state"]["current"], "finished")

    def test_two_runs_at_once_in_one_home(self):
        """Each keeps its own, and neither delivers or removes what the other is at."""
        plans = [self.seeded("noop") for _ in range(2)]
        self.standin.fault(method="PUT", path="*/results", times=None, do="status", status=503)
        state = {"XDG_STATE_HOME": os.path.join(self.folder, "state"), "PLAN_RUNNER_REPORT_DEADLINE": "1"}
        files = [("--result-file", "%d.json" % i, "--log-file", "%d.log" % i) for i in range(2)]
        both = [self.start("service", "plan", "execute", *USUAL, *more, made["plan"], **state)
                for made, more in zip(plans, files)]
        self.assertEqual([self.finish(child).code for child in both], [0, 0])
        self.assertEqual(len(self.spool()), 2)
        del self.standin.server.faults[:]
        self.standin.forget()
        self.assertEqual(self.resend().code, 0)
        self.assertEqual((self.spool(), sorted(self.calls())), ([], sorted(CLOSING * 2)))
        for made, (_, name, *_) in zip(plans, files):
            with open(os.path.join(self.folder, name), encoding="utf-8") as f:
                journal = json.load(f)
            stored = self.execution(made)["result"]
            self.assertEqual(dict(stored, start=None), dict(journal, start=None), "the platform has its own start")

    def test_nothing_to_resend(self):
        done = self.resend()
        self.assertEqual(done.code, 0, done.said)
        self.assertEqual(self.standin.records, [])

    def test_a_silent_platform_does_not_hold_up_the_run(self):
        made = self.seeded("http")
        self.standin.fault(method="PUT", path="*/results", times=None, do="hang")
        done = self.run_and_lose(made)
        self.assertEqual(done.code, 0, done.said)
        self.assertLess(done.journal["duration"], 2)
        self.assertLess(done.seconds, 10)
        self.check_kept(done)

    def test_a_late_created_of_the_platform_is_put_right(self):
        """The platform writes `created` after its launch, perhaps over the runner's own status (docs/protocol.md 2.6)."""
        made = self.seeded("noop")
        path = self.client.api + "/plans/%s/status" % made["plan"]
        self.client.call("PUT", path, {"status": "creating"})
        self.standin.forget()
        child = self.start("service", "plan", "execute", "--set-status", made["plan"])
        self.wait_for("state:finished")
        self.client.call("PUT", path, {"status": "created"})
        self.assertEqual(self.finish(child).code, 0)
        self.assertEqual(self.stored_plan(made)["status"], "completed")


def open_text(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


class Interrupted(PlatformCase):
    def sleeping(self, made, **changes):
        """The program, in the midst of the long activity of the variant `slow`."""
        child = self.start("service", "plan", "execute", *USUAL, made["plan"], **changes)
        self.wait_for("state:running")
        end = time.monotonic() + 10
        log = os.path.join(self.folder, "run.log")
        while "sleep-a-while" not in open_text(log):
            self.assertLess(time.monotonic(), end, "the sleep has not begun")
            time.sleep(0.02)
        return child

    def check_interrupted(self, made, done, rollbacks):
        self.assertEqual(done.code, 2, done.said)
        self.assertEqual(done.err.splitlines()[-1:], ["plan-runner: the experiment was interrupted (exit code 2)"])
        self.assertEqual(self.reports()[-3:], CLOSING)
        execution = self.execution(made)
        self.assertEqual((execution["user_state"]["status"], execution["result"]["status"]), ("interrupted", "interrupted"))
        self.assertEqual(len(execution["result"]["rollbacks"]), rollbacks)
        self.assertNotIn("after-the-sleep", [r["activity"]["name"] for r in execution["result"]["run"]])
        self.assertEqual(self.stored_plan(made)["status"], "completed")
        return execution

    def test_by_the_user_of_the_platform(self):
        for skip, rollbacks in ((False, 1), (True, 0)):
            with self.subTest(skip_rollbacks=skip):
                self.fresh()
                made = self.seeded("slow")
                child = self.sleeping(made)
                path = "%s/experiments/%s/executions/%s/state" % (
                    self.client.api, made["experiment"], self.execution(made)["id"])
                self.client.call("PUT", path, {"current": "terminate", "skip_rollbacks": skip})
                execution = self.check_interrupted(made, self.finish(child, 20), rollbacks)
                extension = [e for e in execution["result"]["experiment"]["extensions"] if e["name"] == "reliably"]
                self.assertEqual(extension[0]["termination"]["skip_rollbacks"], skip)

    def test_signals(self):
        for name, rollbacks in (("TERM", 1), ("INT", 1), ("USR1", 1), ("USR2", 0)):
            with self.subTest(name):
                self.fresh()
                made = self.seeded("slow")
                child = self.sleeping(made)
                child.send_signal(getattr(signal, "SIG" + name))
                self.check_interrupted(made, self.finish(child, 20), rollbacks)

    def test_who_kills_soon_after_a_signal(self):
        made = self.seeded("slow")
        self.standin.fault(method="PUT", path="*/results", times=None, do="hang")
        child = self.sleeping(made, PLAN_RUNNER_GRACE="3s")
        began = time.monotonic()
        child.send_signal(signal.SIGTERM)
        done = self.finish(child, 20)
        self.assertLess(time.monotonic() - began, 3)
        self.assertIn("plan-runner report resend", done.said)
        self.assertEqual(len(done.journal["rollbacks"]), 1)

    def test_by_a_time_limit(self):
        made = self.seeded("slow")
        done = self.execute(made["plan"], *USUAL, "--timeout", "1500ms")
        self.check_interrupted(made, done, 1)
        self.assertIn("CRITICAL] [interrupt", done.file("run.log"))
        self.assertIn("The time limit of 1.5 s is over", done.file("run.log"))

    def test_a_time_limit_that_is_none(self):
        done = self.execute(self.seeded("noop")["plan"], "--timeout", "soon")
        self.assertEqual((done.code, self.calls()), (2, []))
        self.assertIn("'soon' is not a time", done.err)

    def test_the_journal_of_a_run_that_died_is_kept(self):
        self.end(self.sleeping(self.seeded("slow")))
        done = self.execute(self.seeded("noop")["plan"])
        self.assertEqual((done.code, done.journal["status"]), (0, "completed"), done.file("run.log"))
        kept = [name for name in os.listdir(self.folder) if name.startswith("result-") and name.endswith("Z.json")]
        self.assertEqual(len(kept), 1, os.listdir(self.folder))
        self.assertRegex(done.file("run.log"), r"It is kept as '\S*%s'" % re.escape(kept[0]))
        self.assertIn("Rollbacks that are owed: 1 (strategy 'always')", self.run_program("recover", kept[0]).said)


if __name__ == "__main__":
    unittest.main()
