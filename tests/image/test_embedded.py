#!/usr/bin/env python3
"""The static file as it is shipped, with a plan of the embedded platform: as any user, by any of its names, in little memory,
ended by signals.

How it is started is $LAUNCH: `container` (image $IMAGE_UNDER_TEST of the engine $DOCKER_HOST, nothing allowed), `container-arm64`
(the same where the kernel lends itself to programs of that architecture), `qemu` ($STATIC_FILE by qemu-aarch64-static) or `file`
($STATIC_FILE itself).
"""
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in ("cli", "standin"):
    sys.path.insert(0, os.path.join(os.path.dirname(HERE), folder))

import process  # noqa: E402
import wire  # noqa: E402
from serving import Serving  # noqa: E402
from target import Target  # noqa: E402

LAUNCH = os.environ["LAUNCH"]
CONFINED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--memory", "16m", "--memory-swap", "16m")
USERS = ("0:0", "1001:1001", "4242:4242")
NAMES = ("/plan-runner", "/usr/bin/reliably", "/home/svc/.venv/bin/reliably")
AS_DEPLOYED = ("service", "plan", "execute", "--set-status", "--log-stdout", "--load-environment")
PATIENCE = 120
PAGE = 20000  # bytes of an answer that goes into the journal
PAGES = 50


def container(user, name, arguments, variables):
    more = ["--platform", "linux/arm64", "--memory", "64m", "--memory-swap", "64m"] if LAUNCH == "container-arm64" else []
    for variable in variables:
        more += ["--env", variable]
    return ["/usr/bin/docker", "run", "--rm", "--network", "host", "--user", user, *CONFINED, *more, "--entrypoint", name,
            os.environ["IMAGE_UNDER_TEST"], *arguments]


def emulated(_, name, arguments, __):
    return ["qemu-aarch64-static", "-0", name, os.environ["STATIC_FILE"], *arguments]


def itself(_, name, arguments, __):
    return ["/bin/bash", "-c", 'exec -a "$0" "$@"', name, os.environ["STATIC_FILE"], *arguments]


HOW = {"container": container, "container-arm64": container, "qemu": emulated, "file": itself}[LAUNCH]


def step(kind, url, method="GET", **more):
    return dict({"type": kind, "name": "%s %s" % (method, url), "provider": {
        "type": "http", "url": url, "method": method, "timeout": 90}}, **more)


def experiment(method, **more):
    return dict({"title": "The image", "description": "with a platform", "method": method, "rollbacks": []}, **more)


@contextlib.contextmanager
def pages():
    """A server of long answers, no two alike."""
    server = wire.Server(lambda request: wire.Answer(200, (request.path * PAGE)[:PAGE].encode(), "text/plain"),
                         process.loopback("127.0.0.1"), 0)
    try:
        yield server.url
    finally:
        server.close()


class Plans(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.platform = Serving()
        cls.addClassCleanup(cls.platform.close)
        cls.platform.init()
        cls.platform.start()
        cls.client = cls.platform.client(keep=False)

    def setUp(self):
        target = Target()
        self.addCleanup(target.close)
        self.target = target
        self.touch = step("action", target.url + "/counter", "POST")

    def start(self, plan, user="1001:1001", name=NAMES[0], arguments=AS_DEPLOYED):
        """The process, and what it will have said."""
        said = tempfile.TemporaryFile()  # pylint: disable=consider-using-with
        self.addCleanup(said.close)
        variables = self.platform.environment()
        environment = dict(variables, PATH="/usr/bin:/bin", DOCKER_HOST=os.environ.get("DOCKER_HOST", ""),
                           HOME=self.platform.folder, TMPDIR=self.platform.folder)
        # pylint: disable-next=consider-using-with
        child = subprocess.Popen(HOW(user, name, [*arguments, plan], variables), env=environment, stdin=subprocess.DEVNULL,
                                 stdout=said, stderr=subprocess.STDOUT, cwd=self.platform.folder)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child, said

    def end(self, started, code):
        child, said = started
        found = child.wait(PATIENCE)
        said.seek(0)
        text = said.read().decode("utf-8", "backslashreplace")
        self.assertEqual(found, code, text)
        self.assertNotIn(self.platform.token, text)
        return text

    def outcome(self, plan):
        """Status and deviation of the one execution that the platform has, and the status of the plan."""
        items = self.client.got("/plans/%s/executions" % plan)["items"]
        self.assertEqual(len(items), 1)
        result = items[0]["result"]
        return result["status"], result["deviated"], self.client.got("/plans/" + plan)["status"]

    def plan(self, *method, **more):
        return self.client.plan(experiment(list(method), **more))["plan"]

    def test_completed_as_any_user(self):
        for user in USERS:
            with self.subTest(user):
                before, plan = self.target.count, self.plan(self.touch)
                self.end(self.start(plan, user), 0)
                self.assertEqual(self.target.count, before + 1)
                self.assertEqual(self.outcome(plan), ("completed", False, "completed"))

    def test_by_any_of_its_names(self):
        for name in NAMES[1:]:
            with self.subTest(name):
                plan = self.plan(self.touch)
                self.end(self.start(plan, name=name), 0)
                self.assertEqual(self.outcome(plan), ("completed", False, "completed"))

    def test_a_deviation(self):
        probe = step("probe", self.target.url + "/counter", tolerance={"type": "regex", "target": "body", "pattern": "^0"})
        hypothesis = {"title": "Untouched", "probes": [probe]}
        for user in USERS:
            with self.subTest(user):
                self.target.count = 0
                plan = self.plan(self.touch, **{"steady-state-hypothesis": hypothesis})
                self.end(self.start(plan, user), 1)
                self.assertEqual(self.outcome(plan)[:2], ("completed", True))

    def test_what_cannot_run(self):
        """Nothing is touched, and the exit code says that it was not the experiment."""
        program = {"type": "action", "name": "a", "provider": {"type": "process", "path": "/no/such/program"}}
        for user in USERS:
            with self.subTest(user):
                plan = self.plan(self.touch, program)
                self.assertRegex(self.end(self.start(plan, user), 2), "/no/such/program")
                self.assertEqual(self.target.count, 0)
                self.assertEqual(self.client.got("/plans/%s/executions" % plan)["items"], [])

    def test_a_signal_plays_the_rollbacks_and_is_reported(self):
        for number, signo in enumerate((signal.SIGTERM, signal.SIGINT)):
            with self.subTest(signo):
                plan = self.plan(self.touch, step("action", self.target.url + "/slow?s=60"), rollbacks=[self.touch],
                                 runtime={"rollbacks": {"strategy": "always"}})
                started = self.start(plan, USERS[number])
                self.wait_for(lambda wanted=2 * number + 1: self.target.count == wanted)
                began = time.monotonic()
                started[0].send_signal(signo)
                said = self.end(started, 2)
                self.assertLess(time.monotonic() - began, 20)
                self.assertEqual(self.target.count, 2 * number + 2, said)
                self.assertEqual(self.outcome(plan)[0], "interrupted")

    def wait_for(self, true):
        end = time.monotonic() + PATIENCE
        while not true():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def test_a_journal_of_megabytes(self):
        with pages() as url:
            plan = self.plan(*(step("probe", "%s/page%d" % (url, i)) for i in range(PAGES)))
            self.end(self.start(plan), 0)
        (one,) = self.client.got("/plans/%s/executions" % plan)["items"]
        self.assertEqual(len(one["result"]["run"]), PAGES)
        self.assertEqual(self.outcome(plan)[:2], ("completed", False))


if __name__ == "__main__":
    unittest.main()
