#!/usr/bin/env python3
"""`plan-runner action --python` with a uv that is none: what it is asked for, what becomes of its words, and what the plan's programs
find. The real one: tests/action."""
import os
import signal
import time
import unittest

from platform_case import PlatformCase
from test_action import FORGED, ActionCase

UV = """#!/bin/sh
[ $# -gt 0 ] && printf '%s\\n' "$@" >>"$CALLS"
echo --- >>"$CALLS"
echo "$UV_CACHE_DIR $UV_PYTHON_INSTALL_DIR" >>"$CALLS.env"
cat "$SAYS" 2>/dev/null
[ "$1" != "$LEAVES" ] || {
  rm -f "$CALLS.left"
  setsid sh -c 'echo from the one that stays; echo $$ >"$CALLS.left"; exec sleep 60' &
  while [ ! -s "$CALLS.left" ]; do sleep 0.01; done
}
[ "$1" = "$FAILS" ] && { echo "error: no such thing" >&2; exit 3; }
[ "$1" = "$WAITS" ] && exec sleep 30
for place; do :; done
[ "$1" != venv ] || { mkdir -p "$place/bin" && printf '#!/bin/sh\\necho "ours: $VIRTUAL_ENV"\\n' >"$place/bin/tool" && chmod +x "$place/bin/tool"; }
exit 0
"""


class Made(ActionCase):
    def setUp(self):
        super().setUp()
        self.bin = os.path.join(self.folder, "bin")
        os.mkdir(self.bin)
        with open(os.path.join(self.bin, "uv"), "w") as f:
            f.write(UV)
        os.chmod(f.name, 0o755)

    def start(self, *args, **changes):
        given = dict({"CALLS": self.folder + "/calls", "SAYS": self.folder + "/says", "PATH": self.bin + ":/usr/bin:/bin"}, **changes)
        return super().start(*args, "--python", **given)

    def asked(self):
        """The arguments of each call, with a word for the folder of the environment."""
        asked = [call.splitlines() for call in self.file("calls").split("---\n")[:-1]]
        if not asked:
            return []
        self.place = asked[0][-1]
        self.assertRegex(self.place, r"^%s/plan-runner-python\.\w+/venv$" % self.folder)
        return [" ".join(call).replace(self.place, "PLACE") for call in asked]

    def tool_plan(self):
        return self.plan({"title": "t", "description": "d", "rollbacks": [], "method": [
            {"type": "probe", "name": "tool", "provider": {"type": "process", "path": "tool"}}]})

    def test_an_environment_for_the_programs_of_the_plan(self):
        done = self.step(self.inputs(self.tool_plan()["plan"], python_version="3.12", dependencies="a>=1,<2, b[x,y]\n# not this\nc d"))
        self.assertEqual((done.code, done.outputs["status"]), (0, "completed"), done.out)
        self.assertEqual(self.asked(), ["venv --python=3.12 PLACE", "pip install --python=PLACE/bin/python -- a>=1,<2 b[x,y] c d"])
        self.assertEqual(done.journal["run"][0]["output"]["stdout"], "ours: %s\n" % self.place)
        self.assertEqual([title for title, _ in done.console.groups][:2], ["Python", "Plan"])
        self.assertFalse(os.path.exists(self.place), "nothing is left")
        with open(os.path.join(self.folder, "calls.env")) as f:
            self.assertTrue(all(word.startswith(os.path.dirname(self.place)) for word in f.read().split()))

    def test_one_of_the_two_is_enough_and_none_is_fine(self):
        for given, asked in (({"python_version": "3.13"}, ["venv --python=3.13 PLACE"]),
                             ({"dependencies": "a"}, ["venv PLACE", "pip install --python=PLACE/bin/python -- a"]),
                             ({"python_version": "-x --y", "dependencies": " , "}, ["venv --python=-x --y PLACE"]), ({}, [])):
            with self.subTest(given):
                calls = os.path.join(self.folder, "calls")
                if os.path.exists(calls):
                    os.remove(calls)
                self.assertEqual(self.step(self.inputs(self.seeded("noop")["plan"], **given)).code, 0)
                self.assertEqual(self.asked(), asked)

    def check_refused(self, done, *said):
        self.assertEqual((done.code, self.calls(), done.outputs["status"]), (2, [], "error"), done.out)
        (_, message), = self.errors(done)
        for text in said:
            self.assertIn(text, message)
        self.assertFalse([name for name in os.listdir(self.folder) if name.startswith("plan-runner-python")])

    def test_failures_are_one_line(self):
        plan = self.seeded("noop")["plan"]
        for fails, said in (("venv", "the environment of Python cannot be made"), ("pip", "the dependencies cannot be installed")):
            done = self.step(self.inputs(plan, dependencies="a", fail_on="never"), FAILS=fails)
            self.check_refused(done, said, "exit code 3", "error: no such thing")
            self.assertEqual(self.errors(done)[0][0], "Python")
        os.remove(os.path.join(self.bin, "uv"))
        self.check_refused(self.step(self.inputs(plan, dependencies="a", fail_on="never")), "there is no uv", "-python")

    def test_what_is_no_package(self):
        plan = self.seeded("noop")["plan"]
        for given, said in (("oha", "'oha', which is a program"), ("a\n-r b.txt", "'-r b.txt', it takes packages and no options")):
            self.check_refused(self.step(self.inputs(plan, dependencies=given)), said)
            self.assertEqual(self.asked(), [])

    def test_what_uv_says_is_no_command_and_no_secret(self):
        made = self.seeded("noop")
        with open(os.path.join(self.folder, "says"), "w") as f:
            f.write("\n".join(FORGED) + "\n%s\n%s" % (self.standin.token, "x" * 200000))
        done = self.step(self.inputs(made["plan"], dependencies="a"))
        self.assertEqual((done.code, done.console.named("error"), done.console.before_mask), (0, [], []), done.out[:2000])
        self.assertEqual(done.out.count(self.standin.token), 1, "in its mask")
        self.assertNotIn("forged", done.console.masks)
        self.assertGreater(sum(line.count("x") for line in dict(done.console.groups)["Python"]), 400000 - 1)
        self.assertEqual(set(done.outputs["status"].split()), {"completed"})

    def test_what_uv_leaves_behind_does_not_hold_the_step(self):
        plan = self.seeded("noop")["plan"]
        for leaves in ("venv", "pip"):
            with self.subTest(leaves):
                began = time.monotonic()
                done = self.step(self.inputs(plan, dependencies="a"), LEAVES=leaves)
                seconds = time.monotonic() - began
                os.kill(int(self.file("calls.left")), signal.SIGKILL)
                self.assertEqual((done.code, done.outputs["status"]), (0, "completed"), done.out)
                self.assertIn("from the one that stays", dict(done.console.groups)["Python"])
                self.assertLess(seconds, 20)

    def test_a_cancelled_workflow(self):
        child = self.begin(self.inputs(self.seeded("noop")["plan"], dependencies="a"), WAITS="pip")
        end = time.monotonic() + 60
        while "pip" not in self.file("calls") and time.monotonic() < end:
            time.sleep(0.01)
        self.check_refused(self.cancel(child, 5), "cancelled")

    def file(self, name):
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return ""
        with open(path) as f:
            return f.read()


class Elsewhere(PlatformCase):
    def test_without_the_option_it_is_refused_outside_of_github_too(self):
        done = self.run_program("action", INPUT_PLAN_ID="x", INPUT_DEPENDENCIES="a")
        self.assertEqual((done.code, done.out), (2, ""))
        self.assertRegex(done.err, "^plan-runner: there is no Python here for dependencies: use .*\n$")


if __name__ == "__main__":
    unittest.main()
