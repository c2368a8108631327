#!/usr/bin/env python3
"""The three forms of the action have the same inputs and outputs, with the same defaults."""
import os
import re
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FORMS = ("action.yml", "host/action.yml", "python/action.yml")
OF_PYTHON = {"python-version", "dependencies"}


def read(form):
    with open(os.path.join(ROOT, form), encoding="utf-8") as f:
        return f.read()


def part(text, name):
    """{name: its lines} of inputs or outputs."""
    body = re.search(r"(?ms)^%s:\n(.*?)(?=^\S|\Z)" % name, text).group(1)
    return dict(re.findall(r"(?ms)^  ([a-z-]+):\n(.*?)(?=^  \S|\Z)", body))


class Forms(unittest.TestCase):
    def setUp(self):
        self.text = {form: read(form) for form in FORMS}

    def test_inputs(self):
        inputs = {form: part(text, "inputs") for form, text in self.text.items()}
        self.assertGreater(len(inputs["action.yml"]), 15)
        for form in FORMS:
            self.assertEqual(list(inputs[form]), list(inputs["action.yml"]), form)
            for name in set(inputs[form]) - (OF_PYTHON if form == "python/action.yml" else set()):
                self.assertEqual(inputs[form][name], inputs["action.yml"][name], (form, name))
        self.assertIn("contents: write", inputs["action.yml"]["commit-results"])

    def test_outputs(self):
        outputs = {form: part(text, "outputs") for form, text in self.text.items()}
        self.assertEqual(set(outputs["action.yml"]), {"status", "deviated", "execution-url", "journal", "log"})
        for form in FORMS:
            without = {name: re.sub(r"(?m)^    value: .*\n", "", lines) for name, lines in outputs[form].items()}
            self.assertEqual(without, outputs["action.yml"], form)
        for name, lines in outputs["host/action.yml"].items():
            self.assertIn("    value: ${{ steps.run.outputs.%s }}\n" % name, lines)

    def test_the_host_hands_on_every_input(self):
        handed = dict(re.findall(r"(?m)^        INPUT_([A-Z_]+): \$\{\{ inputs\.([a-z-]+) \}\}$", self.text["host/action.yml"]))
        self.assertEqual(list(handed.values()), list(part(self.text["host/action.yml"], "inputs")))
        self.assertEqual(list(handed), [name.upper().replace("-", "_") for name in handed.values()])

    def test_steps_of_the_readme_give_inputs_that_there_are(self):
        steps = re.findall(r"uses: plan-runner/plan-runner(/\w+)?@\S+\n +with:\n((?: {10}\S.*\n)+)", read("README.md"))
        self.assertGreater(len(steps), 1)
        for form, given in steps:
            names = re.findall(r"(?m)^ +([a-z-]+): ", given)
            self.assertGreater(len(names), 4)
            self.assertLessEqual(set(names), set(part(self.text[form.lstrip("/") + "/action.yml" if form else "action.yml"], "inputs")))

    def test_arguments(self):
        for form, arguments in (("action.yml", ["action"]), ("python/action.yml", ["action", "--python"])):
            self.assertEqual(re.findall(r"(?m)^    - (.*)$", self.text[form]), arguments)


if __name__ == "__main__":
    unittest.main()
