"""A platform and a browser for the tests of this folder, and what they need on the platform.

Screenshots go to $SCREENSHOTS, else build/dev/screenshots. Without Chromium the tests are skipped.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "cli"))

from chromium import PROGRAM as CHROMIUM, Browser  # noqa: E402
from serving import Serving  # noqa: E402

RUNNER = os.path.abspath(os.environ.get("PLAN_RUNNER") or os.path.join(ROOT, "build", "dev", "plan-runner"))
SCREENSHOTS = os.environ.get("SCREENSHOTS") or os.path.join(ROOT, "build", "dev", "screenshots")


def process(name, kind, path, arguments="", **more):
    """An activity that starts a program."""
    return dict({"name": name, "type": kind,
                 "provider": {"type": "process", "path": path, "arguments": arguments}}, **more)


def experiment(title="Orders survive a slow disk", seconds=1.0):
    """One that takes a while; its last probe finds what it should."""
    return {
        "title": title,
        "description": "The shop goes on to take orders while its disk is slow.",
        "steady-state-hypothesis": {"title": "Orders are taken", "probes": [
            process("orders-are-taken", "probe", "true", tolerance=0),
            process("queue-is-short", "probe", "echo", "3", tolerance={
                "type": "regex", "pattern": "^3", "target": "stdout"})]},
        "method": [
            process("slow-the-disk-down", "action", "sleep", str(seconds)),
            process("measure-latency", "probe", "echo", "p99 is 212 ms"),
            process("wait-for-the-queue", "action", "sleep", str(seconds))],
        "rollbacks": [process("give-the-disk-back", "action", "true")],
    }


class PageCase(unittest.TestCase):
    """One platform a class, one browser, and a page for each test."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.platform = Serving()
        cls.addClassCleanup(cls.platform.close)
        cls.platform.__enter__()  # pylint: disable=unnecessary-dunder-call

    def link(self):
        """A link that signs in."""
        reply = self.platform.call("POST", "/links")
        self.assertEqual(reply.status, 201, reply.body)
        return reply.json["url"]

    def made(self, path, body):
        """What a POST made."""
        reply = self.platform.call("POST", path, body)
        self.assertEqual(reply.status, 201, reply.body)
        return reply.json

    def plan(self, document, title="Slow disk, every night"):
        """A plan of an experiment, which is run by hand; the ids of both."""
        made = self.made("/experiments/import", {"experiment": json.dumps(document)})
        deployment = self.made("/deployments", {"name": title[:80] + made["id"][:8], "definition": {
            "type": "reliably_cli", "mode": "manual"}})
        plan = self.made("/plans", {"title": title, "schedule": {"type": "now"}, "experiments": [made["id"]],
                                    "deployment": {"deployment_id": deployment["id"],
                                                   "deployment_type": "reliably_cli"}})
        return plan["id"], made["id"]

    def run_plan(self, plan):
        """Starts the runner on a plan; ended with the test."""
        folder = tempfile.TemporaryDirectory(prefix="runner-")
        self.addCleanup(folder.cleanup)
        variables = {"PATH": os.environ["PATH"], "HOME": folder.name, **self.platform.environment()}
        # pylint: disable-next=consider-using-with
        running = subprocess.Popen([RUNNER, "service", "plan", "execute", "--set-status", plan], cwd=folder.name,
                                   env=variables, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(running.wait)
        self.addCleanup(running.kill)
        return running


class BrowserCase(PageCase):
    """Whatever a test does, nothing may be asked of others, and nothing may go wrong in the page."""

    @classmethod
    def setUpClass(cls):
        if not CHROMIUM:
            raise AssertionError("there is no Chromium here: install the package chromium")
        super().setUpClass()
        cls.browser = Browser()
        cls.addClassCleanup(cls.browser.close)

    def open(self, scripts=True):
        """A page of somebody who has signed in."""
        page = self.browser.page(scripts)
        page.go(self.link())
        self.addCleanup(self.check, page)
        return page

    def check(self, page):
        """Nothing went wrong in a page, and nothing came from elsewhere."""
        self.browser.listen(0.1)
        self.assertEqual(page.faults, [])
        for address in page.requests:
            self.assertTrue(address.startswith(self.platform.url + "/"), address)

    @staticmethod
    def keep(page, name):
        """Keeps what it looks like."""
        page.screenshot(os.path.join(SCREENSHOTS, name + ".png"))
