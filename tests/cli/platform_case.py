"""Running the program against the stand-in of tests/standin, for the tests of this folder.

The program is $PLAN_RUNNER, else build/dev/plan-runner. It gets a bare environment and a folder of its own, which is
its home, its working directory and its temporary directory.
"""
import json
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
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "standin"))

from client import Client  # noqa: E402
from standin import StandIn  # noqa: E402
from target import Target  # noqa: E402,F401

PROGRAM = os.environ.get("PLAN_RUNNER", os.path.join(ROOT, "build", "dev", "plan-runner"))
VERIFY = os.path.join(ROOT, "tests", "interop", "verify.py")
CLOSED = "http://127.0.0.1:1"  # nothing listens there
USUAL = ("--set-status", "--load-environment")

# what a call is, by method and path below the organisation; those of other clients (seed, verify) have other names
KINDS = [(method, re.compile(pattern + "$"), kind) for method, pattern, kind in (
    ("GET", r"/plans/[^/]+", "plan"), ("GET", r"/plans/[^/]+/executions", "executions"),
    ("GET", r"/environments/[^/]+/clear", "environment"), ("GET", r"/integrations/[^/]+", "integration"),
    ("GET", r"/integrations/[^/]+/control", "control"), ("PUT", r"/plans/[^/]+/status", "status"),
    ("GET", r"/experiments/[^/]+/raw", "raw"), ("POST", r"/experiments/[^/]+/executions", "create"),
    ("PUT", r"/experiments/[^/]+/executions/[^/]+/state", "state"),
    ("GET", r"/experiments/[^/]+/executions/[^/]+/state", "poll"),
    ("PUT", r"/experiments/[^/]+/executions/[^/]+/results", "results"))]
AREA = re.compile(r"/api/v1/organization/[^/]+")


def kind_of(record):
    """"status:running" and "state:finished" for those two, else as in KINDS; None for other calls."""
    path = AREA.sub("", record["path"], count=1)
    for method, pattern, kind in KINDS:
        if record["method"] == method and pattern.match(path):
            member = {"status": "status", "state": "current"}.get(kind)
            return "%s:%s" % (kind, json.loads(record["body"])[member]) if member else kind
    return None


class Done:
    """A finished run of the program."""

    def __init__(self, folder, code, out, err, seconds):
        self.folder, self.code, self.out, self.err, self.seconds = folder, code, out, err, seconds

    @property
    def said(self):
        return self.out + self.err

    def lines(self):
        return [line for line in self.said.splitlines() if line.strip()]

    def file(self, name):
        with open(os.path.join(self.folder, name), encoding="utf-8") as f:
            return f.read()

    @property
    def journal(self):
        return json.loads(self.file("result.json"))


class PlatformCase(unittest.TestCase):
    """A stand-in, a client of it and a folder for each test."""

    maxDiff = None
    user = None  # whose the program is, ours
    through = ()  # a command that starts the program

    @classmethod
    def setUpClass(cls):
        if not os.access(PROGRAM, os.X_OK):
            raise AssertionError("no program at %s (set PLAN_RUNNER)" % PROGRAM)

    def setUp(self):
        self.fresh()

    def fresh(self):
        """Another stand-in and another folder, for a subtest that must find nothing of the one before."""
        self.standin = StandIn()
        self.addCleanup(self.standin.close)
        self.client = Client(self.standin.url, self.standin.org, self.standin.token, keep=False)
        self.folder = tempfile.mkdtemp(prefix="plan-runner-cli-")
        self.addCleanup(shutil.rmtree, self.folder)

    # plans

    def seeded(self, variant):
        """The plan of a variant of tests/interop/seed.py; what was recorded starts with the program's calls."""
        facts = self.standin.seed(variant)
        self.standin.forget()
        return {"plan": facts["PLAN"], "experiment": facts["EXPERIMENT"], "environment": facts["ENVIRONMENT"]}

    def plan(self, experiment, envvars=None, **more):
        made = self.client.plan(experiment, envvars, **more)
        self.standin.forget()
        return made

    def touching(self, target, **more):
        """An experiment whose method touches the target."""
        provider = {"type": "http", "url": target.url + "/counter", "method": "POST", "timeout": 5}
        return dict({"title": "Touches its target", "description": "By one call",
                     "method": [{"type": "action", "name": "touch", "provider": provider}], "rollbacks": []}, **more)

    # the program

    def environment(self, **changes):
        env = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": self.folder, "TMPDIR": self.folder, "LANG": "C.UTF-8",
               "RELIABLY_SERVICE_HOST": self.standin.url, "RELIABLY_SERVICE_TOKEN": self.standin.token,
               "RELIABLY_ORGANIZATION_ID": self.standin.org}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"):
            if name in os.environ:
                env[name] = os.environ[name]
        env.update(changes)
        return {k: v for k, v in env.items() if v is not None}

    def start(self, *args, **changes):
        out = open(os.path.join(self.folder, "stdout.txt"), "w+b")
        err = open(os.path.join(self.folder, "stderr.txt"), "w+b")
        self.addCleanup(out.close)
        self.addCleanup(err.close)
        child = subprocess.Popen([*self.through, PROGRAM, *args], cwd=self.folder, env=self.environment(**changes),
                                 stdin=subprocess.DEVNULL, stdout=out, stderr=err, user=self.user)
        child.files, child.began = (out, err), time.monotonic()
        self.addCleanup(self.end, child)
        return child

    @staticmethod
    def end(child):
        if child.poll() is None:
            child.kill()
            child.wait()

    def finish(self, child, timeout=90):
        try:
            code = child.wait(timeout)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGABRT)
            self.fail("the program did not end in %d s; it made these calls: %s" % (timeout, self.calls()))
        seconds, texts = time.monotonic() - child.began, []
        for file in child.files:
            file.seek(0)
            texts.append(file.read().decode("utf-8", "backslashreplace"))
        done = Done(self.folder, code, texts[0], texts[1], seconds)
        self.assertNotIn("Traceback", done.said)
        self.assertNotIn("ERROR: AddressSanitizer", done.said)
        return done

    def run_program(self, *args, **changes):
        return self.finish(self.start(*args, **changes))

    def execute(self, plan, *args, **changes):
        """Executes the plan as the platform's deployments do, with further arguments and changes of the environment."""
        return self.run_program("service", "plan", "execute", *(args or USUAL), plan, **changes)

    # what the platform saw and has

    def calls(self):
        return [kind for kind in map(kind_of, self.standin.records) if kind]

    def reports(self):
        """Without reading and polling."""
        return [k for k in self.calls() if ":" in k or k in ("create", "results")]

    def bodies(self, kind):
        return [json.loads(r["body"]) for r in self.standin.records if kind_of(r) == kind]

    def wait_for(self, kind, count=1, timeout=20):
        """Until the platform has seen that call."""
        end = time.monotonic() + timeout
        while self.calls().count(kind) < count:
            self.assertLess(time.monotonic(), end, "no %s among %s" % (kind, self.calls()))
            time.sleep(0.005)

    def stored_plan(self, made):
        return self.client.got("/plans/" + made["plan"])

    def executions(self, made):
        return self.client.got("/plans/%s/executions" % made["plan"])["items"]

    def execution(self, made):
        items = self.executions(made)
        self.assertEqual(len(items), 1)
        return items[0]

    def verify(self, made, done, with_calls=True):
        """tests/interop/verify.py must find nothing wrong with what the platform has stored."""
        log = os.path.join(self.folder, "access.log")
        if with_calls:
            with open(log, "w") as f:
                for r in self.standin.records:
                    f.write('- "%s %s HTTP/1.1" %d\n' % (r["method"], r["path"], r["status"] or 0))
        checked = subprocess.run(
            [sys.executable, VERIFY, "-q", "--host", self.standin.url, "--exit-code", str(done.code), "--result-file",
             os.path.join(self.folder, "result.json"), "--access-log", log if with_calls else "",
             self.standin.org, self.standin.token, made["plan"]],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True, timeout=60)
        self.assertEqual(checked.returncode, 0, checked.stdout + done.said)
        self.assertRegex(checked.stdout, r"[1-9]\d passed, 0 failed")
