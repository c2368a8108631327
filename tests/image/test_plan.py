#!/usr/bin/env python3
"""A plan by its UUID in a container, against the stand-in on the host: as any user, with nothing allowed, and what the platform
has in the end.

The image is $IMAGE_UNDER_TEST, the engine $DOCKER_HOST's; $PLAN_RUNNER, which stands for the program, is the engine's client.
"""
import os
import signal
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))

from platform_case import USUAL, PlatformCase, Target  # noqa: E402

IMAGE = os.environ["IMAGE_UNDER_TEST"]
CONFINED = ("--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges")
PASSED = ("RELIABLY_SERVICE_HOST", "RELIABLY_SERVICE_TOKEN", "RELIABLY_ORGANIZATION_ID", "RELIABLY_PLAN_ID")
CLOSING = ["results", "status:completed", "state:finished"]


class InContainer(PlatformCase):
    def container(self, made, user="1001:1001", arguments=(), more=(), **changes):
        """Starts it as a user would: the settings in the environment and, without arguments, the plan too."""
        options = ["--rm", "--network", "host", "--user", user, *CONFINED, *more]
        for name in PASSED:
            options += ["--env", name]
        return self.start("run", *options, IMAGE, *arguments, DOCKER_HOST=os.environ["DOCKER_HOST"],
                          RELIABLY_PLAN_ID=made["plan"], **changes)

    def ends(self, child, code):
        done = self.finish(child)
        self.assertEqual(done.code, code, done.said)
        self.assertNotIn(self.standin.token, done.said)
        return done

    def outcome(self, made):
        """Status and deviation of the one execution that the platform has."""
        result = self.execution(made)["result"]
        return result["status"], result["deviated"]

    def test_as_any_user(self):
        for user in ("0:0", "1001:1001", "4242:4242", "4242"):
            with self.subTest(user), Target() as target:
                self.fresh()
                made = self.plan(self.touching(target))
                self.ends(self.container(made, user), 0)
                self.assertEqual(target.count, 1)
                self.assertEqual(self.outcome(made), ("completed", False))
                self.assertEqual(self.reports()[-3:], CLOSING)

    def test_secret_files_need_no_writable_root(self):
        secret = {"key": "k", "path": "/etc/service/key", "value": "the-text-of-a-secret-file"}
        for more in ((), ("--tmpfs", "/tmp"), ("--ipc", "none", "--tmpfs", "/tmp")):
            with self.subTest(more), Target() as target:
                self.fresh()
                made = self.plan(self.touching(target), secrets=[secret])
                self.ends(self.container(made, more=more), 0)
                self.assertEqual(target.count, 1)
                self.assertEqual(self.outcome(made), ("completed", False))

    def test_no_place_for_secret_files(self):
        secret = {"key": "k", "path": "/etc/service/key", "value": "the-text-of-a-secret-file"}
        with Target() as target:
            made = self.plan(self.touching(target), secrets=[secret])
            done = self.ends(self.container(made, more=("--ipc", "none")), 1)
            self.assertEqual(target.count, 0)
        self.assertRegex(done.said, "no folder for secret files .*--tmpfs /tmp")

    def test_a_program_that_the_image_does_not_have(self):
        made = self.plan({"title": "Programs", "description": "are missing", "method": [
            {"type": "action", "name": "a", "provider": {"type": "process", "path": "ls"}}]})
        for more, pattern in (((), "tag ends in `-tools`"), (("--env", "GITHUB_ACTIONS=true"), "write /host between")):
            with self.subTest(pattern):
                self.assertRegex(self.ends(self.container(made, more=more), 2).said, pattern)

    def test_with_the_arguments_of_a_deployment(self):
        made = self.plan({"title": "Nothing", "description": "to do", "method": []})
        arguments = ("service", "plan", "execute", *USUAL, "--log-stdout", made["plan"])
        self.ends(self.container(made, arguments=arguments), 0)
        self.assertEqual(self.outcome(made), ("completed", False))

    def test_a_deviation_is_told_by_the_exit_code(self):
        with Target() as target:
            probe = {"type": "probe", "name": "touched", "tolerance": {"type": "regex", "target": "body", "pattern": "^0"},
                     "provider": {"type": "http", "url": target.url + "/counter", "timeout": 5}}
            made = self.plan(self.touching(target, **{"steady-state-hypothesis": {"title": "Untouched", "probes": [probe]}}))
            self.ends(self.container(made), 1)
        self.assertEqual(self.outcome(made), ("completed", True))

    def test_a_token_that_is_refused(self):
        made = self.plan({"title": "Nothing", "description": "to do", "method": []})
        done = self.ends(self.container(made, RELIABLY_SERVICE_TOKEN="no-token-of-this-platform"), 1)
        self.assertNotIn("no-token-of-this-platform", done.said)
        self.assertEqual(self.executions(made), [])

    def test_an_execution_that_cannot_be_created(self):
        with Target() as target:
            made = self.plan(self.touching(target))
            self.standin.fault(method="POST", path="*/executions", times=None, do="status", status=400)
            self.ends(self.container(made), 2)
            self.assertEqual(target.count, 0)
        self.assertEqual(self.executions(made), [])

    def test_term_ends_the_run_and_reports_it(self):
        with Target() as target:
            slow = self.touching(target)
            slow["method"].append({"type": "action", "name": "wait", "provider": {
                "type": "http", "url": target.url + "/slow?s=60", "timeout": 90}})
            made = self.plan(slow)
            child = self.container(made)
            self.wait_for("results")
            child.send_signal(signal.SIGTERM)
            done = self.ends(child, 2)
        self.assertLess(done.seconds, 30)
        self.assertEqual(self.outcome(made), ("interrupted", False))
        self.assertEqual(self.reports()[-3:], CLOSING)


if __name__ == "__main__":
    unittest.main()
