#!/usr/bin/env python3
"""Workflows that name the action by its release: the README's block and what plan-deployer writes, run by act, which takes the
action from the checkout. Called by ./run."""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
ROOT = os.path.dirname(TESTS)
sys.path.insert(0, os.path.join(TESTS, "cli"))

from platform_case import PlatformCase  # noqa: E402

CHECKOUT = os.environ["ACTION_CHECKOUT"]
DEPLOYER = os.environ.get("PLAN_DEPLOYER", os.path.join(ROOT, "build", "dev", "plan-deployer"))
NOTHING = {"title": "Nothing", "description": "to do", "method": []}


class Written(PlatformCase):
    def act(self, text, made, event="workflow_dispatch"):
        """Runs the workflow in a repository that has nothing else; the output, when it succeeded."""
        repository = tempfile.mkdtemp(prefix="plan-runner-act-")
        self.addCleanup(shutil.rmtree, repository)
        folder = os.path.join(repository, ".github", "workflows")
        os.makedirs(folder)
        with open(os.path.join(folder, "plan.yaml"), "w") as f:
            f.write(text)
        git = ["git", "-C", repository, "-c", "user.name=test", "-c", "user.email=test@example.com"]
        for command in (["init", "-q", "-b", "main"], ["add", "-A"], ["commit", "-q", "-m", "The workflow"]):
            subprocess.run(git + command, check=True)
        used = re.search(r"uses: (plan-runner/\S+)", text).group(1)
        values = {"RELIABLY_SERVICE_HOST": self.standin.url, "RELIABLY_ORGANIZATION_ID": self.standin.org,
                  "RELIABLY_PLAN_ID": made["plan"]}
        command = ["act", event, "--platform", "ubuntu-24.04=debian:bookworm-slim", "--pull=false", "--rm",
                   "--network", "host", "--container-daemon-socket", os.environ["DOCKER_HOST"],
                   "--local-repository", "%s=%s" % (used, CHECKOUT),
                   "--secret", "RELIABLY_SERVICE_TOKEN=" + self.standin.token]
        for name, value in values.items():
            command += ["--var", "%s=%s" % (name, value)]
        done = subprocess.run(command, cwd=repository, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, encoding="utf-8", timeout=120)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertNotIn(self.standin.token, done.stdout)
        self.assertEqual(self.execution(made)["user_state"]["status"], "completed")
        return done.stdout

    def test_block_of_the_readme(self):
        block = subprocess.run([os.path.join(TESTS, "readme", "block"), "workflow"], check=True, stdout=subprocess.PIPE,
                               universal_newlines=True).stdout
        made = self.plan(NOTHING)
        said = self.act(block, made)
        self.assertRegex(said, r"status completed, deviated false, see %s/executions/view/\?id=%s" % (
            re.escape(self.standin.url), self.execution(made)["id"]))

    def test_as_plan_deployer_writes_it(self):
        for event, options in (("workflow_dispatch", []), ("schedule", ["--schedule", "0 3 * * 1-5"])):
            with self.subTest(event):
                self.fresh()
                made = self.plan(NOTHING)
                text = subprocess.run(
                    [DEPLOYER, "render", "github", made["plan"], "--host", self.standin.url, "--organization", self.standin.org,
                     *options], check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
                self.assertIn("## Chaos experiment: completed", self.act(text, made, event))


if __name__ == "__main__":
    unittest.main()
