#!/usr/bin/env python3
"""The scripts that a newcomer starts: what they say when something is missing, in one line."""
import os
import re
import shutil
import struct
import subprocess
import tempfile
import unittest

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(TOP, "docker", "build")
SHELL = ("bash", "basename", "cat", "dirname", "head", "id", "install", "mkdir", "mktemp", "od", "realpath", "rm", "sed", "touch",
         "tr")


AMD64, ARM64 = 62, 183
PT_LOAD, PT_INTERP = 1, 3


def elf(machine, *types):
    """A program of 64 bits that is nothing but its header and program headers of these types."""
    head = b"\x7fELF\x02\x01\x01" + bytes(9) + struct.pack("<HHIQQQIHHHHHH", 3, machine, 1, 0, 64, 0, 0, 64, 56, len(types), 0, 0, 0)
    return head + b"".join(struct.pack("<I", kind) + bytes(52) for kind in types)


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

    def test_a_program_that_is_not_static(self):
        self.file("dynamic", elf(AMD64, PT_LOAD, PT_INTERP, PT_LOAD), 0o755)
        self.file("static", elf(AMD64, PT_LOAD, PT_LOAD), 0o755)
        self.assert_refused(self.build("dynamic"), 2, "^docker/build: 'dynamic' is not static: give build/static/plan-runner$")
        self.assertFalse(os.path.exists(self.log))
        self.assertEqual(self.build("static").returncode, 0)

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


class DockerScript(Base):
    def script(self, name, *arguments, **environment):
        return self.run_script(os.path.join(TOP, "docker", name), *arguments, TMPDIR=self.folder, **environment)


class DockerScripts(DockerScript):
    def test_help(self):
        for name in ("certificates", "deployer", "deps.sh", "labels", "package", "release"):
            for option in ("-h", "--help"):
                with self.subTest(name, option=option):
                    done = self.script(name, option, PATH=os.environ["PATH"])
                    self.assertEqual((done.returncode, done.stderr), (0, ""))
                    self.assertIn("docker/" + name, done.stdout)
                    self.assertNotIn("set -", done.stdout)

    def test_labels_of_what_there_is(self):
        for title in ("plan-runner", "plan-deployer"):
            done = self.script("labels", title)
            self.assertEqual((done.returncode, done.stdout.split("\n")[0]), (0, "org.opencontainers.image.title=" + title))
        done = self.script("labels", "--title")
        self.assert_refused(done, 2, "^docker/labels: no image of '--title': plan-runner or plan-deployer$")
        self.assertEqual(done.stdout, "")

    def test_deployer_takes_one_folder(self):
        self.file("taken")
        for arguments, pattern in (((), "one FOLDER"), (("a", "b"), "one FOLDER"), (("--x",), "one FOLDER"), (("taken",), "is no folder")):
            self.assert_refused(self.script("deployer", *arguments), 2, "^docker/deployer: .*" + pattern)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "a")))

    def test_deployer_names_what_is_missing(self):
        os.unlink(os.path.join(self.programs, "id"))
        self.file("bin/id", b"#!/bin/bash\necho 4242\n", 0o755)
        self.file("bin/dpkg-query", b'#!/bin/bash\n[ "${!#}" = libgit2-dev ] || printf installed\n', 0o755)
        self.assert_refused(self.script("deployer", "out"), 1, "as root: apt-get install libgit2-dev$")
        self.assertFalse(os.path.exists(os.path.join(self.folder, "out")))


class Packages(DockerScript):
    def setUp(self):
        super().setUp()
        for name in ("gzip", "ls"):
            os.symlink(shutil.which(name), os.path.join(self.programs, name))
        for name in ("dpkg-deb", "dpkg-shlibdeps", "strip", "python3"):
            self.file("bin/" + name, b"#!/bin/bash\n", 0o755)
        self.file("bin/dpkg", b"#!/bin/bash\necho amd64\n", 0o755)

    def qemu(self, name, version):
        """What starts programs for arm64 tells that they are of this name and version."""
        script = '#!/bin/bash\n[ "$2" = version ] && echo %s || echo "Usage: %s [OPTIONS] COMMAND"\n' % (version, name)
        self.file("bin/qemu-aarch64-static", script.encode(), 0o755)

    def refused(self, pattern, *files):
        self.assert_refused(self.script("package", "out", *files), 2, "^docker/package: .*%s$" % pattern)

    def test_a_program_that_does_not_start(self):
        self.file("closed", elf(AMD64), 0o644)
        self.file("other", elf(AMD64), 0o755)
        self.file("arm64", elf(ARM64), 0o755)
        self.refused("closed' is not executable: chmod [+]x", "closed")
        self.refused("other' is neither plan-runner nor plan-deployer", "other")
        self.refused("arm64' is for arm64 and does not start here: install qemu-user-static", "arm64")
        self.qemu("ls", "9")
        self.refused("arm64' is neither plan-runner nor plan-deployer", "arm64")

    def test_a_runner_that_is_not_static(self):
        self.file("dynamic", elf(ARM64, PT_INTERP), 0o755)
        self.qemu("plan-runner", "0.0.0")
        self.refused("dynamic' is not static: give build/static/plan-runner", "dynamic")
        for name in ("plan-runner", "plan-deployer"):  # the other one has an interpreter
            self.file("right", elf(ARM64, PT_LOAD if name == "plan-runner" else PT_INTERP), 0o755)
            self.qemu(name, "0.0.0")
            self.refused("is version 0.0.0, this tree is [0-9.]+", "right")

    def test_the_folder_is_missing(self):
        self.file("program", elf(AMD64), 0o755)
        for name in ("package", "release"):
            self.assert_refused(self.script(name, "program", "program"), 2, "^docker/%s: 'program' is no folder: FOLDER comes first$" % name)

    def test_what_has_to_be_installed(self):
        for name, package in (("strip", "binutils"), ("dpkg-shlibdeps", "dpkg-dev")):
            os.rename(os.path.join(self.programs, name), os.path.join(self.folder, name))
            self.refused("no '%s' here: install %s" % (name, package), "none")
            os.rename(os.path.join(self.folder, name), os.path.join(self.programs, name))
        os.unlink(os.path.join(self.programs, "python3"))
        self.assert_refused(self.script("release", "out", "none"), 2, "^docker/release: no 'python3' here: install python3$")

    def test_a_release_that_fails_leaves_nothing_behind(self):
        self.file("made-elsewhere.deb", b"x")
        self.file("closed", elf(AMD64), 0o644)
        for name in ("cp", "dpkg"):
            if not os.path.exists(os.path.join(self.programs, name)):
                os.symlink(shutil.which(name), os.path.join(self.programs, name))
        self.assertIn("is not executable", self.script("release", "out", "made-elsewhere.deb", "closed").stderr)
        self.assertEqual(os.listdir(os.path.join(self.folder, "out")), [])
        self.assertEqual([name for name in os.listdir(self.folder) if name.startswith("tmp.")], [])


class Tests(Base):
    def test_quick_without_the_tools_names_the_setup(self):
        done = self.run_script(os.path.join(TOP, "tests", "run"), "--quick")
        self.assert_refused(done, 1, "^no cmake .*: tests/run --setup ")

    def test_help_of_the_stages(self):
        for option in ("-h", "--help"):
            done = self.run_script(os.path.join(TOP, ".ci", "run"), option)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, r"[.]ci/run STAGE[.]{3}")
            self.assertNotIn("set -", done.stdout)


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
