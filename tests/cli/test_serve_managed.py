"""Managed deployments: what `plan-deployer serve` launches itself, at once or by a schedule."""
import contextlib
import datetime
import os
import signal
import sqlite3
import stat
import subprocess
import tempfile
import time
import unittest
import uuid

import serving
from serving import Serving

RUNNER = os.path.abspath(os.environ.get("PLAN_RUNNER") or os.path.join(serving.ROOT, "build", "dev", "plan-runner"))
PATIENCE = 60
LEASE = 30


def process(*arguments, name="act"):
    return {"type": "action", "name": name,
            "provider": {"type": "process", "path": "/bin/sh", "arguments": ["-c", " ".join(arguments)]}}


def experiment(*method, rollbacks=()):
    return {"version": "1.0.0", "title": "managed", "description": "d", "method": list(method),
            "rollbacks": list(rollbacks)}


def wait_for(what, seconds=PATIENCE):
    """Polls `what` until it is true; what it then is."""
    end = time.monotonic() + seconds
    while True:
        found = what()
        if found:
            return found
        if time.monotonic() > end:
            raise AssertionError("nothing in %d s" % seconds)
        time.sleep(0.05)


class ManagedCase(unittest.TestCase):
    runner = RUNNER

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="managed-")
        self.addCleanup(subprocess.run, ["rm", "-rf", self.folder], check=True)

    def serve(self, runner=None, **more):
        platform = Serving("--runner", runner or self.runner, "--verbose", **more)
        self.addCleanup(platform.close)
        platform.init()
        platform.start()
        return platform

    def script(self, text):
        """A program in the place of the runner, below which $F is the folder of the test."""
        path = os.path.join(self.folder, "runner-%s" % uuid.uuid4().hex)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("#!/bin/sh\nF=%s\n%s" % (self.folder, text))
        os.chmod(path, stat.S_IRWXU)
        return path

    def path(self, name):
        return os.path.join(self.folder, name)

    def lines(self, name):
        try:
            with open(self.path(name), encoding="utf-8") as stream:
                return stream.read().splitlines()
        except FileNotFoundError:
            return []

    def plan(self, platform, document=None, schedule=None, **definition):
        with platform.client() as client:
            deployment = client.made("/deployments", {"name": uuid.uuid4().hex, "definition": dict(
                {"type": "reliably_cli", "mode": "managed"}, **definition)})["id"]
            made = client.plan(document or experiment(process("true")), schedule=schedule or {"type": "now"},
                               deployment={"deployment_id": deployment, "deployment_type": "reliably_cli"})
        return made["plan"]

    def get(self, platform, plan):
        reply = platform.call("GET", "/plans/" + plan)
        self.assertEqual(reply.status, 200)
        return reply.json

    def reaches(self, platform, plan, *statuses, seconds=PATIENCE):
        def reached():
            found = self.get(platform, plan)
            return found if found["status"] in statuses else None
        try:
            return wait_for(reached, seconds)
        except AssertionError as no:
            raise AssertionError("%r\n%s" % (self.get(platform, plan), platform.said())) from no

    def executions(self, platform, plan):
        return platform.call("GET", "/plans/%s/executions" % plan).json["items"]


class Launched(ManagedCase):
    """By the real runner."""

    def test_a_plan_runs_at_once_and_is_run_again(self):
        platform = self.serve()
        plan = self.plan(platform)
        self.reaches(platform, plan, "completed")
        finished = wait_for(lambda: [e["user_state"] for e in self.executions(platform, plan) if "status" in e["user_state"]])
        self.assertEqual([state["status"] for state in finished], ["completed"])
        again = wait_for(lambda: platform.call("POST", "/plans/%s/run" % plan).status == 200)
        self.assertTrue(again)
        wait_for(lambda: len(self.executions(platform, plan)) == 2)
        self.reaches(platform, plan, "completed")
        tokens = platform.call("GET", "/tokens").json
        self.assertEqual(len(tokens["items"] if isinstance(tokens, dict) else tokens), 1)
        wait_for(lambda: platform.said().count("plan %s has ended: exit code 0" % plan) == 2)

    def test_a_run_works_in_the_base_dir(self):
        platform = self.serve()
        plan = self.plan(platform, experiment(process("pwd > here; env > env")), base_dir=self.folder)
        self.reaches(platform, plan, "completed")
        self.assertEqual(self.lines("here"), [self.folder])
        names = {line.partition("=")[0] for line in self.lines("env")}
        self.assertNotIn("PLAN_DEPLOYER_KEY", names)

    def test_a_plan_that_is_deleted_while_it_runs_rolls_back(self):
        platform = self.serve()
        plan = self.plan(platform, experiment(
            process("touch %s/begun; sleep 30" % self.folder), process("touch %s/second" % self.folder),
            rollbacks=[process("touch %s/back" % self.folder)]))
        wait_for(lambda: os.path.exists(self.path("begun")))
        self.assertEqual(platform.call("DELETE", "/plans/" + plan).status, 200)
        self.assertEqual(platform.call("GET", "/plans/" + plan).status, 404)
        wait_for(lambda: "has ended" in platform.said())
        self.assertFalse(os.path.exists(self.path("second")))

    def test_when_the_server_is_asked_to_end_its_runs_end_first(self):
        platform = self.serve()
        plan = self.plan(platform, experiment(process("touch %s/begun; sleep 30" % self.folder)))
        wait_for(lambda: os.path.exists(self.path("begun")))
        self.assertEqual(platform.stop(), 0, platform.said())
        platform.start()
        self.assertIn(self.get(platform, plan)["status"], ("completed", "error"))
        self.assertEqual(self.executions(platform, plan)[0]["user_state"]["current"], "finished")

    def test_a_run_outlives_a_killed_server_for_its_rollbacks(self):
        document = experiment(process("touch %s/begun; sleep 3" % self.folder),
                              process("touch %s/second" % self.folder),
                              rollbacks=[process("touch %s/back" % self.folder)])
        document["runtime"] = {"rollbacks": {"strategy": "always"}}
        platform = self.serve()
        self.plan(platform, document)
        wait_for(lambda: os.path.exists(self.path("begun")))
        platform.stop(signal.SIGKILL)
        wait_for(lambda: os.path.exists(self.path("back")))
        self.assertFalse(os.path.exists(self.path("second")))


class Supervised(ManagedCase):
    """By scripts in the place of the runner."""

    def test_a_crash_is_a_creation_error_with_its_last_line(self):
        platform = self.serve(self.script("echo 'cannot go on' >&2\nkill -SEGV $$\n"))
        found = self.reaches(platform, self.plan(platform), "creation error")
        self.assertRegex(found["error"], r"^Process '\d+' exited abnormally \(signal 11\): cannot go on$")

    def test_a_crash_while_it_runs_is_an_error(self):
        platform = self.serve(self.script(
            "trap 'exit 7' USR1\necho $$ > $F/pid\nwhile :; do sleep 0.05; done\n"))
        plan = self.plan(platform)
        pid = wait_for(lambda: self.lines("pid"))[0]
        reply = platform.call("PUT", "/plans/%s/status" % plan, {"status": "running", "error": None})
        self.assertEqual(reply.status, 200)
        os.kill(int(pid), signal.SIGUSR1)
        found = self.reaches(platform, plan, "error")
        self.assertRegex(found["error"], r"ended without reporting the end of the run \(exit code 7\)")

    def test_a_program_that_has_gone_is_named(self):
        program = self.script("exit 0\n")
        platform = self.serve(program)
        os.remove(program)
        found = self.reaches(platform, self.plan(platform), "creation error")
        self.assertIn(program, found["error"])

    def test_a_plan_that_runs_is_not_run_twice(self):
        platform = self.serve(self.script("echo >> $F/starts\nsleep 20\n"))
        plan = self.plan(platform)
        wait_for(lambda: self.lines("starts"))
        self.assertEqual(platform.call("POST", "/plans/%s/run" % plan).status, 409)
        self.assertEqual(len(self.lines("starts")), 1)

    def test_the_token_of_a_run_ends_with_it(self):
        """It reads and reports, but makes nothing that would open the platform later."""
        platform = self.serve(self.script(
            "trap 'exit 0' USR1\necho $$ $RELIABLY_SERVICE_TOKEN > $F/new\nmv $F/new $F/run\n"
            "while :; do sleep 0.05; done\n"))
        plan = self.plan(platform)
        pid, token = wait_for(lambda: self.lines("run"))[0].split()
        bearer = {"Authorization": "Bearer " + token}
        self.assertEqual(platform.call("GET", "/plans/" + plan, headers=bearer).status, 200)
        other = platform.ask("POST", "/api/v1/user", {"username": "other"}).json["id"]
        mine = platform.call("GET", "/tokens").json["items"][0]["id"]
        for method, path, body in (("POST", "/tokens", {"name": "later"}), ("DELETE", "/tokens/" + mine, None),
                                   ("POST", "/links", None), ("POST", "/users", {"user_id": other}),
                                   ("DELETE", "/users/" + other, None), ("DELETE", "/", None)):
            self.assertEqual(platform.call(method, path, body, bearer).status, 403, (method, path))
        for path, body in (("/api/v1/user", {"username": "later"}), ("/api/v1/organization", {"name": "later"})):
            self.assertEqual(platform.ask("POST", path, body, bearer).status, 403, path)
        os.kill(int(pid), signal.SIGUSR1)
        wait_for(lambda: platform.call("GET", "/plans/" + plan, headers=bearer).status == 401)

    def test_a_deleted_organization_runs_nothing(self):
        platform = self.serve(self.script(
            "trap 'echo >> $F/ended; exit 0' TERM\necho >> $F/starts\nwhile :; do sleep 0.05; done\n"))
        self.plan(platform)
        cron = {"type": "cron", "pattern": "* * * * *", "timezone": "Etc/UTC"}
        self.plan(platform, schedule=cron)
        wait_for(lambda: self.lines("starts"))
        self.assertEqual(platform.call("DELETE", "/").status, 200)
        begun = len(self.lines("starts"))
        wait_for(lambda: len(self.lines("ended")) == begun)
        with contextlib.closing(sqlite3.connect(platform.database[len("sqlite:///"):])) as database:
            self.assertEqual(database.execute("SELECT count(*) FROM jobs").fetchall(), [(0,)])

    def test_a_manual_deployment_is_never_launched(self):
        platform = self.serve(self.script("echo >> $F/starts\n"))
        plan = self.plan(platform, mode="manual")
        self.reaches(platform, plan, "created")
        self.reaches(platform, self.plan(platform), "creation error")
        self.assertEqual(len(self.lines("starts")), 1)

    def test_a_schedule_runs_rests_and_goes_on(self):
        platform = self.serve(self.script('echo "$7" >> $F/starts\n'))
        schedule = {"type": "cron", "pattern": "* * * * *", "timezone": "Europe/Paris"}
        rests = self.plan(platform, schedule=schedule)
        goes_on = self.plan(platform, schedule=schedule)
        self.reaches(platform, rests, "created")
        self.assertEqual(platform.call("POST", "/plans/%s/suspend" % rests).status, 200)
        self.assertEqual(self.get(platform, rests)["status"], "suspended")
        self.assertEqual(platform.call("POST", "/plans/%s/run" % rests).status, 400)
        wait_for(lambda: self.lines("starts"), 70)
        self.assertLess(datetime.datetime.now().second, 30)
        self.assertEqual(set(self.lines("starts")), {goes_on})
        self.assertEqual(platform.call("DELETE", "/plans/" + goes_on).status, 200)
        self.assertEqual(platform.call("POST", "/plans/%s/resume" % rests).status, 200)
        wait_for(lambda: len(self.lines("starts")) > 1, 70)
        self.assertEqual(self.lines("starts"), [goes_on, rests])


@unittest.skipUnless(serving.POSTGRESQL, "needs tests/lib/postgres")
class Shared(ManagedCase):
    """Two servers on one database."""

    def two(self, runner):
        first = self.serve(runner)
        second = Serving("--runner", runner, "--verbose", database=first.database)
        self.addCleanup(second.close)
        for name in ("organization", "token", "user"):
            setattr(second, name, getattr(first, name))
        second.start()
        return first, second

    def test_each_of_100_is_started_once(self):
        first, second = self.two(self.script('echo "$7 $PPID" >> $F/starts\nsleep 0.2\n'))
        schedule = {"type": "cron", "pattern": "* * * * *"}
        with first.client() as client:
            made = client.plan(experiment(process("true")), title="model")
            deployment = client.made("/deployments", {
                "name": "both", "definition": {"type": "reliably_cli", "mode": "managed"}})["id"]
            body = {"title": "due", "experiments": [made["experiment"]], "schedule": schedule,
                    "deployment": {"deployment_id": deployment, "deployment_type": "reliably_cli"}}
            while datetime.datetime.now().second > 40:
                time.sleep(1)
            plans = [client.made("/plans", body)["id"] for _ in range(100)]
        wait_for(lambda: len(self.lines("starts")) >= 100, 90)
        time.sleep(2)
        starts = [line.split() for line in self.lines("starts")]
        self.assertEqual(sorted(plan for plan, _ in starts), sorted(plans))
        self.assertEqual({int(parent) for _, parent in starts} - {first.pid, second.pid}, set())

    def test_what_a_killed_server_ran_is_an_error_and_starts_nowhere(self):
        first, second = self.two(self.script('echo "$7" >> $F/starts\nsleep 100\n'))
        plan = self.plan(first)
        wait_for(lambda: self.lines("starts"))
        owner = first if plan in first.said() else second
        other = second if owner is first else first
        owner.stop(signal.SIGKILL)
        found = self.reaches(other, plan, "error", "creation error", seconds=LEASE + 30)
        self.assertIn("went away", found["error"])
        self.assertEqual(len(self.lines("starts")), 1)


if __name__ == "__main__":
    unittest.main()
