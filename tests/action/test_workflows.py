#!/usr/bin/env python3
"""What act makes of the workflows in workflows/: conclusion, outputs as a later step sees them, summary, annotations, masks. Called
by ./run, which makes the image and the checkout."""
import os
import re
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))

from platform_case import PlatformCase, Target  # noqa: E402

CHECKOUT = os.environ["ACTION_CHECKOUT"]
BASE = "debian:bookworm-slim"  # a machine with bash and nothing else
WITH_DOCKER = os.environ["ACTION_MACHINE"]  # and one with the docker client; both have this machine's loopback
HERE_ITSELF = "-self-hosted"  # act loses the last lines of a step now and then
PREFIX = re.compile(r"^\[[^]]*\]\s+(?:\|\s|[^\x00-\x7f]\S*\s+)?", re.M)


class Workflow:
    def __init__(self, code, output):
        self.code, self.output = code, PREFIX.sub("", output)
        self.saw = dict(re.findall(r"^saw ([a-z ]+)=(.*)$", self.output, re.M))
        self.exit_codes = re.findall(r"^(?:exit with `FAILURE`: |exit status |exitcode ')(\d+)", self.output, re.M)
        self.annotations = re.findall(r"^::(error|notice|warning) title=([^:]*)::(.*)$", self.output, re.M)

    def titles(self, level="error"):
        return [title for found, title, _ in self.annotations if found == level]


class WorkflowCase(PlatformCase):
    workflow, machine = None, None

    def run_workflow(self, plan, machine=None, token=None, hidden="nothing", fail_on=""):
        values = dict(PLAN=plan, HOST=self.standin.url, ORGANIZATION=self.standin.org, FAIL_ON=fail_on, HIDDEN=hidden)
        command = ["act", "push", "--workflows", ".github/workflows/" + self.workflow, "--platform",
                   "ubuntu-latest=" + (machine or self.machine), "--pull=false", "--rm", "--network", "host",
                   "--container-daemon-socket", os.environ["DOCKER_HOST"], "--secret", "TOKEN=" + (token or self.standin.token)]
        for name, value in values.items():
            command += ["--var", "%s=%s" % (name, value)]
        done = subprocess.run(command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              encoding="utf-8", timeout=120)
        return Workflow(done.returncode, done.stdout)

    def check_nominal(self, secret):
        """A plan with a target on the host's loopback and a secret in its environment."""
        with Target() as target:
            made = self.plan(self.touching(target, description="Hides " + secret), {"NAME": "x"},
                             secrets=[{"key": "a", "var_name": "SECRET", "value": secret}])
            done = self.run_workflow(made["plan"], hidden=secret)
            self.assertEqual((done.code, len(target.records)), (0, 1), done.output)
        url = "%s/executions/view/?id=%s&exp=%s" % (self.standin.url, self.execution(made)["id"], made["experiment"])
        self.assertEqual(done.saw, {"outcome": "success", "status": "completed", "deviated": "false", "url": url,
                                    "journal": "result.json", "journal status": '"completed",', "hidden": "***"})
        self.assertEqual(done.annotations, [("notice", "Execution", url)])
        self.assertIn("## Chaos experiment: completed\n", done.output)
        self.assertIn("| touch | action | Method | succeeded |", done.output)
        self.assertIn("::group::Method\n", done.output)
        for hidden in (secret, self.standin.token):
            self.assertNotIn(hidden, done.output)
        self.assertEqual(self.execution(made)["user_state"]["status"], "completed")

    def check_fail_on(self, variant):
        for fail_on, code, outcome in (("", 1, "failure"), ("never", 0, "success")):
            with self.subTest(fail_on=fail_on):
                made = self.seeded(variant)
                done = self.run_workflow(made["plan"], fail_on=fail_on)
                self.assertEqual((bool(done.code), done.saw.get("outcome")), (bool(code), outcome), done.output)
                self.assertEqual((done.saw["status"], done.saw["deviated"]), ("completed", "true"))
                self.assertEqual(done.titles()[0], "Deviation")
                self.assertIn("## Chaos experiment: deviated\n", done.output)
                self.assertEqual(set(done.exit_codes), {"1"} if code else set(), done.output)

    def check_refused(self):
        done = self.run_workflow("")
        self.assertEqual((bool(done.code), done.saw["outcome"], done.saw["status"]), (True, "failure", "error"), done.output)
        self.assertEqual(done.titles(), ["Inputs"], done.output)
        self.assertIn("plan-id", done.annotations[0][2])
        made = self.seeded("noop")
        done = self.run_workflow(made["plan"], token="not-the-token-of-anybody")
        self.assertEqual((bool(done.code), done.saw["status"], done.titles()), (True, "error", ["Plan not run"]), done.output)
        self.assertEqual(set(done.exit_codes), {"2"}, done.output)
        self.assertEqual([k for k in self.calls() if k != "plan"], [])


class Container(WorkflowCase):
    workflow, machine = "container.yaml", BASE

    def test_nominal(self):
        self.check_nominal("canary-%s" % os.urandom(8).hex())

    def test_fail_on(self):
        self.check_fail_on("http-deviated")

    def test_refused(self):
        self.check_refused()


class Host(WorkflowCase):
    workflow, machine = "host.yaml", WITH_DOCKER

    def test_nominal(self):
        self.check_nominal("canary-%s" % os.urandom(8).hex())

    def test_programs_of_the_host(self):
        made = self.seeded("nominal")
        done = self.run_workflow(made["plan"], machine=HERE_ITSELF)
        self.assertEqual((done.code, done.saw["status"]), (0, "completed"), done.output)
        self.assertIn("| greet | action | Method | succeeded |", done.output)

    def test_fail_on(self):
        self.check_fail_on("deviated")

    def test_refused(self):
        self.check_refused()

    def test_a_machine_without_docker_is_told_so(self):
        done = self.run_workflow(self.seeded("noop")["plan"], machine=BASE)
        self.assertEqual((bool(done.code), done.saw["outcome"], done.saw["status"]), (True, "failure", "error"), done.output)
        self.assertIn("::error title=plan-runner::docker is not on the PATH of this runner", done.output)
        self.assertEqual(self.calls(), [])


if __name__ == "__main__":
    unittest.main()
