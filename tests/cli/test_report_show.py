#!/usr/bin/env python3
"""`plan-runner report show`: what it writes, against tests/cli/golden/show (written anew with UPDATE_GOLDEN=1), that nothing
in a journal gets out of its place, and what it refuses: one line, exit code 1, nothing written."""
import base64
import hashlib
import html.parser
import json
import os
import re
import subprocess
import tempfile
import time
import unittest
import xml.etree.ElementTree as ElementTree

PROGRAM = os.environ["PLAN_RUNNER"]
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "show")
JOURNALS = sorted(n[:-5] for n in os.listdir(GOLDEN) if n.endswith(".json"))
SUFFIXES = {"text": "txt", "markdown": "md", "junit": "xml", "html": "html"}
PHASES = ["Experiment", "Steady state before", "Method", "Steady state during", "Steady state after", "Rollbacks"]


def run(*arguments, folder=GOLDEN, text=True):
    return subprocess.run([PROGRAM, "report", "show", *arguments], cwd=folder, capture_output=True, text=text, timeout=120)


def read(name):
    with open(os.path.join(GOLDEN, name), encoding="utf-8", newline="") as f:
        return f.read()


def fold(journal):
    """A large journal as a run leaves it, and the line of `.part` that follows it."""
    checksum = 0xcbf29ce484222325
    for byte in journal:
        checksum = ((checksum ^ byte) * 0x100000001b3) % 2 ** 64
    return '{"journal_bytes":%d,"journal_checksum":"%016x"}\n' % (len(journal), checksum)


class Page(html.parser.HTMLParser):
    """What a browser sees of a page."""

    VOID = {"meta", "rect"}

    def __init__(self, text):
        super().__init__(convert_charrefs=True)
        self.tags, self.attributes, self.texts, self.open, self.style, self.policy = set(), [], [], [], "", None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(tag,) + a for a in attrs]
        if tag == "meta" and dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.policy = dict(attrs)["content"]
        if tag not in self.VOID:
            self.open.append(tag)

    handle_startendtag = handle_starttag

    def handle_endtag(self, tag):
        assert self.open and self.open[-1] == tag, "</%s> closes <%s>" % (tag, self.open[-1:])
        self.open.pop()

    def handle_data(self, data):
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.texts.append(data)


class Golden(unittest.TestCase):
    maxDiff = None

    def test_each_journal_in_each_format(self):
        for name in JOURNALS:
            for form, suffix in SUFFIXES.items():
                with self.subTest(journal=name, format=form):
                    done = run(name + ".json", "--format", form, text=False)
                    self.assertEqual((done.returncode, done.stderr), (0, b""))
                    path = os.path.join(GOLDEN, "%s.%s" % (name, suffix))
                    if os.environ.get("UPDATE_GOLDEN"):
                        with open(path, "wb") as f:
                            f.write(done.stdout)
                    self.assertEqual(done.stdout.decode(), read("%s.%s" % (name, suffix)))

    def test_text_is_the_default_and_a_file_gets_the_same(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "report")
            done = run("completed.json", "-o", path)
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
            with open(path, encoding="utf-8") as f:
                self.assertEqual(f.read(), read("completed.txt"))


class Safe(unittest.TestCase):
    """Golden files show it for three journals; these are the rules."""

    def test_html_has_no_script_no_reference_and_a_policy_that_allows_none(self):
        for name in JOURNALS:
            with self.subTest(journal=name):
                page = Page(read(name + ".html"))
                self.assertEqual(page.open, [])
                self.assertLessEqual(page.tags, set(
                    "html head meta title style body main header section h1 h2 h3 h4 p span div dl dt dd a svg rect text "
                    "table thead tbody tr th td details summary pre bdi".split()))
                for tag, attribute, value in page.attributes:
                    self.assertNotIn(attribute, ("src", "style", "xlink:href", "srcset", "action"))
                    self.assertFalse(attribute.startswith("on"), attribute)
                    if attribute == "href":
                        self.assertRegex(value, r"^#a\d+$")
                    if attribute == "class":
                        self.assertRegex(value, r"^[a-z -]*$")
                ids = {v for _, a, v in page.attributes if a == "id"}
                self.assertLessEqual({v[1:] for _, a, v in page.attributes if a == "href"}, ids)
                self.assertNotRegex(page.style, r"url\(|@import|https?:")
                digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
                self.assertEqual(page.policy, "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'"
                                 % digest)

    def test_html_shows_hostile_values_as_text(self):
        title = json.loads(read("hostile.json"))["experiment"]["title"]
        shown = re.sub("[\x1b\u202e\ufffe]", "\ufffd", title)
        page = Page(read("hostile.html"))
        self.assertIn(shown.replace("\r\n", "  "), page.texts)
        self.assertNotRegex(read("hostile.html"), r"[\0-\x08\x0b-\x1f\x7f\u202e\ufffe]")

    def test_markdown_has_no_raw_markup(self):
        text = read("hostile.md")
        self.assertNotRegex(text, r"[<>]|(?<!\\)`|(?<!\\)\[|(?<![\\&])@|https?://")
        rows = [re.sub(r"\\.", "", line) for line in text.splitlines() if line.startswith("|")]
        self.assertLessEqual({r.count("|") for r in rows}, {3, 7})

    def test_a_terminal_gets_no_command(self):
        self.assertNotRegex(read("hostile.txt"), r"[\0-\x09\x0b-\x1f\x7f-\x9f\u202e]")


class JUnit(unittest.TestCase):
    def test_structure(self):
        for name in JOURNALS:
            with self.subTest(journal=name):
                root = ElementTree.fromstring(read(name + ".xml").encode())
                self.assertEqual(root.tag, "testsuites")
                self.check_counts(root, list(root.iter("testcase")))
                names = [s.get("name") for s in root]
                self.assertEqual(names, [p for p in PHASES if p in names])
                for suite in root:
                    self.assertEqual(suite.tag, "testsuite")
                    self.check_counts(suite, list(suite))
                    self.assertEqual(len({c.get("name") for c in suite}), len(suite))

    def check_counts(self, element, cases):
        count = {"tests": len(cases), "failures": 0, "errors": 0, "skipped": 0}
        for case in cases:
            self.assertEqual(case.tag, "testcase")
            self.assertTrue(case.get("name") and case.get("classname"))
            self.assertRegex(case.get("time"), r"^\d+\.\d{6}$")
            kinds = [c.tag for c in case if c.tag not in ("system-out", "system-err")]
            self.assertIn(kinds, ([], ["failure"], ["error"]))
            for kind in kinds:
                count[kind + "s"] += 1
        self.assertEqual(count, {k: int(element.get(k)) for k in count})

    def test_failures_are_deviations_and_errors_are_exceptions(self):
        def problems(name):
            root = ElementTree.fromstring(read(name + ".xml").encode())
            return [(s.get("name"), c.get("name"), p.tag, p.get("message")) for s in root for c in s for p in c
                    if p.tag in ("failure", "error")]
        self.assertEqual(problems("completed"), [
            ("Method", "unreachable", "error", "process activity took too long to complete")])
        self.assertEqual(problems("interrupted"), [
            ("Experiment", "outcome", "failure", "The system left its steady state during the method."),
            ("Method", "load", "error", "no end was recorded"),
            ("Steady state during", "shop-answers (2)", "failure", "the tolerance was not met: status 503: busy")])


class Refused(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, data):
        with open(os.path.join(self.folder.name, name), "wb") as f:
            f.write(data)
        return name

    def check(self, arguments, code, pattern):
        done = run(*arguments, folder=self.folder.name)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertRegex(done.stderr, pattern)
        if code == 1:
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_what_is_no_journal(self):
        good = read("completed.json").encode()
        self.check(["none.json"], 1, "'none.json'.*No such file")
        self.check(["."], 1, "'\\.'")
        self.check([self.write("empty", b"")], 1, "empty")
        self.check([self.write("text", b"hello")], 1, "text.*line 1")
        self.check([self.write("cut", good[:-200])], 1, "cut.*line [0-9]+")
        self.check([self.write("list", b"[]")], 1, "'list' is not a journal: it is no JSON object")
        self.check([self.write("other", b"{}")], 1, "'other' is not a journal: it has no 'experiment', 'status'")
        self.check([self.write("experiment", b'{"title":"t","method":[]}')], 1, r"\(an experiment: run it first\)")
        self.check([self.write("kind", good.replace(b'"run": [', b'"run": {}, "was": ['))], 1, "'run' is of kind object")
        self.check([self.write("deep", b"[" * 100000)], 1, "deep")
        self.check([self.write("latin", b'{"a":"\xff"}')], 1, "latin")

    def test_where_nothing_can_be_written(self):
        self.write("j", read("completed.json").encode())
        self.check(["j", "-o", "none/report"], 1, "none/report")
        self.check(["j", "-o", "/proc/none"], 1, "/proc/none")
        self.check(["j", "-o", "j"], 1, "'j' is the journal: name another file")
        os.symlink("j", os.path.join(self.folder.name, "link"))
        self.check(["link", "-o", "j"], 1, "'j' is the journal")
        self.assertEqual(json.loads(read("completed.json"))["status"], "completed")

    def test_command_line(self):
        self.check([], 2, "JOURNAL")
        self.check(["j", "--format", "pdf"], 2, "pdf.*text, html, markdown, junit")
        self.check(["a", "b"], 2, "b")


class Large(unittest.TestCase):
    COUNT = 100000

    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def write(self, name, text):
        path = os.path.join(self.folder.name, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    def entry(self, i):
        return {"activity": {"type": "action", "name": "step %d" % i, "provider": {"type": "process", "path": "true"}},
                "output": {"status": 0, "stdout": "x" * 20, "stderr": ""}, "start": "2026-11-20T10:00:00+00:00",
                "status": "succeeded", "duration": 0.001}

    def test_a_hundred_thousand_activities(self):
        journal = dict(json.loads(read("completed.json")), run=[self.entry(i) for i in range(self.COUNT)])
        path = self.write("large.json", json.dumps(journal))
        for form in ("html", "junit"):  # each format is linear: tests/unit/report
            started = time.monotonic()
            done = run(path, "--format", form)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            self.assertLess(time.monotonic() - started, 60, form)
            self.assertLess(len(done.stdout), 200 << 20)
            if form == "junit":
                self.assertEqual(int(ElementTree.fromstring(done.stdout.encode()).get("tests")), self.COUNT + 4)

    def test_what_a_part_has_is_folded_in_and_said(self):
        journal = json.dumps(dict(json.loads(read("completed.json")), run=[self.entry(0)]))
        path = self.write("j.json", journal)
        part = json.dumps({"list": "run", "index": 1, "entry": self.entry(7)}) + "\n"
        self.write("j.json.part", fold(journal.encode()) + part + part[:-20])
        done = run(path)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("step 7", done.stdout)
        self.assertRegex(done.stderr, "^plan-runner: what '.*/j.json.part' has is in the report\n$")
        self.write("j.json.part", fold(b"another") + part)
        done = run(path)
        self.assertNotIn("step 7", done.stdout)
        self.assertRegex(done.stderr, "^plan-runner: '.*/j.json.part' has nothing that belongs to this journal\n$")
        self.assertEqual(sorted(os.listdir(self.folder.name)), ["j.json", "j.json.part"])


if __name__ == "__main__":
    unittest.main()
