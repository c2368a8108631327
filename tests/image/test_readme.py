#!/usr/bin/env python3
"""The README's blocks about Docker, run as they stand there: `docker` with its variables exported, and `image` built and used.

The image stands in the engine ($DOCKER_HOST) under its published name. $PLAN_RUNNER, which stands for the program, is bash.
A container reaches the stand-in, which serves loopback only, through a relay (socat) at the address that the bridge has here.
"""
import os
import re
import shutil
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(HERE)
sys.path.insert(0, os.path.join(TESTS, "cli"))

from platform_case import PlatformCase  # noqa: E402

DOCKER = "/usr/bin/docker"
RECIPE = "plan-runner-recipe:test"


def block(name):
    return subprocess.run([os.path.join(TESTS, "readme", "block"), name], check=True, stdout=subprocess.PIPE,
                          universal_newlines=True).stdout


def engine(*args, **more):
    done = subprocess.run([DOCKER, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, **more)
    if done.returncode:
        raise AssertionError("docker %s: %s" % (args[0], done.stderr))
    return done.stdout


class Blocks(PlatformCase):
    def setUp(self):
        super().setUp()
        self.commands = os.path.join(self.folder, "bin")  # another client may come first on PATH
        os.mkdir(self.commands)
        os.symlink(DOCKER, os.path.join(self.commands, "docker"))

    def relayed(self):
        """The stand-in's URL for containers on the bridge."""
        gateway = engine("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}").strip()
        relay = subprocess.Popen(
            ["socat", "-d", "-d", "TCP-LISTEN:0,bind=%s,fork" % gateway, self.standin.url.replace("http://", "TCP:")],
            stderr=subprocess.PIPE, universal_newlines=True)
        self.addCleanup(relay.stderr.close)
        self.addCleanup(self.end, relay)
        for line in relay.stderr:
            listening = re.search(r"listening on .*:(\d+)$", line.strip())
            if listening:
                return "http://%s:%s" % (gateway, listening.group(1))
        self.fail("socat does not listen at " + gateway)

    def run_block(self, text, made, **changes):
        return self.run_program("-euc", text, PATH=self.commands + ":/usr/bin:/bin", RELIABLY_PLAN_ID=made["plan"],
                                DOCKER_HOST=os.environ["DOCKER_HOST"], **changes)

    def test_docker(self):
        made = self.plan({"title": "Nothing", "description": "to do", "method": []})
        done = self.run_block(block("docker"), made, RELIABLY_SERVICE_HOST=self.relayed())
        self.assertEqual(done.code, 0, done.said)
        self.assertEqual(self.execution(made)["result"]["status"], "completed")

    def test_image(self):
        """An image of one's own: the user's tool is there for a process activity, which the image without it refuses."""
        engine("build", "--network", "host", "--tag", RECIPE, "-", input=block("image"),
               env=dict(os.environ, DOCKER_BUILDKIT="1"))
        self.addCleanup(engine, "rmi", RECIPE)
        tool = {"type": "process", "path": "stress-ng", "arguments": "--version", "timeout": 20}
        made = self.plan({"title": "The user's tool", "description": "is in the image",
                          "method": [{"type": "probe", "name": "tool", "tolerance": 0, "provider": tool}]})
        published = re.search(r"--from=(\S+)", block("image")).group(1)
        text = block("docker")
        self.assertIn(published, text)
        relay = self.relayed()
        done = self.run_block(text, made, RELIABLY_SERVICE_HOST=relay)
        self.assertNotEqual(done.code, 0, done.said)
        self.assertEqual(self.executions(made), [])
        done = self.run_block(text.replace(published, RECIPE), made, RELIABLY_SERVICE_HOST=relay)
        self.assertEqual(done.code, 0, done.said)
        self.assertIn("stress-ng", self.execution(made)["result"]["run"][0]["output"]["stdout"])


if __name__ == "__main__":
    if not shutil.which("socat"):
        sys.exit("test_readme.py: install the package socat")
    unittest.main()
