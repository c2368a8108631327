#!/usr/bin/env python3
"""The script of host/action.yml, with a docker that is none: what it takes out of the image, what it says where it cannot,
and that no container is left."""
import os
import re
import shutil
import subprocess
import textwrap
import unittest

from actions_runner import Console, read_outputs
from platform_case import PROGRAM, ROOT
from test_action import ActionCase

DOCKER = """#!/bin/sh
echo "$@" >>"$CALLS"
[ "$1" != "$REFUSED" ] || { echo "docker: no" >&2; exit 1; }
case $1 in
create) echo the-container ;;
cp) cp "$GIVEN" "$3" ;;
esac
"""


class Script(ActionCase):
    def setUp(self):
        super().setUp()
        self.bin, self.temp = os.path.join(self.folder, "bin"), os.path.join(self.folder, "a temp")
        os.mkdir(self.bin)
        os.mkdir(self.temp)
        for name in ("bash", "sh", "mktemp", "cp", "true", "uname"):
            os.symlink(shutil.which(name), os.path.join(self.bin, name))
        with open(os.path.join(ROOT, "host", "action.yml")) as f:
            self.script = textwrap.dedent(re.search(r"      run: \|\n(.*)", f.read(), re.S).group(1))

    def read(self, name):
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return ""
        with open(path) as f:
            return f.read()

    def run_script(self, refused="", docker=True, **changes):
        if docker:
            with open(os.path.join(self.bin, "docker"), "w") as f:
                f.write(DOCKER)
            os.chmod(f.name, 0o755)
        made = self.seeded("noop")
        names = {"plan-id": made["plan"], "service-host": self.standin.url, "organization-id": self.standin.org,
                 "token": self.standin.token}
        inputs = {"INPUT_" + k.upper().replace("-", "_"): v for k, v in names.items()}
        files = {"GITHUB_OUTPUT": "output", "GITHUB_STEP_SUMMARY": "summary", "CALLS": "docker"}
        env = self.environment(PATH=self.bin, RUNNER_TEMP=self.temp, GITHUB_ACTIONS="true", REFUSED=refused, GIVEN=PROGRAM,
                               PLAN_RUNNER_IMAGE="registry.example.com/image:1",
                               **inputs, **{k: os.path.join(self.folder, v) for k, v in files.items()})
        env.update(changes)
        done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", self.script], cwd=self.folder, env=env,
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.docker = self.read("docker").splitlines()
        self.outputs = read_outputs(self.read("output"))
        self.errors = [c.data for c in Console(done.stdout).named("error")]
        return done

    def check_removed(self):
        self.assertEqual([c for c in self.docker if c.startswith("rm")], ["rm --force the-container"])

    def test_the_program_of_the_image_is_run(self):
        done = self.run_script()
        self.assertEqual((done.returncode, self.outputs["status"]), (0, "completed"), done.stdout + done.stderr)
        self.assertEqual(self.docker[0], "create registry.example.com/image:1")
        self.check_removed()

    def test_two_at_once_have_programs_of_their_own(self):
        self.run_script()
        os.remove(os.path.join(self.folder, "output"))
        self.run_script()
        self.assertEqual(len(os.listdir(self.temp)), 2)

    def check_refused(self, done, message):
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertEqual(self.outputs, {"status": "error", "deviated": "false"})
        self.assertEqual(len(self.errors), 1, done.stdout)
        self.assertIn(message, self.errors[0])
        self.assertEqual(self.calls(), [])

    def test_no_docker(self):
        self.check_refused(self.run_script(docker=False), "docker is not on the PATH")

    def test_no_image(self):
        self.check_refused(self.run_script("create"), "registry.example.com/image:1 cannot be had")
        self.assertEqual(len(self.docker), 1)

    def test_an_image_of_another_kind(self):
        self.check_refused(self.run_script("cp"), "has no /plan-runner")
        self.check_removed()

    def test_a_container_that_stays(self):
        self.assertEqual(self.run_script("rm").returncode, 0, "it was only made, and never started")

    def test_a_program_for_another_machine(self):
        other = os.path.join(self.folder, "other")
        with open(other, "wb") as f:
            f.write(b"\x7fELF" + bytes(60))
        os.chmod(other, 0o755)
        self.check_refused(self.run_script(GIVEN=other), "cannot start")
        self.check_removed()

    def test_no_place(self):
        self.check_refused(self.run_script(RUNNER_TEMP=os.path.join(self.folder, "none")), "no place for the program")


if __name__ == "__main__":
    unittest.main()
