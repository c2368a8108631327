#!/usr/bin/env python3
"""The command line of `reliably` (docs/protocol.md 1): what each command prints, where, and its exit code."""
import fcntl
import json
import os
import pty
import stat
import subprocess
import termios
import time
import unittest

from platform_case import CLOSED, PROGRAM, PlatformCase

STRANGER = "11111111-1111-4111-8111-111111111111"
BARE = {"RELIABLY_SERVICE_HOST": None, "RELIABLY_SERVICE_TOKEN": None, "RELIABLY_ORGANIZATION_ID": None}
PLAN_JSON = """{
  "id": "%(plan)s",
  "created_date": "%(date)s",
  "definition": {
    "environment": {
      "provider": "reliably_cloud",
      "id": "%(environment)s"
    },
    "deployment": {
      "deployment_id": "%(deployment)s"
    },
    "schedule": {
      "type": "now"
    },
    "experiments": [
      "%(experiment)s"
    ],
    "integrations": []
  },
  "ref": "%(ref)s",
  "status": "created",
  "error": null
}
"""
PLAN_YAML = """id: %(plan)s
created_date: '%(date)s'
definition:
  environment:
    provider: reliably_cloud
    id: %(environment)s
  deployment:
    deployment_id: %(deployment)s
  schedule:
    type: now
  experiments:
  - %(experiment)s
  integrations: []
ref: %(ref)s
status: created
error:

"""
EXPERIMENT = {"title": "Nothing", "description": "at all", "method": [], "rollbacks": []}


class ReliablyCase(PlatformCase):
    def setUp(self):
        super().setUp()
        self.program = os.path.join(self.folder, "reliably")
        os.symlink(PROGRAM, self.program)

    def said_by(self, *args, stdin="", **changes):
        """(exit code, standard output, standard error) of the program called as `reliably`."""
        done = subprocess.run([self.program, *args], cwd=self.folder, env=self.environment(**changes), input=stdin,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    def config(self, text, name="config.toml"):
        path = os.path.join(self.folder, name)
        with open(path, "w") as f:
            f.write(text)
        return path


class Shown(ReliablyCase):
    def test_plan(self):
        made = self.plan(EXPERIMENT)
        stored = self.stored_plan(made)
        facts = {"environment": stored["definition"]["environment"]["id"], "plan": made["plan"], "experiment": made["experiment"], "date": stored["created_date"],
                 "ref": stored["ref"], "deployment": stored["definition"]["deployment"]["deployment_id"]}
        get = ("service", "plan", "get", made["plan"])
        for args, text in ((get, PLAN_JSON), (get + ("--format", "json"), PLAN_JSON),
                           (get + ("--format=yaml",), PLAN_YAML),
                           (("service", "plan", "get", "{%s}" % made["plan"].upper()), PLAN_JSON)):
            self.assertEqual(self.said_by(*args), (0, text % facts, ""))

    def test_the_context_is_printed_or_stored(self):
        made = self.client.made("/integrations", {"name": "pauses", "provider": "autopause", "vendor": None, "environment": {
            "name": "for pauses", "used_for": "integration", "secrets": [],
            "envvars": [{"var_name": "RELIABLY_PARAM_METHOD_PAUSE_DURATION", "value": "1"}]}})
        plan = self.plan(EXPERIMENT, integrations=[made["id"], STRANGER])["plan"]
        store = ("service", "plan", "store-context", plan)
        missing = "Plan references integration %s which does not exist\n" % STRANGER
        code, out, err = self.said_by(*store)
        self.assertEqual((code, err), (0, missing))
        controls = json.loads(out)
        self.assertEqual([c["provider"]["module"] for c in controls.values()], ["chaosreliably.controls.autopause"])
        self.assertEqual(self.said_by(*store, "--output", "controls.json"), (0, "", missing))
        with open(os.path.join(self.folder, "controls.json")) as f:
            self.assertEqual(json.load(f), controls)
        self.assertEqual(self.said_by("service", "plan", "store-context", STRANGER), (1, "plan not found\n", ""))
        self.assertEqual(self.said_by(*store, "--output", "/none/x")[0], 1)

    def test_null_members_are_absent(self):
        made = self.plan(EXPERIMENT)
        self.standin.fault(method="GET", path="*/plans/*", times=None, do="status", status=200, content_type="application/json",
                           body={"id": made["plan"], "definition": {"integrations": None, "environment": {
                               "provider": "reliably_cloud", "id": None}}, "more": 1, "status": "created"})
        code, out, err = self.said_by("service", "plan", "get", made["plan"])
        definition = json.loads(out)["definition"]
        self.assertEqual((code, err, definition["integrations"], definition["environment"]), (0, "", [], None))

    def test_organisations_need_the_token_only(self):
        one = {"id": self.standin.org, "name": "standin@example.com"}
        code, out, err = self.said_by("service", "org", "get", self.standin.org, RELIABLY_ORGANIZATION_ID=None)
        found = json.loads(out)
        self.assertEqual((code, err, list(found)), (0, "", ["id", "name", "created_date"]))
        self.assertEqual({k: found[k] for k in one}, one)
        code, out, err = self.said_by("service", "org", "list", RELIABLY_ORGANIZATION_ID=None)
        listed = json.loads(out)
        self.assertEqual((code, err, list(listed), listed["count"]), (0, "", ["count", "items"], 2))
        self.assertIn(found, listed["items"])
        code, out, err = self.said_by("service", "org", "list", "--format", "yaml")
        self.assertEqual((code, err), (0, ""))
        self.assertIn("count: 2\nitems:\n- id: ", out)
        self.assertIn("  created_date: '%s'\n" % found["created_date"], out)

    def test_refusals(self):
        made = self.plan(EXPERIMENT)
        plan, org = ("service", "plan", "get"), ("service", "org", "get")
        rows = [(plan + (STRANGER,), {}, "plan not found\n"), (org + (STRANGER,), {}, "organization not found\n"),
                (plan + (made["plan"],), {"RELIABLY_SERVICE_TOKEN": "x"}, "not authorized. please verify your token or org\n"),
                (org + (STRANGER,), {"RELIABLY_SERVICE_TOKEN": "x"}, "not authorized. please verify your token\n"),
                (("service", "org", "list"), {"RELIABLY_SERVICE_TOKEN": "x"}, "not authorized. please verify your token\n")]
        for args, changes, text in rows:
            with self.subTest(args):
                self.assertEqual(self.said_by(*args, **changes), (1, text, ""))
        for status, body, text in ((403, {"detail": "Forbidden"}, "{'detail': 'Forbidden'}"),
                                   (422, {"detail": [{"a": None}]}, "{'detail': [{'a': None}]}")):
            self.standin.fault(method="GET", path="*/plans/*", times=1, do="status", status=status, body=body)
            self.assertEqual(self.said_by(*plan, made["plan"]), (1, "unexpected error: %d: %s\n" % (status, text), ""))
        code, out, err = self.said_by(*plan, made["plan"], RELIABLY_SERVICE_HOST=CLOSED)
        self.assertEqual((code, out, len(err.splitlines())), (1, "", 1))
        self.assertIn("127.0.0.1:1", err)

    def test_missing_settings(self):
        for name, first in (("TOKEN", "Please set the service token in the configuration or as RELIABLY_SERVICE_TOKEN."),
                            ("ORG", "Please set the organization id in the configuration or as RELIABLY_ORGANIZATION_ID.")):
            missing = "RELIABLY_SERVICE_TOKEN" if name == "TOKEN" else "RELIABLY_ORGANIZATION_ID"
            for command in ("get", "execute"):
                code, out, err = self.said_by("service", "plan", command, STRANGER, **{missing: None})
                self.assertEqual((code, out, err.splitlines()[0]), (1, "", first))
        self.assertEqual(self.standin.records, [])

    def test_wrong_command_lines(self):
        for args in ((), ("service",), ("service", "plan", "get"), ("service", "plan", "get", "x"), ("run", "x"),
                     ("service", "plan", "get", STRANGER, "--format", "xml"), ("config", "get", "foo"),
                     ("library", "starter", "list"), ("agent", "run")):
            code, out, err = self.said_by(*args, RELIABLY_PLAN_ID=STRANGER)
            self.assertEqual((code, out), (2, ""), args)
            self.assertTrue(err, args)

    def test_version(self):
        code, number, _ = self.said_by("version", "-s")
        self.assertRegex(number, r"^\d+\.\d+\.\d+\S*\n$")
        self.assertEqual(self.said_by("version"), (0, "Reliably CLI: " + number, ""))
        self.assertEqual((code, self.said_by("version", "--short")[1]), (0, number))

    def test_licences_are_said_to_be_of_the_static_file_where_it_is_another(self):
        code, out, err = self.said_by("version", "--licenses")
        with open(PROGRAM, "rb") as f:
            static = b"/ld-linux" not in f.read() and b"/ld-musl" not in f.read()
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(out.startswith("The static file contains these libraries"), static)
        self.assertEqual(out.startswith("This program is not the static file"), not static)
        self.assertIn("\n\nThe static file contains" if not static else "The static", out)

    def test_completions_are_those_of_the_shell(self):
        for shell, part in (("/usr/bin/zsh", "bashcompinit"), ("/bin/bash", "COMP_WORDS"), ("/usr/bin/fish", "complete -c")):
            code, out, err = self.said_by("--show-completion", SHELL=shell)
            self.assertEqual((code, err), (0, ""), shell)
            self.assertIn(part, out)
        self.assertEqual(self.said_by("--show-completion", SHELL=""), self.said_by("--show-completion", SHELL="bash"))
        self.assertEqual(self.said_by("--show-completion", SHELL="/bin/none")[:2], (2, ""))
        code, out, _ = self.said_by("--install-completion")
        self.assertEqual(code, 0)
        self.assertIn("source <(reliably --show-completion)", out)


class Config(ReliablyCase):
    def test_precedence(self):
        """Environment, file, default: for each key by itself."""
        both = self.config('[service]\nhost = "https://file/"\ntoken = "file-token"\n[organization]\nid = "%s"\n' % STRANGER)
        other = self.config('[service]\ntoken = "other-token"\n', "other.toml")
        secret = self.config("from-file\n", "token")
        org, host = self.standin.org, self.standin.url
        rows = [  # environment beside the bare one, arguments before the command, then host, token, organisation
            ({}, (), "http://localhost:8090", None, None),
            ({}, ("--config", both), "https://file", "file-token", STRANGER),
            ({"RELIABLY_SERVICE_HOST": host + "/"}, ("--config", both), host, "file-token", STRANGER),
            ({"RELIABLY_SERVICE_TOKEN": "mine"}, ("--config", both), "https://file", "mine", STRANGER),
            ({"reliably_organization_id": org}, ("--config", both), "https://file", "file-token", org),
            ({"RELIABLY_CLI_CONFIG": other}, ("--config", both), "http://localhost:8090", "other-token", None),
            ({"RELIABLY_SERVICE_TOKEN_FILE": secret}, ("--config", both), "https://file", "from-file", STRANGER),
            ({"RELIABLY_SERVICE_HOST": "10.0.0.1", "RELIABLY_SERVICE_PORT": "8090"}, (), "http://10.0.0.1:8090", None, None),
            ({"RELIABLY_SERVICE_HOST": "10.0.0.1", "RELIABLY_SERVICE_PORT": "8090"}, ("--config", both), "https://file",
             "file-token", STRANGER)]
        for changes, options, *values in rows:
            for entry, value in zip(("host", "token", "org"), values):
                with self.subTest(env=changes, options=options, entry=entry):
                    code, out, err = self.said_by(*options, "config", "get", entry, **dict(BARE, **changes))
                    if value is None:
                        self.assertEqual((code, out, len(err.splitlines())), (1, "", 1))
                        self.assertIn("Please set the ", err)
                    else:
                        self.assertEqual((code, out, err), (0, value + "\n", ""))

    def test_token_file(self):
        secret = self.config("from-file\n", "token")
        code, out, err = self.said_by("config", "get", "token", RELIABLY_SERVICE_TOKEN_FILE=secret)
        self.assertEqual((code, out), (0, self.standin.token + "\n"))
        self.assertIn("RELIABLY_SERVICE_TOKEN_FILE", err)
        code, out, err = self.said_by("config", "get", "token", **dict(BARE, RELIABLY_SERVICE_TOKEN_FILE="/none"))
        self.assertEqual((code, out, len(err.splitlines())), (1, "", 1))
        self.assertIn("/none", err)

    def test_the_file_is_shown(self):
        text = "# mine\n[service]\ntoken = \"abcdef0123\""
        usual = os.path.join(self.folder, ".config/reliably/config.toml")
        self.assertEqual(self.said_by("config", "path"), (0, usual + "\n", ""))
        self.assertEqual(self.said_by("config", "exists"), (0, "no\n", ""))
        self.assertEqual(self.said_by("config", "view"), (0, "", ""))
        path = self.config(text)
        for options, env in ((("--config", path), {}), ((), {"RELIABLY_CLI_CONFIG": "config.toml"})):
            self.assertEqual(self.said_by(*options, "config", "path", **env), (0, path + "\n", ""))
            self.assertEqual(self.said_by(*options, "config", "exists", **env), (0, "yes\n", ""))
            self.assertEqual(self.said_by(*options, "config", "view", **env), (0, text, ""))

    def test_without_a_home(self):
        code, out, err = self.said_by("config", "path", HOME=None)
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"^/.*\.config/reliably/config\.toml\n$")

    def made(self, answers, *options, **changes):
        return self.said_by("config", "init", *options, stdin=answers,
                            **dict(dict(BARE, RELIABLY_SERVICE_HOST=self.standin.url), **changes))

    def test_the_file_is_made(self):
        path = os.path.join(self.folder, ".config/reliably/config.toml")
        first, second = self.client.got("/")["name"], "Hello"
        code, out, err = self.made("%s\nnobody\n%s\n" % (self.standin.token, first))
        self.assertEqual((code, err), (0, ""), out)
        self.assertIn("Error: 'nobody' is not one of '%s', '%s'.\n" % (second, first), out)
        self.assertTrue(out.endswith("\nCongratulations you are all set now to use the Reliably CLI!\nKeep in mind that your "
                                     "configuration is in clear text. Keep it safe.\n"), out)
        self.assertNotIn(self.standin.token, out)
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        for entry, value in (("token", self.standin.token), ("org", self.standin.org), ("host", self.standin.url)):
            self.assertEqual(self.said_by("config", "get", entry, **BARE), (0, value + "\n", ""))
        os.chmod(path, 0o644)
        self.assertEqual(self.made(self.standin.token + "\n\n"), (1, "configuration file already exists\n", ""))
        self.assertEqual(self.made(self.standin.token + "\n\n", "--override")[0], 0)
        self.assertNotEqual(self.said_by("config", "get", "org", **BARE)[1], self.standin.org + "\n")  # the first one
        self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
        again = self.made(self.standin.token + "\n\n", "--override", RELIABLY_SERVICE_HOST=None)  # the host is the file's
        self.assertEqual((again[0], self.said_by("config", "get", "host", **BARE)[1]), (0, self.standin.url + "\n"))

    def test_nothing_is_made_of_nothing(self):
        for answers, text in (("", "Aborted!"), ("0" * 32 + "\n", "not authorized. please verify your token\n"),
                              (self.standin.token + "\n", "Aborted!"), (self.standin.token + "\nx\n", "Aborted!")):
            code, out, err = self.made(answers)
            self.assertEqual(code, 1)
            self.assertIn(text, out + err)
        self.assertFalse(os.path.exists(os.path.join(self.folder, ".config")))


class Terminal(ReliablyCase):
    """A person is asked for the token: the terminal shows nothing of it, and is as it was afterwards."""

    def ask(self, typed):
        leader, follower = pty.openpty()
        self.addCleanup(os.close, leader)
        self.addCleanup(os.close, follower)
        before = termios.tcgetattr(follower)
        env = self.environment(**dict(BARE, RELIABLY_SERVICE_HOST=self.standin.url))
        child = subprocess.Popen([self.program, "config", "init"], cwd=self.folder, env=env, stdin=follower,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
                                 preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        end = time.monotonic() + 30
        while termios.tcgetattr(follower)[3] & termios.ECHO and time.monotonic() < end:
            time.sleep(0.005)
        os.write(leader, typed)
        out = child.communicate(timeout=60)[0].decode()
        self.assertEqual(termios.tcgetattr(follower), before)
        os.set_blocking(leader, False)
        try:
            return child.returncode, out, os.read(leader, 4096).decode()
        except BlockingIOError:
            return child.returncode, out, ""

    def test_the_token_is_not_shown(self):
        code, out, shown = self.ask(("%s\n\n" % self.standin.token).encode())
        self.assertEqual(code, 0, out)
        self.assertNotIn(self.standin.token, out + shown)

    def test_an_interrupt_puts_the_terminal_back(self):
        code, out, _ = self.ask(b"\x03")
        self.assertEqual(code, 1, out)
        self.assertIn("Aborted!", out)


class Executed(ReliablyCase):
    def run_plan(self, plan, *args, **changes):
        return self.said_by("service", "plan", "execute", *args, plan, **changes)

    def test_what_is_printed(self):
        made = self.plan(EXPERIMENT)
        code, out, err = self.run_plan(made["plan"])
        self.assertEqual((code, err), (0, ""))
        self.assertRegex(out, r"\ACheck results at http://\S{60,}\n\Z")

    def test_refusals(self):
        made = self.plan(EXPERIMENT)
        self.assertEqual(self.run_plan(STRANGER)[:2], (1, "plan not found\n"))
        self.assertEqual(self.run_plan(made["plan"], RELIABLY_SERVICE_TOKEN="x"),
                         (1, "not authorized. please verify your token or org\n", ""))
        for method, path in (("GET", "*/plans/*"), ("PUT", "*/plans/*/status")):
            self.standin.fault(method=method, path=path, times=1, do="status", status=403, body={"detail": "Forbidden"})
            self.assertEqual(self.run_plan(made["plan"], "--set-status"),
                             (1, "unexpected error: 403: {'detail': 'Forbidden'}\n", ""))
        self.standin.fault(method="GET", path="*/raw", times=1, do="status", status=404, body={"detail": "Not Found"})
        code, out, err = self.run_plan(made["plan"])
        url = "%s/api/v1/organization/%s/experiments/%s/raw" % (self.standin.url, self.standin.org, made["experiment"])
        lines = out.splitlines()
        self.assertEqual((code, lines[0], len(lines), err), (2, "failed to fetch experiment at " + url, 2, ""))
        self.assertIn("running experiment failed: ", lines[1])

    def test_what_fails(self):
        no = {"type": "probe", "name": "no", "tolerance": 0, "provider": {"type": "process", "path": "false"}}
        gate = {"title": "never met", "probes": [no]}
        gated = self.plan(dict(EXPERIMENT, **{"steady-state-hypothesis": gate}))
        lost = {"type": "probe", "name": "once", "tolerance": 1, "provider": {
            "type": "process", "path": "sh", "arguments": ["-c", "test -e gone"]}}
        touch = {"type": "action", "name": "touch", "provider": {"type": "process", "path": "touch", "arguments": ["gone"]}}
        deviated = self.plan(dict(EXPERIMENT, method=[touch], **{"steady-state-hypothesis": {"title": "t", "probes": [lost]}}))
        rows = [(gated, (), 0), (gated, ("--fail-on", "gate"), 1), (gated, ("--fail-on", "deviation, Error,gate"), 1),
                (gated, ("--fail-on", "gate", "--no-set-exit-code"), 0), (deviated, (), 1),
                (deviated, ("--fail-on", "error,gate"), 0), (deviated, ("--fail-on", "never"), 0),
                (deviated, ("--no-set-exit-code",), 0), (deviated, ("--no-set-exit-code", "--set-exit-code"), 1)]
        for made, args, code in rows:
            with self.subTest(args=args):
                if os.path.exists(os.path.join(self.folder, "gone")):
                    os.remove(os.path.join(self.folder, "gone"))
                done = self.run_plan(made["plan"], *args)
                self.assertEqual(done[0], code, done)
                what = "deviated" if made is deviated else "did not begin: its steady state was not met"
                said = "reliably: the experiment %s (exit code %d)\n" % (what, code) if code else ""
                self.assertEqual(done[2], said)
        os.remove(os.path.join(self.folder, "gone"))
        code, out, err = self.run_plan(deviated["plan"], "--log-stdout")
        self.assertEqual((code, "exit code" in err), (1, False), err)
        for words in ("often", "never,gate", ""):
            code, out, err = self.run_plan(gated["plan"], "--fail-on", words)
            self.assertEqual((code, out), (2, ""), words)
            self.assertIn("--fail-on", err)
        self.assertEqual(self.run_plan(STRANGER, "--fail-on", "never")[0], 1)  # no journal


if __name__ == "__main__":
    unittest.main()
