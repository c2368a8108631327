#!/usr/bin/env python3
"""The functions of Python modules that are built in (docs/protocol.md 6.1), against servers on loopback."""
import datetime
import hashlib
import http.server
import json
import os
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))

import dns_server  # noqa: E402
from dns_server import TO_QUESTION, name, record, texts  # noqa: E402

RUNNER = os.path.abspath(os.environ["PLAN_RUNNER"])
WAIT_S = 60
TOKEN = "ghp-a-token-of-ours"
KEPT = ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS")


class Case(unittest.TestCase):
    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="native-")
        self.addCleanup(box.cleanup)
        self.folder = box.name

    def run_experiment(self, method, secrets=None, hypothesis=None, **variables):
        document = {"title": "T", "description": "D", "method": method}
        if secrets:
            document["secrets"] = secrets
        if hypothesis:
            document["steady-state-hypothesis"] = {"title": "H", "probes": hypothesis}
        with open(os.path.join(self.folder, "e.json"), "w") as f:
            json.dump(document, f)
        env = {"HOME": self.folder, "PATH": os.environ["PATH"]}
        env.update({k: os.environ[k] for k in KEPT if k in os.environ})
        env.update(variables)
        done = subprocess.run([RUNNER, "run", "e.json", "--verbose"], cwd=self.folder, env=env, timeout=WAIT_S, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        self.log = done.stdout + done.stderr
        self.assertNotIn(TOKEN, self.log)
        path = os.path.join(self.folder, "journal.json")
        if not os.path.exists(path):
            return None
        with open(path) as f:
            text = f.read()
        os.unlink(path)
        self.assertNotIn(TOKEN, text)
        return json.loads(text)

    @staticmethod
    def probe(module, func, arguments, kind="probe", **provider):
        return {"type": kind, "name": func, "provider": dict({
            "type": "python", "module": "chaosreliably.activities." + module, "func": func, "arguments": arguments}, **provider)}

    def call(self, module, func, arguments, secrets=None, names=None, **variables):
        """(True, output) or (False, message) of one call."""
        more = {"secrets": names} if names else {}
        journal = self.run_experiment([self.probe(module, func, arguments, **more)], secrets, **variables)
        self.assertIsNotNone(journal, self.log)
        entry = journal["run"][0]
        if entry["status"] == "succeeded":
            return True, entry["output"]
        return False, "".join(entry["exception"])

    def assertFails(self, part, *arguments, **variables):
        done, said = self.call(*arguments, **variables)
        self.assertFalse(done, said)
        self.assertIn(part, said)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.seen.append((self.command, self.path, dict(self.headers), body))
        address = urllib.parse.urlparse(self.path)
        found = self.server.answers.get(address.path, (404, {"message": "no"}))
        if callable(found):
            found = found(dict(urllib.parse.parse_qsl(address.query)))
        status, value = found
        text = value if isinstance(value, bytes) else json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        if status == 302:
            self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PUT = answer


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 100

    def handle_error(self, request, client_address):
        pass  # who does not trust us goes away


def serve(case, context=None):
    server = Server(("127.0.0.1", 0), Handler)
    server.seen, server.answers = [], {}
    if context:
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    server.port = server.server_address[1]
    server.address = "http%s://127.0.0.1:%d" % ("s" if context else "", server.port)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    case.addCleanup(server.server_close)
    case.addCleanup(server.shutdown)
    return server


class Http(Case):
    def setUp(self):
        super().setUp()
        self.server = serve(self)

    def test_the_response_time_is_measured_and_judged(self):
        self.server.answers = {"/": (200, {}), "/missing": (404, {}), "/moved": (302, {})}
        for path in self.server.answers:
            done, seconds = self.call("http.probes", "measure_response_time", {"url": self.server.address + path})
            self.assertTrue(done, seconds)
            self.assertTrue(0 < seconds < 5, seconds)
        self.assertNotIn("/elsewhere", [path for _, path, _, _ in self.server.seen])
        self.assertFails("onnect", "http.probes", "measure_response_time", {"url": "http://127.0.0.1:1/"})
        self.assertFails("scheme", "http.probes", "measure_response_time", {"url": "127.0.0.1"})
        self.assertFails("must be text", "http.probes", "measure_response_time", {"url": 5})

    def test_as_a_hypothesis_with_a_tolerance_of_python(self):
        self.server.answers = {"/": (200, {})}
        for latency, met in ((5, True), (0.0, False)):
            probe = self.probe("http.probes", "measure_response_time", {"url": self.server.address + "/"})
            probe["tolerance"] = self.probe("http.tolerances", "response_time_must_be_under", {"latency": latency})
            probe["tolerance"]["type"] = "probe"
            journal = self.run_experiment([], hypothesis=[probe])
            self.assertEqual(journal["steady_states"]["before"]["steady_state_met"], met, self.log)

    def test_a_safeguard_endpoint_is_asked(self):
        for answer, met in (((200, {"ok": True}), True), ((200, {"ok": False, "error": "because of us"}), False),
                            ((200, {"ok": 0, "reason": "another reason"}), False), ((200, {}), False), ((503, {"ok": True}), False)):
            self.server.answers["/"] = answer
            with self.subTest(answer):
                arguments = {"url": self.server.address + "/", "auth": "Bearer of-news"}
                self.assertEqual(self.call("safeguard.probes", "call_endpoint", arguments), (True, met))
                self.assertEqual(self.server.seen[-1][2]["Authorization"], "Bearer of-news")
                for key in ("error", "reason"):
                    self.assertIn(str(answer[1].get(key, "")), self.log)
        for body, part in ((b"no json", "safeguard"), (b"[]", "no JSON object")):
            self.server.answers["/"] = (200, body)
            self.assertFails(part, "safeguard.probes", "call_endpoint", {"url": self.server.address + "/"})

    def test_an_endpoint_whose_answer_has_no_end(self):
        done = threading.Event()
        listener = socket.create_server(("127.0.0.1", 0))
        self.addCleanup(listener.close)
        self.addCleanup(done.set)

        def drip():
            peer, _ = listener.accept()
            with peer:
                peer.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n{")
                while not done.wait(0.1):
                    try:
                        peer.sendall(b" ")
                    except OSError:
                        return
        threading.Thread(target=drip, daemon=True).start()
        self.assertFails("timed out", "safeguard.probes", "call_endpoint", {"url": "http://127.0.0.1:%d/" % listener.getsockname()[1]})

    def test_an_answer_that_is_too_long_fails_the_activity_and_not_the_experiment(self):
        self.server.answers = {"/": (200, b"x" * ((16 << 20) + 1))}
        journal = self.run_experiment([{"type": "probe", "name": "long", "provider": {"type": "http", "url": self.server.address + "/"}}])
        self.assertEqual((journal["status"], journal["run"][0]["status"]), ("completed", "failed"), self.log[-2000:])
        self.assertIn("the answer has more than 16777216 bytes", "".join(journal["run"][0]["exception"]))

    def test_a_pause_ends_after_its_time(self):
        self.assertEqual(self.call("pauses", "pause_execution", {"duration": 0.05, "username": "u", "user_id": "i"}), (True, None))
        self.assertIn("Pausing activity for 0.05s or until the execution is resumed", self.log)
        self.assertFails("TypeError", "pauses", "pause_execution", {"duration": "5"})
        self.assertFails("must be", "pauses", "pause_execution", {"duration": []})


class Tls(Case):
    def setUp(self):
        super().setUp()
        self.make("ca", "/C=FR/O=A\\, B/CN=Authority of tests", None)
        self.make("leaf", "/DC=org/OU=Team+UID=7/emailAddress=a@b.c/CN=localhost", "DNS:localhost,DNS:*.example.org,email:a@b.c,IP:127.0.0.1")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(os.path.join(self.folder, "leaf.pem"), os.path.join(self.folder, "leaf.key"))
        self.server = serve(self, context)
        self.trust = {"PLAN_RUNNER_CA_FILE": os.path.join(self.folder, "ca.pem")}

    def openssl(self, *arguments):
        subprocess.run(("openssl",) + arguments, cwd=self.folder, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def make(self, who, subject, names):
        key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", who + ".key", "-subj", subject)
        if not names:
            return self.openssl("req", "-x509", *key, "-days", "9", "-out", who + ".pem")
        with open(os.path.join(self.folder, "ext"), "w") as f:
            f.write("subjectAltName=%s\n" % names)
        self.openssl("req", "-new", *key, "-multivalue-rdn", "-out", who + ".csr")
        return self.openssl("x509", "-req", "-in", who + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "4660", "-days", "9",
                            "-sha384", "-extfile", "ext", "-out", who + ".pem")

    def get_info(self):
        done, info = self.call("tls.probes", "get_certificate_info", {"host": "localhost", "port": self.server.port}, **self.trust)
        self.assertTrue(done, info)
        return info

    def test_what_a_certificate_says(self):
        info = self.get_info()
        self.assertEqual(info["conn"], {"version": "TLSv1.3", "remote_addr": "127.0.0.1:%d" % self.server.port})
        cert = info["cert"]
        self.assertEqual(cert["issuer"], "CN=Authority of tests,O=A\\, B,C=FR")
        self.assertEqual(cert["subject"], "CN=localhost,1.2.840.113549.1.9.1=a@b.c,OU=Team+UID=7,DC=org")
        self.assertEqual((cert["serial"], cert["version"], cert["signature_hash"]), ("4660", "v3", "sha384"))
        self.assertEqual(cert["extensions"], {"subjectAltName": ["localhost", "*.example.org", "a@b.c", "127.0.0.1"]})
        begin, end = (datetime.datetime.fromisoformat(cert[key]) for key in ("not_valid_before", "not_valid_after"))
        self.assertEqual(end - begin, datetime.timedelta(days=9))
        with open(os.path.join(self.folder, "leaf.pem")) as f:
            der = ssl.PEM_cert_to_DER_cert(f.read())
        self.assertEqual(cert["fingerprints"], {h: hashlib.new(h, der).hexdigest() for h in ("md5", "sha1", "sha256")})

    def test_a_certificate_that_is_not_trusted_fails(self):
        port = self.server.port
        self.assertFails("PLAN_RUNNER_CA_FILE", "tls.probes", "get_certificate_info", {"host": "localhost", "port": port})
        self.assertFails("127.0.0.2", "tls.probes", "get_certificate_info", {"host": "127.0.0.2", "port": port}, **self.trust)
        for arguments, part in (({"host": "localhost", "port": 1}, "onnect"), ({"host": "a/b", "port": port}, "no host name"), (
                {"host": "", "port": port}, "no host name"), ({"host": "localhost", "port": 70000}, "1 to 65535"), (
                {"host": "localhost", "port": "x"}, "no port"), ({"host": 5}, "must be text")):
            self.assertFails(part, "tls.probes", "get_certificate_info", arguments, **self.trust)

    def test_verify_certificate(self):
        names = ["localhost", "*.example.org", "a@b.c", "127.0.0.1"]
        for more, met in (({}, True), ({"expire_after": "8d"}, True), ({"expire_after": "9d"}, False), ({"expire_after": "1h"}, True),
                          ({"expire_after": "2w"}, False), ({"alt_names": names}, True), ({"alt_names": names[:1]}, False),
                          ({"alt_names": ""}, True), ({"alt_names": [""]}, True)):
            with self.subTest(more):
                arguments = dict({"host": "localhost", "port": str(self.server.port)}, **more)
                self.assertEqual(self.call("tls.probes", "verify_certificate", arguments, **self.trust), (True, met))

    def test_tolerances(self):
        info = self.get_info()
        cert = info["cert"]
        names = cert["extensions"]["subjectAltName"]
        sha = cert["fingerprints"]["sha256"]
        for func, arguments, met in (
                ("expire_in_more_than", {}, True), ("expire_in_more_than", {"duration": "9d"}, False),
                ("has_subject_alt_names", {"alt_names": names}, True), ("has_subject_alt_names", {"alt_names": names[::-1]}, False),
                ("has_subject_alt_names", {"alt_names": names[1:2], "strict": False}, True),
                ("has_subject_alt_names", {"alt_names": ["x"], "strict": False}, False),
                ("has_fingerprint", {"fingerprint": sha}, True), ("has_fingerprint", {"fingerprint": sha, "hash": "md5"}, False),
                ("is_issued_by", {"issuer": cert["issuer"]}, True), ("is_issued_by", {"issuer": "CN=x"}, False),
                ("verify_tls_cert", {"alt_names": names, "fingerprint_sha256": sha, "issuer": cert["issuer"]}, True),
                ("verify_tls_cert", {"issuer": "x"}, False), ("verify_tls_cert", {"fingerprint_sha256": "x"}, False)):
            with self.subTest(func, arguments=arguments):
                self.assertEqual(self.call("tls.tolerances", func, dict(arguments, value=info)), (True, met))
        self.assertFails("`hash`", "tls.tolerances", "has_fingerprint", {"fingerprint": "x", "hash": "sha512", "value": info})
        self.assertFails("cert.not_valid_after", "tls.tolerances", "expire_in_more_than", {"value": {"cert": {}}})
        self.assertFails("no duration", "tls.tolerances", "expire_in_more_than", {"duration": "d", "value": info})


class Dns(Case):
    def setUp(self):
        super().setUp()
        self.zone = {}
        self.server = dns_server.Server(self.zone)
        self.addCleanup(self.server.close)

    def resolve(self, domain, kind="A", **more):
        return self.call("dns.probes", "resolve_name", dict({"domain": domain, "resolve_type": kind, "nameservers": [self.server.address]}, **more))

    def test_records_of_each_type(self):
        q = TO_QUESTION
        for kind, data, expected in (
                ("A", [b"\x0a\0\0\x02", b"\x0a\0\0\x01", b"\x0a\0\0\x02"], ["10.0.0.2", "10.0.0.1"]),
                ("AAAA", [b"\x20\x01\x0d\xb8" + bytes(11) + b"\1"], ["2001:db8::1"]),
                ("CNAME", [name("Other.test"), b"\x05a b.\"" + q], ["Other.test.", "a\\032b\\.\\\".x.test."]),
                ("MX", [b"\0\x0a\4mail" + q, b"\0\0\0"], ["10 mail.x.test.", "0 ."]),
                ("TXT", [texts(b'a"b\\ ;', b"", b"\xc3\0")], ['"a\\"b\\\\ ;" "" "\\195\\000"']),
                ("NS", [b"\2ns" + q], ["ns.x.test."]), ("PTR", [name("h.test")], ["h.test."]),
                ("SOA", [b"\2ns" + q + b"\5admin" + q + struct.pack(">5I", 2026112101, 1, 2, 3, 4294967295)],
                 ["ns.x.test. admin.x.test. 2026112101 1 2 3 4294967295"]),
                ("SRV", [struct.pack(">3H", 1, 2, 443) + name("h.test")], ["1 2 443 h.test."]),
                ("CAA", [b"\x80\5issueca.org"], ['128 issue "ca.org"'])):
            with self.subTest(kind):
                self.zone[("x.test", kind)] = [record(q, kind, d) for d in data]
                self.assertEqual(self.resolve("x.test", kind), (True, expected))
                self.assertEqual(self.resolve("X.test.", kind.lower())[0], True)

    def test_names_of_other_names_and_long_answers(self):
        q = TO_QUESTION
        self.zone[("a.test", "A")] = [record(q, "CNAME", name("b.test")), record(name("B.test"), "A", b"\1\2\3\4")]
        self.assertEqual(self.resolve("a.test"), (True, ["1.2.3.4"]))
        big = [record(q, "TXT", texts(b"x" * 200, bytes([65 + i]))) for i in range(50)]
        self.zone[("big.test", "TXT")] = lambda query, tcp: dns_server.message(query, big if tcp else [], flags=0x8180 if tcp else 0x8380)
        done, found = self.resolve("big.test", "TXT")
        self.assertEqual((done, len(found)), (True, 50))
        self.assertEqual([tcp for _, tcp in self.server.asked][-2:], [False, True])

    def test_one_server_after_the_other(self):
        self.zone[("a.test", "A")] = [record(TO_QUESTION, "A", b"\1\2\3\4")]
        other = dns_server.Server({"*": 2})
        self.addCleanup(other.close)
        self.assertEqual(self.resolve("a.test", nameservers=[other.address, self.server.address]), (True, ["1.2.3.4"]))
        self.assertEqual(len(other.asked), 1)

    def test_what_is_no_answer(self):
        def spoofed(query, tcp):
            return dns_server.message(query, [record(TO_QUESTION, "A", b"\6\6\6\6")], ident=bytes(255 - b for b in query[:2]))

        def looping(query, tcp):
            return dns_server.message(query, [record(b"\xc0" + bytes([len(query)]), "A", b"\1\2\3\4")])
        self.zone.update({("no.test", "A"): [], ("cname.test", "A"): [record(TO_QUESTION, "CNAME", name("x.test"))], ("bad.test", "A"): 2,
                          ("spoof.test", "A"): spoofed, ("loop.test", "A"): looping})
        for domain, part in (("no.test", "no DNS answer for type 'A' on domain 'no.test'"), ("cname.test", "no DNS answer"),
                             ("nx.test", "does not exist: nx.test"), ("bad.test", "code 2"), ("spoof.test", "lifetime"),
                             ("loop.test", "lifetime"), ("a..b", "no domain name"), ("", "no domain name"), ("x" * 64, "no domain name"),
                             ("\u00e9.fr", "xn--")):
            with self.subTest(domain):
                done, said = self.resolve(domain)
                self.assertFalse(done, said)
                self.assertIn(part, said)
        for more, part in (({"kind": "AXFR"}, "AXFR"), ({"nameservers": []}, "name servers"), ({"nameservers": ["ns.test"]}, "no name server"),
                           ({"nameservers": ["1.2.3.4:0"]}, "port"), ({"nameservers": [5]}, "no name server"), ({"nameservers": "8.8.8.8"}, "list")):
            with self.subTest(more):
                done, said = self.resolve("a.test", **more)
                self.assertFalse(done, said)
                self.assertIn(part, said)

    def test_tolerances(self):
        for func, expect, value, met in (
                ("dns_response_must_be_equal", ["b", "a"], ["a", "b"], True), ("dns_response_must_be_equal", ["a"], ["a", "b"], False),
                ("dns_response_must_be_equal", ["a", "b", "b"], ["a", "a", "b"], False), ("dns_response_must_be_equal", [], None, True),
                ("dns_response_is_superset", ["a"], ["a", "b"], True), ("dns_response_is_superset", ["c"], ["a", "b"], False),
                ("dns_response_is_superset", [], [], True)):
            with self.subTest(func, expect=expect, value=value):
                self.assertEqual(self.call("dns.tolerances", func, {"expect": expect, "value": value}), (True, met))
        self.assertFails("list", "dns.tolerances", "dns_response_must_be_equal", {"expect": "a", "value": []})
        self.assertFails("list", "dns.tolerances", "dns_response_is_superset", {"expect": [], "value": 5})


class Load(Case):
    PARTS = {"summary", "responseTimeHistogram", "latencyPercentiles", "firstByteHistogram", "firstBytePercentiles",
             "responseTimeHistogramSuccessful", "latencyPercentilesSuccessful", "responseTimeHistogramNotSuccessful",
             "latencyPercentilesNotSuccessful", "rps", "details", "statusCodeDistribution", "errorDistribution"}

    def setUp(self):
        super().setUp()
        self.server = serve(self)
        self.server.answers = {"/": (200, {"a": 1}), "/bad": (500, {})}
        self.url = self.server.address + "/"

    def load(self, **more):
        done, result = self.call("load.actions", "run_load_test", dict({"url": self.url, "duration": 0.5, "qps": 40}, **more))
        self.assertTrue(done, result)
        self.assertEqual(set(result), self.PARTS)
        return result

    def test_requests_at_a_rate(self):
        result = self.load()
        summary = result["summary"]
        self.assertEqual(summary["successRate"], 1.0)
        self.assertLessEqual(set(result["errorDistribution"]), {"aborted due to deadline"})
        self.assertTrue(0.5 <= summary["total"] < 1, summary)
        count = result["statusCodeDistribution"]["200"]
        self.assertTrue(12 <= count <= 20, count)
        self.assertEqual((summary["totalData"], summary["sizePerRequest"]), (count * 8, 8))
        self.assertEqual(sum(result["responseTimeHistogram"].values()), count)
        for key in ("p10", "p25", "p50", "p75", "p90", "p95", "p99", "p99.9", "p99.99"):
            self.assertTrue(summary["fastest"] <= result["latencyPercentilesSuccessful"][key] <= summary["slowest"])
        self.assertEqual(set(result["details"]), {"DNSDialup", "DNSLookup", "firstByte"})
        self.assertIsNone(result["latencyPercentilesNotSuccessful"]["p50"])

    def test_what_is_sent(self):
        self.load(method="PUT", headers="X-One: 1,X-Two: 2", body="text", content_type="text/x", host="h.test", duration=0.1)
        method, _, headers, body = self.server.seen[0]
        self.assertEqual((method, body), ("PUT", b"text"))
        self.assertEqual([headers[k] for k in ("X-One", "X-Two", "Content-Type", "Host")], ["1", "2", "text/x", "h.test"])
        self.load(duration=0.1)
        self.assertEqual(self.server.seen[-1][2]["Host"], "127.0.0.1:%d" % self.server.port)
        self.load(duration=0.1, url="http://h.test:99/", connect_to="h.test:99:127.0.0.1:%d" % self.server.port)
        self.assertEqual(self.server.seen[-1][2]["Host"], "h.test:99")
        self.load(duration=0.1, url="http://p.test/", proxy_addr=self.server.address)
        self.assertEqual(self.server.seen[-1][1], "http://p.test/")

    def test_failures_count(self):
        self.assertEqual(set(self.load(url=self.server.address + "/bad")["statusCodeDistribution"]), {"500"})
        result = self.load(url="http://127.0.0.1:1/")
        self.assertEqual((result["summary"]["successRate"], result["summary"]["average"]), (0.0, None))
        self.assertEqual(len(set(result["errorDistribution"]) - {"aborted due to deadline"}), 1)
        hold = threading.Event()
        self.addCleanup(hold.set)
        self.server.answers["/"] = lambda query: (hold.wait(20), (200, {}))[1]
        result = self.load(qps=200)
        self.assertEqual(result["errorDistribution"], {"aborted due to deadline": 50})

    def test_hardly_any_request(self):
        for qps in (1e-3, 1e-16, 1e-300):
            self.load(qps=qps, duration=0.3)
        self.assertEqual(len(self.server.seen), 3)

    def test_bad_input(self):
        for more, part in (({"qps": 0}, "greater than 0"), ({"qps": "x"}, "number"), ({"duration": -1}, "greater than 0"),
                           ({"duration": "5"}, "must be a number"), ({"headers": "x"}, "no header"), ({"qps": 1e9}, "two million")):
            self.assertFails(part, "load.actions", "run_load_test", dict({"url": self.url}, **more))

    def test_what_is_not_built_in_is_refused_before_the_run(self):
        for module, func, part in (("load.actions", "inject_gradual_traffic_into_endpoint", "is not built in"), (
                "load.actions", "other", "does not expose a function called 'other'"), ("slo.probes", "compute_slo", "no Python interpreter")):
            self.assertIsNone(self.run_experiment([self.probe(module, func, {})]))
            self.assertIn(part, self.log)

    def test_the_percentile_of_a_test(self):
        def method(**arguments):
            return [self.probe("load.actions", "run_load_test", {"url": self.url, "duration": 0.2, "test_name": "mine"}, kind="action"),
                    self.probe("load.probes", "verify_latency_percentile_from_load_test", arguments)]
        for arguments, met in (({"lower_than": 5, "test_name": "mine"}, True), ({"lower_than": 0, "test_name": "mine"}, False),
                               ({"lower_than": 5}, False), ({"lower_than": 5, "test_name": "mine", "percentile": "p1"}, False)):
            journal = self.run_experiment(method(**arguments))
            self.assertEqual(journal["run"][1]["output"], met, arguments)

    def test_fields_of_results(self):
        path = os.path.join(self.folder, "results.json")
        with open(path, "w") as f:
            json.dump([{"name": "/a", "num_requests": 7}, {"name": "/b", "num_requests": 9}], f)
        base = {"result_filepath": path, "field": "num_requests"}
        be = "load_test_result_field_should_be"
        for func, more, met in ((be, {"expect": 7}, True), (be, {"expect": "7"}, True), (be, {"expect": 9, "result_item_name": "/b"}, True),
                                (be, {"expect": 9, "result_item_name": "/c"}, False), (be + "_less_than", {"expect": 8}, True),
                                (be + "_greater_than", {"expect": 8}, False), (be, {"expect": 1, "result_filepath": "none"}, True),
                                (be, {"expect": 1, "result_filepath": "none", "pass_if_file_is_missing": False}, False)):
            with self.subTest(func, more=more):
                self.assertEqual(self.call("load.probes", func, dict(base, **more)), (True, met))
        self.assertFails("no field", "load.probes", be, dict(base, field="x", expect=1))


def moment(days):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Github(Case):
    RUNS = [{"id": 1, "status": "completed", "workflow_id": 7, "head_commit": {"message": "fix: one"}},
            {"id": 2, "status": "in_progress", "workflow_id": 7, "head_commit": {"message": "feat: two"}},
            {"id": 3, "status": "in_progress", "workflow_id": 8, "head_commit": {"message": "fix: three"}}]

    def setUp(self):
        super().setUp()
        self.server = serve(self)
        self.pulls = [{"number": 4, "created_at": moment(1), "closed_at": None}, {"number": 3, "created_at": moment(2), "closed_at": moment(1)},
                      {"number": 2, "created_at": moment(9), "closed_at": moment(1)}, {"number": 1, "created_at": moment(10), "closed_at": moment(9)}]
        self.runs = {"total_count": 3, "workflow_runs": self.RUNS}
        self.server.answers = {
            "/repos/o/r/pulls": lambda query: (200, self.pulls[2 * int(query["page"]) - 2:2 * int(query["page"])]),
            "/repos/o/r/actions/runs": (200, self.runs), "/repos/o/r/actions/workflows/7/runs": (200, {"workflow_runs": self.RUNS[1:2]}),
            "/repos/o/r/actions/runs/2/timing": (200, {"run_duration_ms": 5}), "/repos/o/r/actions/runs/9/cancel": (202, {})}
        self.server.answers.update({"/repos/o/r/actions/runs/%d/cancel" % i: (202, {}) for i in (2, 3)})

    def ask(self, module, func, **arguments):
        return self.call("gh." + module, func, dict({"repo": "o/r"}, **arguments), GITHUB_TOKEN=TOKEN, GITHUB_API_URL=self.server.address)

    def test_pull_requests(self):
        self.assertEqual(self.ask("probes", "closed_pr_ratio"), (True, 100.0))
        self.assertEqual(self.server.seen[0][2]["Authorization"], "Bearer " + TOKEN)
        self.assertEqual(self.ask("probes", "closed_pr_ratio", only_opened_and_closed_during_window=False), (True, 200.0))
        done, durations = self.ask("probes", "pr_duration", repo="https://github.com/o/r/")
        self.assertEqual([round(d / 86400, 1) for d in durations], [1.0, 1.0])
        done, durations = self.ask("probes", "pr_duration", window=None)
        self.assertEqual([round(d / 86400) for d in durations], [1, 1, 8, 1])
        self.pulls = []
        self.assertEqual(self.ask("probes", "closed_pr_ratio"), (True, 0.0))

    def test_workflow_runs(self):
        self.assertEqual(self.ask("probes", "list_workflow_runs", actor="me & you"), (True, self.runs))
        query = dict(urllib.parse.parse_qsl(urllib.parse.urlparse(self.server.seen[-1][1]).query))
        self.assertEqual(query, {"branch": "main", "event": "push", "status": "in_progress", "created": ">" + moment(5)[:10], "page": "1",
                                 "exclude_pull_requests": "false", "per_page": "100", "actor": "me & you"})
        self.assertEqual(self.ask("probes", "get_workflow_most_recent_run", workflow_id=7), (True, {"workflow_runs": self.RUNS[1:2]}))
        self.assertEqual(self.ask("probes", "get_workflow_most_recent_run_billing_usage", workflow_id="7"), (True, {"run_duration_ms": 5}))

    def test_a_run_is_cancelled(self):
        for arguments, run in (({}, 2), ({"commit_message_pattern": "fix"}, 3), ({"workflow_id": "8"}, 3), ({"workflow_id": 7, "at_random": True}, 2)):
            with self.subTest(arguments):
                self.assertEqual(self.ask("actions", "cancel_workflow_run", **arguments), (True, self.RUNS[run - 1]))
                self.assertEqual(self.server.seen[-1][:2], ("POST", "/repos/o/r/actions/runs/%d/cancel" % run))
        self.assertEqual(self.ask("actions", "cancel_workflow_run", workflow_run_id="9"), (True, {"id": "9"}))
        for arguments, part in (({"status": "queued"}, "Failed to locate"), ({"commit_message_pattern": "two"}, "Failed to locate"),
                                ({"commit_message_pattern": "("}, "unterminated"), ({"workflow_run_id": 77}, "404"), ({"window": "x"}, "no duration")):
            with self.subTest(arguments):
                done, said = self.ask("actions", "cancel_workflow_run", **arguments)
                self.assertFalse(done, said)
                self.assertIn(part, said)

    def test_the_token(self):
        api = {"GITHUB_API_URL": self.server.address}
        secrets = {"github": {"token": TOKEN}}
        self.assertEqual(self.call("gh.probes", "list_workflow_runs", {"repo": "o/r"}, secrets, ["github"], **api), (True, self.runs))
        self.assertEqual(self.server.seen[-1][2]["Authorization"], "Bearer " + TOKEN)
        self.assertFails("GITHUB_TOKEN", "gh.probes", "list_workflow_runs", {"repo": "o/r"}, **api)
        self.assertFails("404", "gh.probes", "pr_duration", {"repo": "x/y"}, GITHUB_TOKEN=TOKEN, **api)
        self.server.answers["/repos/o/r/pulls"] = (200, {})
        self.assertFails("no list", "gh.probes", "pr_duration", {"repo": "o/r"}, GITHUB_TOKEN=TOKEN, **api)

    def test_tolerances(self):
        for func, arguments, met in (("ratio_under", {"target": 5, "value": 4.9}, True), ("ratio_under", {"target": "5", "value": 5}, False),
                                     ("ratio_above", {"target": 5, "value": 6}, True), ("ratio_above", {"target": 5, "value": 5}, False),
                                     ("ratio_under_or_equal", {"target": 5, "value": 5}, True), ("ratio_above_or_equal", {"target": 5}, False),
                                     ("percentile_under", {"percentile": 0.5, "value": [90000, 10, 86400]}, True),
                                     ("percentile_under", {"percentile": 0.9, "value": [90000, 10, 86400]}, False),
                                     ("percentile_under", {"percentile": "1", "duration": "2d", "value": [90000]}, True),
                                     ("percentile_under", {"percentile": 0, "value": []}, True)):
            with self.subTest(func, arguments=arguments):
                self.assertEqual(self.call("gh.tolerances", func, arguments), (True, met))
        self.assertFails("between 0 and 1", "gh.tolerances", "percentile_under", {"percentile": 99, "value": [1]})
        self.assertFails("number", "gh.tolerances", "ratio_under", {"target": "x", "value": 1})


if __name__ == "__main__":
    unittest.main()
