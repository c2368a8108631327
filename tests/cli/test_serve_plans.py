"""Deployments, plans and executions of `plan-deployer serve`: what is kept, what is refused, and that no message of
a runner is lost or comes too late to be told apart."""
import concurrent.futures
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
import unittest
import uuid

from serving import PATIENCE, POSTGRESQL, Serving

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
RUNNER = os.path.abspath(os.environ.get("PLAN_RUNNER") or os.path.join(ROOT, "build", "dev", "plan-runner"))
NOWHERE = "00000000-0000-4000-8000-000000000000"
HIDDEN = "**********"
CRON = {"type": "cron", "pattern": "0 3 * * *"}


class ServedCase(unittest.TestCase):
    """Tests that share one platform, each with names of its own."""

    @classmethod
    def setUpClass(cls):
        cls.platform = Serving()
        cls.addClassCleanup(cls.platform.close)
        cls.platform.init()
        cls.platform.start()

    def ask(self, method, path, body=None, status=200):
        """The JSON of an answer, whose status must be that one."""
        reply = self.platform.call(method, path, body)
        self.assertEqual(status, reply.status, "%s %s: %s" % (method, path, reply.body[:500]))
        return reply.json

    def deployment(self, definition=None, name=None):
        name = name or "d-" + uuid.uuid4().hex
        return self.ask("POST", "/deployments", {"name": name, "definition": definition or {"type": "noop"}}, 201)["id"]

    def experiment(self, **document):
        document = dict({"title": self.id(), "description": "d", "method": []}, **document)
        return self.ask("POST", "/experiments/import", {"experiment": json.dumps(document)}, 201)["id"]

    def plan(self, experiment=None, deployment=None, status=201, **more):
        body = dict({"title": self.id(), "deployment": {"deployment_id": deployment or self.deployment()},
                     "schedule": {"type": "now"}, "experiments": [experiment or self.experiment()]}, **more)
        return self.ask("POST", "/plans", body, status)

    def status(self, plan):
        found = self.ask("GET", "/plans/" + plan)
        return found["status"], found["error"]

    def put(self, plan, status, error=None):
        self.assertEqual({"ok": True}, self.ask("PUT", "/plans/%s/status" % plan, {"status": status, "error": error}))


class Deployments(ServedCase):
    def test_secrets_are_never_shown(self):
        secret = {"type": "github", "repo": "https://github.com/o/r", "token": "ghp_hush_hush"}
        made = self.deployment(secret, "secrets")
        clone = self.ask("POST", "/deployments/%s/clone" % made, {"name": "secrets-2"}, 201)["id"]
        for one in (made, clone):
            self.assertEqual(HIDDEN, self.ask("GET", "/deployments/" + one)["definition"]["token"])
        self.assertNotIn("ghp_hush_hush", json.dumps(self.ask("GET", "/deployments")))
        self.assertNotIn("ghp_hush_hush", self.platform.said())
        if not POSTGRESQL:
            with open(self.platform.database.removeprefix("sqlite:///"), "rb") as file:
                self.assertNotIn(b"ghp_hush_hush", file.read())

    @unittest.skipIf(POSTGRESQL, "reads the file")
    def test_what_comes_back_hidden_keeps_its_secret(self):
        given = {"type": "k8s_job", "namespace": "n", "credentials": "kubeconfig-hush"}
        made = self.deployment(given, "kept")
        self.ask("PUT", "/deployments/" + made, {"name": "kept", "definition": dict(given, credentials=HIDDEN, image="i:1")})
        self.assertEqual((HIDDEN, "i:1"), tuple(self.ask("GET", "/deployments/" + made)["definition"][k]
                                               for k in ("credentials", "image")))
        self.assertIsNotNone(self.sealed(made))
        self.ask("PUT", "/deployments/" + made, {"name": "kept", "definition": dict(given, credentials=None)})
        self.assertIsNone(self.sealed(made))

    def sealed(self, deployment):
        base = sqlite3.connect(self.platform.database.removeprefix("sqlite:///"))
        with base:
            found = base.execute("SELECT secrets FROM deployments WHERE id = ?", (deployment,)).fetchone()[0]
        base.close()
        return found

    def test_names_are_unique(self):
        one, two = self.deployment(name="one"), self.deployment(name="two")
        body = {"name": "one", "definition": {"type": "noop"}}
        self.ask("POST", "/deployments", body, 409)
        self.ask("PUT", "/deployments/" + two, body, 409)
        self.ask("POST", "/deployments/%s/clone" % one, {"name": "two"}, 409)
        self.assertEqual("two", self.ask("GET", "/deployments/" + two)["name"])

    def test_definitions_that_are_none(self):
        for definition in ({}, {"type": "x"}, None, [], {"type": "github"}, {"type": "k8s_job"}, {"type": "container"},
                           {"type": "github", "repo": "https://github.com.evil.example/o/r"},
                           {"type": "github", "repo": "ftp://github.com/o/r"},
                           {"type": "reliably_cli", "mode": "x"},
                           {"type": "container", "image": "i", "volumes": {"/nowhere/at/all": {"bind": "/x"}}},
                           {"type": "container", "image": "i", "volumes": {"/tmp": "x"}},
                           {"type": "container", "image": "i", "volumes": {"/tmp": {"bind": "/x", "mode": "rx"}}}):
            with self.subTest(definition):
                self.ask("POST", "/deployments", {"name": "bad", "definition": definition}, 422)
        self.assertEqual(0, self.ask("GET", "/deployments/search?pattern=bad")["count"])

    def test_one_in_use_stays(self):
        made = self.deployment(name="used")
        plan = self.plan(deployment=made)["id"]
        self.assertEqual([plan], self.ask("GET", "/deployments/%s/plans" % made))
        refusal = self.ask("DELETE", "/deployments/" + made, status=400)
        self.assertEqual({"title", "status", "detail"}, set(refusal))
        self.ask("DELETE", "/plans/" + plan)
        self.assertIsNone(self.ask("DELETE", "/deployments/" + made))
        self.ask("GET", "/deployments/" + made, status=404)
        self.ask("POST", "/deployments/%s/clone" % made, {"name": "x"}, 404)

    def test_search(self):
        for name in ("Search 100%", "search_1", "other"):
            self.deployment(name=name)
        for pattern, count in (("SEARCH", 2), ("100%25", 1), ("_1", 1), ("%25%25", 0)):
            self.assertEqual(count, self.ask("GET", "/deployments/search?pattern=" + pattern)["count"], pattern)


class Plans(ServedCase):
    def test_every_page_has_the_count_of_all(self):
        made = {self.plan()["id"] for _ in range(4)}
        whole = self.ask("GET", "/plans?limit=1")["count"]
        for limit in range(1, 6):
            found, page = [], 0
            while len(found) == page * limit and page <= whole:
                page += 1
                part = self.ask("GET", "/plans?limit=%d&page=%d" % (limit, page))
                self.assertEqual(whole, part["count"], (limit, page))
                self.assertLessEqual(len(part["items"]), limit)
                found += [plan["id"] for plan in part["items"]]
            self.assertEqual((whole, whole), (len(found), len(set(found))), limit)
            self.assertLessEqual(made, set(found))

    def test_made_and_created(self):
        made = self.plan(integrations=None, environment={"provider": "reliably_cloud", "id": None})
        self.assertEqual(("creating", None, 0), (made["status"], made["error"], made["executions_count"]))
        self.assertEqual(([], None), (made["definition"]["integrations"], made["definition"]["environment"]))
        self.assertEqual(("created", None), self.status(made["id"]))
        self.assertRegex(made["ref"], "^[0-9a-f]{32}$")

    def test_one_without_its_deployment(self):
        made = self.plan(deployment=NOWHERE)["id"]
        self.assertEqual(("creation error", "deployment '%s' not found" % NOWHERE), self.status(made))

    def test_definitions_that_are_none(self):
        for more in ({"deployment": {"no": "id"}}, {"experiments": None}, {"experiments": ["x"]}, {"integrations": ["x"]},
                     {"environment": {"id": "x"}}, {"title": 7}, {"schedule": {"type": "x"}},
                     {"schedule": dict(CRON, pattern="61 * * * *")}, {"schedule": dict(CRON, pattern="@daily")},
                     {"schedule": dict(CRON, timezone="Nowhere/City")}, {"schedule": dict(CRON, timezone="../etc/passwd")}):
            with self.subTest(more):
                self.plan(status=422, **more)

    def test_schedules(self):
        for schedule, wanted in (({"pattern": "0 3 * * *"}, ("cron", "Etc/UTC")),
                                 (dict(CRON, timezone="Europe/Paris"), ("cron", "Europe/Paris")),
                                 (dict(CRON, timezone=None), ("cron", "Etc/UTC")), ({}, ("now", None))):
            found = self.plan(schedule=schedule)["definition"]["schedule"]
            self.assertEqual(wanted, (found["type"], found.get("timezone")))

    def test_a_late_message_changes_nothing(self):
        plan = self.plan()["id"]
        for status, error, wanted in (
                ("running", None, ("running", None)), ("created", None, ("running", None)),
                ("creation error", "exited", ("running", None)), ("completed", None, ("completed", None)),
                ("created", None, ("completed", None)), ("creating", "x", ("completed", None)),
                ("creation error", "exited", ("completed", None)), ("deleted", None, ("completed", None)),
                ("running", None, ("running", None)), ("error", "why", ("error", "why")),
                ("created", None, ("error", "why")), ("running", None, ("running", None))):
            self.put(plan, status, error)
            self.assertEqual(wanted, self.status(plan), status)
        for body in ({}, {"status": "RUNNING"}, {"status": "running", "error": 7}):
            self.ask("PUT", "/plans/%s/status" % plan, body, 422)

    def test_replaced(self):
        experiment, deployment = self.experiment(), self.deployment()
        plan = self.plan(experiment, deployment)["id"]
        body = {"title": "New", "deployment": {"deployment_id": deployment}, "schedule": CRON, "experiments": [experiment]}
        self.assertIsNone(self.ask("PUT", "/plans/" + plan, body))
        found = self.ask("GET", "/plans/" + plan)
        self.assertEqual(("New", "cron"), (found["definition"]["title"], found["definition"]["schedule"]["type"]))
        self.ask("PUT", "/plans/" + plan, dict(body, experiments=[NOWHERE]), 400)
        self.ask("PUT", "/plans/" + NOWHERE, body, 404)

    def test_run_suspend_resume(self):
        now, cron = self.plan()["id"], self.plan(schedule=CRON)["id"]
        self.assertIsNone(self.ask("POST", "/plans/%s/run" % now))
        self.assertEqual(("created", None), self.status(now))
        self.ask("POST", "/plans/%s/run" % cron, status=400)
        for verb, status in (("suspend", "suspended"), ("resume", "created")):
            self.ask("POST", "/plans/%s/%s" % (now, verb), status=400)
            self.ask("POST", "/plans/%s/%s" % (cron, verb))
            self.assertEqual((status, None), self.status(cron))
        for verb in ("run", "suspend", "resume"):
            self.ask("POST", "/plans/%s/%s" % (NOWHERE, verb), status=404)
        self.assertIsNone(self.ask("GET", "/plans/schedulables/next?deployment_type=noop"))

    def test_deleted(self):
        plan = self.plan()["id"]
        self.assertIsNone(self.ask("DELETE", "/plans/" + plan))
        for method, path, body in (("GET", "", None), ("DELETE", "", None), ("POST", "/run", None),
                                   ("PUT", "/status", {"status": "running"}), ("GET", "/executions", None)):
            self.ask(method, "/plans/" + plan + path, body, 404)
        self.assertNotIn(plan, json.dumps(self.ask("GET", "/plans")))

    def test_lists(self):
        for title in ("Zebra here", "Ape here"):
            self.plan(title=title)
        found = self.ask("GET", "/plans/search?pattern=HERE&limit=1&page=2")
        self.assertEqual((2, ["Zebra here"]), (found["count"], [p["definition"]["title"] for p in found["items"]]))
        titles = [p["definition"]["title"] or "" for p in self.ask("GET", "/plans?sort=title")["items"]]
        self.assertEqual(sorted(titles), titles)
        self.ask("GET", "/plans?sort=size", status=422)


class Executions(ServedCase):
    def begin(self, experiment, plan=None, result="{}", status=201, **more):
        return self.ask("POST", "/experiments/%s/executions" % experiment, dict({"result": result, "plan_id": plan}, **more), status)

    def path(self, made):
        return "/experiments/%s/executions/%s" % (made["experiment_id"], made["id"])

    def test_begun(self):
        experiment = self.experiment()
        plan = self.plan(experiment)["id"]
        made = self.begin(experiment, plan, {"start": "mine", "ü": [1.5]}, log="l")
        self.assertEqual({"start": "mine", "ü": [1.5]}, made["result"])
        self.assertEqual((plan, self.platform.user, "pending"),
                         (made["plan_id"], made["user_id"], made["user_state"]["current"]))
        found = self.ask("GET", "/plans/" + plan)
        self.assertEqual((1, made["id"], made["created_date"], None),
                         (found["executions_count"], found["last_executions_info"]["running"]["id"],
                          found["last_executions_info"]["running"]["timestamp"], found["last_executions_info"]["terminated"]))
        self.assertEqual(made, self.ask("GET", self.path(made)))
        self.assertEqual([made], self.ask("GET", "/plans/%s/executions" % plan)["items"])

    def test_of_a_plan_that_does_not_list_it(self):
        experiment, other = self.experiment(), self.experiment(title="other")
        plan = self.plan(other)["id"]
        self.begin(experiment, plan, status=400)
        self.ask("DELETE", "/plans/" + plan)
        self.begin(experiment, plan, status=400)
        self.begin(experiment, NOWHERE)
        self.begin(NOWHERE, status=404)

    def test_reported(self):
        made = self.begin(self.experiment(), log="first")
        path = self.path(made)
        for result in ('{"a": 1.0, "b": "\\u0001\\\\u0000"}', {"a": 1.0, "b": "\x01\\u0000"}):
            self.assertIsNone(self.ask("PUT", path + "/results", {"result": result, "log": "one\ntwo ü"}))
            self.assertEqual({"a": 1.0, "b": "\x01\\u0000"}, self.ask("GET", path + "/results"))
        log = self.platform.call("GET", path + "/log")
        self.assertEqual((200, "one\ntwo ü"), (log.status, log.body.decode()))
        self.assertRegex(log.headers["content-type"], "^text/plain")
        self.ask("PUT", path + "/results", {"result": "{}"})
        self.assertEqual(b"", self.platform.call("GET", path + "/log").body)
        for result in ("nonsense", "[]", [], 7, None, '{"a": "\\u0000"}', {"a": "\0"}):
            self.ask("PUT", path + "/results", {"result": result}, 422)
        self.ask("PUT", path + "/results", {"result": "{}", "log": "\0"}, 422)
        self.assertEqual({}, self.ask("GET", path + "/results"))
        self.ask("PUT", "/experiments/%s/executions/%s/results" % (made["experiment_id"], NOWHERE), {"result": "{}"}, 404)

    def test_states(self):
        experiment = self.experiment()
        plan = self.plan(experiment)["id"]
        made = self.begin(experiment, plan)
        state = self.path(made) + "/state"
        user = {"name": "admin", "id": self.platform.user}
        for sent, wanted in (
                ({"current": "pause", "duration": 0, "user": {"name": "x", "id": NOWHERE}}, {"duration": 0, "user": user}),
                ({"current": "resume", "more": 1}, {"user": user}),
                ({"current": "terminate", "plan_id": plan}, {"skip_rollbacks": False, "user": user, "plan_id": plan}),
                ({"current": "running", "started_on": "2026-11-20T18:04:56+02:00"}, {"started_on": "2026-11-20T16:04:56.000000Z"}),
                ({"current": "finished", "finished_on": "2026-11-20T16:04:57Z", "deviated": True},
                 {"finished_on": "2026-11-20T16:04:57.000000Z", "deviated": True, "status": None})):
            self.assertIsNone(self.ask("PUT", state, sent))
            self.assertEqual(dict({"current": sent["current"], "plan_id": None}, **wanted), self.ask("GET", state))
        self.assertEqual({"id": made["id"], "timestamp": "2026-11-20T16:04:57.000000Z"},
                         self.ask("GET", "/plans/" + plan)["last_executions_info"]["terminated"])
        for bad in ({}, {"duration": 5}, {"current": "x"}, {"current": "pause"}, {"current": "pause", "duration": 5.0},
                    {"current": "pause", "duration": 3301}, {"current": "pause", "duration": True}, [],
                    {"current": "finished", "status": "x"}, {"current": "running", "plan_id": "x"}):
            self.ask("PUT", state, bad, 422)
        self.assertEqual("finished", self.ask("GET", state)["current"])
        self.ask("GET", state.replace(made["id"], NOWHERE), status=404)
        self.ask("PUT", state.replace(made["id"], NOWHERE), {"current": "running"}, 404)

    def test_lists_and_deletion(self):
        experiment = self.experiment()
        plan = self.plan(experiment)["id"]
        made = [self.begin(experiment, plan)["id"] for _ in range(3)]
        for path in ("/executions", "/experiments/%s/executions" % experiment, "/plans/%s/executions" % plan):
            self.assertEqual(made[::-1], [x["id"] for x in self.ask("GET", path)["items"]][:3])
            self.assertEqual(made[1:2], [x["id"] for x in self.ask("GET", path + "?limit=1&page=2")["items"]])
        one = "/experiments/%s/executions/%s" % (experiment, made[1])
        self.assertIsNone(self.ask("DELETE", one))
        for path in ("", "/state", "/results", "/log"):
            self.ask("GET", one + path, status=404)
        self.assertEqual(2, self.ask("GET", "/plans/" + plan)["executions_count"])
        self.ask("GET", "/experiments/%s/executions" % NOWHERE, status=404)

    def test_two_hundred_at_once_lose_nothing(self):
        experiment = self.experiment()
        plan = self.plan(experiment)["id"]

        def upload(number):
            with self.platform.client() as client:
                made = client.made("/experiments/%s/executions" % experiment, {"result": "{}", "plan_id": plan})
                path = client.api + self.path(made)
                for step in range(3):
                    body = {"result": json.dumps({"number": number, "step": step}), "log": "log %d" % number}
                    self.assertEqual(200, client.call("PUT", path + "/results", body).status)
                self.assertEqual(200, client.call("PUT", path + "/state", {"current": "finished"}).status)
                return number, made

        with concurrent.futures.ThreadPoolExecutor(200) as pool:
            done = list(pool.map(upload, range(200)))
        self.assertEqual(200, self.ask("GET", "/plans/" + plan)["executions_count"])
        for number, made in done:
            self.assertEqual({"number": number, "step": 2}, self.ask("GET", self.path(made) + "/results"))
            self.assertEqual("finished", self.ask("GET", self.path(made) + "/state")["current"])


class Runs(ServedCase):
    """plan-runner against it."""

    def execute(self, plan):
        folder = tempfile.mkdtemp(prefix="run-")
        self.addCleanup(shutil.rmtree, folder)
        return subprocess.run([RUNNER, "service", "plan", "execute", "--set-status", "--load-environment", plan],
                              env=dict(self.platform.environment(), PATH=os.environ["PATH"], HOME=folder), cwd=folder,
                              text=True, capture_output=True, timeout=PATIENCE, check=False)

    def check(self, variant):
        seeded = subprocess.run(
            [os.environ.get("PYTHON", "python3"), os.path.join(ROOT, "tests", "interop", "seed.py"), self.platform.url, variant, "manual"],
            env=dict(os.environ, INTEROP_ORG=self.platform.organization, INTEROP_TOKEN=self.platform.token), text=True,
            capture_output=True, timeout=PATIENCE, check=True).stdout
        plan = dict(line.split("=", 1) for line in seeded.splitlines())["PLAN"]
        done = self.execute(plan)
        verified = subprocess.run(
            [os.environ.get("PYTHON", "python3"), os.path.join(ROOT, "tests", "interop", "verify.py"), "--host", self.platform.url,
             "--access-log", "", "--exit-code", str(done.returncode), "-q", self.platform.organization, self.platform.token, plan],
            text=True, capture_output=True, timeout=PATIENCE, check=False)
        self.assertEqual(0, verified.returncode, verified.stdout + done.stderr)
        self.put(plan, "created")
        self.assertEqual(("completed", None), self.status(plan))

    def test_a_nominal_plan(self):
        self.check("nominal")

    def test_a_noop(self):
        self.check("noop")

    def test_a_deviation(self):
        self.check("deviated")


if __name__ == "__main__":
    unittest.main()
