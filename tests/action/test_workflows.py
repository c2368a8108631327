#!/usr/bin/env python3
"""What act makes of the workflows in workflows/: conclusion, outputs as a later step sees them, summary, annotations, masks. Called
by ./run, which makes the image and the checkout."""
import glob
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "cli"))

from github_fake import GitHub  # noqa: E402
from platform_case import CLOSED, PlatformCase, Target  # noqa: E402

CHECKOUT = os.environ["ACTION_CHECKOUT"]
GITHUB_TOKEN = "ghs_canary0123456789abcdefghijklmnop"
FORGED = ["::error::forged", "a\n::error::forged", "b\r::add-mask::forged", "##[error]forged", "::stop-commands::forged", "::endgroup::",
          "\nstatus<<E\nforged\nE\n", "| forged | <b>", "%0A::error::forged", "\U0001f4a5 \u2028::error::forged"]
NOTHING = {"title": "Nothing", "description": "to do", "method": [], "rollbacks": []}  # the scratch image has no programs
BASE = "debian:bookworm-slim"  # a machine with bash and nothing else
WITH_DOCKER = os.environ["ACTION_MACHINE"]  # and one with the docker client; both have this machine's loopback
HERE_ITSELF = "-self-hosted"  # act loses the last lines of a step now and then
PREFIX = re.compile(r"^\[[^]]*\]\s+(?:\|\s|[^\x00-\x7f]\S*\s+)?", re.M)


class Workflow:
    def __init__(self, code, output):
        self.code, self.output = code, PREFIX.sub("", output)
        self.saw = dict(re.findall(r"^saw ([a-z ]+)=(.*)$", self.output, re.M))
        self.exit_codes = re.findall(r"^(?:exit with `FAILURE`: |exit status |exitcode ')(\d+)", self.output, re.M)
        self.annotations = re.findall(r"^::(error|notice|warning) title=([^:]*)::(.*)$", self.output, re.M)

    def titles(self, level="error"):
        return [title for found, title, _ in self.annotations if found == level]


class WorkflowCase(PlatformCase):
    workflow, machine = None, None

    def command(self, plan, machine=None, token=None, env=None, **more):
        values = dict(dict(PLAN=plan, HOST=self.standin.url, ORGANIZATION=self.standin.org, FAIL_ON="", HIDDEN="nothing"),
                      **{name.upper(): value for name, value in more.items()})
        command = ["act", "push", "--workflows", ".github/workflows/" + self.workflow, "--platform",
                   "ubuntu-latest=" + (machine or self.machine), "--pull=false", "--rm", "--network", "host",
                   "--container-daemon-socket", os.environ["DOCKER_HOST"], "--secret", "TOKEN=" + (token or self.standin.token),
                   "--secret", "OF_GITHUB=" + GITHUB_TOKEN]
        for option, given in (("--var", values), ("--env", env or {})):
            for name, value in given.items():
                command += [option, "%s=%s" % (name, value)]
        return command

    def start_workflow(self, plan, **more):
        said = tempfile.TemporaryFile("w+", encoding="utf-8")
        self.addCleanup(said.close)
        child = subprocess.Popen(self.command(plan, **more), cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        child.said = said
        self.addCleanup(self.end, child)
        return child

    def end_workflow(self, child):
        code = child.wait(120)
        child.said.seek(0)
        return Workflow(code, child.said.read())

    def run_workflow(self, plan, **more):
        return self.end_workflow(self.start_workflow(plan, **more))

    def check_nominal(self, secret):
        """A plan with a target on the host's loopback and a secret in its environment."""
        with Target() as target:
            made = self.plan(self.touching(target, description="Hides " + secret), {"NAME": "x"},
                             secrets=[{"key": "a", "var_name": "SECRET", "value": secret}])
            done = self.run_workflow(made["plan"], hidden=secret)
            self.assertEqual((done.code, len(target.records)), (0, 1), done.output)
        url = "%s/executions/view/?id=%s&exp=%s" % (self.standin.url, self.execution(made)["id"], made["experiment"])
        self.assertEqual(done.saw, {"outcome": "success", "status": "completed", "deviated": "false", "url": url,
                                    "journal": "result.json", "journal status": '"completed",', "log": "run.log", "hidden": "***"})
        self.assertEqual(done.annotations, [("notice", "Execution", url)])
        self.assertIn("## Chaos experiment: completed\n", done.output)
        self.assertIn("| touch | action | Method | succeeded |", done.output)
        self.assertIn("::group::Method\n", done.output)
        for hidden in (secret, self.standin.token):
            self.assertNotIn(hidden, done.output)
        self.assertEqual(self.execution(made)["user_state"]["status"], "completed")

    def check_fail_on(self, variant):
        for fail_on, code in (("", 1), ("deviation", 1), ("error", 0), ("deviation,gate", 1), ("never", 0)):
            with self.subTest(fail_on=fail_on):
                made = self.seeded(variant)
                done = self.run_workflow(made["plan"], fail_on=fail_on)
                self.assertEqual((bool(done.code), done.saw.get("outcome")), (bool(code), "failure" if code else "success"), done.output)
                self.assertEqual((done.saw["status"], done.saw["deviated"]), ("completed", "true"))
                self.assertEqual(done.titles()[0], "Deviation")
                self.assertIn("## Chaos experiment: deviated\n", done.output)
                self.assertEqual(set(done.exit_codes), {"1"} if code else set(), done.output)

    def check_files(self):
        """Where journal and log go, and no summary."""
        done = self.run_workflow(self.plan(NOTHING)["plan"], result_file="out/a b.json", log_file="out/x.log", summary="off")
        self.assertEqual((done.code, done.saw["journal"], done.saw["log"]), (0, "out/a b.json", "out/x.log"), done.output)
        self.assertEqual(done.saw["journal status"], '"completed",')
        self.assertNotIn("## Chaos experiment", done.output)

    def check_committed(self):
        folder = tempfile.mkdtemp(prefix="plan-runner-act-")
        self.addCleanup(shutil.rmtree, folder)
        github = GitHub(folder, tokens={GITHUB_TOKEN: "read write"})
        self.addCleanup(github.close)
        base = github.repository.commit("main", {"README.md": b"# Shop\n"})
        done = self.run_workflow(self.plan(NOTHING)["plan"], commit_results="on", result_file="results/run.json", log_file="results/run.log",
                                 env={"GITHUB_API_URL": github.url, "GITHUB_REPOSITORY": github.name})
        self.assertEqual(done.code, 0, done.output)
        tip, parent = github.repository.log("main")[:2]
        self.assertEqual(parent, base)
        self.assertEqual(sorted(github.repository.files(tip)), ["README.md", "results/run.json", "results/run.log"])
        self.assertEqual([message.rsplit("/", 1)[-1] for level, title, message in done.annotations if (level, title) == ("notice", "Commit")], [tip])
        self.assertNotIn(GITHUB_TOKEN, done.output)

    def check_hostile(self):
        """A plan that wants to speak for us."""
        made = self.plan({"title": FORGED[1], "description": FORGED[0], "rollbacks": [], "method": [
            {"type": "action", "name": text, "provider": {"type": "http", "url": CLOSED, "timeout": 2}} for text in FORGED]})
        done = self.run_workflow(made["plan"])
        self.assertEqual((done.code, done.saw["status"], done.saw["outcome"]), (0, "completed", "success"), done.output)
        errors = [(title, message) for level, title, message in done.annotations if level == "error"]
        self.assertEqual(len(errors), len(FORGED), done.output)
        for title, message in errors:
            self.assertTrue(title.startswith("Method%3A action '"), title)
            self.assertTrue(message.startswith("failed to connect"), message)
        self.assertIn("forged", done.output, "it is no mask")
        # act shows the summary of a step within an action once more with the action
        self.assertEqual(len(set(re.findall(r"(?m)^\| .* \| action \| Method \| failed \|.*$", done.output))), len(FORGED))

    def program_of(self, plan):
        """The process that executes the plan, in its container or beside it."""
        for path in glob.glob("/proc/[0-9]*/cmdline"):
            try:
                with open(path, "rb") as f:
                    words = f.read().split(b"\0")
                with open(os.path.join(os.path.dirname(path), "environ"), "rb") as f:
                    variables = f.read().split(b"\0")
            except OSError:
                continue
            if words[0].endswith(b"/plan-runner") and words[1:2] == [b"action"] and \
                    {b"INPUT_PLAN-ID=" + plan.encode(), b"INPUT_PLAN_ID=" + plan.encode()} & set(variables):
                return int(path.split("/")[2])
        raise AssertionError("no process executes " + plan)

    def check_cancelled(self):
        """The program gets the signal that the runner's docker, or its shell, hands on."""
        waits = {"type": "action", "name": "waits", "provider": {"type": "http", "url": CLOSED, "timeout": 2}, "pauses": {"after": 60}}
        plan = self.plan({"title": "t", "description": "d", "method": [waits], "rollbacks": []})
        child = self.start_workflow(plan["plan"])
        try:
            self.wait_for("state:running", timeout=60)
        except AssertionError as e:
            child.kill()
            raise AssertionError("%s\n%s" % (e, self.end_workflow(child).output)) from None
        time.sleep(0.5)
        pid, began = self.program_of(plan["plan"]), time.monotonic()
        os.kill(pid, signal.SIGINT)
        while os.path.exists("/proc/%d" % pid) and time.monotonic() < began + 20:
            time.sleep(0.02)
        self.assertLess(time.monotonic() - began, 7.5)
        done = self.end_workflow(child)
        self.assertEqual((bool(done.code), done.saw["outcome"], done.saw["status"]), (True, "failure", "interrupted"), done.output)
        self.assertEqual(set(done.exit_codes), {"2"}, done.output)
        self.assertIn("## Chaos experiment: not completed\n", done.output)
        self.assertEqual(self.execution(plan)["user_state"]["current"], "finished")

    def check_python_is_elsewhere(self):
        done = self.run_workflow(self.seeded("noop")["plan"], dependencies="chaostoolkit-aws")
        self.assertEqual((bool(done.code), done.saw["status"], done.titles()), (True, "error", ["Inputs"]), done.output)
        self.assertRegex(done.annotations[0][2], "/python@v.*-python")
        self.assertEqual(self.calls(), [])

    def check_refused(self):
        done = self.run_workflow("")
        self.assertEqual((bool(done.code), done.saw["outcome"], done.saw["status"]), (True, "failure", "error"), done.output)
        self.assertEqual(done.titles(), ["Inputs"], done.output)
        self.assertIn("plan-id", done.annotations[0][2])
        made = self.seeded("noop")
        done = self.run_workflow(made["plan"], token="not-the-token-of-anybody")
        self.assertEqual((bool(done.code), done.saw["status"], done.titles()), (True, "error", ["Plan not run"]), done.output)
        self.assertEqual(set(done.exit_codes), {"2"}, done.output)
        self.assertEqual([k for k in self.calls() if k != "plan"], [])


class Suite:
    """What every form of the action does."""

    def test_nominal(self):
        self.check_nominal("canary-%s" % os.urandom(8).hex())

    def test_fail_on(self):
        self.check_fail_on("http-deviated")

    def test_refused(self):
        self.check_refused()

    def test_files(self):
        self.check_files()

    def test_committed(self):
        self.check_committed()

    def test_hostile(self):
        self.check_hostile()

    def test_cancelled(self):
        self.check_cancelled()


class Container(Suite, WorkflowCase):
    workflow, machine = "container.yaml", BASE

    def test_python_is_elsewhere(self):
        self.check_python_is_elsewhere()


class Host(Suite, WorkflowCase):
    workflow, machine = "host.yaml", WITH_DOCKER

    def test_python_is_elsewhere(self):
        self.check_python_is_elsewhere()

    def test_programs_of_the_host(self):
        made = self.seeded("nominal")
        done = self.run_workflow(made["plan"], machine=HERE_ITSELF)
        self.assertEqual((done.code, done.saw["status"]), (0, "completed"), done.output)
        self.assertIn("| greet | action | Method | succeeded |", done.output)

    def test_a_machine_without_docker_is_told_so(self):
        done = self.run_workflow(self.seeded("noop")["plan"], machine=BASE)
        self.assertEqual((bool(done.code), done.saw["outcome"], done.saw["status"]), (True, "failure", "error"), done.output)
        self.assertIn("::error title=plan-runner::docker is not on the PATH of this runner", done.output)
        self.assertEqual(self.calls(), [])


class Python(WorkflowCase):
    workflow, machine = "python.yaml", BASE

    def test_nominal(self):
        self.check_nominal("canary-%s" % os.urandom(8).hex())

    def test_an_environment_for_the_plan(self):
        made = self.plan({"title": "t", "description": "d", "rollbacks": [], "method": [
            {"type": "probe", "name": "tool", "provider": {"type": "process", "path": "thing", "arguments": "a"}, "tolerance": 0}]})
        done = self.run_workflow(made["plan"], python_version="3", dependencies="./thing-1.0-py3-none-any.whl")
        self.assertEqual((done.code, done.saw["status"]), (0, "completed"), done.output)
        self.assertIn("::group::Python\n", done.output)
        self.assertRegex(done.output, r"a thing says a")

    def test_what_cannot_be_installed(self):
        for given, said in (({"dependencies": "./nothing-1.0-py3-none-any.whl"}, "the dependencies cannot be installed"),
                            ({"python_version": "1.4"}, "the environment of Python cannot be made"), ({"dependencies": "oha"}, "a program")):
            with self.subTest(given):
                done = self.run_workflow(self.seeded("noop")["plan"], fail_on="never", **given)
                self.assertEqual((bool(done.code), done.saw["status"], done.titles()), (True, "error", ["Python"]), done.output)
                self.assertIn(said, done.annotations[0][2])
                self.assertEqual(set(done.exit_codes), {"2"}, done.output)
                self.assertEqual(self.calls(), [])


if __name__ == "__main__":
    unittest.main()
