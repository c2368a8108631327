#!/usr/bin/env python3
"""docker/tag, docker/push, docker/verify and docker/name-digest, with a docker that only writes down what it is asked."""
import json
import os
import re
import shutil
import stat
import subprocess
import unittest

from test_scripts import TOP, Base

DIGEST, OTHER = "sha256:" + "a" * 64, "sha256:" + "b" * 64
IMAGE = "registry.example.com:5000/you/plan-runner:1.2.3"
PASSWORD = "s3cr3t pass"
# one line of JSON a call: arguments, where the settings are and how private, what login read
FAKE = r'''#!/bin/bash
folder=${DOCKER_CONFIG:-} read=
[ "$1" != login ] || read=$(cat)
printf '["%s", "%s", "%s", "%s"]\n' "$*" "$folder" "${folder:+$(stat -c %a "$folder")}" "$read" >>"$LOG"
case "$1 $*" in
"login "*) [ "$read" = "s3cr3t pass" ] || { printf 'WARNING! x\nError: unauthorized\n' >&2; exit 1; } ;;
"push "*) [ -z "${REFUSED:-}" ] || { echo "denied: no"; exit 1; }; echo "1.2.3: digest: $DIGEST size: 528" ;;
"pull "*) echo "Digest: $DIGEST" ;;
"version "*) [ -z "${DOWN:-}" ] || { printf 'Client: 1\n'; printf 'more\nCannot connect to the engine\n' >&2; exit 1; } ;;
"image "*) [[ " $THERE " == *" ${!#} "* ]] ;;
"context "*) echo unix:///run/mine.sock ;;
"tag "*) [ "$2" != none ] ;;
esac
'''


class Scripts(Base):
    def setUp(self):
        super().setUp()
        for name in ("cat", "grep", "tail", "stat"):
            if not os.path.exists(os.path.join(self.programs, name)):
                os.symlink(shutil.which(name), os.path.join(self.programs, name))
        self.file("bin/docker", FAKE.encode(), 0o755)
        self.log = os.path.join(self.folder, "log")

    def script(self, name, *arguments, password="", **environment):
        settings = {"PATH": self.programs, "LOG": self.log, "DIGEST": DIGEST, "TMPDIR": self.folder, "HOME": self.folder,
                    "THERE": "", **environment}
        return subprocess.run([os.path.join(TOP, "docker", name), *arguments], cwd=self.folder, env=settings, input=password,
                              capture_output=True, text=True, timeout=60)

    def calls(self):
        if not os.path.exists(self.log):
            return []
        with open(self.log, encoding="utf-8") as file:
            return [json.loads(line) for line in file]


class Refused(Scripts):
    def test_help(self):
        for name in ("tag", "push", "verify"):
            done = self.script(name, "--help")
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertRegex(done.stdout, r"docker/%s .*REGISTRY/OWNER" % name)
            self.assertNotIn("set -", done.stdout)

    def test_what_is_refused_before_docker_is_asked(self):
        empty, right = self.file("empty"), IMAGE + "@" + DIGEST
        for name, arguments, pattern in (
                ("push", (), "no image"), ("push", ("plan-runner:1",), "is not REGISTRY/OWNER/NAME:TAG"),
                ("push", ("ghcr.io/You/x:1",), "lower case"), ("push", ("ghcr.io/you/x",), "NAME:TAG"),
                ("push", ("ghcr.io/you/x:1;id",), "NAME:TAG"), ("push", ("ghcr.io/you/x:1", "quay.io/you/x:1"), "two registries"),
                ("push", ("--password", "x", IMAGE), "no password on a command line"),
                ("push", ("--password=x", IMAGE), "no password on a command line"),
                ("push", ("--force", IMAGE), "unknown option '--force'"), ("push", (IMAGE, "--user"), "--user wants a value"),
                ("push", ("--password-file", empty, IMAGE), "goes with --user"),
                ("push", ("--user", "me", "--password-file", empty, IMAGE), "not there, or empty"),
                ("push", ("--user", "me", "--password-file", "none", IMAGE), "not there, or empty"),
                ("verify", (IMAGE,), "no digest to compare with"), ("verify", (right[:-1],), "NAME:TAG"),
                ("tag", (), "no REGISTRY/OWNER"), ("tag", ("you",), "'you' is not REGISTRY/OWNER, in lower case, as ghcr.io/you$"),
                ("tag", ("ghcr.io/You",), "'ghcr.io/You' is not REGISTRY/OWNER, in lower case"),
                ("tag", ("--all",), "unknown option")):
            with self.subTest(name=name, arguments=arguments):
                self.assert_refused(self.script(name, *arguments), 2, "^docker/%s: .*%s" % (name, pattern))
                self.assertEqual(self.calls(), [])

    def test_no_client(self):
        for name, argument in (("tag", "ghcr.io/you"), ("push", IMAGE), ("verify", IMAGE + "@" + DIGEST)):
            self.assert_refused(self.script(name, argument, DOCKER="no-such-client"), 2, "no 'no-such-client' here")


class Push(Scripts):
    def test_without_a_user_it_only_pushes(self):
        done = self.script("push", IMAGE)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "%s@%s\n" % (IMAGE, DIGEST), ""))
        self.assertEqual([call[0] for call in self.calls()], ["push " + IMAGE])

    def check_password(self, password, *options):
        done = self.script("push", "--user", "me", *options, IMAGE, password=password)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        calls = [call for call in self.calls() if not call[0].startswith("context")]
        self.assertEqual([call[0] for call in calls],
                         ["login --username me --password-stdin registry.example.com:5000", "push " + IMAGE])
        self.assertEqual(calls[0][3], PASSWORD)
        folders = {(call[1], call[2]) for call in calls}
        self.assertEqual(len(folders), 1)
        folder, mode = folders.pop()
        self.assertEqual(mode, "700")
        self.assertFalse(os.path.exists(folder))
        self.assertFalse(os.path.exists(os.path.join(self.folder, ".docker")))

    def test_the_password_comes_on_standard_input(self):
        self.check_password(PASSWORD + "\n")

    def test_the_password_comes_from_a_file(self):
        self.check_password("", "--password-file", self.file("token", PASSWORD.encode() + b"\n", 0o600))

    def test_a_password_that_is_wrong(self):
        done = self.script("push", "--user", "me", IMAGE, password="guess")
        self.assert_refused(done, 1, "registry.example.com:5000 does not let me in: Error: unauthorized")
        self.assertFalse([call for call in self.calls() if call[0].startswith("push")])
        self.assertFalse(os.path.exists(self.calls()[-1][1]))

    def test_what_is_refused_is_told(self):
        self.assert_refused(self.script("push", IMAGE, REFUSED="1"), 1, "%s is not pushed: denied: no" % IMAGE)

    def test_no_digest_is_no_success(self):
        self.assert_refused(self.script("push", IMAGE, DIGEST=""), 1, "names no digest")


class Verify(Scripts):
    def test_the_same(self):
        done = self.script("verify", IMAGE + "@" + DIGEST)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "%s is %s\n" % (IMAGE, DIGEST), ""))
        self.assertEqual([call[0] for call in self.calls()], ["pull " + IMAGE])

    def test_another(self):
        for found in (OTHER, ""):
            self.assert_refused(self.script("verify", IMAGE + "@" + DIGEST, DIGEST=found), 1,
                                "is %s in the registry, not %s" % (found or ".*", DIGEST))

    def test_takes_what_push_prints(self):
        pushed = self.script("push", IMAGE, IMAGE + "-tools").stdout.split()
        self.assertEqual(self.script("verify", *pushed).returncode, 0)


class Tag(Scripts):
    def test_every_image_that_is_there(self):
        with open(os.path.join(TOP, "docker", "image.env"), encoding="utf-8") as file:
            image, deployer = re.findall(r"^(?:DEPLOYER_)?IMAGE=(.*)$", file.read(), re.M)
        done = self.script("tag", "ghcr.io/you", TAG="5", THERE="%s:5 %s:5" % (image, deployer))
        self.assertEqual((done.returncode, done.stdout, done.stderr),
                         (0, "ghcr.io/you/plan-runner:5\nghcr.io/you/plan-deployer:5\n", ""))
        self.assertEqual([call[0] for call in self.calls() if call[0].startswith("tag")],
                         ["tag %s:5 ghcr.io/you/plan-runner:5" % image, "tag %s:5 ghcr.io/you/plan-deployer:5" % deployer])

    def test_the_engine_is_down(self):
        for arguments in (("ghcr.io/you",), ("ghcr.io/you", IMAGE)):
            self.assert_refused(self.script("tag", *arguments, DOWN="1"), 1,
                                "^docker/tag: the engine does not answer: Cannot connect to the engine$")

    def test_nothing_is_there(self):
        self.assert_refused(self.script("tag", "ghcr.io/you"), 1, "docker/build makes it")

    def test_one_that_is_named(self):
        done = self.script("tag", "ghcr.io/you", IMAGE)
        self.assertEqual((done.returncode, done.stdout), (0, "ghcr.io/you/plan-runner:1.2.3\n"))


class NameDigest(Base):
    FILES = ("action.yml", "host/action.yml", "python/action.yml", "CMakeLists.txt", "docker/image.env", "docker/name-digest")

    def setUp(self):
        super().setUp()
        for name in ("cmp", "grep"):
            os.symlink(shutil.which(name), os.path.join(self.programs, name))
        for name in self.FILES:
            if os.path.exists(os.path.join(TOP, name)):
                path = os.path.join(self.folder, "tree", name)
                os.makedirs(os.path.dirname(path), exist_ok=True)
                shutil.copy2(os.path.join(TOP, name), path)
        self.name("none")

    def name(self, *arguments):
        return self.run_script(os.path.join(self.folder, "tree/docker/name-digest"), *arguments, TMPDIR=self.folder)

    def texts(self):
        found = {}
        for name in self.FILES[:3]:
            path = os.path.join(self.folder, "tree", name)
            if os.path.exists(path):
                with open(path, encoding="utf-8") as file:
                    found[name] = file.read()
        return found

    def test_behind_the_tag_and_once(self):
        before = self.texts()
        done = self.name(DIGEST)
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "action.yml\nhost/action.yml\n", ""))
        for name in ("action.yml", "host/action.yml"):
            self.assertRegex(self.texts()[name], r":[0-9.]+@%s\n" % DIGEST)
        self.assertEqual((self.name(DIGEST).stdout, self.name(OTHER).returncode), ("", 0))
        self.assertNotIn(DIGEST, "".join(self.texts().values()))
        self.name("none")
        self.assertEqual(self.texts(), before)

    def test_the_files_stay_what_they_are(self):
        path = os.path.join(self.folder, "tree/action.yml")
        os.chmod(path, 0o640)
        self.name(DIGEST)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o640)

    def test_of_the_image_with_an_interpreter(self):
        done, there = self.name("--python", DIGEST), self.texts()
        if "python/action.yml" in there:
            self.assertEqual((done.returncode, done.stdout), (0, "python/action.yml\n"))
            self.assertIn("-python@" + DIGEST, there["python/action.yml"])
        else:
            self.assert_refused(done, 2, "there is no python/action.yml")
        self.assertNotIn(DIGEST, there["action.yml"] + there["host/action.yml"])

    def test_what_is_refused_changes_nothing(self):
        before = self.texts()
        for arguments, pattern in (((), "one DIGEST"), ((DIGEST, DIGEST), "one DIGEST"), (("sha256:abc",), "is no digest"),
                                   ((DIGEST.upper(),), "is no digest"), (("--ruby", DIGEST), "unknown option")):
            self.assert_refused(self.name(*arguments), 2, "^docker/name-digest: .*" + pattern)
        self.assertEqual(self.texts(), before)


if __name__ == "__main__":
    unittest.main()
