#!/usr/bin/env python3
"""docs/native.md names each function that is built in with its arguments and their defaults, and each control with its
arguments, as the tables in the code have them; its examples work."""
import glob
import os
import re
import unittest

from platform_case import CLOSED, ROOT, PlatformCase

INJECTED = {"configuration", "secrets"}
REPORTER = "chaosreliably.controls.experiment"  # has no row: it is there without being declared


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


DOCUMENT = read("docs/native.md")


def expanded(text):
    """The text with its macros without parameters put in."""
    text = text.replace("\\\n", " ")
    for name, body in re.findall(r"(?m)^#define (\w+)[ \t]+(\S.*)$", text):
        text = re.sub(r"(?m)^(?!#define)(.*)$", lambda line, n=name, b=body: re.sub(r"\b%s\b" % n, lambda _: b, line.group()), text)
    return text


def table(text, kind, name):
    return re.search(r"(?ms)^static const struct %s %s\[\] = \{\n(.*?)^\};" % (kind, name), text).group(1)


def parameters(text, name):
    rows = re.findall(r'\{"(\w+)", [^,]+, (NULL|"(?:[^"\\]|\\.)*")\}', table(text, "pr_native_parameter", name))
    return [n if default == "NULL" else "%s = %s" % (n, default[1:-1].replace('\\"', '"'))
            for n, default in rows if n not in INJECTED]


def functions():
    """{module: {function: its arguments}}"""
    found = {}
    for path in glob.glob(os.path.join(ROOT, "runner", "activity", "native_*.c")):
        text = expanded(read(path))
        for module, rows in re.findall(r'struct pr_native_module \w+ = \{\s*\.name = "([\w.]+)",\s*\.functions = (\w+)', text):
            body = table(text, "pr_native_function", rows)
            found[module] = {name: parameters(text, given) for name, given in re.findall(
                r'\.name = "(\w+)",\s*\.parameters = (\w+)', body)}
            found[module].update({name: parameters(text, "ratio_parameters") for name in re.findall(r'RATIO\("(\w+)"', body)})
    return found


def controls():
    """{module: its arguments, the names without what they are part of}"""
    found = {}
    for path in glob.glob(os.path.join(ROOT, "runner", "control", "*.c")):
        text = read(path)
        for modules, known in re.findall(r"\.modules = (\w+),\s*\.known = (\w+)", text):
            listed = re.search(r"static const char \*const %s\[\] = \{(.*?)\}" % modules, text, re.S).group(1)
            names = {p.split(".")[-1] for p in re.findall(r'\{"([\w.-]+)"', table(text, "pr_native_known", known))}
            found.update({module: names for module in re.findall(r'"([\w.]+)"', listed)})
    return found


def documented():
    """{module: {function: its arguments}}"""
    found = {}
    for module, rows in re.findall(r"(?m)^`(chaosreliably\.activities[\w.]+)`.*\n\n((?:\|.*\n)+)", DOCUMENT):
        found[module] = {name: re.findall(r"`([^`]+)`", given)
                         for name, given in re.findall(r"(?m)^\| `(\w+)` \| (.*?) \| ", rows)}
    return found


def examples():
    return re.findall(r"(?ms)^```yaml\n(.*?)^```$", DOCUMENT)


class InStep(unittest.TestCase):
    maxDiff = None

    def test_each_function_has_a_row_with_its_arguments(self):
        built_in = functions()
        self.assertEqual(len(built_in), len(re.findall(r"(?m)^\t&pr_native_", read("runner/activity/native.c"))))
        self.assertTrue(all(built_in.values()), built_in)
        self.assertEqual(documented(), built_in)

    def test_each_control_has_a_section_with_its_arguments(self):
        built_in = dict(controls(), **{REPORTER: set()})
        rows = re.findall(r"(?m)^\t&pr_native_", read("runner/control/native.c"))
        self.assertEqual(len({id(names) for names in built_in.values()}), len(rows) + 1)
        self.assertEqual(set(re.findall(r'"([\w.]+)"', re.search(
            r"native_modules\[\] = \{(.*?)\};", read("runner/experiment/check_control.c"), re.S).group(1))), set(built_in))
        sections = re.split(r"(?m)^### ", DOCUMENT.split("\n## Controls\n")[1])[1:]
        for module, names in built_in.items():
            with self.subTest(module):
                section = [s for s in sections if "`%s`" % module in s]
                self.assertEqual(len(section), 1)
                self.assertEqual(section[0].count("```yaml"), 1)
                written = {part for text in re.findall(r"`([\w.-]+)`", section[0]) for part in text.split(".")}
                self.assertLessEqual(names, written)


class Examples(PlatformCase):
    def write(self, example):
        text = "title: t\ndescription: d\n" + re.sub(r"https://[\w.]+", CLOSED, example)
        if not re.search(r"(?m)^method:", text):
            text += "method:\n  - {type: action, name: a, provider: {type: process, path: 'true'}}\n"
        with open(os.path.join(self.folder, "e.yaml"), "w", encoding="utf-8") as f:
            f.write(text)

    def test_each_is_valid(self):
        self.assertGreater(len(examples()), 15)
        for example in examples():
            with self.subTest(example):
                self.write(example)
                done = self.run_program("validate", "e.yaml")
                self.assertEqual(done.code, 0, done.said)
                self.assertNotIn("WARNING", done.said)

    def test_no_control_is_told_to_be_wrong(self):
        for example in examples():
            if "controls:" in example:
                with self.subTest(example):
                    self.write(example)
                    done = self.run_program("run", "e.yaml", OTEL_SDK_DISABLED="true", SLACK_BOT_TOKEN="", SLACK_CHANNEL="")
                    self.assertIn("Experiment ended with status", done.said)
                    self.assertNotRegex(done.said, "The control '|is ignored|not measured")


if __name__ == "__main__":
    unittest.main()
