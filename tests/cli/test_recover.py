#!/usr/bin/env python3
"""Runs that are killed (SIGKILL) at and within their activities, and what `recover` and `run --recover-first` make of them."""
import json
import os
import signal
import subprocess
import tempfile
import time
import unittest

RUNNER = os.environ["PLAN_RUNNER"]
WAIT_S = 30


def shell(kind, name, script, **more):
    return dict({"type": kind, "name": name,
                 "provider": {"type": "process", "path": "sh", "arguments": ["-c", script]}}, **more)


# An activity writes a line when it begins, waits while the file hold-<name> is there, does its work, writes a line when that is
# done, and waits while stay-<name> is there.
def activity(name, work, **more):
    return shell("action", name, "echo begin-%s >> lines; while test -e hold-%s; do sleep 0.01; done; %s; echo end-%s >> lines; "
                 "while test -e stay-%s; do sleep 0.01; done" % (name, name, work, name, name), **more)


def experiment(size=0, **more):
    return dict({
        "title": "Faults", "description": "Two faults, each with its rollback.",
        "padding": "x" * size,
        "method": [activity("fault-1", "touch fault1"), activity("fault-2", "touch fault2")],
        "rollbacks": [activity("undo-1", "rm -f fault1"), activity("undo-2", "rm -f fault2")],
    }, **more)


class Case(unittest.TestCase):
    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="recover-")
        self.addCleanup(box.cleanup)
        self.folder = box.name
        self.running = []
        self.addCleanup(self.end_all)

    def end_all(self):
        for process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate()

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        with open(self.path(name), "w") as f:
            f.write(text)

    def read(self, name):
        if not os.path.exists(self.path(name)):
            return ""
        with open(self.path(name)) as f:
            return f.read()

    def lines(self):
        return self.read("lines").split()

    def journal(self, name="journal.json"):
        return json.loads(self.read(name))

    def start(self, *arguments, env=None):
        process = subprocess.Popen([RUNNER, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, text=True, env=dict(os.environ, **(env or {})))
        self.running.append(process)
        return process

    def call(self, code, *arguments, env=None):
        """What it wrote; it must end with this exit code."""
        process = self.start(*arguments, env=env)
        text, _ = process.communicate(timeout=WAIT_S)
        self.assertEqual(process.returncode, code, text)
        return text

    def wait_line(self, line):
        end = time.monotonic() + WAIT_S
        while line not in self.lines():
            self.assertLess(time.monotonic(), end, "no line %s in time" % line)
            time.sleep(0.002)

    def end_at(self, line, name, *arguments, how=signal.SIGKILL, env=None):
        """Ends a call once `line` was written, while the file `name` keeps the activity there."""
        self.write(name, "")
        process = self.start(*arguments, env=env)
        self.wait_line(line)
        process.send_signal(how)
        process.communicate(timeout=WAIT_S)
        os.unlink(self.path(name))

    def killed(self, *options, line="end-fault-2", name="stay-fault-2", document=None, env=None):
        """A run of an experiment that was killed."""
        self.write("experiment.json", json.dumps(document or experiment()))
        self.end_at(line, name, "run", *options, "experiment.json", env=env)

    def faults(self):
        return [x for x in ("fault1", "fault2") if os.path.exists(self.path(x))]

    def notes(self, number=-1, name="journal.json"):
        return [(x["name"], x["again"]) for x in self.journal(name)["plan-runner"]["recoveries"][number]["rollbacks"]]


ALWAYS = ("--rollback-strategy", "always")


class Places(Case):
    """A kill in each place of a run, with a document that needs a .part and without."""

    def check(self, line, name, want, size):
        self.setUp()
        self.killed(*ALWAYS, line=line, name=name, document=experiment(size))
        before = len(self.lines())
        text = self.call(0, "recover", "journal.json")
        self.assertEqual(self.lines()[before:], [x for n, _ in want for x in ("begin-" + n, "end-" + n)], text)
        self.assertEqual(self.faults(), [], text)
        self.assertEqual(self.notes(), want)
        for n, again in want:
            said = "Rollback '%s' was under way when the run died: it is played again" % n
            self.assertEqual(said in text, again, text)
        journal = self.journal()
        self.assertEqual((journal["status"], journal["deviated"]), ("interrupted", False))
        self.assertGreater(journal["duration"], 0)
        self.assertGreater(journal["end"], journal["start"])
        self.assertFalse(os.path.exists(self.path("journal.json.part")))
        text = self.call(0, "recover", "journal.json")
        self.assertRegex(text, "Nothing to recover in 'journal.json': it has been recovered already")
        self.assertEqual(self.journal(), journal)
        self.assertEqual(len(self.lines()), before + 2 * len(want))

    def test_each_place(self):
        both = [("undo-1", False), ("undo-2", False)]
        first, second = [("undo-1", True), ("undo-2", False)], [("undo-2", True)]
        for what, want in (("fault-1", both), ("fault-2", both), ("undo-1", first), ("undo-2", second)):
            for line, name in (("begin-", "hold-"), ("end-", "stay-")):
                for size in (0, 300000):
                    with self.subTest(line=line + what, size=size):
                        self.check(line + what, name + what, want, size)


class Decisions(Case):
    def test_default_strategy_plays_none_and_says_how_to(self):
        self.killed()
        text = self.call(0, "recover", "journal.json")
        self.assertRegex(text, "No rollbacks are owed: the rollback strategy 'default'.*--rollback-strategy always")
        self.assertEqual(self.faults(), ["fault1", "fault2"])
        self.assertEqual(self.journal()["status"], "interrupted")
        self.call(0, "recover", *ALWAYS, "journal.json")
        self.assertEqual(self.faults(), [])
        before = self.lines()
        self.assertIn("Nothing to recover", self.call(0, "recover", *ALWAYS, "journal.json"))
        self.assertEqual(self.lines(), before)

    def test_hypothesis_touches_nothing(self):
        probe = dict(activity("probe", "true"), type="probe", tolerance=0)
        self.killed(*ALWAYS, line="begin-probe", name="hold-probe",
                    document=experiment(**{"steady-state-hypothesis": {"title": "S", "probes": [probe]}}))
        self.assertIn("its method had not begun", self.call(0, "recover", "journal.json"))
        self.assertEqual(self.lines(), ["begin-probe"])

    def test_a_run_that_ended_is_left_alone(self):
        self.write("experiment.json", json.dumps(experiment()))
        self.call(0, "run", "experiment.json")
        journal = self.read("journal.json")
        self.assertNotIn("plan-runner", json.loads(journal))
        self.assertIn("its run came to its end", self.call(0, "recover", "journal.json"))
        self.assertEqual(self.read("journal.json"), journal)

    def test_a_living_run_is_not_recovered(self):
        self.write("experiment.json", json.dumps(experiment()))
        self.write("stay-fault-2", "")
        run = self.start("run", "experiment.json")
        self.wait_line("end-fault-2")
        text = self.call(1, "recover", "journal.json")
        self.assertEqual(len(text.splitlines()), 1)
        self.assertIn("its run is still alive", text)
        self.call(1, "run", "--recover-first", "experiment.json")
        os.unlink(self.path("stay-fault-2"))
        run.communicate(timeout=WAIT_S)
        self.assertEqual((run.returncode, self.journal()["status"]), (0, "completed"))

    def test_another_run_with_the_journal_of_a_living_one_warns(self):
        self.write("experiment.json", json.dumps(experiment()))
        self.write("other.json", json.dumps({"title": "o", "description": "o", "method": []}))
        self.write("stay-fault-2", "")
        run = self.start("run", "experiment.json")
        self.wait_line("end-fault-2")
        self.assertIn("another run that is alive", self.call(0, "run", "other.json"))
        os.unlink(self.path("stay-fault-2"))
        run.communicate(timeout=WAIT_S)

    def test_no_file(self):
        os.mkfifo(self.path("pipe"))
        for name in ("pipe", "/dev/zero"):
            with self.subTest(name=name):
                self.assertIn("it is no file", self.call(1, "recover", name))

    def test_a_part_that_is_no_file_is_ignored(self):
        self.killed(*ALWAYS)
        os.mkfifo(self.path("journal.json.part"))
        self.call(0, "recover", "journal.json")
        self.assertEqual(self.faults(), [])

    def test_refused(self):
        self.write("text.json", "no journal")
        self.write("list.json", "[]")
        self.write("object.json", "{}")
        for code, arguments, message in ((2, (), "JOURNAL"), (2, ("a", "b"), "b"), (2, ("--strategy", "a"), "--strategy"),
                                         (2, ("--rollback-strategy", "odd", "object.json"), "odd"),
                                         (1, ("none.json",), "none.json"), (1, ("text.json",), "text.json"),
                                         (1, ("list.json",), "list.json"), (1, (".",), "'.'"),
                                         (1, ("object.json",), "not the journal of an experiment")):
            with self.subTest(arguments=arguments):
                self.assertIn(message, self.call(code, "recover", *arguments))


    def test_a_run_does_not_write_over_what_was_left(self):
        for size in (0, 300000):
            with self.subTest(size=size):
                self.setUp()
                self.killed(*ALWAYS, document=experiment(size))
                text = self.call(0, "run", "--rollback-strategy", "never", "experiment.json")
                kept, = [x for x in os.listdir(self.folder) if x.startswith("journal-") and x.endswith("Z.json")]
                self.assertIn("It is kept as '%s'" % kept, text)
                self.assertEqual(self.journal()["status"], "completed")
                self.call(0, "run", "--rollback-strategy", "never", "experiment.json")
                self.call(0, "recover", kept)
                self.assertEqual((self.faults(), len(self.journal(kept)["run"])), ([], 2))
                self.assertEqual([x for x in os.listdir(self.folder) if x.endswith(".part")], [])

    def test_what_is_kept_is_one_file_before_it_is_renamed(self):
        """A name that is too long stands for a kill before the rename; the `.part` has got its lines by then."""
        name = "j" * 235 + ".json"
        self.killed("--journal-path", name, *ALWAYS, document=experiment(300000))
        self.assertEqual(len(self.journal(name)["run"]), 0)
        self.assertTrue(os.path.exists(self.path(name + ".part")))
        self.assertIn("cannot keep", self.call(1, "run", "--journal-path", name, "experiment.json"))
        self.assertFalse(os.path.exists(self.path(name + ".part")))
        self.assertEqual(len(self.journal(name)["run"]), 2)
        self.call(0, "recover", name)
        self.assertEqual(self.faults(), [])

    def test_a_journal_with_many_recoveries_is_not_written_over(self):
        self.killed(*ALWAYS, line="begin-undo-1", name="hold-undo-1")
        journal = self.journal()
        before = [{"start": journal["start"], "rollbacks": [{"name": "undo-%d" % n, "again": False}]} for n in range(1000)]
        journal["plan-runner"]["recoveries"] = before
        self.write("journal.json", json.dumps(journal, indent=2))
        text = self.call(0, "run", "--rollback-strategy", "never", "experiment.json")
        kept, = [x for x in os.listdir(self.folder) if x.startswith("journal-") and x.endswith("Z.json")]
        self.assertIn("It is kept as '%s'" % kept, text)
        self.call(0, "recover", kept)
        recoveries = self.journal(kept)["plan-runner"]["recoveries"]
        self.assertEqual((self.faults(), recoveries[:-1], "end" in recoveries[-1]), ([], before, True))

    def test_a_living_run_keeps_its_journal(self):
        self.write("experiment.json", json.dumps(experiment()))
        self.write("stay-fault-2", "")
        run = self.start("run", "experiment.json")
        self.wait_line("end-fault-2")
        os.unlink(self.path("stay-fault-2"))
        self.assertNotIn("kept", self.call(0, "run", "experiment.json"))
        run.communicate(timeout=WAIT_S)


class Rollbacks(Case):
    def test_variables_come_from_where_they_came_from(self):
        document = experiment(configuration={"n": {"type": "env", "key": "FAULT_NUMBER"}},
                              secrets={"s": {"k": {"type": "env", "key": "FAULT_SECRET"}}},
                              rollbacks=[activity("undo", "rm -f fault1 fault${n}")])
        env = {"FAULT_NUMBER": "2", "FAULT_SECRET": "of-nobody"}
        self.killed(*ALWAYS, document=document, env=env)
        self.assertIn("FAULT_NUMBER", self.call(1, "recover", "journal.json"))
        self.assertIn("FAULT_SECRET", self.call(1, "recover", "journal.json", env={"FAULT_NUMBER": "2"}))
        self.assertEqual(self.faults(), ["fault1", "fault2"])
        self.call(0, "recover", "journal.json", "--var", "n=2", env={"FAULT_SECRET": "of-nobody"})
        self.assertEqual(self.faults(), [])

    def test_what_the_command_line_gave_must_be_given_again(self):
        """With the experiment's own values the rollback would undo what nobody did."""
        document = experiment(configuration={"n": "9", "other": "1"}, secrets={"s": {"k": "of-nobody"}},
                              rollbacks=[activity("undo", "rm -f fault1 fault${n} $k")])
        self.write("vars.json", json.dumps({"secrets": {"s": {"k": "of-somebody"}}}))
        self.killed(*ALWAYS, "--var", "n=2", "--var", "unknown=1", "--var-file", "vars.json", document=document)
        self.assertNotIn("of-somebody", self.read("journal.json"))
        self.assertIn("'n' of the configuration", self.call(1, "recover", "journal.json", "--var-file", "vars.json"))
        self.assertIn("'s' of the secrets", self.call(1, "recover", "journal.json", "--var", "n=2"))
        self.assertIn("'n'", self.call(1, "recover", "journal.json", "--experiment", "experiment.json"))
        self.assertIn("'n'", self.call(1, "run", "--recover-first", "experiment.json"))
        self.assertEqual(self.faults(), ["fault1", "fault2"])
        self.call(0, "recover", "journal.json", "--var", "n=2", "--var-file", "vars.json")
        self.assertEqual(self.faults(), [])

    def test_what_was_redacted_is_taken_from_the_experiment(self):
        document = experiment(secrets={"s": {"k": {"type": "env", "key": "FAULT_SECRET"}}},
                              rollbacks=[activity("undo", "rm -f fault1 fault2; echo of-nobody >> lines")])
        env = {"FAULT_SECRET": "of-nobody"}
        self.killed(*ALWAYS, document=document, env=env)
        self.assertNotIn("of-nobody", self.read("journal.json"))
        self.assertIn("give --experiment", self.call(1, "recover", "journal.json", env=env))
        self.call(0, "recover", "journal.json", "--experiment", "experiment.json", env=env)
        self.assertEqual((self.faults(), self.lines().count("of-nobody")), ([], 1))
        self.assertNotIn("of-nobody", self.read("journal.json"))

    def test_one_that_fails(self):
        bad = dict(activity("bad", "true"), provider={"type": "http", "url": "http://127.0.0.1:1/"})
        self.killed(*ALWAYS, document=experiment(rollbacks=[bad, activity("undo", "rm -f fault1 fault2")]))
        text = self.call(1, "recover", "journal.json")
        self.assertIn("1 of 2 rollbacks did not succeed", text)
        self.assertEqual(self.faults(), [])
        self.assertEqual([x["status"] for x in self.journal()["rollbacks"]], ["failed", "succeeded"])
        self.assertIn("Nothing to recover", self.call(0, "recover", "journal.json"))

    def ended_early(self, how):
        self.killed(*ALWAYS)
        self.end_at("begin-undo-2", "hold-undo-2", "recover", "journal.json", how=how)
        self.assertEqual(self.faults(), ["fault2"])
        self.assertNotIn("end", self.journal())
        self.call(0, "recover", "journal.json")
        self.assertEqual((self.faults(), self.notes()), ([], [("undo-2", True)]))
        self.assertEqual([self.lines().count("end-undo-%d" % i) for i in (1, 2)], [1, 1])

    def test_a_recovery_that_is_killed(self):
        self.ended_early(signal.SIGKILL)

    def test_a_recovery_that_is_interrupted(self):
        self.ended_early(signal.SIGINT)

    def opened_again(self, how):
        self.killed("--rollback-strategy", "never")
        self.call(0, "recover", "journal.json")
        self.assertIn("end", self.journal())
        self.end_at("begin-undo-2", "hold-undo-2", "recover", *ALWAYS, "journal.json", how=how)
        self.assertNotIn("end", self.journal())
        self.call(0, "recover", "journal.json")
        self.assertEqual((self.faults(), self.notes()), ([], [("undo-2", True)]))

    def test_a_journal_opened_again_whose_recovery_is_killed(self):
        self.opened_again(signal.SIGKILL)

    def test_a_journal_opened_again_whose_recovery_is_interrupted(self):
        self.opened_again(signal.SIGINT)

    def test_two_at_once(self):
        self.killed(*ALWAYS)
        self.write("hold-undo-1", "")
        first = self.start("recover", "journal.json")
        self.wait_line("begin-undo-1")
        self.assertIn("another recovery is at work", self.call(1, "recover", "journal.json"))
        os.unlink(self.path("hold-undo-1"))
        text, _ = first.communicate(timeout=WAIT_S)
        self.assertEqual((first.returncode, self.faults()), (0, []), text)


class First(Case):
    """run --recover-first"""

    def kept(self):
        return sorted(x for x in os.listdir(self.folder) if x.startswith("journal-"))

    def test_nothing_there(self):
        self.write("experiment.json", json.dumps(experiment()))
        self.call(0, "run", "--recover-first", "experiment.json")
        self.call(0, "run", "--recover-first", "experiment.json")
        self.assertEqual((self.kept(), self.journal()["status"]), ([], "completed"))

    def test_recovers_keeps_and_runs(self):
        for number in (1, 2):
            self.killed(*ALWAYS)
            undone = self.lines().count("end-undo-1")
            text = self.call(0, "run", "--recover-first", "experiment.json")
            self.assertEqual(len(self.kept()), number, text)
            self.assertEqual(self.lines().count("end-undo-1"), undone + 2)
            self.assertEqual(self.faults(), [])
            self.assertRegex(self.kept()[0], r"^journal-\d{8}T\d{6}Z(-2)?\.json$")
            self.assertEqual(self.journal(self.kept()[-1])["status"], "interrupted")
            self.assertEqual(self.journal()["status"], "completed")
            os.unlink(self.path("lines"))

    def test_another_experiment_is_refused(self):
        self.killed(*ALWAYS)
        journal = self.read("journal.json")
        self.write("other.json", json.dumps(experiment(title="Other", method=[activity("other", "true")])))
        text = self.call(1, "run", "--recover-first", "other.json")
        self.assertIn("another experiment ('Faults')", text)
        self.assertEqual((self.read("journal.json"), self.faults()), (journal, ["fault1", "fault2"]))

    def test_no_run_after_a_recovery_that_failed(self):
        self.killed(*ALWAYS, document=experiment(rollbacks=[
            dict(activity("bad", "true"), provider={"type": "http", "url": "http://127.0.0.1:1/"})]))
        before = self.lines()
        self.assertIn("did not succeed", self.call(1, "run", "--recover-first", "experiment.json"))
        self.assertEqual((self.lines(), len(self.kept())), (before, 1))
        self.call(0, "run", "--recover-first", "--rollback-strategy", "never", "experiment.json")


if __name__ == "__main__":
    unittest.main()
