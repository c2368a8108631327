"""The embedded platform of plan-deployer, made and served for a test, on a free loopback port.

    with Serving() as platform:
        platform.call("GET", "/plans")         # below the organisation, with the token
        platform.environment()                 # what the command line needs to find it

The program is $PLAN_DEPLOYER, else build/dev/plan-deployer. The database is a fresh SQLite file, or, where
PLAN_RUNNER_TEST_POSTGRESQL has the address of a server (tests/lib/postgres), a fresh database there.
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
import uuid

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(ROOT, "tests", "standin"))

from client import Client  # noqa: E402

PROGRAM = os.path.abspath(os.environ.get("PLAN_DEPLOYER") or os.path.join(ROOT, "build", "dev", "plan-deployer"))
POSTGRESQL = os.environ.get("PLAN_RUNNER_TEST_POSTGRESQL")
PATIENCE = 30
END = 5  # seconds for a server to end that nothing keeps
KEY = "00112233445566778899aabbccddeeff" * 2


def fresh_database(folder):
    """The address of a database that nobody has used; those of PostgreSQL end with the throw-away server."""
    if not POSTGRESQL:
        return "sqlite:///" + os.path.join(folder, "platform.db")
    name = "t" + uuid.uuid4().hex
    subprocess.run(["psql", "-q", "-X", POSTGRESQL, "-c", "CREATE DATABASE " + name], check=True,
                   stdout=subprocess.DEVNULL, timeout=PATIENCE)
    return re.sub(r"^(postgres(?:ql)?://[^/]*)(?:/[^?]*)?", r"\1/" + name, POSTGRESQL)


def started_with(text):
    """The processes whose environment holds `text`: what a server leaves behind that was killed."""
    for name in os.listdir("/proc"):
        try:
            with open("/proc/%d/environ" % int(name), "rb") as stream:
                if text.encode() in stream.read():
                    yield int(name)
        except (ValueError, OSError):
            pass  # no process, none of ours, or no longer there


class Serving:
    """One platform. `options` go to `serve`; `variables` are added to the environment of both commands."""

    ignores_limits = False  # the server gets an error, not a signal, where a file becomes too large

    def __init__(self, *options, program=PROGRAM, variables=None, database=None):
        self.program, self.options, self.process = program, options, None
        self.folder = tempfile.mkdtemp(prefix="serving-")
        self.database = database or fresh_database(self.folder)
        kept = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "LD_LIBRARY_PATH")
        self.variables = {"PATH": os.environ["PATH"], "HOME": self.folder, "TMPDIR": self.folder, "PLAN_DEPLOYER_KEY": KEY,
                          **{name: os.environ[name] for name in kept if name in os.environ}, **(variables or {})}
        self.log = os.path.join(self.folder, "serve.log")
        self.url = self.organization = self.token = self.user = None

    def run(self, *arguments, **more):
        """Runs a command of the program to its end."""
        return subprocess.run([self.program, *arguments], env=self.variables, cwd=self.folder, text=True,
                              capture_output=True, timeout=PATIENCE, **more)

    def init(self, *arguments):
        """Makes organisation, user and token, and keeps what was printed."""
        done = self.run("init", "--database", self.database, "--output", "json", *arguments)
        if done.returncode:
            raise AssertionError("init: %s%s" % (done.stdout, done.stderr))
        made = json.loads(done.stdout)
        self.organization, self.user = made["organization"]["id"], made["user"]["id"]
        self.token = made["token"]["token"]
        return made

    def start(self):
        """Serves, and returns when connections are accepted."""
        with open(self.log, "ab") as log:
            # pylint: disable-next=consider-using-with
            self.process = subprocess.Popen(
                [self.program, "serve", "--listen", "127.0.0.1:0", "--database", self.database, *self.options],
                env=self.variables, cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                text=True, restore_signals=not self.ignores_limits)
        line = self.process.stdout.readline()
        found = re.fullmatch(r"listening on (\S+)\n", line)
        if not found:
            self.stop()
            raise AssertionError("serve said %r\n%s" % (line, self.said()))
        self.url = found.group(1)

    def said(self):
        """The log so far."""
        with open(self.log, encoding="utf-8", errors="replace") as stream:
            return stream.read()

    def stop(self, signo=signal.SIGTERM):
        """Ends the server; its exit code, negative for a signal."""
        if self.process is None:
            return None
        process, self.process = self.process, None
        if process.poll() is None:
            process.send_signal(signo)
        try:
            return process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            process.stdout.close()

    def end(self):
        """Asks the server to end, which lets sanitizers and coverage say what they have seen; kills it if it waits."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(END)
        except subprocess.TimeoutExpired:
            pass  # for its runs
        code = self.stop(signal.SIGKILL)
        if code not in (0, -signal.SIGKILL):
            raise AssertionError("serve ended with %d\n%s" % (code, self.said()))

    def __enter__(self):
        try:
            self.init()
            self.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the server and the runs that outlive it, and removes what is left."""
        self.end()
        while orphans := list(started_with(self.folder)):
            for pid in orphans:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            time.sleep(0.01)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def pid(self):
        """Of the server."""
        return self.process.pid

    @property
    def port(self):
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    @property
    def base(self):
        """The path of the organisation."""
        return "/api/v1/organization/" + self.organization

    def environment(self):
        """The variables by which commands find the platform."""
        return {"RELIABLY_SERVICE_HOST": self.url, "RELIABLY_ORGANIZATION_ID": self.organization,
                "RELIABLY_SERVICE_TOKEN": self.token}

    def client(self, **more):
        """A client with the token; one connection for all its calls. Use in a with statement."""
        return Client(self.url, self.organization, self.token, **more)

    def call(self, method, path, body=None, headers=None):
        """One call below the organisation, on a connection of its own."""
        return self.ask(method, self.base + path, body, headers)

    def ask(self, method, path, body=None, headers=None):
        """One call of any path."""
        with self.client() as client:
            return client.call(method, path, body, headers)
