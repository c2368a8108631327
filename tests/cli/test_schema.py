#!/usr/bin/env python3
"""docs/experiment.schema.json is in step with `plan-runner validate`: what the one accepts the other accepts, and what the
one refuses the other refuses, but for what no schema can say (UNSAID), over the recorded experiments and over every small
change of one that has everything in it."""
import copy
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

try:
    import jsonschema
except ImportError:  # the package of the distribution belongs to its own interpreter
    if sys.executable == "/usr/bin/python3":
        raise
    os.execv("/usr/bin/python3", ["/usr/bin/python3"] + sys.argv)

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CASES = os.path.join(ROOT, "tests", "conformance", "cases")
PROGRAM = os.environ["PLAN_RUNNER"]
with open(os.path.join(ROOT, "docs", "experiment.schema.json"), encoding="utf-8") as schema_file:
    SCHEMA = json.load(schema_file)
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

# findings on what is outside of the document, or in a language of its own; each is in a $comment of the schema
UNSAID = [re.compile(p) for p in (
    r"makes? reference to an environment key that does not exist", r"^path '.*' cannot be found, in activity",
    r"this build has no Python interpreter", r"^referenced activity '.*' could not be found", r"^Control reference '\{\}'",
    r"^hypothesis probe tolerance pattern .* seems invalid", r"^hypothesis probe tolerance JSON path .* is invalid",
    r"^configuration '.*'.*(convert|cannot|invalid|must|not a)", r"the shell|/bin/sh")]
LINE = re.compile(r"^\[[^]]*\b(?:ERROR|CRITICAL)\] (.*)$", re.M)


def validate(folder, document):
    """The findings of `plan-runner validate`, which are none when it accepts."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", dir=folder, delete=False, encoding="utf-8") as f:
        json.dump(document, f)
    done = subprocess.run([PROGRAM, "validate", f.name], cwd=folder, capture_output=True, text=True, timeout=60,
                          env={"PATH": "/usr/bin:/bin", "HOME": folder, "WHO": "world"})
    os.unlink(f.name)
    assert done.returncode in (0, 1), done
    return LINE.findall(done.stderr) or ["?"] if done.returncode else []


def is_said(finding):
    return not any(p.search(finding) for p in UNSAID)


# everything that the schema speaks of
FULL = {
    "version": "1.0.0", "title": "t", "description": "d", "tags": ["a"], "contributions": {"reliability": "high"},
    "extensions": [{"name": "x"}],
    "configuration": {"plain": 1, "who": {"type": "env", "key": "WHO", "default": "7", "env_var_type": "str"}},
    "secrets": {"scope": {"token": {"type": "env", "key": "WHO"}, "inline": "v", "deeper": {"more": {"type": "env", "key": "WHO"}},
                          "vault": {"type": "vault", "path": "p", "key": "k"}}},
    "controls": [{"name": "c", "provider": {"type": "python", "module": "m"}, "scope": "before", "automatic": True}],
    "runtime": {"hypothesis": {"strategy": "default"}, "rollbacks": {"strategy": "always"}}, "dry": "probes",
    "steady-state-hypothesis": {"title": "h", "controls": [{"name": "c", "provider": {"type": "x"}}], "probes": [
        {"type": "probe", "name": "p0", "tolerance": 0, "provider": {"type": "process", "path": "true"}},
        {"ref": "p0", "tolerance": [0, 1]},
        {"type": "probe", "name": "p1", "provider": {"type": "http", "url": "http://x", "headers": {"a": "b"}},
         "tolerance": {"type": "regex", "target": "stdout", "pattern": "^a"}},
        {"type": "probe", "name": "p2", "provider": {"type": "process", "path": "true"},
         "tolerance": {"type": "jsonpath", "path": "$.a", "count": 1}},
        {"type": "probe", "name": "p3", "provider": {"type": "process", "path": "true"},
         "tolerance": {"type": "range", "range": [1, 2.5]}},
        {"type": "probe", "name": "p4", "provider": {"type": "process", "path": "true"},
         "tolerance": {"type": "probe", "name": "t", "provider": {"type": "process", "path": "true", "arguments": {}}}}]},
    "method": [{"type": "action", "name": "a", "background": True, "timeout": 1, "dry": "probes", "secrets": ["scope"],
                "pauses": {"before": 1, "after": "${plain}"}, "controls": [{"name": "c", "provider": {"type": "x"}}],
                "provider": {"type": "process", "path": "true", "arguments": ["a", 1], "timeout": 2}},
               {"type": "probe", "name": "b", "provider": {
                   "type": "http", "url": "http://x", "method": "POST", "arguments": {}, "timeout": [1, 2], "verify_tls": False,
                   "max_retries": 1}}, {"ref": "a"}],
    "rollbacks": [{"type": "action", "name": "r", "provider": {"type": "process", "path": "true"}}],
}
# 1.0 is left out: an integer for a schema, a float for `validate`
VALUES = [None, False, 0, 7, 1.5, "", " ", "text", [], [None], [1, 2, 3], {}, {"a": 1}, {"type": "env"}, {"ref": ""}]


def places(value, path=()):
    yield path
    if isinstance(value, dict):
        for key, member in value.items():
            yield from places(member, path + (key,))
    elif isinstance(value, list):
        for i, member in enumerate(value):
            yield from places(member, path + (i,))


def changes():
    """(name, document): each member taken out, each value replaced by each of VALUES."""
    for path in places(FULL):
        if not path:
            continue
        for value in ["taken out"] + VALUES:
            document = copy.deepcopy(FULL)
            owner = document
            for step in path[:-1]:
                owner = owner[step]
            if value == "taken out":
                del owner[path[-1]]
            else:
                owner[path[-1]] = value
            yield "%s %s" % ("/".join(map(str, path)), json.dumps(value)), document
    for value in VALUES:
        yield "whole %s" % json.dumps(value), value


class Step(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def compare(self, documents):
        """Names of those that only one of the two accepts; how many both accept, and both refuse."""
        apart, count = [], {True: 0, False: 0}
        with ThreadPoolExecutor(max_workers=4) as pool:
            all_findings = pool.map(lambda d: validate(self.folder, d[1]), documents)
            for (name, document), findings in zip(documents, all_findings):
                accepted = VALIDATOR.is_valid(document)
                if accepted == (not any(map(is_said, findings))):
                    count[accepted] += 1
                else:
                    apart.append("%s: the schema %s, validate: %s" % (name, "accepts" if accepted else "refuses", findings))
        return apart, count

    def check(self, documents, accepted, refused):
        apart, count = self.compare(documents)
        self.assertEqual(apart, [])
        self.assertGreaterEqual(count[True], accepted)
        self.assertGreaterEqual(count[False], refused)

    def test_recorded_experiments(self):
        documents = []
        for case in sorted(os.listdir(CASES)):
            for name in ("experiment.json", "doc.json"):
                try:
                    with open(os.path.join(CASES, case, name), encoding="utf-8") as f:
                        documents.append((case, json.load(f)))
                except (OSError, ValueError):
                    pass
        self.check(documents, 250, 30)

    def test_each_change_of_a_full_experiment(self):
        self.assertEqual(validate(self.folder, FULL), [])
        self.check(list(changes()), 500, 500)


class Form(unittest.TestCase):
    def test_it_is_a_schema_and_describes_each_property(self):
        jsonschema.Draft202012Validator.check_schema(SCHEMA)
        bare = []

        def walk(node, path):
            if isinstance(node, list):
                for i, item in enumerate(node):
                    walk(item, path + (i,))
            elif isinstance(node, dict):
                for name, member in node.get("properties", {}).items() if path[-1:] != ("properties",) else ():
                    target = SCHEMA["$defs"].get(member.get("$ref", "").rsplit("/", 1)[-1], {})
                    if not (path and path[-1] in ("if",)) and set(member) != {"const"} and path[-2:-1] != ("if",) \
                            and "description" not in member and "description" not in target:
                        bare.append("/".join(map(str, path + (name,))))
                for key, member in node.items():
                    if key not in ("enum", "examples", "const", "default"):
                        walk(member, path + (key,))

        walk(SCHEMA, ())
        self.assertEqual([b for b in bare if not b.endswith("then/ref")], [])

    def test_the_schema_is_shipped(self):
        with open(os.path.join(ROOT, "runner", "cli", "CMakeLists.txt"), encoding="utf-8") as f:
            self.assertIn("docs/experiment.schema.json", f.read())


if __name__ == "__main__":
    unittest.main()
