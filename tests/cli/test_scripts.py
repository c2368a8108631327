#!/usr/bin/env python3
"""The scripts that a newcomer starts: what they say when something is missing, in one line."""
import os
import re
import shutil
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "docker", "build")
SHELL = ("bash", "basename", "cat", "dirname", "head", "id", "install", "mkdir", "mktemp", "od", "realpath", "rm", "sed", "touch",
         "tr")


class Base(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="plan-runner-scripts-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.programs = os.path.join(self.folder, "bin")
        os.mkdir(self.programs)
        for name in SHELL:
            os.symlink(shutil.which(name), os.path.join(self.programs, name))

    def file(self, name, content=b"", mode=0o644):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, mode)
        return path

    def run_script(self, *command, **environment):
        return subprocess.run(command, cwd=self.folder, env={"PATH": self.programs, **environment}, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, timeout=60)

    def assert_refused(self, done, code, pattern):
        self.assertEqual((done.returncode, done.stderr.count("\n")), (code, 1), done.stderr)
        self.assertRegex(done.stderr, pattern)


class DockerBuild(Base):
    def setUp(self):
        super().setUp()
        self.file("bin/docker", b'#!/bin/bash\nprintf "%s\\n" "$*" >>"$LOG"\n', 0o755)
        self.log = os.path.join(self.folder, "log")

    def build(self, *arguments, **environment):
        return self.run_script(BUILD, *arguments, LOG=self.log, **environment)

    def test_help(self):
        for option in ("-h", "--help"):
            done = self.build(option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, r"docker/build \[--only NAME\]... \[FILE\](.|\n)*BuildKit")
            self.assertNotIn("set -", done.stdout)

    def test_what_is_no_program_is_refused_before_anything_is_built(self):
        self.file("empty", b"", 0o755)
        self.file("text", b"#!/bin/sh\n", 0o755)
        self.file("not-executable", b"\x7fELF", 0o644)
        for arguments, pattern in ((("none",), "no file 'none'"), (("empty",), "'empty' is empty"),
                                   (("text",), "'text' is no program"), (("not-executable",), "is no program"),
                                   (("bin",), "'bin' is no program"), (("--tag", "x"), "unknown option '--tag'"),
                                   (("text", "text"), "one FILE"), (("--only", "toolz"), "no image 'toolz'"), (("--only",), "no image ''")):
            with self.subTest(arguments):
                self.assert_refused(self.build(*arguments), 2, "^docker/build: .*" + pattern)
                self.assertFalse(os.path.exists(self.log))

    def test_no_client(self):
        self.assert_refused(self.build(DOCKER="no-such-client"), 2, "no 'no-such-client' here.*BuildKit")

    def built(self, *arguments, **environment):
        """The names that were printed, and the command lines of docker."""
        done = self.build(*arguments, TAG="t", **environment)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        with open(self.log) as file:
            return done.stdout.splitlines(), file.read().splitlines()

    def test_a_file_beside_the_user(self):
        self.file("program", b"\x7fELF and more", 0o755)
        names, lines = self.built("program")
        self.assertEqual([name.split("/")[-1] for name in names],
                         ["plan-runner:t", "plan-runner:t-tools", "plan-runner:t-python", "plan-deployer:t"])
        self.assertEqual(["BINARY=given" in line for line in lines], [True, False, False, False])
        self.assertEqual(["RUNNER=" + names[0] + " " in line for line in lines], [False, True, True, True])
        for name, line in zip(names, lines):
            self.assertIn("--tag %s " % name, line)

    def test_only_those_that_are_wanted_and_the_one_that_they_are_made_of(self):
        names, lines = self.built("--only", "python", PLATFORM="linux/arm64", PIP_CERT="/ca.pem")
        self.assertEqual([name.split("/")[-1] for name in names], ["plan-runner:t-python"])
        self.assertEqual(len(lines), 2)
        for line in lines:
            self.assertIn("--platform linux/arm64", line)
        self.assertNotIn("--secret", lines[0])
        self.assertIn("--secret id=ca,src=/ca.pem", lines[1])

    def test_nothing_is_printed_when_one_fails(self):
        self.file("bin/docker", b'#!/bin/bash\ncase $* in *target\\ tools*) exit 7;; esac\n', 0o755)
        done = self.build("--only", "scratch", "--only", "tools")
        self.assertEqual((done.returncode, done.stdout), (7, ""))


class Tests(Base):
    def test_quick_without_the_tools_names_the_setup(self):
        done = self.run_script(os.path.join(TOP, "tests", "run"), "--quick")
        self.assert_refused(done, 1, "^no cmake .*: tests/run --setup ")


class Quickstart(Base):
    def setUp(self):
        super().setUp()
        self.tree = os.path.join(self.folder, "tree")
        os.makedirs(os.path.join(self.tree, "tests", "lib"))
        for name in ("quickstart", "tests/lib/setup.sh"):
            shutil.copy(os.path.join(TOP, name), os.path.join(self.tree, name))

    def start(self, status):
        """As user 4242, where every package has the status."""
        os.unlink(os.path.join(self.programs, "id"))
        self.file("bin/id", b"#!/bin/bash\necho 4242\n", 0o755)
        self.file("bin/dpkg-query", b"#!/bin/bash\nprintf %s " + status + b"\n", 0o755)
        return self.run_script(os.path.join(self.tree, "quickstart"))

    def test_without_root_it_names_what_is_missing(self):
        self.assert_refused(self.start(b"not-installed"), 1, "as root: apt-get install .*cmake")

    def test_a_tree_that_cannot_be_written(self):
        self.file("tree/build")
        self.assert_refused(self.start(b"installed"), 1, "^quickstart: user 4242 may not write to .*/build/quickstart")


if __name__ == "__main__":
    unittest.main()
