#!/usr/bin/env python3
"""Where `plan-runner action` leaves journal and log, what it refuses before anything is touched, and whose the files are."""
import json
import os
import re
import shutil
import tempfile
import unittest

from test_action import ActionCase


class Places(ActionCase):
    def tree(self):
        """Everything in the folder but what the test's own runs leave there."""
        found = set()
        for folder, folders, files in os.walk(self.folder):
            found |= {os.path.relpath(os.path.join(folder, name), self.folder) for name in folders + files}
        return found - {"output", "summary", "stdout.txt", "stderr.txt"}

    def check_files(self, done, journal, log):
        self.assertEqual((done.code, done.outputs["journal"], done.outputs["log"]), (0, journal, log), done.out)
        with open(os.path.join(self.folder, journal)) as f:
            self.assertEqual(json.load(f)["status"], "completed")
        self.assertGreater(os.path.getsize(os.path.join(self.folder, log)), 0)

    def test_a_folder_for_the_files(self):
        for absolute in (False, True):
            self.fresh()
            folder = os.path.join(self.folder, "plans", "one")
            done = self.step(self.inputs(self.seeded("noop")["plan"], working_dir=folder if absolute else "./plans/one"))
            self.check_files(done, "plans/one/run.json", "plans/one/run.log")

    def test_a_file_of_its_own_goes_before_the_folder(self):
        for given, journal, log, made in (
                ({"result_file": "out/a.json"}, "out/a.json", "run.log", {"out"}),
                ({"log_file": "./logs/x/a.log"}, "result.json", "logs/x/a.log", {"logs", "logs/x"}),
                ({"result_file": "a.json", "working_dir": "plans"}, "a.json", "plans/run.log", {"plans"}),
                ({"result_file": "a.json", "log_file": "b.log", "working_dir": "plans"}, "a.json", "b.log", set()),
                ({"result_file": "one two/\U0001f4a5.json", "log_file": "one two/b"}, "one two/\U0001f4a5.json", "one two/b", {"one two"})):
            with self.subTest(given):
                self.fresh()
                self.check_files(self.step(self.inputs(self.seeded("noop")["plan"], **given)), journal, log)
                folders = {name for name in self.tree() if os.path.isdir(os.path.join(self.folder, name))}
                self.assertEqual({name for name in folders if not name.startswith(".")}, made)

    def test_files_that_are_there(self):
        for name, text in (("a.json", "old"), ("a.log", "a line before\n")):
            with open(os.path.join(self.folder, name), "w") as f:
                f.write(text)
        done = self.step(self.inputs(self.seeded("noop")["plan"], result_file="a.json", log_file="a.log"))
        self.check_files(done, "a.json", "a.log")
        self.assertTrue(done.file("a.log").startswith("a line before\n"))

    def test_what_cannot_be_written_is_refused_before_anything_is_touched(self):
        made = self.seeded("noop")
        os.mkdir(os.path.join(self.folder, "folder"))
        with open(os.path.join(self.folder, "file"), "w") as f:
            f.write("of somebody")
        before = self.tree()
        for name in ("result-file", "log-file"):
            for value, said in (("folder", "is not a file"), ("folder/", "is a folder"), ("new/", "is a folder"), ("/dev/stdout", "is not a file"),
                                ("/proc/nowhere/x", "/proc/nowhere"), ("/proc/x", "/proc"), ("file/x", "file"), ("file/x/y/z", "file"),
                                ("/dev/null", "is not a file"), ("n" * 300, "nnn"), ("n" * 300 + "/x", "nnn")):
                with self.subTest(name, value=value):
                    other = "log-file" if name == "result-file" else "result-file"
                    given = {name: value, other: "new/below", "fail-on": "never"}
                    done = self.step(self.inputs(made["plan"], **{k.replace("-", "_"): v for k, v in given.items()}))
                    self.assertEqual((done.code, self.calls()), (2, []), done.out)
                    (_, message), = self.errors(done)
                    self.assertTrue(message.startswith("the input %s: " % name), message)
                    self.assertIn(said, message)
                    self.assertEqual(self.tree(), before)

    def test_one_file_for_both_is_refused(self):
        made = self.seeded("noop")
        os.symlink("a", os.path.join(self.folder, "b"))
        with open(os.path.join(self.folder, "a"), "w") as f:
            f.write("of somebody")
        for given in ({"result_file": "a", "log_file": "./a"}, {"result_file": "run.log"}, {"log_file": "result.json"},
                      {"result_file": "a", "log_file": "b"}, {"working_dir": "w", "log_file": "w/run.json"},
                      {"result_file": "new/x", "log_file": "new//x"}, {"result_file": "other/../x", "log_file": self.folder + "/x"}):
            with self.subTest(given):
                done = self.step(self.inputs(made["plan"], fail_on="never", **given))
                self.assertEqual((done.code, self.calls()), (2, []), done.out)
                self.assertIn("result-file and log-file", self.errors(done)[0][1])
                self.assertEqual(done.file("a"), "of somebody")

    def test_files_of_github_are_refused(self):
        plan = self.seeded("noop")["plan"]
        os.mkdir(os.path.join(self.folder, "commands"))
        os.symlink("../output", os.path.join(self.folder, "commands", "link"))
        variables = dict(GITHUB_ENV="./commands/env", GITHUB_PATH=self.folder + "/commands/path", GITHUB_STATE="commands/state",
                         GITHUB_EVENT_PATH=self.folder + "/event.json")
        for value, name in (("output", "OUTPUT"), (self.folder + "/output", "OUTPUT"), ("commands/link", "OUTPUT"), ("new/../output", "OUTPUT"),
                            ("summary", "STEP_SUMMARY"), ("commands/env", "ENV"), ("commands//path", "PATH"), ("./commands/state", "STATE"),
                            ("event.json", "EVENT_PATH")):
            for given in ("result-file", "log-file"):
                with self.subTest(given, value=value):
                    done = self.step(self.inputs(plan, fail_on="never", **{given.replace("-", "_"): value}), **variables)
                    self.assertEqual((done.code, self.calls(), done.outputs["status"]), (2, [], "error"), done.out)
                    self.assertEqual([message for _, message in self.errors(done)], [
                        "the input %s: '%s' is GitHub's own file, that of GITHUB_%s" % (given, value, name)])

    def test_what_goes_with_the_container_is_warned_of(self):
        self.assertEqual(os.geteuid(), 0, "needs root: a container's first process is made by unshare")
        plan = self.seeded("noop")["plan"]
        outside = tempfile.mkdtemp(prefix="plan-runner-outside-")
        self.addCleanup(shutil.rmtree, outside)
        os.mkdir(self.folder + "/in")
        os.symlink(outside, self.folder + "/way-out")
        for through, lost in ((("unshare", "--pid", "--fork"), True), ((), False)):
            self.through = through
            for given, warned in (({"result_file": outside + "/x.json"}, 1), ({"working_dir": "way-out"}, 2), ({"log_file": "in/x.log"}, 0),
                                  ({"log_file": "in/../../%s/x.log" % os.path.basename(outside)}, 1), ({"log_file": self.folder + "/in/x"}, 0)):
                with self.subTest(given, through=through):
                    done = self.step(self.inputs(plan, **given))
                    said = [c.data for c in done.console.named("warning")]
                    self.assertEqual((done.code, len(said)), (0, warned * lost), done.out)
                    self.assertTrue(all("outside of the workspace" in text for text in said))


class Owners(ActionCase):
    """A container of GitHub's runs as root in a workspace of somebody else's."""

    def setUp(self):
        super().setUp()
        self.assertEqual(os.geteuid(), 0, "needs root: nobody else gives files away")
        os.chown(self.folder, 12345, 23456)

    def owner(self, name):
        found = os.lstat(os.path.join(self.folder, name))
        return found.st_uid, found.st_gid

    def test_what_was_made_belongs_to_whom_the_workspace_does(self):
        os.mkdir(os.path.join(self.folder, "there"))
        self.step(self.inputs(self.seeded("noop")["plan"], working_dir="plans/one", log_file="there/a/b/../x.log"))
        for name in ("plans", "plans/one", "plans/one/run.json", "there/a", "there/a/b", "there/a/x.log"):
            self.assertEqual(self.owner(name), (12345, 23456), name)
        self.assertEqual(self.owner("there"), (0, 0), "it was somebody's before")

    def test_a_refused_plan_leaves_its_log(self):
        self.step(self.inputs(self.seeded("noop")["plan"], log_file="logs/run.log", token="not-the-token"))
        for name in ("logs", "logs/run.log"):
            self.assertEqual(self.owner(name), (12345, 23456), name)

    def test_outside_of_github_nothing_is_given_away(self):
        done = self.run_program("action", **self.inputs(self.seeded("noop")["plan"], working_dir="plans"))
        self.assertEqual((done.code, self.owner("plans/run.json")), (0, (0, 0)), done.said)

    def test_what_is_kept_in_the_home_of_the_runner(self):
        os.makedirs(os.path.join(self.folder, "home", "other"))
        os.chown(os.path.join(self.folder, "home"), 34567, 45678)
        self.standin.fault(method="PUT", path="*/results", do="refuse")
        self.step(self.inputs(self.seeded("noop")["plan"]), HOME=os.path.join(self.folder, "home"), PLAN_RUNNER_REPORT_DEADLINE="1")
        found = [os.path.relpath(os.path.join(folder, name), self.folder) for folder, folders, files in os.walk(self.folder + "/home")
                 for name in folders + files]
        self.assertTrue([name for name in found if re.search("/spool/.+", name)], found)
        for name in found:
            self.assertEqual(self.owner(name), (0, 0) if name == "home/other" else (34567, 45678), name)


if __name__ == "__main__":
    unittest.main()
