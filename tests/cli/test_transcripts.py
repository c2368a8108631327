#!/usr/bin/env python3
"""Golden transcripts (docs/protocol.md 2.9, 2.10): each file of transcripts/ is one run against the stand-in, what happens
to it on its way, and what must have been said and stored in the end.

    variant or experiment   the plan; "control": false takes the reporter's control out of the stored experiment
    plan_status             what the plan reads before the run
    environment, arguments  of the program, beside the usual ones
    faults                  of the stand-in
    orders                  one after the other: when the log has a line with `at` (for the first time since the one before),
                            the user's `state` or `plan` status is put, or a `signal` is sent; `seen` (a kind of call and
                            how many of it): once the platform has seen them too
    calls, exit, journal    what comes of it; journal: status, deviated, run, rollbacks
    extension, plan         members of the extension `reliably`, and of the plan, as they must be stored; left out: not looked at
    refused                 no execution is created; this is the reason that is shown
"""
import glob
import json
import os
import signal
import time
import unittest

import transcript
from platform_case import HERE, USUAL, PlatformCase, kind_of

FOLDER = os.path.join(HERE, "transcripts")
POLL = "50ms"


class Golden(PlatformCase):
    def made(self, case):
        if "variant" in case:
            made = self.seeded(case["variant"])
        else:
            made = self.plan(dict({"title": "T", "description": "D"}, **case["experiment"]))
        if not case.get("control", True):
            self.standin.platform.experiments[made["experiment"]]["definition"].pop("controls")
        if "plan_status" in case:
            self.put_plan(made, case["plan_status"])
        self.standin.forget()
        for fault in case.get("faults", ()):
            self.standin.fault(**fault)
        return made

    def put_plan(self, made, status):
        self.client.call("PUT", self.client.api + "/plans/%s/status" % made["plan"], {"status": status})

    def put_state(self, made, state):
        execution, = self.standin.platform.executions
        reply = self.client.call("PUT", "%s/experiments/%s/executions/%s/state" % (
            self.client.api, made["experiment"], execution), state)
        self.assertEqual(reply.status, 200, reply.body)

    def wait_for_log(self, child, text, start):
        """The place behind the text, which comes in the program's log after `start`."""
        end = time.monotonic() + 20
        while True:
            log = self.log()
            if text in log[start:]:
                return log.index(text, start) + len(text)
            self.assertIsNone(child.poll(), "ended before it logged '%s': %s" % (text, log))
            self.assertLess(time.monotonic(), end, "'%s' is not in the log: %s" % (text, log))
            time.sleep(0.005)

    def log(self):
        try:
            with open(os.path.join(self.folder, "run.log"), encoding="utf-8") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def carry_out(self, order, made, child):
        if "state" in order:
            self.put_state(made, order["state"])
        if "plan" in order:
            self.put_plan(made, order["plan"])
        if "signal" in order:
            child.send_signal(getattr(signal, "SIG" + order["signal"]))

    def play(self, case, made):
        env = dict({"PLAN_RUNNER_POLL": POLL}, **case.get("environment", {}))
        child = self.start("service", "plan", "execute", *USUAL, *case.get("arguments", ()), made["plan"], **env)
        place = 0
        if case.get("orders"):
            self.wait_for("state:running")  # a user sees no execution before
        for order in case.get("orders", ()):
            place = self.wait_for_log(child, order["at"], place)
            if "seen" in order:
                self.wait_for(*order["seen"])
            self.carry_out(order, made, child)
        return self.finish(child, 30)

    def names(self, made):
        names = {made["plan"]: "PLAN", made["experiment"]: "EXP", made["environment"]: "ENV"}
        names.update({execution: "EXEC" for execution in self.standin.platform.executions})
        return names

    def outcome(self, case, done, made):
        journal, names = done.journal, self.names(made)
        found = {"calls": transcript.lines(self.standin.records, names), "exit": done.code,
                 "journal": {"status": journal["status"], "deviated": journal["deviated"],
                             "run": transcript.entries(journal["run"]), "rollbacks": transcript.entries(journal["rollbacks"])}}
        if "extension" in case:
            extension = next(e for e in journal["experiment"]["extensions"] if e["name"] == "reliably")
            text = transcript.plain(json.dumps({k: extension.get(k, "absent") for k in case["extension"]}), names)
            found["extension"] = json.loads(text)
        if "plan" in case:
            found["plan"] = {k: self.stored_plan(made)[k] for k in case["plan"]}
        return found

    def check(self, case):
        made = self.made(case)
        done = self.play(case, made)
        found = self.outcome(case, done, made)
        self.assertEqual(found, {k: case[k] for k in found}, done.file("run.log"))
        mine = [r for r in self.standin.records if kind_of(r) and transcript.is_by_the_program(r)]
        self.assertLessEqual(len({r["conn"] for r in mine}), 2, "connections are kept")
        if "refused" in case:
            self.assertIn(case["refused"], done.said)
            self.assertEqual(self.executions(made), [])
            return
        self.assertIn("poll", self.calls(), "the user's state is looked at")
        stored = self.execution(made)
        self.assertEqual(stored["result"]["status"], case["journal"]["status"])
        self.assertEqual(len(stored["result"]["run"]), len(case["journal"]["run"]))
        self.assertEqual(stored["user_state"]["current"], "finished")


def add_tests():
    for path in sorted(glob.glob(os.path.join(FOLDER, "*.json"))):
        name = os.path.splitext(os.path.basename(path))[0].replace("-", "_")

        def test(self, path=path):
            with open(path, encoding="utf-8") as f:
                self.check(json.load(f))
        setattr(Golden, "test_" + name, test)


add_tests()

if __name__ == "__main__":
    unittest.main()
