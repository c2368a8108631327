#!/usr/bin/env python3
"""docs/migrating.md has each command and each option of `chaos` and `reliably`, as they are recorded, and each option of
ours: what it calls absent is, and what it does not is not."""
import os
import re
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
DOCS = os.path.join(os.path.dirname(os.path.dirname(HERE)), "docs")
RUNNER = os.path.abspath(os.environ["PLAN_RUNNER"])
WAIT_S = 30
KEPT = ("same", "better", "new")
GLOBALS = "Options before the command of "


def read(name):
    with open(os.path.join(DOCS, name), encoding="utf-8") as f:
        return f.read()


def section(text, number):
    """The text below the heading that begins with that number."""
    return re.search(r"(?ms)^#+ %s .*?$(.*?)(?=^#+ |\Z)" % re.escape(number), text).group(1)


def options_in(text):
    return {name for name in re.findall(r"`(?:-\w/)?(--[a-z][a-z-]*)", text)}


def tables(text):
    """{heading: {first cell: (second, third)}}"""
    found = {}
    for heading, body in re.findall(r"(?ms)^## (.*?)$(.*?)(?=^## |\Z)", text):
        rows = re.findall(r"(?m)^\| `([^`]+)` \| (\w+) \| (.*?) ?\|$", body)
        assert len(rows) == len(dict((r[0], r) for r in rows)) == max(0, len(re.findall(r"(?m)^\|", body)) - 2), heading
        if rows:
            found[heading.replace("`", "")] = {name: (state, note) for name, state, note in rows}
    return found


TABLES = tables(read("migrating.md"))
COMMANDS = TABLES.pop("Commands")
INPUTS = TABLES.pop("The action rebound-how/actions/reliably")
UPSTREAM = {"reliably-host", "github-token", "reliably-service-token", "working-dir", "plan-id", "org-id", "reliably-experiment-extra",
            "python-version", "dependencies"}


class Action(unittest.TestCase):
    def test_each_input_of_upstreams_is_there(self):
        self.assertEqual(set(INPUTS), UPSTREAM)
        for form in ("action.yml", "host/action.yml", "python/action.yml"):
            with open(os.path.join(DOCS, os.pardir, form), encoding="utf-8") as f:
                self.assertLessEqual(UPSTREAM, set(re.findall(r"(?m)^  ([a-z-]+):$", f.read())), form)


class Flags(unittest.TestCase):
    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="migrating-")
        self.addCleanup(box.cleanup)
        self.folder = box.name
        for name in ("chaos", "reliably"):
            os.symlink(RUNNER, os.path.join(self.folder, name))

    def call(self, command, *more):
        name, *words = command.split() + list(more)
        return subprocess.run([os.path.join(self.folder, name)] + words, cwd=self.folder, timeout=WAIT_S, stdin=subprocess.DEVNULL,
                              env={"HOME": self.folder, "PATH": os.environ["PATH"]}, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, universal_newlines=True)

    def options_of(self, command):
        done = self.call(command, "--help")
        self.assertEqual(done.returncode, 0, (command, done.stdout))
        return set(re.findall(r"(?m)^  (?:-\w, )?(--[a-z][a-z-]*)", done.stdout)) - {"--help"}

    def test_each_state_is_one_of_four(self):
        for heading, rows in list(TABLES.items()) + [("Commands", COMMANDS)]:
            for name, (state, note) in rows.items():
                self.assertIn(state, KEPT + ("absent",), (heading, name))
                self.assertTrue(note or state == "same", (heading, name))

    def test_options_are_there_or_absent_as_it_says(self):
        for heading, rows in TABLES.items():
            with self.subTest(heading):
                ours = self.options_of(heading.replace(GLOBALS, ""))
                if heading == GLOBALS + "reliably":
                    ours -= set(TABLES[GLOBALS + "chaos"])  # they are before every command of ours
                kept = {name for name, (state, note) in rows.items() if state in KEPT or note.startswith("accepted")}
                self.assertEqual(ours, kept)

    def test_commands_are_there_or_absent_as_it_says(self):
        self.assertLessEqual({h for h in TABLES if GLOBALS not in h}, {name for name, (state, _) in COMMANDS.items() if state != "absent"})
        for command, (state, _) in COMMANDS.items():
            with self.subTest(command):
                if state == "absent":
                    done = self.call(command)
                    self.assertEqual(done.returncode, 2)
                    self.assertRegex(done.stdout, "No such command|needs the Chaos Toolkit|is not part of this program|Missing argument")
                else:
                    self.options_of(command)

    def test_each_recorded_option_has_a_row(self):
        engine, protocol = read("engine.md"), read("protocol.md")
        for heading, recorded in (
                (GLOBALS + "chaos", options_in(section(engine, "9.1").split("Commands:")[0])),
                ("chaos run", options_in(section(engine, "9.2").split("Order:")[0])),
                ("chaos validate", options_in(section(engine, "9.3"))),
                (GLOBALS + "reliably", options_in(section(protocol, "1.1").split("`reliably version`")[0]) - {"--help"}),
                ("reliably version", {"--short"}),
                ("reliably service plan execute",
                 options_in("\n".join(re.findall(r"(?m)^\| (`--[^|]*)", section(protocol, "1.2").replace("/--no-", " --no-")))))):
            with self.subTest(heading):
                self.assertTrue(recorded)
                self.assertEqual({name for name, (state, _) in TABLES[heading].items() if state != "new"}, recorded)

    def test_each_recorded_command_has_a_row(self):
        engine, protocol = section(read("engine.md"), "9.1"), section(read("protocol.md"), "1.1")
        for name in re.search(r"Commands: `([a-z ]+)`", engine).group(1).split():
            self.assertTrue([c for c in COMMANDS if c.startswith("chaos " + name)], name)
        for first, more in re.findall(r"(?m)^\| `(reliably [a-z -]+?)(?: [A-Z-].*?)?`([^|]*)\|", protocol):
            words = first.split()
            for last in [words[-1]] + re.findall(r"/ `([a-z]+)", more):
                self.assertIn(" ".join(words[:-1] + [last]), COMMANDS)


if __name__ == "__main__":
    unittest.main()
