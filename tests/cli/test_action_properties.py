#!/usr/bin/env python3
"""Random values in every place of a step: what GitHub's runner reads (actions_runner.py) is exactly what was meant, and nothing else.

What was meant is told by the journal, the inputs and the secrets, and worked out here again. The values are the same each
time; PR_SEED makes others (`PR_SEED=random`: printed, to repeat it), PR_ROUNDS more of them.
"""
import html
import json
import os
import random
import re
import sys
import unittest

from platform_case import CLOSED
from test_action import OUTPUTS, PHASES, ActionCase

GIVEN = os.environ.get("PR_SEED") or "3649931470"
SEED = random.SystemRandom().randrange(1 << 32) if GIVEN == "random" else int(GIVEN)
ROUNDS = int(os.environ.get("PR_ROUNDS", "1"))
TITLE_MAX, MESSAGE_MAX, NAME_MAX, DETAIL_MAX, FACT_MAX = 255, 4096, 200, 300, 1000
ASCII_SPACE = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"

PIECES = ["\r", "\n", "\r\n", "\t", " ", "%", "%0A", "%0D", "%25", "%2C", "::", ":", ",", ";", "]", "[", "##[error]", "##[add-mask]", "::error::",
          "\n::error::forged", "\r::add-mask::forged", "\n::stop-commands::forged", "::endgroup::", "::group::forged", "\n##[group]forged",
          "'", '"', "`", "```", "|", "\\", "\\|", "<", ">", "<<", "<<EOF", "EOF", "\nEOF\n", "=", "status=forged", "\nstatus<<E\nforged\nE\n",
          "ghadelimiter_", "<script>", "</td>", "<!--", "-->", "&amp;", "&#64;", "&", "*", "**", "_", "~~", "[x](y)", "![x](y)", "@you", "#1", "+", "!",
          "http://x.y", "www.x.y", "WWW.", ".", "$x$", "^", "{", "}", "(", ")", "- ", "1. ", "# ", "| --- |", "\U0001f4a5", "é", "\u2028", "\u2029",
          "\u202e", "\u2066", "\u0085", "\u00a0", "\ufeff", "\ufffe", "\x1b[31m", "\x07", "\x7f", "\x08", "word", "forged", "x", "A B", "0"]


def make_text(rng, most=14):
    return "".join(rng.choice(PIECES) for _ in range(rng.randint(1, most))) or "x"


def make_bytes(rng, most=14):
    """As a program writes them: not all is UTF-8."""
    parts = []
    for _ in range(rng.randint(1, most)):
        parts.append(rng.choice([rng.choice(PIECES).encode("utf-8"), bytes([rng.randint(1, 255)]), b"\xff", b"\xf0\x9f", b"\xed\xa0\x80"]))
    return b"".join(parts)


def cut(text, most):
    """At most so many bytes of UTF-8, no character in two."""
    return text.encode("utf-8", "surrogateescape")[:most].decode("utf-8", "ignore") if len(text.encode("utf-8", "surrogateescape")) > most else text


def shown(text, most):
    """One line of a document, as people see it."""
    def char(c):
        point = ord(c)
        if c in "\t\n\r\u2028\u2029":
            return " "
        if (point < 0x20 or 0x7f <= point <= 0x9f or 0x202a <= point <= 0x202e or 0x2066 <= point <= 0x2069 or 0xfdd0 <= point <= 0xfdef
                or point & 0xfffe == 0xfffe):
            return "\ufffd"
        return c
    kept = cut(text, most)
    return "".join(map(char, kept)) + ("\u2026" if kept != text else "")


def read_markdown(text):
    """What a reader sees of text in which every mark is escaped; what is not escaped makes it fail."""
    known = r"\\([!-/:-@\[-`{-~])|(&(?:amp|lt|gt|#64);)"
    assert not re.search(r"[\\`*_{}\[\]()#+!|~:$=^<>@&]|www\.", re.sub(known, "\0", text), re.I), "not escaped: %r" % text
    return re.sub(known, lambda m: m.group(1) or html.unescape(m.group(2)), text)


def activities(journal):
    """(phase, entry, whether it was not tolerated), in the order of the table."""
    states = journal["steady_states"]
    lists = [("Hypothesis before", (states.get("before") or {}).get("probes", [])), ("Method", journal["run"])]
    lists += [("Hypothesis after", (states.get("after") or {}).get("probes", [])), ("Rollbacks", journal["rollbacks"])]
    return [(phase, entry, entry.get("tolerance_met") is False) for phase, entries in lists for entry in entries]


def detail(entry):
    if entry.get("exception"):
        said = entry["exception"][-1].strip(ASCII_SPACE)
        prefix = "chaoslib.exceptions.ActivityFailed: "
        return said[len(prefix):] if said.startswith(prefix) else said
    output = entry.get("output")
    if output is None or isinstance(output, str):
        return output or ""
    return json.dumps(output, ensure_ascii=False, separators=(",", ":"))


def end_trimmed(title):
    """GitHub's runner takes blanks off the end of what it reads, where CR and LF are still written as %0D and %0A."""
    return re.sub(r"[^\S\r\n]+\Z", "", title)


def expected_errors(journal):
    errors = [("error", "Deviation", "The system left its steady state.")] if journal["deviated"] else []
    for phase, entry, untolerated in activities(journal):
        if not untolerated and entry["status"] not in ("failed", "aborted"):
            continue
        title = "%s: %s '%s' %s" % (phase, entry["activity"]["type"], entry["activity"]["name"],
                                    "is not within its tolerance" if untolerated else entry["status"])
        errors.append(("error", end_trimmed(cut(title, TITLE_MAX)), cut(detail(entry) or entry["status"], MESSAGE_MAX)))
    return errors


def expected_masks(secret, least=None):
    least = least or (16 if re.search(r"[\r\n]", secret) else 6)
    lines = [line.strip(ASCII_SPACE) for line in re.split(r"[\r\n]", secret)]
    return [line for line in lines if line.strip() and len(line.encode()) >= least]


class Properties(ActionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        print("PR_SEED=%d" % SEED, file=sys.stderr)

    def rounds(self, count):
        for i in range(count * ROUNDS):
            yield random.Random("%d %s %d" % (SEED, self.id().rsplit(".", 1)[1], i)), self.subTest(seed=SEED, round=i)

    # what a step must have said

    def check_commands(self, done, masks, notices=(), errors=(), warnings=()):
        """These, and no others."""
        console = done.console
        self.assertLessEqual({c.name for c in console.commands}, {"add-mask", "group", "endgroup", "error", "notice", "warning"})
        self.assertEqual({c.data for c in console.named("add-mask")}, set(masks))
        self.assertEqual([title for title, _ in console.groups], [phase for phase in PHASES if phase in dict(console.groups)])
        for level, expected in (("notice", notices), ("error", errors), ("warning", warnings)):
            self.assertEqual([tuple(i) for i in console.issues if i.level == level], list(expected))

    def check_outputs(self, done, **expected):
        self.assertEqual(set(done.outputs), OUTPUTS)
        self.assertEqual({name.replace("-", "_"): value for name, value in done.outputs.items()}, expected)

    def check_summary(self, done, journal, facts):
        lines = done.summary.split("\n")
        self.assertRegex(lines[0], "^## Chaos experiment: (completed|deviated|not completed)$")
        told, rest = {}, lines[2:]
        while rest and rest[0].startswith("- "):
            name, _, value = rest.pop(0)[2:].partition(": ")
            told[name] = value[1:-1] if re.fullmatch(r"<[^<>]*>", value) else read_markdown(value)
        self.assertEqual({name: value for name, value in told.items() if name in facts},
                         {name: shown(value, FACT_MAX) for name, value in facts.items()})
        self.assertLessEqual(set(told), {"Experiment", "Plan", "Execution", "Status", "Deviated", "Started", "Duration", "Journal", "Log", "Error"})
        self.assertEqual(rest[0], "")
        self.check_table(rest[1:], journal)

    def check_table(self, lines, journal):
        if journal is None:
            self.assertEqual([line for line in lines if line], [])
            return
        self.assertEqual(lines[:2], ["| Activity | Type | Phase | Status | Duration | Timeline | Result |",
                                     "| --- | --- | --- | --- | ---: | --- | --- |"])
        self.assertEqual(lines[-2:], ["", ""])
        rows = lines[2:-2]
        self.assertEqual(len(rows), len(activities(journal)))
        for line, (phase, entry, untolerated) in zip(rows, activities(journal)):
            cells = self.cells(line)
            status = entry["status"] + (", not tolerated" if untolerated else "")
            self.assertEqual([read_markdown(cell) for cell in cells[:4]],
                             [shown(entry["activity"]["name"], NAME_MAX), entry["activity"]["type"], phase, status])
            self.assertRegex(cells[4], r"^\d+\.\d{3} s$")
            self.assertRegex(cells[5], "^`\u2591*\u2588+\u2591*`$")
            self.assertEqual(len(cells[5]), 22)
            self.assertEqual(read_markdown(cells[6]).lower(), shown(detail(entry), DETAIL_MAX).lower())  # of \u001b the digits' case

    def cells(self, line):
        """What is between borders, a space at both ends."""
        self.assertTrue(line.startswith("| ") and line.endswith(" |"), line)
        found, cell, escaped = [], "", False
        for char in line[1:]:
            if char == "|" and not escaped:
                self.assertTrue(cell.startswith(" ") and cell.endswith(" ") and len(cell) >= 2, line)
                found.append(cell[1:-1])
                cell = ""
                continue
            escaped = char == "\\" and not escaped
            cell += char
        self.assertEqual((len(found), cell), (7, ""), line)
        return found

    # what a plan says, what is said to it, what it answers

    def provider(self, rng, i):
        """Writes random bytes; now and then a mebibyte."""
        name = "bytes-%d" % i
        data = make_bytes(rng)
        if rng.random() < 0.1:
            data = (data * (1 << 20))[:1 << 20]
        with open(os.path.join(self.folder, name), "wb") as f:
            f.write(data)
        return {"type": "process", "path": "cat", "arguments": name}

    def activity(self, rng, i, kind=None):
        kind = kind or rng.choice(["action", "probe"])
        name = make_text(rng)
        if rng.random() < 0.05:
            name = (name * (1 << 20))[:1 << 18]
        failing = {"type": "http", "url": CLOSED + "/" + "".join(c for c in make_text(rng) if 0x20 < ord(c) < 0x7f and c not in "$%#?"), "timeout": 2}
        return {"type": kind, "name": name, "provider": self.provider(rng, i) if rng.random() < 0.6 else failing}

    def experiment(self, rng):
        made = {"title": make_text(rng), "description": make_text(rng), "method": [self.activity(rng, i) for i in range(rng.randint(1, 5))],
                "rollbacks": [self.activity(rng, 10 + i, "action") for i in range(rng.randint(0, 2))]}
        if rng.random() < 0.4:
            kept = dict(self.activity(rng, 20, "probe"), tolerance=0)
            kept["provider"] = {"type": "process", "path": "true"}
            made["steady-state-hypothesis"] = {"title": make_text(rng), "probes": [kept]}
        return made

    def file_name(self, rng, taken=()):
        """Of a file in the workspace, in bytes."""
        text = make_text(rng, 6)
        name = text.encode() if rng.random() < 0.7 else make_bytes(rng, 6)
        name = name.replace(b"/", b"").strip(ASCII_SPACE.encode())[:80]
        if not name.strip(b"."):
            name = b"named"
        if rng.random() < 0.3:
            name = b"in/" + name
        return name if name not in taken else name + b"2"

    def test_plans(self):
        for rng, case in self.rounds(40):
            with case:
                self.fresh()
                made = self.plan(self.experiment(rng))
                journal_file = self.file_name(rng)
                log_file = self.file_name(rng, (journal_file, b"result.json")) + b".log"
                done = self.step(self.inputs(made["plan"], result_file=os.fsdecode(journal_file), log_file=os.fsdecode(log_file)),
                                 RUNNER_DEBUG=rng.choice(["", "1"]))
                with open(os.path.join(os.fsencode(self.folder), journal_file), "rb") as f:
                    journal = json.loads(f.read())
                url = "%s/executions/view/?id=%s&exp=%s" % (self.standin.url, self.execution(made)["id"], made["experiment"])
                paths = [name.decode("utf-8", "replace") for name in (journal_file, log_file)]
                errors = expected_errors(journal)
                self.assertEqual(done.code, 0, done.out[-3000:])
                self.check_commands(done, [self.standin.token], [("notice", "Execution", url)], errors[:10])
                self.check_outputs(done, status="completed", deviated="false", execution_url=url, journal=paths[0], log=paths[1])
                facts = {"Experiment": journal["experiment"]["title"], "Plan": made["plan"], "Status": "completed", "Deviated": "no"}
                if all(b"\xff" not in name and name.decode("utf-8", "ignore").encode() == name for name in (journal_file, log_file)):
                    facts.update(Journal=paths[0], Log=paths[1])
                self.check_summary(done, journal, facts)

    def test_inputs(self):
        named = ["plan-id", "service-host", "reliably-host", "organization-id", "org-id", "token", "reliably-service-token", "fail-on",
                 "summary", "commit-results", "python-version", "dependencies", "result-file", "log-file", "working-dir"]
        replaced = {"reliably-host": "service-host", "org-id": "organization-id", "reliably-service-token": "token"}
        plan = self.seeded("noop")["plan"]
        for rng, case in self.rounds(150):
            with case:
                name, value = rng.choice(named), make_text(rng).strip(ASCII_SPACE) + "\u2028x"
                if rng.random() < 0.05:
                    value = (value * 100000)[:25000] + "x"  # a variable has at most 128 KiB
                if name in ("result-file", "log-file", "working-dir"):
                    value = "/proc/" + value
                elif name.endswith("host"):
                    value = "ftp://" + value
                given = {k: v for k, v in self.inputs(plan).items() if k != "INPUT_" + replaced.get(name, "").upper()}
                given[rng.choice(["INPUT_" + name.upper(), "INPUT_" + name.upper().replace("-", "_")])] = value
                if "-" in name and "INPUT_" + name.upper() in given:
                    given.pop("INPUT_" + name.upper().replace("-", "_"), None) if given["INPUT_" + name.upper()] == value else \
                        given.pop("INPUT_" + name.upper())
                done = self.step(given)
                self.assertEqual((done.code, self.calls()), (2, []), done.out)
                secret = value if "token" in name else self.standin.token
                (issue,) = done.console.issues
                self.assertEqual((issue.level, issue.title), ("error", "Inputs"))
                self.assertIn(name, issue.message)
                self.assertNotIn("\n", issue.message)
                self.check_commands(done, expected_masks(secret, 1), errors=[tuple(issue)])
                self.check_outputs(done, status="error", deviated="false", execution_url="", journal="", log="")
                self.check_summary(done, None, {"Error": issue.message})
                self.assertEqual(done.console.text, [])

    def test_secrets(self):
        for rng, case in self.rounds(30):
            with case:
                self.fresh()
                pieces = PIECES + ["canary-%08x" % rng.getrandbits(32)] * 20
                secrets = ["".join(rng.choice(pieces) for _ in range(rng.randint(0, 8))) + "canary-%08x" % rng.getrandbits(32) for _ in range(3)]
                secrets = [s.strip(ASCII_SPACE) for s in secrets]
                show = {"type": "process", "path": "sh", "arguments": ["-c", "printf '%s' \"$S0$S1$S2\"; printf '%s\\n' \"$S0\" \"$S1\" >&2; true"]}
                made = self.plan({"title": "t", "description": "d", "rollbacks": [], "method": [
                    {"type": "probe", "name": "show " + make_text(rng), "provider": show}]}, {"A": "b"},
                    secrets=[{"key": "k%d" % i, "var_name": "S%d" % i, "value": s} for i, s in enumerate(secrets)])
                done = self.step(self.inputs(made["plan"]), RUNNER_DEBUG="1")
                self.assertEqual(done.outputs["status"], "completed", done.out)
                masks = {self.standin.token}.union(*(expected_masks(s) for s in secrets))
                self.assertEqual({c.data for c in done.console.named("add-mask")}, masks)
                self.assertEqual(done.console.before_mask, [])
                rest = "\n".join(done.console.text) + done.summary + self.left("output") + self.left("run.log")
                for secret in secrets:
                    self.assertNotIn(secret, rest)

    def test_answers(self):
        """A platform that names its execution as it likes."""
        for rng, case in self.rounds(30):
            with case:
                self.fresh()
                made = self.plan({"title": "t", "description": "d", "method": [], "rollbacks": []})
                self.standin.fault(method="POST", path="*/executions", do="status", status=201, apply=True, body={"id": make_text(rng)})
                done = self.step(self.inputs(made["plan"]))
                self.assertEqual(set(done.outputs), OUTPUTS)
                url = done.outputs["execution-url"]
                notices = [i.message for i in done.console.issues if i.level == "notice"]
                self.assertEqual(notices, [cut(url, MESSAGE_MAX)] if url else [])
                self.assertNotIn("\n", url)
                self.assertTrue(not url or url.startswith(self.standin.url + "/executions/view/?id="), url)
                self.assertLessEqual({c.name for c in done.console.commands}, {"add-mask", "group", "endgroup", "error", "notice", "warning"})
                self.assertEqual({c.data for c in done.console.named("add-mask")}, {self.standin.token})
                if url and '"' not in url:
                    self.assertIn("\n- Execution: ", done.summary)


if __name__ == "__main__":
    unittest.main()
