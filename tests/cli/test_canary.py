#!/usr/bin/env python3
"""Canaries: what is secret is in no file, log, upload, list of processes or message of a crash (docs/design.md, decision 8)."""
import base64
import glob
import json
import os
import resource
import signal
import stat
import time
import unittest
from unittest import mock
from urllib.parse import quote

from platform_case import CLOSED, USUAL, PlatformCase
from recorder import Recorder, wire

TRICKY = 'tr1cky"canary\\value/with&signs'
ACCENTED = "caf\u00e9-can\u00e5ry-\u20ac-\U0001f426"
PEM = "-----BEGIN CANARY KEY-----\nbGluZS1vbmUtb2YtdGhlLWNhbmFyeQ==\nbGluZS10d28tb2YtdGhlLWNhbmFyeQ==\n-----END CANARY KEY-----\n"
SLACK, OTLP, VAULT, GIVEN, GUARD = ("xoxb-canary-of-slack", "canary of/traces=1", "canary-of-the-vault", "canary-of-a-file",
                                    "canary-of-prechecks")
SPACE = os.path.join("state", "plan-runner", "spool")


def forms(value):
    """How a value may come out of a program that somebody wrote."""
    text = json.dumps(value)[1:-1]
    made = {value, text, json.dumps(text)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1], quote(value), quote(value, safe=""),
            base64.b64encode(value.encode()).decode(), base64.urlsafe_b64encode(value.encode()).decode(), repr(value)[1:-1]}
    return sorted(made | {line for line in value.split("\n") if len(line) >= 16 and "---" not in line})


def shell(name, script, **more):
    return dict({"type": "action", "name": name, "provider": {"type": "process", "path": "sh", "arguments": ["-c", script]}}, **more)


def python_module(name, module, **more):
    return dict({"name": name, "provider": dict({"type": "python", "module": module}, **more)})


class CanaryCase(PlatformCase):
    def fresh(self):
        super().fresh()
        self.given = os.path.join(self.folder, "given")  # the files with secrets that are input
        os.mkdir(self.given, 0o700)
        self.values = [TRICKY, ACCENTED, PEM, SLACK, OTLP, VAULT, GIVEN, GUARD, self.standin.token]

    def write(self, name, text):
        path = os.path.join(self.given, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def check_text(self, place, text):
        for value in self.values:
            for form in forms(value):
                at = text.find(form)
                self.assertEqual(at, -1, "%r is in %s: %r" % (form, place, text[max(0, at - 60):at + 60]))

    def check_files(self):
        """Every file of the program's folder; its private folder of secret files while it lives is meant to have them."""
        seen = []
        for folder, folders, files in os.walk(self.folder):
            folders[:] = [f for f in folders if f != "given" and not f.startswith("plan-runner.")]
            for name in files:
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8", errors="surrogateescape") as f:
                    self.check_text(path, f.read())
                seen.append(name)
        return seen

    def check_sent(self, *recorders):
        sent = [r["path"] + "?" + r["query"] + r["body"] for r in self.standin.records]
        for recorder in recorders:
            sent += [r.path + "?" + r.query + r.body.decode("utf-8", "replace") for _, r in recorder.requests]
        for text in sent:
            self.check_text("what was sent", text)
            self.check_text("what was sent", text.replace("\\\\", "\\").replace('\\"', '"'))

    def check_processes(self, child):
        """Arguments of every process; the program's environment where the secret was in a file."""
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, encoding="utf-8", errors="replace") as f:
                    self.check_text(path, f.read())
            except OSError:
                pass  # has ended
        with open("/proc/%d/environ" % child.pid, encoding="utf-8", errors="replace") as f:
            self.check_text("its environment", f.read())

    def wait_for_file(self, name):
        end = time.monotonic() + 20
        while not os.path.exists(os.path.join(self.folder, name)):
            self.assertLess(time.monotonic(), end, "no " + name)
            time.sleep(0.01)


class Everywhere(CanaryCase):
    """A run with everything that has secrets, whose platform goes away before its end."""

    def fresh(self):
        super().fresh()

        def slack(request, number):
            return wire.Answer(200, wire.dumps({"ok": True, "channel": "C1", "ts": "1.%d" % number, "file_id": "F",
                                                "upload_url": self.slack.url + "/upload"}))
        vault = {"data": {"data": {"key": VAULT}}}
        self.slack, self.traces = Recorder(slack), Recorder()
        self.vault = Recorder(lambda request, number: wire.Answer(200, wire.dumps(vault)))
        self.guard = Recorder(lambda request, number: wire.Answer(200, b'{"ok": true}'))
        for server in (self.slack, self.traces, self.vault, self.guard):
            self.addCleanup(server.close)

    def integration(self, provider, envvars=None, **secrets):
        return self.client.made("/integrations", {
            "name": provider, "provider": provider, "vendor": None, "environment": {
                "name": "for " + provider, "used_for": "integration",
                "envvars": [{"var_name": k, "value": v} for k, v in (envvars or {}).items()],
                "secrets": [{"key": k, "var_name": k, "value": v} for k, v in secrets.items()]}})["id"]

    def integrations(self):
        headers = "Authorization=Basic%20" + quote(OTLP, safe="")
        return [self.integration("slack", {"SLACK_CHANNEL": "#chaos"}, SLACK_BOT_TOKEN=SLACK),
                self.integration("opentelemetry", {"OTEL_EXPORTER_OTLP_ENDPOINT": self.traces.url}, OTEL_EXPORTER_OTLP_HEADERS=headers),
                self.integration("prechecks", {"RELIABLY_PRECHECKS_ENDPOINT": self.guard.url + "/ok"},
                                 RELIABLY_PRECHECKS_ENDPOINT_AUTH="Bearer " + GUARD)]

    def experiment(self):
        echo = {"type": "probe", "name": "argument", "provider": {"type": "process", "path": "echo", "secrets": ["s", "t"], "arguments": [
            "${known}", "${vaulted}", "${file}"]}}
        unreachable = {"type": "probe", "name": "http", "provider": {
            "type": "http", "url": CLOSED + "/?key=${known}", "secrets": ["s"], "headers": {"X-Key": "${vaulted}"}}}
        said = "printf '%s\\n' \"$SECRET\" \"$ACCENTED\" \"$SLACK_BOT_TOKEN\" \"$OTEL_EXPORTER_OTLP_HEADERS\"; cat \"$KEY\" >&2"
        coded = ("ulimit -c >limit; printf %s \"$SECRET\" | base64 -w0; printf %s \"$SECRET\" | base64 -w0 | tr +/ -_; base64 -w0 <\"$KEY\";"
                 "cat \"$KEY\" | while read -r line; do printf '%s' \"$line\"; sleep 0.02; done")
        split = "n=${#SECRET}; i=1; while [ $i -le $n ]; do printf %s \"$SECRET\" | cut -c $i | tr -d '\\n'; sleep 0.01; i=$((i+1)); done"
        flood = "head -c 311293 /dev/zero | tr '\\0' x; i=0; while [ $i -lt 6000 ]; do printf '%s %s\\n' $i \"$SECRET\"; i=$((i+1)); done"
        return {"title": "Canary", "description": "Says what it should not", "configuration": {
            "vault_addr": self.vault.url, "vault_token": {"type": "env", "key": "SECRET"}}, "secrets": {"s": {
                "known": {"type": "env", "key": "SECRET"}, "vaulted": {"type": "vault", "path": "x", "key": "key"}}, "t": {"file": ""}},
            "method": [echo, unreachable, shell("said", said), shell("coded", coded), shell("split", split), shell("flood", flood),
                       shell("environment", "env"), shell("wait", "touch reached; while [ -e reached ]; do sleep 0.02; done")],
            "rollbacks": [shell("late", "echo $SECRET >&2; exit 3")]}

    def started(self, *args, **changes):
        made = self.plan(self.experiment(), {"KEY": "/keys/one", "ACCENTED": ACCENTED}, integrations=self.integrations(), secrets=[
            {"key": "a", "var_name": "SECRET", "value": TRICKY}, {"key": "c", "var_name": "ACCENTED", "value": ACCENTED},
            {"key": "b", "path": "/keys/one", "value": PEM}])
        variables = self.write("variables.json", json.dumps({"secrets": {"t": {"file": GIVEN}}}))
        child = self.start("service", "plan", "execute", *USUAL, "--log-stdout", "--var-file", variables, *args, made["plan"], **dict({
            "RELIABLY_SERVICE_TOKEN": None, "RELIABLY_SERVICE_TOKEN_FILE": self.write("token", self.standin.token + "\n"),
            "PLAN_RUNNER_SLACK_URL": self.slack.url, "XDG_STATE_HOME": os.path.join(self.folder, "state"),
            "PLAN_RUNNER_REPORT_DEADLINE": "1"}, **changes))
        self.wait_for_file("reached")
        return made, child

    def test_a_run(self):
        made, child = self.started()
        self.check_processes(child)
        self.assertIn("result.json.part", self.check_files())
        self.standin.fault(method="PUT", path="*/state", times=None, do="reset")
        os.unlink(os.path.join(self.folder, "reached"))
        done = self.finish(child)
        self.assertEqual(done.code, 0, done.said[-2000:])
        played = {r["activity"]["name"]: r for r in done.journal["run"]}
        self.assertEqual(played["argument"]["output"]["stdout"], "********** ********** **********\n")
        self.assertEqual(played["split"]["output"]["stdout"], "**********")
        self.assertEqual(played["flood"]["output"]["stdout"].count("**********\n"), 6000)
        self.assertIn("/?key=**********: ", played["http"]["exception"][-1])
        seen = self.check_files()
        self.assertTrue({"run.log", "result.json", "stdout.txt", "stderr.txt"} < set(seen), seen)
        self.assertEqual(len(os.listdir(os.path.join(self.folder, SPACE))), 1)
        self.assertIn("**********", done.file("run.log"))
        self.check_reports()
        self.check_sent(self.slack, self.traces, self.vault, self.guard)
        self.check_delivered(made)

    def check_reports(self):
        state = {"XDG_STATE_HOME": os.path.join(self.folder, "state")}
        for form in ("text", "html", "markdown", "junit"):
            self.check_text(form, self.run_program("report", "show", "--format", form, "result.json").said)
        self.check_text("list", self.run_program("report", "list", **state).said)
        del self.standin.server.faults[:]
        resent = self.run_program("report", "resend", **state)
        self.assertEqual(resent.code, 0, resent.said)
        self.check_text("resend", resent.said)

    def check_delivered(self, made):
        """The canaries went where they belong, or this test shows nothing."""
        self.assertEqual(self.execution(made)["user_state"]["current"], "finished")
        self.assertEqual(self.slack.requests[0][1].headers["authorization"], "Bearer " + SLACK)
        self.assertEqual(self.traces.requests[0][1].headers["authorization"], "Basic " + OTLP)
        self.assertEqual(self.vault.requests[0][1].headers["x-vault-token"], TRICKY)
        self.assertEqual(self.guard.requests[0][1].headers["authorization"], "Bearer " + GUARD)

    def test_a_crash_leaves_no_memory_behind(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_CORE, (soft, hard))
        sanitizer = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":disable_coredump=0:handle_segv=0:handle_abort=0"}
        for number in (signal.SIGABRT, signal.SIGSEGV, signal.SIGQUIT):
            with self.subTest(number.name):
                self.fresh()
                with mock.patch.dict(os.environ, sanitizer):
                    _, child = self.started()
                child.send_signal(number)
                self.assertLess(child.wait(20), 0)
                with open(os.path.join(self.folder, "limit")) as f:
                    kept = f.read().strip()
                self.assertEqual(kept in ("0", "1"), hard in (0, 1), "its programs keep their limit, not %s" % kept)
                os.unlink(os.path.join(self.folder, "reached"))
                self.assertEqual([n for n in self.check_files() if n.startswith("core")], [])
                self.check_sent(self.slack, self.traces, self.vault, self.guard)


class Refusals(CanaryCase):
    """What says why it cannot go on does not say it with a secret."""

    def check(self, done):
        self.check_text("what was said", done.said)
        self.check_files()
        self.check_sent()

    def test_a_proxy_that_is_none(self):
        self.values = ["canary-of-a-proxy"]
        for proxy in ("zzz://me:canary-of-a-proxy@127.0.0.1:1", "http://me:canary-of-a-proxy@127.0.0.1:99999"):
            with self.subTest(proxy):
                done = self.execute(self.seeded("noop")["plan"], RELIABLY_SERVICE_HOST="http://platform.invalid", http_proxy=proxy,
                                    PLAN_RUNNER_REPORT_DEADLINE="1s", PLAN_RUNNER_CALL_TIMEOUT="1s")
                self.assertEqual(done.code, 1, done.said)
                self.assertIn("roxy", done.said)
                self.check(done)

    def test_an_answer_with_the_token(self):
        made = self.seeded("noop")
        self.standin.fault(method="POST", path="*/executions", times=None, do="status", status=422,
                           body={"detail": "not with " + self.standin.token})
        done = self.execute(made["plan"])
        self.assertEqual(done.code, 2, done.said)
        self.assertIn("not with **********", self.client.got("/plans/" + made["plan"])["error"])
        self.check(done)

    def test_a_token_without_quotation_marks(self):
        path = self.write("config.toml", "[service]\ntoken = %s\n" % GIVEN)
        done = self.execute(self.seeded("noop")["plan"], RELIABLY_SERVICE_TOKEN=None, RELIABLY_CLI_CONFIG=path)
        self.assertEqual(done.code, 1, done.said)
        self.assertIn("line 2: no value", done.said)
        self.check(done)


if __name__ == "__main__":
    unittest.main()
