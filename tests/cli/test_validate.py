#!/usr/bin/env python3
"""`validate --output json`: the findings for programs."""
import json
import os
import signal
import subprocess
import tempfile
import unittest

RUNNER = os.path.abspath(os.environ["PLAN_RUNNER"])
WAIT_S = 30
PROBE = {"type": "probe", "name": "x", "provider": {"type": "process", "path": "true"}}
GOOD = {"title": "T", "description": "D", "method": [PROBE]}


def listed(level, kind, place, text):
    return {"level": level, "kind": kind, "place": place, "text": text}


class Output(unittest.TestCase):
    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="validate-")
        self.addCleanup(box.cleanup)
        self.folder = box.name

    def validate(self, text, *args, stdout=subprocess.PIPE):
        with open(os.path.join(self.folder, "e.json"), "wb") as f:
            f.write(text if isinstance(text, bytes) else json.dumps(text).encode())
        env = {"HOME": self.folder, "PATH": os.environ["PATH"]}
        env.update({k: os.environ[k] for k in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS") if k in os.environ})
        return subprocess.run([RUNNER, "validate", "e.json", *args], cwd=self.folder, env=env, timeout=WAIT_S, stdin=subprocess.DEVNULL,
                              stdout=stdout, stderr=subprocess.PIPE, universal_newlines=True)

    def test_findings(self):
        lacking = {"title": "T", "method": [{"type": "probe", "name": "x"}]}
        vault = dict(GOOD, secrets={"s": {"v": {"type": "vault", "key": "k"}}})
        for document, code, expected in (
                (GOOD, 0, []),
                (lacking, 1, [listed("error", "InvalidExperiment", "", "experiment requires a description"),
                              listed("error", "InvalidActivity", "method[0]", "an activity requires a provider")]),
                (vault, 0, [listed("warning", None, "", "A Vault secret needs `path` for where it is; `key` alone only names a member of it.")])):
            with self.subTest(document=document):
                done = self.validate(document, "--output", "json")
                self.assertEqual(done.returncode, code)
                self.assertEqual(json.loads(done.stdout), {"source": "e.json", "valid": code == 0, "findings": expected})
                for finding in expected:
                    self.assertIn(finding["text"], done.stderr, "the log is as ever")

    def test_what_is_no_document(self):
        for text in (b"{", b"", b"\xff\xfe\x00", b'{"title": '):
            with self.subTest(text):
                done = self.validate(text, "--output", "json")
                said = json.loads(done.stdout)
                self.assertEqual((done.returncode, said["valid"], len(said["findings"])), (1, False, 1))
                self.assertEqual([said["findings"][0][key] for key in ("level", "kind", "place")], ["error", None, ""])
                self.assertIn(said["findings"][0]["text"], done.stderr)

    def test_text_says_nothing_on_standard_output(self):
        for args in ([], ["--output", "text"]):
            self.assertEqual((self.validate({}, *args).stdout, self.validate(GOOD, *args).stdout), ("", ""))

    def test_findings_that_cannot_be_written_are_a_failure(self):
        with open("/dev/full", "w") as full:
            done = self.validate(GOOD, "--output", "json", stdout=full)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot write", done.stderr)

    def test_waiting_for_a_pipe_ends_by_a_signal(self):
        os.mkfifo(os.path.join(self.folder, "pipe"))
        for name in ("pipe", "/dev/stdin"):
            for signo in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(name=name, signo=signo):
                    process = subprocess.Popen([RUNNER, "run", name], cwd=self.folder, stdin=subprocess.PIPE,
                                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                    process.send_signal(signo)
                    self.assertEqual(process.wait(timeout=WAIT_S), -signo)
                    process.stdin.close()

    def test_another_form_is_refused(self):
        self.assertEqual(self.validate(GOOD, "--output", "yaml").returncode, 2)


if __name__ == "__main__":
    unittest.main()
