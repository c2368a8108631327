#!/usr/bin/env python3
"""Progress on a terminal, and the time limit of a run."""
import fcntl
import json
import os
import pty
import re
import select
import struct
import subprocess
import tempfile
import termios
import time
import unittest

RUNNER = os.path.abspath(os.environ["PLAN_RUNNER"])
WAIT_S = 30
ERASE, REST = "\r\x1b[K", "\x1b[K"


def process(name, script, **more):
    return dict({"type": "action", "name": name, "provider": {"type": "process", "path": "sh", "arguments": ["-c", script]}}, **more)


def experiment(method, **more):
    return dict({"title": "T", "description": "D", "method": method}, **more)


class Screen:
    """A terminal of one line's memory per row: what a person sees of what was written."""

    def __init__(self, text):
        self.rows, self.drawn = [""], []
        for part in re.split("(\x1b\\[K|\x1b\\[[0-9;]*m|\r|\n)", text):
            self.put(part)

    def put(self, part):
        if part == "\n":
            self.rows.append("")
        elif part == REST:
            self.rows[-1] = self.rows[-1][:self.column]
        elif part and not part.startswith("\x1b") and part != "\r":
            self.rows[-1] = self.rows[-1][:self.column] + part + self.rows[-1][self.column + len(part):]
            self.drawn.append(part)
        self.column = 0 if part in ("\r", "\n") else getattr(self, "column", 0) + (0 if part.startswith("\x1b") else len(part))


class Case(unittest.TestCase):
    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="terminal-")
        self.addCleanup(box.cleanup)
        self.folder = box.name

    def write(self, document):
        with open(os.path.join(self.folder, "e.json"), "w") as f:
            json.dump(document, f)

    def journal(self):
        with open(os.path.join(self.folder, "journal.json")) as f:
            return json.load(f)

    def environment(self, **changes):
        env = {"HOME": self.folder, "PATH": os.environ["PATH"], "TERM": "xterm"}
        env.update({k: os.environ[k] for k in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS") if k in os.environ})
        env.update(changes)
        return env

    def run_piped(self, *args, **changes):
        return subprocess.run([RUNNER] + list(args), cwd=self.folder, env=self.environment(**changes), timeout=WAIT_S,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)

    def run_on_terminal(self, *args, **changes):
        """Exit code, and all that was written to a terminal of 60 columns that is its standard error."""
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
        child = subprocess.Popen([RUNNER] + list(args), cwd=self.folder, env=self.environment(**changes),
                                 stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=theirs)
        os.close(theirs)
        text, end = b"", time.monotonic() + WAIT_S
        try:
            while select.select([ours], [], [], max(0, end - time.monotonic()))[0]:
                piece = os.read(ours, 65536)
                if not piece:
                    break
                text += piece
        except OSError:
            pass  # the other side is closed
        finally:
            os.close(ours)
            if time.monotonic() >= end:
                child.kill()
            child.wait()
        return child.returncode, text.decode().replace("\r\n", "\n")


class Progress(Case):
    def setUp(self):
        super().setUp()
        self.write(experiment([process("first of them", "sleep 0.5"), process("second " * 9, "sleep 0.5"), process("third", "true")],
                              rollbacks=[process("undo", "sleep 0.5")]))

    def test_what_is_seen(self):
        code, text = self.run_on_terminal("run", "e.json", "--rollback-strategy", "always")
        screen = Screen(text)
        self.assertEqual(code, 0, text)
        drawn = [line for line in screen.drawn if " | " in line]
        for expected in (r"0:00 \| method 1 of 3: first of them 0:00 \| next: second s",
                         r"0:0\d \| method 2 of 3: second second second .*", r"0:0\d \| rollbacks 1 of 1: undo 0:00$"):
            self.assertTrue([line for line in drawn if re.match(expected, line)], (expected, drawn))
        self.assertLess(max(map(len, drawn)), 60)
        for row in screen.rows[:-1]:
            self.assertRegex(row, r"^\[[^\]|]+ (INFO|WARNING)\] [^|]*$")
        self.assertEqual(screen.rows[-1], "", "the line is gone at the end")

    def test_one_line_for_a_second(self):
        _, text = self.run_on_terminal("run", "e.json")
        self.assertLess(len(text.split(REST)), 40)

    def test_where_it_would_disturb(self):
        for args, changes in ((["--quiet"], {}), (["-q"], {}), (["--log-format", "json"], {}), ([], {"TERM": "dumb"}), ([], {"TERM": ""})):
            with self.subTest(args=args, **changes):
                code, text = self.run_on_terminal("run", "e.json", *args, **changes)
                self.assertEqual((code, "\r" in text, REST in text), (0, False, False), text)

    def test_none_in_a_pipe(self):
        done = self.run_piped("run", "e.json")
        self.assertEqual((done.returncode, "\r" in done.stderr, "\x1b" in done.stderr, " | " in done.stderr), (0, False, False, False))

    def test_no_colour(self):
        _, text = self.run_on_terminal("run", "e.json", NO_COLOR="1")
        self.assertIn("method 1 of 3", text)
        self.assertEqual(re.findall("\x1b\\[[^K]", text), [])


class TimeLimit(Case):
    def test_what_is_stuck_is_ended(self):
        stuck = "trap '' TERM INT; sleep 300 & wait; sleep 300"
        self.write(experiment([process("beside", stuck, background=True), process("stuck", stuck), process("never", "true")],
                              rollbacks=[process("undo", "true")]))
        for strategy, played in (("always", ["undo"]), ("default", []), ("never", [])):
            with self.subTest(strategy):
                began = time.monotonic()
                done = self.run_piped("run", "e.json", "--timeout", "1s", "--rollback-strategy", strategy)
                journal = self.journal()
                self.assertEqual((done.returncode, journal["status"]), (1, "interrupted"), done.stderr)
                self.assertLess(time.monotonic() - began, 10)
                self.assertEqual(len(re.findall("The time limit of 1 s is over", done.stderr)), 1)
                self.assertEqual([r["activity"]["name"] for r in journal["run"]], ["beside", "stuck"])
                self.assertEqual([r["activity"]["name"] for r in journal["rollbacks"]], played)

    def test_time_enough(self):
        self.write(experiment([process("a", "true")]))
        done = self.run_piped("run", "e.json", "--timeout", "1m")
        self.assertEqual((done.returncode, self.journal()["status"]), (0, "completed"))

    def test_before_there_is_a_journal(self):
        probe = {"type": "probe", "provider": {"type": "process", "path": "sleep", "arguments": "300"}}
        self.write(experiment([process("a", "true")], configuration={"slow": dict(probe, name="slow")}))
        done = self.run_piped("run", "e.json", "--timeout", "500ms")
        self.assertEqual(done.returncode, 1)
        self.assertIn("interrupted before the experiment began: The time limit of 0.5 s is over", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "journal.json")))

    def test_refused(self):
        self.write(experiment([process("a", "touch done")]))
        for value in ("0", "-1", "soon", "", "1d", "99999h"):
            with self.subTest(value):
                done = self.run_piped("run", "e.json", "--timeout", value)
                self.assertEqual(done.returncode, 2)
                self.assertIn("Invalid value for '--timeout': '%s' is not a time" % value, done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "done")))


if __name__ == "__main__":
    unittest.main()
