#!/usr/bin/env python3
"""Tests of the stand-in itself. What it answers is compared with the real platform by `transcript`; here is the rest:
recording, faults, connections, TLS, and that its processes come and go as they should."""
import gzip
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from client import Client  # noqa: E402
from standin import StandIn  # noqa: E402
from target import Target  # noqa: E402

EXPERIMENT = {"title": "t", "method": []}


def client_of(test, standin):
    client = Client(standin.url, standin.org, standin.token)
    test.addCleanup(client.connection.close)
    return client


def raw(server, data, until_end=False):
    """What comes back for these bytes: the first part of it, or all until the connection ends."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as sock:
        sock.sendall(data)
        got = sock.recv(65536)
        while until_end and got:
            part = sock.recv(65536)
            if not part:
                break
            got += part
        return got


def running(pid):
    """Whether the process is there; one that only waits to be collected is not."""
    try:
        with open("/proc/%d/stat" % pid) as f:
            return f.read().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


class Recording(unittest.TestCase):
    def setUp(self):
        self.standin = StandIn()
        self.addCleanup(self.standin.close)
        self.client = client_of(self, self.standin)

    def test_every_request_is_recorded_with_its_answer(self):
        self.client.call("GET", "/health")
        self.client.call("PUT", self.client.api + "/plans/x/status?a=b", {"status": "é"}, {"X-Mine": "1"})
        first, second = self.standin.records
        self.assertEqual((first["n"], first["method"], first["path"], first["status"], first["answer"]),
                         (1, "GET", "/health", 200, '{"status":"ok"}'))
        self.assertEqual((second["n"], second["query"], second["status"], second["headers"]["x-mine"], second["body"]),
                         (2, "a=b", 422, "1", json.dumps({"status": "é"})))
        self.assertLess(first["t"], second["t"])

    def test_connections_are_numbered(self):
        self.client.call("GET", "/health")
        self.client.call("GET", "/health")
        client_of(self, self.standin).call("GET", "/health")
        numbers = [r["conn"] for r in self.standin.records]
        self.assertEqual(numbers[0], numbers[1])
        self.assertNotEqual(numbers[1], numbers[2])

    def test_control_calls_are_not_recorded_and_steer(self):
        self.client.call("POST", "/__control/faults", {"do": "status", "status": 418})
        self.assertEqual(self.client.call("GET", "/health").status, 418)
        self.assertEqual(self.client.call("GET", "/__control/faults").json[0]["hits"], 1)
        self.assertEqual(len(self.client.call("GET", "/__control/requests").json), 1)
        self.client.call("DELETE", "/__control/requests")
        self.assertEqual(self.client.call("GET", "/__control/requests").json, [])
        self.assertEqual(self.client.call("POST", "/__control/faults", {"do": "nonsense"}).status, 422)
        self.assertEqual(self.client.call("GET", "/__control/credentials").json["token"], self.standin.token)

    def test_key_order_is_lost_unless_told_otherwise(self):
        for keep, wanted in ((False, ["a", "bb", "title", "controls"]), (True, ["title", "bb", "a", "controls"])):
            with StandIn(keep_order=keep) as standin:
                client = client_of(self, standin)
                made = client.made("/experiments/import", {"experiment": '{"title":"","bb":1,"a":2}'})
                self.assertEqual(list(client.got("/experiments/%s/raw" % made["id"])), wanted)


class Wire(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.standin = StandIn(keep_alive=0.3)
        cls.addClassCleanup(cls.standin.close)

    def test_large_answers_are_compressed_only_when_accepted(self):
        client = client_of(self, self.standin)
        path = client.api + "/experiments/%s/raw" % client.made(
            "/experiments/import", {"experiment": json.dumps(dict(EXPERIMENT, text="x" * 500))})["id"]
        plain = client.call("GET", path)
        packed = client.call("GET", path, None, {"Accept-Encoding": "deflate, gzip"})
        self.assertNotIn("content-encoding", plain.headers)
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        small = client.call("GET", "/health", None, {"Accept-Encoding": "gzip"})
        self.assertNotIn("content-encoding", small.headers)

    def test_requests_in_pieces_and_in_a_row(self):
        one = b"GET /health HTTP/1.1\r\nhost: x\r\n\r\n"
        got = raw(self.standin.server, one + one[:-2] + b"connection: close\r\n\r\n", until_end=True)
        self.assertEqual(got.count(b"200 OK"), 2)

    def test_chunked_and_announced_bodies(self):
        head = b"POST /login/with/email HTTP/1.1\r\nhost: x\r\nconnection: close\r\n"
        chunked = raw(self.standin.server, head + b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", until_end=True)
        self.assertIn(b"422", chunked.split(b"\r\n")[0])
        announced = raw(self.standin.server, head + b"expect: 100-continue\r\ncontent-length: 2\r\n\r\n")
        self.assertTrue(announced.startswith(b"HTTP/1.1 100 "), announced)

    def test_what_is_no_request_is_refused(self):
        for bad in (b"nonsense\r\n\r\n", b"GET /health HTTP/1.1\r\n\r\n", b"GET health HTTP/1.1\r\nhost: x\r\n\r\n",
                    b"GET / HTTP/1.1\r\nhost : x\r\n\r\n", b"GET / HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n"):
            self.assertTrue(raw(self.standin.server, bad).startswith(b"HTTP/1.1 400 "), bad)

    def test_idle_connections_are_closed(self):
        with socket.create_connection(("127.0.0.1", self.standin.server.port), timeout=5) as sock:
            self.assertEqual(sock.recv(1), b"")


class Faults(unittest.TestCase):
    def setUp(self):
        self.standin = StandIn()
        self.addCleanup(self.standin.close)
        self.client = client_of(self, self.standin)
        made = self.client.plan(EXPERIMENT)
        self.status = self.client.api + "/plans/%s/status" % made["plan"]
        self.plan = "/plans/" + made["plan"]

    def put(self):
        return self.client.call("PUT", self.status, {"status": "running"})

    def stored(self):
        return self.client.got(self.plan)["status"]

    def test_status_for_some_calls(self):
        self.standin.fault(method="PUT", path="*/status", skip=1, times=2, do="status", status=429,
                           body={"detail": {"message": "too many"}}, headers={"Retry-After": "3"})
        replies = [self.put() for _ in range(4)]
        self.assertEqual([r.status for r in replies], [200, 429, 429, 200])
        self.assertEqual(replies[1].headers["retry-after"], "3")
        self.assertEqual(replies[1].headers["content-type"], "application/json")
        self.assertEqual([r["fault"] for r in self.standin.records[-4:]], [None, "status", "status", None])

    def test_a_fault_without_end_and_of_other_calls(self):
        self.standin.fault(method="PUT", times=None, do="status", status=500, body="Internal Server Error")
        replies = [self.put() for _ in range(5)]
        self.assertEqual({r.status for r in replies}, {500})
        self.assertEqual(replies[0].headers["content-type"], "text/plain; charset=utf-8")
        self.assertEqual(self.stored(), "created")

    def test_dropped_connections(self):
        for kind, error in (("reset", ConnectionResetError), ("close", http.client.RemoteDisconnected),
                            ("garbage", http.client.BadStatusLine)):
            self.standin.fault(method="PUT", do=kind)
            with self.assertRaises(error):
                self.put()
        self.assertEqual(self.stored(), "created")

    def test_the_call_is_handled_and_the_answer_lost(self):
        self.standin.fault(method="PUT", do="reset", apply=True)
        with self.assertRaises(ConnectionResetError):
            self.put()
        self.assertEqual(self.stored(), "running")

    def test_truncated(self):
        self.standin.fault(method="PUT", do="truncate")
        with self.assertRaises(http.client.IncompleteRead):
            self.put()

    def test_slow_and_dripping_answers_arrive(self):
        for spec in ({"do": "delay", "seconds": 0.1}, {"do": "drip", "interval": 0.01}):
            self.standin.fault(method="PUT", **spec)
            began = time.monotonic()
            self.assertEqual(self.put().json, {"ok": True})
            self.assertGreater(time.monotonic() - began, 0.09)

    def test_silence(self):
        self.standin.fault(method="PUT", do="hang")
        self.client.connection.timeout = 0.2
        self.client.connection.close()
        with self.assertRaises(socket.timeout):
            self.put()

    def test_altered_answers(self):
        self.standin.fault(method="GET", do="alter", content_type="application/json; charset=utf-8", times=None)
        reply = self.client.call("GET", "/health")
        self.assertEqual((reply.headers["content-type"], reply.json), ("application/json; charset=utf-8", {"status": "ok"}))

    def test_refused_connections(self):
        self.standin.fault(method="PUT", do="refuse", seconds=0.5)
        with self.assertRaises(ConnectionError):
            self.put()
        with self.assertRaises(ConnectionRefusedError):
            self.put()
        time.sleep(0.6)
        self.assertEqual(self.put().status, 200)

    def test_bad_faults_are_refused(self):
        for bad in ({"do": "explode"}, {"do": "reset", "colour": 1}, {}):
            with self.assertRaises(ValueError):
                self.standin.fault(**bad)


class Processes(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)

    def path(self, name):
        return os.path.join(self.folder, name)

    def start(self, *args, program="standin.py"):
        ready = self.path("ready")
        child = subprocess.Popen([sys.executable, os.path.join(HERE, program), "--ready", ready, *args],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.addCleanup(self.end, child)
        return child, self.facts(ready, child)

    def client(self, facts, **more):
        client = Client(facts["URL"], facts["ORG"], facts["TOKEN"], **more)
        self.addCleanup(client.connection.close)
        return client

    @staticmethod
    def end(child):
        child.kill()
        child.wait()
        child.stderr.close()

    def facts(self, ready, child=None):
        for _ in range(500):
            if os.path.exists(ready):
                with open(ready) as f:
                    return dict(line.strip().split("=", 1) for line in f)
            if child and child.poll() is not None:
                self.fail(child.stderr.read().decode())
            time.sleep(0.02)
        self.fail("not ready")

    def test_seeded_and_recording(self):
        child, facts = self.start("--seed", "noop", "--record", self.path("record"), "--access-log", self.path("access"))
        client = self.client(facts)
        self.assertEqual(client.got("/plans/" + facts["PLAN"])["status"], "created")
        self.assertEqual(client.got("/experiments/%s/raw" % facts["EXPERIMENT"])["title"], "No-op")
        with open(self.path("record")) as f:
            lines = [json.loads(line) for line in f]
        self.assertEqual([r["n"] for r in lines], [1, 2])
        with open(self.path("access")) as f:
            self.assertRegex(f.readline(), r'"GET \S+ HTTP/1.1" 200')
        child.send_signal(signal.SIGTERM)
        self.assertEqual(child.wait(2), 0)

    def test_faults_from_a_file(self):
        with open(self.path("faults"), "w") as f:
            json.dump([{"path": "/health", "do": "status", "status": 503, "times": None}], f)
        _, facts = self.start("--faults", self.path("faults"))
        self.assertEqual(self.client(facts).call("GET", "/health").status, 503)

    def test_ends_after_its_time(self):
        child, _ = self.start("--max-seconds", "0.3")
        self.assertEqual(child.wait(5), 0)

    def test_ends_with_its_parent(self):
        ready = self.path("ready")
        for program in ("standin.py", "target.py"):
            parent = subprocess.Popen([sys.executable, "-c", "import subprocess, sys, time\n"
                                       "subprocess.Popen(sys.argv[1:]); time.sleep(60)",
                                       sys.executable, os.path.join(HERE, program), "--ready", ready],
                                      stdout=subprocess.DEVNULL)
            try:
                pid = int(self.facts(ready)["PID"])
            finally:
                parent.kill()
                parent.wait()
            os.unlink(ready)
            end = time.monotonic() + 5
            while running(pid) and time.monotonic() < end:
                time.sleep(0.02)
            self.assertFalse(running(pid), program)

    def test_only_loopback(self):
        done = subprocess.run([sys.executable, os.path.join(HERE, "standin.py"), "--address", "0.0.0.0"],
                              stderr=subprocess.PIPE, timeout=10)
        self.assertEqual((done.returncode, b"loopback" in done.stderr), (1, True))

    def test_tls(self):
        if not shutil.which("openssl"):
            self.fail("needs the program openssl to make a certificate")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", self.path("key"), "-out", self.path("cert"), "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=IP:127.0.0.1"], check=True, stderr=subprocess.DEVNULL)
        _, facts = self.start("--seed", "noop", "--tls-cert", self.path("cert"), "--tls-key", self.path("key"))
        client = self.client(facts, ca_file=self.path("cert"))
        self.assertTrue(facts["URL"].startswith("https://"))
        self.assertEqual(client.got("/plans/" + facts["PLAN"])["status"], "created")


class Targets(unittest.TestCase):
    def test_answers(self):
        with Target() as target, Client(target.url) as client:
            for method, path, status, body in (
                    ("GET", "/", 200, "ok"), ("GET", "/fail", 500, "it fails"), ("GET", "/status/404", 404, "404"),
                    ("GET", "/nothing", 404, "404"), ("POST", "/counter", 200, "1"), ("POST", "/counter", 200, "2"),
                    ("GET", "/counter", 200, "2"), ("GET", "/thing", 200, "a thing"), ("DELETE", "/thing", 204, ""),
                    ("GET", "/thing", 404, "gone"), ("PUT", "/thing", 201, ""), ("GET", "/thing", 200, "a thing"),
                    ("GET", "/slow?s=0.01", 200, "at last"), ("DELETE", "/", 405, "no")):
                reply = client.call(method, path)
                self.assertEqual((method, path, reply.status, reply.body.decode()), (method, path, status, body))
            self.assertEqual(client.call("GET", "/json").json["items"][1]["n"], 2)
            echo = client.call("POST", "/echo?a=1", "text", {"X-Mine": "2"}).json
            self.assertEqual((echo["method"], echo["query"], echo["body"], echo["headers"]["x-mine"]),
                             ("POST", "a=1", "text", "2"))
            self.assertEqual(target.records[0]["path"], "/")


class Speed(unittest.TestCase):
    def test_thirteen_requests_take_milliseconds(self):
        """The requests of a plan that does nothing: the best of ten runs, so that a busy machine does not matter."""
        with StandIn() as standin:
            client = client_of(self, standin)
            plan = client.plan(EXPERIMENT)["plan"]
            best = 9
            for _ in range(10):
                began = time.monotonic()
                for _ in range(13):
                    client.call("GET", client.api + "/plans/" + plan)
                best = min(best, time.monotonic() - began)
            self.assertLess(best, 0.1)


if __name__ == "__main__":
    unittest.main()
