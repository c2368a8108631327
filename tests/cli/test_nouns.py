#!/usr/bin/env python3
"""The everyday commands of plan-deployer (`NOUN VERB`), against the platform that it serves itself."""
import json
import os
import subprocess
import threading
import time
import unittest

from serving import Serving

EXPERIMENT = """\
# YAML, as people write it
title: Nothing happens
description: at all
method: []
"""
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
STRANGER = "11111111-1111-4111-8111-111111111111"
SECRET = "s3cr3t-of-nouns"


class NounCase(unittest.TestCase):
    """One platform a class."""

    @classmethod
    def setUpClass(cls):
        cls.platform = Serving()
        cls.addClassCleanup(cls.platform.close)
        cls.platform.__enter__()
        cls.platform.variables.update(cls.platform.environment())
        cls.file = os.path.join(cls.platform.folder, "experiment.yaml")
        with open(cls.file, "w", encoding="utf-8") as stream:
            stream.write(EXPERIMENT)

    def run_command(self, *arguments, **variables):
        env = {**self.platform.variables, **variables}
        return subprocess.run([self.platform.program, *arguments], env=env, cwd=self.platform.folder, text=True,
                              capture_output=True, timeout=60, stdin=subprocess.DEVNULL)

    def said(self, *arguments, **variables):
        """What a command prints that goes well."""
        done = self.run_command(*arguments, **variables)
        self.assertEqual((done.returncode, done.stderr), (0, ""), arguments)
        return done.stdout

    def made(self, *arguments, **variables):
        """The object that a command prints."""
        return json.loads(self.said(*arguments, "--output", "json", **variables))

    def refused(self, code, pattern, *arguments, **variables):
        done = self.run_command(*arguments, **variables)
        self.assertEqual((done.returncode, done.stdout), (code, ""), (arguments, done.stderr))
        self.assertRegex(done.stderr, pattern)
        return done.stderr

    def plan(self, title, *options):
        """Experiment, deployment and plan of that title."""
        with open(os.path.join(self.platform.folder, title + ".json"), "w", encoding="utf-8") as stream:
            json.dump({"title": title, "description": "x", "method": []}, stream)
        self.said("experiment", "import", title + ".json")
        self.said("deployment", "create", title, "--type", "manual")
        return self.made("plan", "create", title, "--experiment", title, "--deployment", title, *options)


class Shown(NounCase):
    """Tables for people, JSON and YAML for programs, ids for shells."""

    def test_table_has_a_head_and_a_row_each(self):
        self.said("experiment", "import", self.file)
        head, row = self.said("experiment", "list").splitlines()
        self.assertEqual(head.split(), ["ID", "TITLE", "CREATED"])
        self.assertRegex(row, "^%s  Nothing happens  2" % UUID)
        self.assertEqual(head.index("TITLE"), row.index("Nothing"))

    def test_empty_list_is_its_head(self):
        self.assertEqual(self.said("execution", "list").split(), "ID PLAN STATE STATUS DEVIATED CREATED".split())
        self.assertEqual(self.said("execution", "list", "--output", "id"), "")
        self.assertEqual(self.made("execution", "list"), {"count": 0, "items": []})

    def test_id_json_and_yaml_are_of_the_same_object(self):
        made = self.made("deployment", "create", "one", "--type", "managed", "--base-dir", "/tmp")
        self.assertEqual(made["definition"]["mode"], "managed")
        self.assertEqual(self.said("deployment", "get", "one", "-o", "id"), made["id"] + "\n")
        self.assertIn("id: %s\n" % made["id"], self.said("deployment", "get", made["id"], "-o", "yaml"))

    def test_names_cannot_command_a_terminal(self):
        self.said("environment", "create", "red \x1b[31m\u202e")
        self.assertNotRegex(self.said("environment", "list"), "[\x1b\u202e]")

    def test_long_lists_are_read_to_their_end(self):
        for i in range(23):
            self.said("token", "create", "t%02d" % i)
        names = [t["name"] for t in self.made("token", "list")["items"]]
        self.assertEqual(len({n for n in names if n.startswith("t")} - {"token"}), 23)
        self.assertEqual(len(self.made("token", "list", "--limit", "12")["items"]), 12)

    def test_the_id_of_a_link_is_its_address(self):
        self.assertRegex(self.said("page", "-o", "id"), "^%s/enter/[0-9a-f]+\n$" % self.platform.url)

    def test_a_token_is_shown_once(self):
        token = self.said("token", "create", "once").split()[-1]
        self.assertRegex(token, "^[0-9a-f]{32}$")
        self.assertNotIn(token, self.said("token", "list", "-o", "json", "--limit", "1000"))
        self.said("org", "list", RELIABLY_SERVICE_TOKEN=token)


class Worked(NounCase):
    """From nothing to the outcome of a plan."""

    def test_environment_takes_secrets_from_files_and_variables(self):
        path = os.path.join(self.platform.folder, "kube.yaml")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write("apiVersion: v1\n")
        made = self.made("environment", "create", "all", "--var", "A=b=c", "--secret-env", "TOKEN=MINE", "--secret-file",
                         "LINE=" + path, "--mount", "/home/svc/.kube/config=" + path, MINE=SECRET)
        self.assertNotIn(SECRET, json.dumps(made))
        clear = self.platform.call("GET", "/environments/%s/clear" % made["id"]).json
        self.assertEqual(clear["envvars"], [{"var_name": "A", "value": "b=c"}])
        self.assertEqual({s.get("var_name") or s["path"]: s["value"] for s in clear["secrets"]},
                         {"TOKEN": SECRET, "LINE": "apiVersion: v1", "/home/svc/.kube/config": "apiVersion: v1\n"})

    def test_plan_is_made_of_names(self):
        plan = self.plan("of-names", "--schedule", "0 3 * * 1-5", "--time-zone", "Europe/Paris")
        self.assertEqual(plan["definition"]["schedule"]["pattern"], "0 3 * * 1-5")
        self.refused(1, "is run by its schedule alone", "plan", "run", "of-names")
        self.said("plan", "suspend", "of-names")
        self.assertEqual(self.made("plan", "get", "of-names")["status"], "suspended")
        self.said("plan", "resume", "of-names")
        self.assertEqual(self.made("plan", "get", "of-names")["status"], "created")

    def test_schedule_may_be_a_name(self):
        self.assertEqual(self.plan("daily", "--schedule", "@daily")["definition"]["schedule"]["pattern"], "0 0 * * *")

    def test_what_is_in_use_stays(self):
        plan = self.plan("in-use")
        self.refused(1, r"the platform refuses \(400\)", "deployment", "delete", "in-use")
        self.assertEqual(self.said("plan", "delete", plan["id"]), "")
        self.said("deployment", "delete", "in-use")
        self.refused(1, "there is no deployment with the id or name 'in-use'", "deployment", "get", "in-use")

    def test_wait_ends_with_the_outcome(self):
        for deviated, code, why in ((False, 0, ""), (True, 1, "plan-deployer: the run deviated\n")):
            plan = self.plan("waited-%s" % deviated)
            done = []
            waiting = threading.Thread(target=lambda p=plan, d=done: d.append(self.run_command("plan", "wait", p["id"])))
            waiting.start()
            self.report(plan, deviated)
            waiting.join()
            self.assertEqual((done[0].returncode, done[0].stderr), (code, why))
            self.assertIn("completed", done[0].stdout)

    def test_wait_tells_why_it_went_wrong(self):
        plan = self.plan("ended-early")
        self.report(plan, False, "interrupted")
        done = self.run_command("plan", "wait", "ended-early")
        self.assertEqual((done.returncode, done.stderr), (2, "plan-deployer: the run has ended as interrupted\n"))
        plan = self.plan("failed")
        why = "no such program: " + "x" * 100
        with self.platform.client() as client:
            client.call("PUT", "%s/plans/%s/status" % (self.platform.base, plan["id"]), {"status": "creation error", "error": why})
        done = self.run_command("plan", "wait", "failed")
        self.assertEqual((done.returncode, done.stderr), (2, "plan-deployer: %s\n" % why))

    def report(self, plan, deviated, status="completed"):
        """As a runner does it."""
        journal = {"status": status, "deviated": deviated, "run": []}
        experiment = plan["definition"]["experiments"][0]
        with self.platform.client() as client:
            path = "%s/experiments/%s/executions" % (self.platform.base, experiment)
            client.call("PUT", "%s/plans/%s/status" % (self.platform.base, plan["id"]), {"status": "running", "error": None})
            client.call("POST", path, {"result": json.dumps(journal), "plan_id": plan["id"]})
            client.call("PUT", "%s/plans/%s/status" % (self.platform.base, plan["id"]), {"status": "completed", "error": None})

    def test_wait_has_an_end(self):
        plan = self.plan("never")
        began = time.monotonic()
        self.refused(1, "the plan is still created after 1 s", "plan", "wait", plan["id"], "--timeout", "1s")
        self.assertLess(time.monotonic() - began, 30)

    def test_orders_reach_an_execution(self):
        plan = self.plan("ordered")
        self.report(plan, False)
        execution = self.said("execution", "list", "--plan", "ordered", "-o", "id").strip()
        self.said("execution", "pause", execution, "--duration", "90s")
        self.assertEqual(self.made("execution", "get", execution)["user_state"]["duration"], 90)
        self.said("execution", "terminate", execution, "--skip-rollbacks")
        self.assertTrue(self.made("execution", "get", execution)["user_state"]["skip_rollbacks"])
        self.assertEqual(self.said("execution", "log", execution), "")
        state = "/experiments/%s/executions/%s/state" % (plan["definition"]["experiments"][0], execution)
        self.assertEqual(self.platform.call("PUT", state, {"current": "finished"}).status, 200)
        for order in ("pause", "resume", "terminate"):
            self.refused(1, "has ended: there is nothing to " + order, "execution", order, execution)
        self.assertEqual(self.made("execution", "get", execution)["user_state"]["current"], "finished")
        self.said("execution", "delete", execution)
        self.refused(1, "there is no execution", "execution", "get", execution)

    def test_replaced_experiment_keeps_its_id(self):
        made = self.made("experiment", "import", self.file)
        path = os.path.join(self.platform.folder, "other.json")
        with open(path, "w", encoding="utf-8") as stream:
            json.dump({"title": "Another", "description": "x", "method": []}, stream)
        replaced = self.made("experiment", "replace", made["id"], path)
        self.assertEqual((replaced["id"], replaced["definition"]["title"]), (made["id"], "Another"))

    def test_organisation_is_made_and_deleted(self):
        made = self.made("org", "create", "Other")
        self.assertIn(made["id"], self.said("org", "list"))
        self.said("org", "delete", "Other")
        self.refused(1, "the organisation was deleted", "org", "get", made["id"])


class Refused(NounCase):
    """One clear line."""

    def test_ambiguous_name_asks_for_the_id(self):
        self.said("experiment", "import", self.file)
        self.said("experiment", "import", self.file)
        self.refused(1, "2 of 'Nothing happens': several have this name, give the id",
                     "experiment", "get", "Nothing happens")

    def test_taken_name(self):
        self.said("deployment", "create", "taken")
        self.refused(1, "^plan-deployer: there is a deployment 'taken' already$", "deployment", "create", "taken")
        self.said("token", "create", "taken")
        self.refused(1, "^plan-deployer: there is a token 'taken' already$", "token", "create", "taken")

    def test_command_lines(self):
        for pattern, arguments in (
                ("a plan needs --experiment and --deployment", ("plan", "create", "x")),
                ("--time-zone needs --schedule",
                 ("plan", "create", "x", "--experiment", STRANGER, "--deployment", STRANGER, "--time-zone", "Etc/UTC")),
                ("--limit 0: a number from 1 on", ("plan", "list", "--limit", "0")),
                ("--provider is missing", ("integration", "create", "x")),
                ("--var: write it as NAME=VALUE", ("environment", "create", "x", "--var", "A")),
                ("--definition says it all", ("deployment", "create", "x", "--definition", "f", "--type", "noop")),
                ("--base-dir: 'here' does not begin with a slash", ("deployment", "create", "x", "--base-dir", "here")),
                ("whole seconds, 3300 at most", ("execution", "pause", STRANGER, "--duration", "1.5s"))):
            with self.subTest(arguments=arguments):
                self.refused(2, pattern, *arguments)

    def test_inputs(self):
        binary = os.path.join(self.platform.folder, "binary")
        with open(binary, "wb") as stream:
            stream.write(b"\x7fELF\0\1")
        for pattern, arguments in (
                ("the variable 'NOT_SET' is not set", ("environment", "create", "x", "--secret-env", "NOT_SET")),
                ("No such file", ("environment", "create", "x", "--secret-file", "A=/nowhere/at/all")),
                ("nowhere", ("experiment", "import", "/nowhere/at/all")),
                ("there is no execution", ("execution", "get", STRANGER)),
                ("is no text", ("environment", "create", "x", "--secret-file", "A=" + binary))):
            with self.subTest(arguments=arguments):
                self.refused(1, pattern, *arguments)

    def test_wrong_token_and_no_server(self):
        self.refused(1, "not authorized", "plan", "list", RELIABLY_SERVICE_TOKEN="0" * 32)
        self.refused(1, "connect.*; RELIABLY_SERVICE_HOST names the platform", "plan", "list",
                     RELIABLY_SERVICE_HOST="http://127.0.0.1:1")
        self.refused(1, "has no organisation %s" % STRANGER, "plan", "list", RELIABLY_ORGANIZATION_ID=STRANGER)
        for name in ("RELIABLY_SERVICE_TOKEN", "RELIABLY_ORGANIZATION_ID"):
            said = self.refused(1, "as %s. `plan-deployer init` prints" % name, "plan", "list", **{name: ""})
            self.assertNotIn("profile page", said)

    def test_refusals_are_sentences(self):
        self.plan("once")
        plan = ("plan", "create", "x", "--experiment", "once", "--deployment", "once", "--schedule")
        for pattern, arguments in (
                (r"the plan has no schedule: there is nothing to suspend", ("plan", "suspend", "once")),
                (r"the plan has no schedule: there is nothing to resume", ("plan", "resume", "once")),
                (r"plan-deployer: the schedule '\* \* \*' cannot be used: it has 3 of the 5 fields", (*plan, "* * *")),
                (r"plan-deployer: the platform refuses \(422\): timezone: this time zone is not known$",
                 (*plan, "0 3 * * *", "--time-zone", "Mars/Base"))):
            with self.subTest(arguments=arguments):
                self.refused(1, pattern, *arguments)


if __name__ == "__main__":
    unittest.main()
