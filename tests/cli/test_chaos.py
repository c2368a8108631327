#!/usr/bin/env python3
"""The program called through a link named `chaos`: that program's command line, log file and settings (docs/engine.md 9);
and notifications of what it does (docs/engine.md 10)."""
import http.server
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
import unittest

RUNNER = os.path.abspath(os.environ["PLAN_RUNNER"])
WAIT_S = 30


def action(script):
    return {"type": "action", "name": "a", "provider": {"type": "process", "path": "sh", "arguments": ["-c", script]}}


def experiment(script="true", **more):
    return dict({"title": "T", "description": "D", "method": [action(script)]}, **more)


class Case(unittest.TestCase):
    def setUp(self):
        self.box = tempfile.TemporaryDirectory(prefix="chaos-")
        self.addCleanup(self.box.cleanup)
        self.home, self.folder = os.path.join(self.box.name, "home"), os.path.join(self.box.name, "work")
        os.mkdir(self.home)
        os.mkdir(self.folder)
        os.symlink(RUNNER, os.path.join(self.box.name, "chaos"))
        self.write("e.json", json.dumps(experiment()))

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        os.makedirs(os.path.dirname(self.path(name)), exist_ok=True)
        with open(self.path(name), "w") as f:
            f.write(text)

    def read(self, name):
        with open(self.path(name)) as f:
            return f.read()

    def exists(self, name):
        return os.path.exists(self.path(name))

    def command(self, name, args):
        program = os.path.join(self.box.name, "chaos") if name == "chaos" else RUNNER
        environment = {"HOME": self.home, "PATH": os.environ["PATH"], "HUSH": "hush-hush-hush"}
        for sanitizer in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if sanitizer in os.environ:
                environment[sanitizer] = os.environ[sanitizer]
        return dict(args=[program] + list(args), cwd=self.folder, env=environment, stdout=subprocess.PIPE,
                    stderr=subprocess.PIPE, universal_newlines=True)

    def run_as(self, name, *args, **expected):
        done = subprocess.run(timeout=WAIT_S, **self.command(name, args))
        self.assertEqual(done.returncode, expected.get("code", 0), (args, done.stdout, done.stderr))
        return done

    def chaos(self, *args, **expected):
        return self.run_as("chaos", *args, **expected)


# arguments, exit code, what standard output and standard error match
LINES = [
    (["--version"], 0, r"\Achaos, version \d+\.\d+\.\d+\n\Z", r"\A\Z"),
    (["--version", "nothing", "--at-all"], 0, r"\Achaos, version ", r"\A\Z"),
    (["--verbose", "--version"], 0, r"\Achaos, version ", r"\A\Z"),
    (["--help"], 0, r"(?s)--no-version-check.*--settings.*Commands:\n  discover .*\n  info .*\n  init .*\n  run .*\n  settings .*\n"
     r"  validate .*\n\Z", r"\A\Z"),
    (["info", "core"], 0, r"\ANAME {16}VERSION   \nCLI {17}\d+\.\d+\.\d+ *\nCore library {8}1\.\d+\.\d+ *\n\Z", r"\A\Z"),
    (["info", "extensions"], 0, r"\ANAME {36}VERSION   LICENSE {23}DESCRIPTION *\n\Z", r"\A\Z"),
    (["info", "settings"], 0, r"\ANo settings file found at .*/home/\.chaostoolkit/settings\.yaml\n\Z", r"\A\Z"),
    (["info", "else"], 2, r"\A\Z", r"'else' is not one of 'core', 'settings', 'extensions'"),
    (["info"], 2, r"\A\Z", r"Missing argument 'TARGET'"),
    ([], 2, r"\A\Z", r"Missing command"),
    (["settings", "show"], 1, r"\A\Z", r"No settings file found at .*/home/\.chaostoolkit/settings\.yaml\n"),
    (["settings", "get", "a"], 1, r"\A\Z", r"No settings file found"),
    (["settings", "set", "a", "1"], 2, r"\A\Z", r"change .*/home/\.chaostoolkit/settings\.yaml in an editor"),
    (["settings", "remove", "a"], 2, r"\A\Z", r"in an editor"),
    (["--settings", "other.yaml", "settings", "set", "a", "1"], 2, r"\A\Z", r"change other\.yaml"),
    (["discover", "chaostoolkit-kubernetes"], 2, r"\A\Z", r"python3 -m chaostoolkit discover"),
    (["discover", "--no-install", "--no-system-info", "--discovery-path", "d.json", "x"], 2, r"\A\Z", r"'discover'"),
    (["init", "--discovery-path", "d.json", "--experiment-path", "x.json"], 2, r"\A\Z", r"chaos validate"),
    (["--no-log-file", "--no-version-check", "validate", "e.json"], 0, r"\A\Z", r"INFO\] experiment syntax and semantic look valid\n"),
    (["--verbose", "validate", "e.json"], 0, r"\A\Z", r"DEBUG\] \[\w+:\d+\] Running command 'validate'\n"),
    (["--log-format", "json", "validate", "e.json"], 0, r"\A\Z", r'\A\{.*"message": "Validating'),
    (["--log-format", "xml", "validate", "e.json"], 2, r"\A\Z", r"'xml' is not one of string, json"),
    (["--log-file-level", "critical", "validate", "e.json"], 2, r"\A\Z", r"'critical' is not one of debug, info, warning, error"),
    (["--change-dir", "none", "validate", "e.json"], 1, r"\A\Z", r"(?s)WARNING\] Moving to none\n.*cannot move to 'none': No such file"),
    (["--log-file", "none/c.log", "validate", "e.json"], 1, r"\A\Z", r"none/c\.log.*No such file"),
    (["--log-file", "/dev/full", "run", "e.json"], 1, r"\A\Z", r"\Achaos: cannot write '/dev/full': No space left on device\n\Z"),
    (["service", "plan", "execute", "x"], 2, r"\A\Z", r"No such command 'service'"),
    (["verify", "e.json"], 2, r"\A\Z", r"No such command 'verify'"),
    # misspelt
    (["inof", "core"], 2, r"\A\Z", r"No such command 'inof'\. Did you mean 'info'\?"),
    (["vaildate", "e.json"], 2, r"\A\Z", r"Did you mean 'validate'\?"),
    (["settings", "shwo"], 2, r"\A\Z", r"Did you mean 'show'\?"),
    (["--verbos", "info", "core"], 2, r"\A\Z", r"No such option: --verbos\. Did you mean --verbose\?"),
    (["run", "--rollback-stategy=always", "e.json"], 2, r"\A\Z", r"No such option: --rollback-stategy\. Did you mean --rollback-strategy\?"),
    (["run", "--no-log-file", "e.json"], 2, r"\A\Z", r"No such option: --no-log-file\. It goes before 'run'\."),
    (["--journal-path", "j.json", "run", "e.json"], 2, r"\A\Z", r"No such option: --journal-path\. It goes after 'run'\."),
    (["run", "--colour", "e.json"], 2, r"\A\Z", r"No such option: --colour\n"),
]


class Lines(Case):
    def test_command_lines(self):
        for args, code, out, error in LINES:
            with self.subTest(args=args):
                done = self.chaos(*args, code=code)
                self.assertRegex(done.stdout, out)
                self.assertRegex(done.stderr, error)

    def test_its_program_has_the_same_options_before_the_command(self):
        done = self.run_as("plan-runner", "--no-version-check", "--log-format", "json", "validate", "e.json")
        self.assertTrue(all("message" in json.loads(x) for x in done.stderr.splitlines()), done.stderr)
        self.assertRegex(self.run_as("plan-runner", "--version").stdout, r"\Aplan-runner \d+\.\d+\.\d+\n\Z")
        self.assertFalse(self.exists("chaostoolkit.log"))
        self.run_as("plan-runner", "--log-file", "r.log", "validate", "e.json")
        self.assertIn("Running command 'validate'", self.read("r.log"))


class Files(Case):
    def test_the_log_file_is_added_to_and_has_everything(self):
        self.chaos("run", "e.json")
        first = self.read("chaostoolkit.log")
        self.assertRegex(first, r"(?s)\A\[[-\d]+ [:\d]+ DEBUG\] \[\w+:\d+\] #{79}\n.*DEBUG\] \[\w+:\d+\] Running command 'run'\n"
                                r".*INFO\] \[\w+:\d+\] Experiment ended with status: completed\n\Z")
        self.assertNotIn("\x1b", first)
        self.chaos("validate", "e.json")
        self.assertTrue(self.read("chaostoolkit.log").startswith(first))
        self.assertIn("Running command 'validate'", self.read("chaostoolkit.log")[len(first):])

    def test_the_log_file_has_what_its_level_lets_through(self):
        for level, there, missing in (("info", "INFO]", "DEBUG]"), ("warning", "WARNING]", "INFO]"), ("error", None, "WARNING]")):
            name = level + ".log"
            self.chaos("--change-dir", ".", "--log-file", name, "--log-file-level", level, "--log-format", "json", "validate", "e.json")
            text = self.read(name)
            self.assertIn(there or "", text)
            self.assertNotIn(missing, text)
            self.assertNotIn("{", text)

    def test_no_log_file_where_none_is_wanted(self):
        self.chaos("--no-log-file", "--log-file", "x.log", "validate", "e.json")
        self.assertEqual(os.listdir(self.folder), ["e.json"])

    def test_a_usual_log_file_that_cannot_be_written_is_warned_of(self):
        os.mkdir(self.path("chaostoolkit.log"))
        self.assertRegex(self.chaos("validate", "e.json").stderr, r"WARNING\] No log file is written: .*chaostoolkit\.log.*--no-log-file")

    def test_what_is_lost_of_a_log_file_is_said_once(self):
        done = self.chaos("--log-file", "/dev/full", "--log-file-level", "info", "run", "e.json")
        self.assertEqual(done.stderr.count("lines of the log are lost"), 1, done.stderr)
        self.assertIn("plan-runner: cannot write '/dev/full': No space left on device: lines", done.stderr)
        self.assertEqual(json.loads(self.read("journal.json"))["status"], "completed")

    def test_a_usual_log_file_without_space_is_warned_of(self):
        os.symlink("/dev/full", self.path("chaostoolkit.log"))
        done = self.chaos("run", "e.json")
        self.assertRegex(done.stderr, r"WARNING\] No log file is written: .*No space left")
        self.assertNotIn("are lost", done.stderr)

    def test_paths_are_those_of_the_folder_that_was_changed_to(self):
        self.write("sub/e.json", json.dumps(experiment("touch here")))
        self.write("sub/s.yaml", "runtime:\n  rollbacks:\n    strategy: always\n")
        self.write("sub/v.env", "A=1\n")
        done = self.chaos("--change-dir", "sub", "--settings", "s.yaml", "run", "--var-file", "v.env", "--journal-path", "j.json", "e.json")
        self.assertIn("Rollbacks strategy: always", done.stderr)
        self.assertTrue(self.exists("sub/j.json") and self.exists("sub/here"))
        self.assertTrue(self.exists("chaostoolkit.log") and not self.exists("sub/chaostoolkit.log"))
        self.assertIn("Moving to sub", self.read("chaostoolkit.log"))

    def test_a_journal_that_cannot_be_written_is_told_of_before_anything_is_touched(self):
        self.write("e.json", json.dumps(experiment("touch touched")))
        for path in ("/proc/j.json", "/sys/j.json", "none/j.json", "n" * 256):
            with self.subTest(path=path):
                done = self.run_as("plan-runner", "run", "--journal-path", path, "e.json", code=1)
                self.assertIn("cannot write '%s" % path, done.stderr)
                self.assertEqual(os.listdir(self.folder), ["e.json"])

    def test_a_wrong_command_line_is_told_of_before_the_experiment_is_read(self):
        for wrong in (["--hypothesis-frequency", "often"], ["--timeout", "late"], ["--var", "a"]):
            with self.subTest(wrong=wrong[0]):
                done = self.run_as("plan-runner", "run", *wrong, "none.json", code=2)
                self.assertIn(wrong[0], done.stderr)

    def test_output_beyond_the_limit_is_dropped_and_told_of(self):
        self.write("e.json", json.dumps(experiment("head -c %d /dev/zero | tr '\\0' x" % ((16 << 20) + 10))))
        done = self.run_as("plan-runner", "run", "e.json")
        self.assertIn("larger than the limit, 10 bytes were dropped", done.stdout + done.stderr)
        self.assertEqual(len(json.loads(self.read("journal.json"))["run"][0]["output"]["stdout"]), 16 << 20)

    def test_exit_codes_of_run(self):
        gate = {"title": "h", "probes": [dict(action("test ! -e broken"), type="probe", tolerance=0)]}
        self.write("deviates.json", json.dumps(dict(experiment("touch broken"), **{"steady-state-hypothesis": gate})))
        self.write("invalid.json", "{}")
        self.chaos("run", "e.json")
        self.assertEqual(json.loads(self.read("journal.json"))["status"], "completed")
        self.chaos("run", "deviates.json", code=1)
        self.chaos("run", "invalid.json", code=1)
        self.chaos("run", "none.json", code=1)
        self.chaos("run", "--var-file", "none.json", "e.json", code=2)
        self.chaos("run", code=2)


SETTINGS = """\
auths:
  example.com:
    type: bearer
    value: abc
controls:
- name: one
- name: two
list: []
text: "5"
number: 5
truth: true
nothing: null
"""

# key, format, exit code, output
GETS = [
    ("number", "string", 0, "5\n"), ("text", "string", 0, "5\n"), ("truth", "string", 0, "True\n"), ("nothing", "string", 0, "None\n"),
    ("number", "json", 0, "5\n"), ("text", "json", 0, '"5"\n'), ("truth", "json", 0, "true\n"), ("nothing", "json", 0, "null\n"),
    ("controls", "json", 0, '[\n  {\n    "name": "one"\n  },\n  {\n    "name": "two"\n  }\n]\n'),
    ("controls", "string", 0, "[{'name': 'one'}, {'name': 'two'}]\n"),
    ("controls[0].name", "string", 0, "one\n"), ("controls[1].name", "string", 0, "two\n"), ("controls[1]", "json", 0, '{\n  "name": "two"\n}\n'),
    (r"auths.example\.com.type", "string", 0, "bearer\n"), (r"auths.example\.com", "string", 0, "{'type': 'bearer', 'value': 'abc'}\n"),
    ("auths.example.com.type", "string", 1, ""), ("controls[2]", "string", 1, ""), ("controls[]", "string", 1, ""),
    ("controls[-1]", "string", 1, ""), ("controls[x]", "string", 1, ""), ("controls[0", "string", 1, ""), ("list[0]", "string", 1, ""),
    ("controls[99999999999999999999]", "string", 1, ""), ("none", "string", 1, ""), ("", "string", 1, ""), (".", "string", 1, ""),
    ("number.of", "string", 1, ""), ("auths.", "string", 1, ""), (".auths", "string", 1, ""), ("[0]", "string", 1, ""),
]


class Settings(Case):
    def setUp(self):
        super().setUp()
        os.mkdir(os.path.join(self.home, ".chaostoolkit"))
        self.file = os.path.join(self.home, ".chaostoolkit", "settings.yaml")
        with open(self.file, "w") as f:
            f.write(SETTINGS)

    def test_values_by_their_keys(self):
        for key, form, code, out in GETS:
            with self.subTest(key=key, form=form):
                done = self.chaos("settings", "get", "--format", form, "--", key, code=code)
                self.assertEqual(done.stdout, out)
                self.assertEqual("The settings have no '%s'" % key in done.stderr, code == 1)

    def test_all_of_them(self):
        shown = json.loads(self.chaos("settings", "show", "--format", "json").stdout)
        self.assertEqual(list(shown), ["auths", "controls", "list", "text", "number", "truth", "nothing"])
        again = self.path("again.yaml")
        with open(again, "w") as f:
            f.write(self.chaos("settings", "show").stdout)
        self.assertEqual(json.loads(self.chaos("--settings", again, "settings", "show", "--format", "json").stdout), shown)

    def test_the_file_itself(self):
        self.assertEqual(self.chaos("info", "settings").stdout, SETTINGS + "\n")

    def test_a_file_that_does_not_parse(self):
        with open(self.file, "w") as f:
            f.write("a: [\n")
        done = self.chaos("settings", "show")
        self.assertIn("Failed parsing YAML settings", done.stderr)
        self.assertEqual(done.stdout.strip(), "{}")
        self.assertEqual(self.chaos("info", "settings").stdout, "a: [\n\n")


class Hook(http.server.ThreadingHTTPServer):
    """Records what it is told; /slow is never answered, /broken with 500."""
    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), HookHandler)
        self.told = []
        self.release = threading.Event()
        self.asked = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, path):
        return "http://127.0.0.1:%d%s" % (self.server_address[1], path)


class HookHandler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.told.append((self.path, json.loads(body) if body else None))
        self.server.asked.set()
        if self.path == "/slow":
            self.server.release.wait(WAIT_S)
            return
        self.send_response(500 if self.path == "/broken" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *args):
        pass


class Notifications(Case):
    def setUp(self):
        super().setUp()
        self.hook = Hook()
        self.addCleanup(self.hook.server_close)
        self.addCleanup(self.hook.shutdown)
        self.addCleanup(self.hook.release.set)

    def settings(self, *channels):
        self.write("s.yaml", json.dumps({"notifications": [dict({"type": "http"}, **x) for x in channels]}))

    def test_what_they_say(self):
        self.settings({"url": self.hook.url("/hook")})
        self.chaos("--settings", "s.yaml", "run", "e.json")
        self.run_as("plan-runner", "validate", "--settings", "s.yaml", "e.json")
        events = [x for _, x in self.hook.told]
        self.assertEqual([x["name"] for x in events], ["run-started", "run-completed", "validate-started", "validate-completed"])
        self.assertEqual([x["phase"] for x in events], ["run"] * 2 + ["validate"] * 2)
        self.assertEqual(events[0]["payload"], experiment())
        self.assertEqual(events[1]["payload"], json.loads(self.read("journal.json")))
        self.assertTrue(all(abs(x["ts"] - time.time()) < WAIT_S for x in events))

    def test_a_failing_channel_fails_nothing_and_shows_nothing(self):
        self.settings({"url": "http://127.0.0.1:1/s3cr3t-path"}, {"url": self.hook.url("/broken")}, {"url": self.hook.url("/hook")})
        done = self.chaos("--settings", "s.yaml", "run", "e.json")
        self.assertNotIn("notification", done.stderr)
        self.assertIn("notification", self.read("chaostoolkit.log"))
        self.assertNotIn("s3cr3t-path", self.read("chaostoolkit.log"))
        self.assertEqual([x for x, _ in self.hook.told], ["/broken", "/hook"] * 2)

    def test_secrets_of_the_experiment_stay_here(self):
        self.write("e.json", json.dumps(experiment("echo $HUSH", secrets={"s": {"k": {"type": "env", "key": "HUSH"}}})))
        self.settings({"url": self.hook.url("/hook"), "events": ["run-completed"]})
        self.chaos("--settings", "s.yaml", "run", "e.json")
        self.assertEqual(len(self.hook.told), 1)
        self.assertNotIn("hush-hush-hush", json.dumps(self.hook.told))

    def test_a_channel_that_never_answers_costs_five_seconds(self):
        self.settings({"url": self.hook.url("/slow"), "events": ["run-completed"]})
        began = time.monotonic()
        self.chaos("--settings", "s.yaml", "run", "e.json")
        self.assertLess(time.monotonic() - began, 15)
        self.assertEqual(json.loads(self.read("journal.json"))["status"], "completed")

    def test_a_signal_while_one_is_told(self):
        for event, code in (("run-started", 1), ("run-completed", 0)):
            self.hook.asked.clear()
            self.settings({"url": self.hook.url("/slow"), "events": [event]})
            self.write("e.json", json.dumps(experiment("touch " + event)))
            process = subprocess.Popen(**self.command("chaos", ["--settings", "s.yaml", "run", "e.json"]))
            self.assertTrue(self.hook.asked.wait(WAIT_S))
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            _, error = process.communicate(timeout=WAIT_S)
            self.assertEqual(process.returncode, code, error)
            self.assertLess(time.monotonic() - began, 4)
            self.assertEqual(self.exists(event), event == "run-completed")


if __name__ == "__main__":
    unittest.main()
