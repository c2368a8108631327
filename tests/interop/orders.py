#!/usr/bin/env python3
"""Order something of a run through a Reliably platform while it goes on, and measure how soon it happens. Standard
library only.

orders.py [--host URL] [--bound SECONDS] CASE FOLDER ORG TOKEN PLAN EXPERIMENT

The run is one of the variant `slow`, whose log is FOLDER/run.log; CASE is

  slow-pause                  a pause without an end during the long activity, and a resume once it lasts
  slow-terminate              the end, with rollbacks
  slow-terminate-norollback   the end at once

Waits for the end of the run, prints what it measured and each check that failed; exits 1 when one did. The bound (2.5 s) is
for each order to be carried out, a pause beside the activity that runs.
"""
import argparse
import datetime
import json
import os
import re
import sys
import time
import urllib.request


def when(text):
    stamp = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return (stamp if stamp.tzinfo else stamp.replace(tzinfo=datetime.timezone.utc)).timestamp()


class Run:
    def __init__(self, opt):
        self.opt = opt
        self.opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self.failed = 0

    def call(self, method, path, body=None):
        request = urllib.request.Request("%s/api/v1/organization/%s%s" % (self.opt.host, self.opt.org, path), method=method)
        request.add_header("Authorization", "Bearer " + self.opt.token)
        if body is not None:
            request.data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        with self.opener.open(request, timeout=30) as answer:
            return json.load(answer)

    def execution(self):
        items = self.call("GET", "/plans/%s/executions" % self.opt.plan)["items"]
        return items[0] if items else None

    def wait(self, what, found, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            value = found()
            if value:
                return value
            time.sleep(0.05)
        sys.exit("NOT OK  waited %d s for %s" % (seconds, what))

    def log(self):
        try:
            with open(os.path.join(self.opt.folder, "run.log"), encoding="utf-8", errors="replace") as f:
                return f.read()
        except FileNotFoundError:
            return ""

    def logged(self, text):
        """When the log says that, from its own stamp; None as long as it does not."""
        for line in self.log().splitlines():
            if text in line and line.startswith("["):
                return when(re.match(r"\[(\S+)", line)[1])
        return None

    def order(self, state):
        self.call("PUT", "/experiments/%s/executions/%s/state" % (self.opt.experiment, self.id), state)
        return time.time()

    def check(self, what, ok):
        if not ok:
            self.failed += 1
            print("NOT OK  " + what)

    def soon(self, what, seconds):
        print("%-44s %.2f s" % (what, seconds))
        self.check("%s: %.2f s, the bound is %.1f s" % (what, seconds, self.opt.bound), seconds <= self.opt.bound)

    def begin(self):
        self.id = self.wait("an execution", lambda: (self.execution() or {}).get("id"))
        self.wait("the long activity", lambda: self.logged("sleep-a-while"))
        time.sleep(0.1)  # a look at the state has just been: the longest wait for the next one

    def end(self):
        """The journal once the platform has seen the end."""
        self.wait("the end", lambda: self.execution()["user_state"]["current"] == "finished")
        return self.execution()["result"]

    def entry(self, journal, start):
        return next(r for r in journal["run"] if r["activity"]["name"].startswith(start))

    def extension(self, journal):
        return next(x for x in journal["experiment"]["extensions"] if x["name"] == "reliably")

    def pause(self):
        ordered = self.order({"current": "pause", "duration": 0})
        seen = self.wait("the pause to be seen", lambda: self.logged("Execution state was changed to `pause`"))
        self.soon("the order to pause is seen after", seen - ordered)
        began = self.wait("the pause", lambda: self.logged("Pausing activity"))
        time.sleep(0.7)
        resumed = self.order({"current": "resume"})
        journal = self.end()
        paused = self.entry(journal, "reliably-pause-")
        self.soon("after the running activity it begins within", when(paused["start"]) - when(self.entry(journal, "sleep")["end"]))
        self.check("the pause lasts until the resume", began <= resumed and when(paused["end"]) >= resumed - 0.01)
        self.soon("the resume ends it after", when(paused["end"]) - resumed)
        names = [a["name"] for a in journal["experiment"]["method"]]
        self.check("the pause stands behind the activity: %s" % names, names[-2] == paused["activity"]["name"])
        notes = self.extension(journal)["pauses"]
        self.check("the extension has the pause: %s" % notes, len(notes) == 1 and notes[0]["duration"] == 0 and "end" in notes[0])
        self.check("the run is completed", journal["status"] == "completed")

    def terminate(self, skip):
        ordered = self.order({"current": "terminate", "skip_rollbacks": skip})
        journal = self.end()
        cut = self.entry(journal, "sleep")
        self.soon("the running activity has ended after", when(cut["end"]) - ordered)
        self.soon("the run is reported as finished after", when(journal["end"]) - ordered)
        self.check("the activity has no outcome", "status" not in cut)
        self.check("nothing comes after it", journal["run"][-1] == cut)
        self.check("rollbacks: %d" % len(journal["rollbacks"]), len(journal["rollbacks"]) == (0 if skip else 1))
        self.check("the extension has the termination", self.extension(journal)["termination"]["skip_rollbacks"] is skip)
        self.check("the run is interrupted", journal["status"] == "interrupted")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--host", default="http://%s:%s" % (
        os.environ.get("INTEROP_ADDRESS", "127.0.0.1"), os.environ.get("INTEROP_PORT", "8090")))
    ap.add_argument("--bound", type=float, default=2.5)
    ap.add_argument("case", choices=("slow-pause", "slow-terminate", "slow-terminate-norollback"))
    for name in ("folder", "org", "token", "plan", "experiment"):
        ap.add_argument(name)
    run = Run(ap.parse_args())
    run.begin()
    if run.opt.case == "slow-pause":
        run.pause()
    else:
        run.terminate(run.opt.case.endswith("norollback"))
    sys.exit(bool(run.failed))


main()
