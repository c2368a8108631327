"""`plan-deployer serve` and `init` from outside: who may call what, what is refused, and what outlives a kill."""
import contextlib
import http.client
import json
import os
import re
import resource
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import tempfile
import threading
import time
import unittest
import urllib.request
import uuid

from serving import PATIENCE, POSTGRESQL, Serving

NOWHERE = str(uuid.UUID("00000000-0000-4000-8000-000000000000"))


class PlatformCase(unittest.TestCase):
    """Tests that share one platform."""

    options = ()
    platform = None

    @classmethod
    def setUpClass(cls):
        cls.platform = Serving(*cls.options)
        cls.addClassCleanup(cls.platform.close)
        cls.platform.init()
        cls.platform.start()

    def expect(self, status, reply, detail=None):
        """The status, exact content type and, where given, detail of a JSON answer."""
        self.assertEqual((status, "application/json"), (reply.status, reply.headers.get("content-type")), reply.body)
        if detail is not None:
            self.assertEqual({"detail": detail}, reply.json)
        return reply.json

    def expect_problems(self, reply, *wanted):
        """A 422 with problems of these types at these places."""
        self.expect(422, reply)
        self.assertEqual(list(wanted), [(p["type"], p["loc"]) for p in reply.json["detail"]])


class Access(PlatformCase):
    """401, 403, 404, 405, 410 and 422 before any resource is asked."""

    def test_health_needs_no_token(self):
        self.assertEqual({"status": "ok"},
                         self.expect(200, self.platform.ask("GET", "/health", headers={"Authorization": None})))

    def test_a_wrong_token_is_unauthorized(self):
        good = self.platform.token
        for value in (None, "", "Bearer", "Bearer ", good, "Basic " + good, "Bearer " + good[:-1],
                      "Bearer " + good + "0", "Bearer  " + good, "Bearer " + good.upper(), "Bearer " + "0" * 32,
                      "Bearer " + "x" * 5000):
            for path in (self.platform.base + "/tokens", "/api/v1/organization", "/api/v1/organization/x/tokens"):
                with self.subTest(value=value, path=path):
                    reply = self.platform.ask("GET", path, headers={"Authorization": value})
                    self.expect(401, reply, "Unauthorized")

    def test_the_scheme_has_any_case(self):
        headers = {"Authorization": "bearer " + self.platform.token}
        self.expect(200, self.platform.call("GET", "/tokens", headers=headers))

    def test_organizations(self):
        other = self.expect(201, self.platform.ask("POST", "/api/v1/user", {"username": "other"}))
        self.expect(200, self.platform.call("POST", "/users", {"user_id": other["id"]}))
        self.expect(200, self.platform.call("DELETE", "/users/" + other["id"]))
        for path, status, detail in (("/%s/tokens" % NOWHERE, 404, "Not Found"),
                                     ("/%s/" % NOWHERE, 404, "Not Found")):
            self.expect(status, self.platform.ask("GET", "/api/v1/organization" + path), detail)
        self.expect_problems(self.platform.ask("GET", "/api/v1/organization/abc/tokens"),
                             ("uuid_parsing", ["path", "org_id"]))
        self.expect_problems(self.platform.ask("GET", "/api/v1/organization/%s/tokens" % uuid.uuid1()),
                             ("uuid_version", ["path", "org_id"]))

    def test_paths_match_exactly(self):
        for path in ("/", "//", "", "/tokens/", "/tokens/%s/" % NOWHERE, "/tokens/%s/x" % NOWHERE, "/Tokens"):
            if path != "/":
                with self.subTest(path=path):
                    self.expect(404, self.platform.call("GET", path), "Not Found")
        for path in ("/healt", "/health/", "/api", "/api/v1", "/api/v1/organization/", "/api/v2/organization"):
            with self.subTest(path=path):
                self.assertEqual(404, self.platform.ask("GET", path).status)

    def test_methods(self):
        for method, path, allow in (("PUT", "/health", {"GET"}), ("DELETE", "/api/v1/organization", {"GET", "POST"}),
                                    ("PATCH", self.platform.base + "/tokens", {"GET", "POST"}),
                                    ("HEAD", "/health", {"GET"})):
            with self.subTest(method=method, path=path):
                reply = self.platform.ask(method, path)
                self.assertEqual((405, allow), (reply.status, set(reply.headers["allow"].split(", "))))
                self.assertEqual(b"" if method == "HEAD" else b'{"detail":"Method Not Allowed"}', reply.body)

    def test_an_id_that_is_none(self):
        self.expect_problems(self.platform.call("GET", "/tokens/abc"), ("uuid_parsing", ["path", "token_id"]))
        self.expect_problems(self.platform.call("GET", "/tokens/%ff"), ("uuid_parsing", ["path", "token_id"]))
        self.expect_problems(self.platform.call("DELETE", "/tokens/%s" % uuid.uuid1()),
                             ("uuid_version", ["path", "token_id"]))
        self.expect(404, self.platform.call("GET", "/tokens/" + NOWHERE), "Not Found")

    def test_page_and_limit(self):
        for query, name, kind in (("page=0", "page", "greater_than_equal"), ("limit=11", "limit", "less_than_equal"),
                                  ("limit=0", "limit", "greater_than_equal"), ("page=x", "page", "int_parsing"),
                                  ("page=", "page", "int_parsing"), ("limit=1.0", "limit", "int_parsing"),
                                  ("page=99999999999999999999", "page", "int_parsing")):
            with self.subTest(query=query):
                self.expect_problems(self.platform.call("GET", "/tokens?" + query), (kind, ["query", name]))
        self.assertEqual([], self.expect(200, self.platform.call("GET", "/tokens?page=900000000"))["items"])


class Bodies(PlatformCase):
    """Bodies that are refused, and change nothing."""

    def tearDown(self):
        listed = self.platform.call("GET", "/tokens").json
        self.assertEqual((1, ["cli"]), (listed["count"], [item["name"] for item in listed["items"]]))

    def test_what_is_no_json(self):
        for body in (b'{"name":1', b"\xff\xfe", b'{"name":"\xff"}', b'{"name":"\xed\xa0\x80"}', b'{"name":"a\\u0000b"}',
                     b'{"name":"a\x00b"}', b"\x00", b"[" * 100000, b'{"a":' * 200 + b"1" + b"}" * 200, b"nul", b'{"name":NaN}'):
            with self.subTest(body=body[:20]):
                self.expect_problems(self.platform.call("POST", "/tokens", body), ("json_invalid", ["body"]))

    def test_what_has_another_form(self):
        for body, kind, where in ((b"", "missing", ["body"]), (b"null", "missing", ["body"]),
                                  (b"{}", "missing", ["body", "name"]),
                                  (b'{"name":null}', "string_type", ["body", "name"]),
                                  (b'{"name":""}', "string_too_short", ["body", "name"]),
                                  (b'{"name":"%s"}' % (b"x" * 256), "string_too_long", ["body", "name"])):
            with self.subTest(body=body[:20]):
                self.expect_problems(self.platform.call("POST", "/tokens", body), (kind, where))

    def test_several_problems_are_told_at_once(self):
        reply = self.platform.call("DELETE", "/users/abc")
        self.expect_problems(reply, ("uuid_parsing", ["path", "user_id"]))

    def test_a_backslash_before_a_nul_is_none(self):
        reply = self.platform.call("POST", "/try-name-candidate", b'{"name":"a\\\\u0000b"}')
        self.assertEqual({"available": True}, self.expect(200, reply))


class Resources(PlatformCase):
    """Organisations, members, users, tokens."""

    def test_tokens(self):
        made = self.expect(201, self.platform.call("POST", "/tokens", {"name": "second"}))
        self.assertEqual({"id", "name", "created_date", "token"}, set(made))
        self.assertRegex(made["token"], "^[0-9a-f]{32}$")
        self.assertRegex(made["created_date"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$")
        self.expect(409, self.platform.call("POST", "/tokens", {"name": "second"}), "Conflict")
        listed = self.expect(200, self.platform.call("GET", "/tokens"))
        self.assertEqual(["cli", "second"], [item["name"] for item in listed["items"]])
        self.assertEqual({"id", "name", "created_date"}, set(listed["items"][1]))
        bearer = {"Authorization": "Bearer " + made["token"]}
        self.expect(200, self.platform.call("GET", "/tokens", headers=bearer))
        self.assertIsNone(self.expect(200, self.platform.call("DELETE", "/tokens/" + made["id"])))
        self.expect(401, self.platform.call("GET", "/tokens", headers=bearer), "Unauthorized")
        self.expect(404, self.platform.call("DELETE", "/tokens/" + made["id"]), "Not Found")

    @unittest.skipIf(POSTGRESQL, "reads the SQLite file")
    def test_no_token_is_kept(self):
        made = self.expect(201, self.platform.call("POST", "/tokens", {"name": "hidden"}))
        for name in os.listdir(self.platform.folder):
            with open(os.path.join(self.platform.folder, name), "rb") as stream:
                self.assertNotIn(made["token"].encode(), stream.read(), name)
        self.expect(200, self.platform.call("DELETE", "/tokens/" + made["id"]))

    def test_pages(self):
        user = self.expect(201, self.platform.ask("POST", "/api/v1/organization", {"name": "paged"}))
        path = "/api/v1/organization/%s/tokens" % user["id"]
        names = ["t%02d" % i for i in range(23)]
        for name in names:
            self.expect(201, self.platform.ask("POST", path, {"name": name}))
        pages = [self.expect(200, self.platform.ask("GET", path + "?page=%d" % i)) for i in (1, 2, 3, 4)]
        self.assertEqual([23] * 4, [page["count"] for page in pages])
        self.assertEqual([10, 10, 3, 0], [len(page["items"]) for page in pages])
        self.assertEqual(names, [item["name"] for page in pages for item in page["items"]])
        page = self.expect(200, self.platform.ask("GET", path + "?page=3&limit=4"))
        self.assertEqual(names[8:12], [item["name"] for item in page["items"]])

    def test_organizations(self):
        made = self.expect(201, self.platform.ask("POST", "/api/v1/organization", {"name": "Team"}))
        self.assertEqual({"id", "name", "created_date"}, set(made))
        again = self.expect(201, self.platform.ask("POST", "/api/v1/organization", {"name": "Team"}))
        self.assertRegex(again["name"], r"^Team\d{5}$")
        path = "/api/v1/organization/%s/" % made["id"]
        self.assertEqual(made, self.expect(200, self.platform.ask("GET", path)))
        self.assertIn(made, self.expect(200, self.platform.ask("GET", "/api/v1/organization"))["items"])
        self.assertIsNone(self.expect(200, self.platform.ask("DELETE", path)))
        self.expect(410, self.platform.ask("GET", path), "Gone")
        self.expect(410, self.platform.ask("GET", path + "tokens"), "Gone")
        self.assertNotIn(made, self.expect(200, self.platform.ask("GET", "/api/v1/organization"))["items"])

    def test_users(self):
        made = self.expect(201, self.platform.ask("POST", "/api/v1/user", {"username": "ann", "email": "a@example.com"}))
        self.assertEqual({"username", "email", "id", "created_date"}, set(made))
        self.expect(409, self.platform.ask("POST", "/api/v1/user", {"username": "ann"}), "Conflict")
        self.assertEqual(made, self.expect(200, self.platform.ask("GET", "/api/v1/user/" + made["id"])))
        self.expect(404, self.platform.ask("GET", "/api/v1/user/" + NOWHERE), "Not Found")
        self.assertIn(made, self.expect(200, self.platform.ask("GET", "/api/v1/user"))["items"])

    def test_members(self):
        bob = self.expect(201, self.platform.ask("POST", "/api/v1/user", {"username": "bob"}))
        self.assertIsNone(self.expect(200, self.platform.call("POST", "/users", {"user_id": bob["id"]})))
        self.assertIsNone(self.expect(200, self.platform.call("POST", "/users", {"user_id": bob["id"]})))
        listed = self.expect(200, self.platform.call("GET", "/users"))
        self.assertEqual((2, ["admin", "bob"]), (listed["count"], [item["username"] for item in listed["items"]]))
        self.assertIsNone(self.expect(200, self.platform.call("DELETE", "/users/" + bob["id"])))
        self.expect(404, self.platform.call("DELETE", "/users/" + bob["id"]), "Not Found")
        self.expect(404, self.platform.call("POST", "/users", {"user_id": NOWHERE}), "Not Found")
        self.expect(403, self.platform.call("DELETE", "/users/" + self.platform.user), "Forbidden")
        self.assertEqual(1, self.expect(200, self.platform.call("GET", "/users"))["count"])


class Members(unittest.TestCase):
    """What a user may in an organisation of somebody else."""

    def setUp(self):
        self.platform = Serving()
        self.addCleanup(self.platform.close)
        eve = self.platform.init("--organization", "hers", "--user", "eve")
        self.eve, self.bearer = eve["user"]["id"], {"Authorization": "Bearer " + eve["token"]["token"]}
        self.hers = eve["organization"]["id"]
        self.platform.init("--organization", "ours")
        self.platform.start()

    def status(self, method, path, body=None):
        return self.platform.call(method, path, body, headers=self.bearer).status

    def test_a_stranger_is_forbidden_everything(self):
        for method, path in (("GET", "/"), ("DELETE", "/"), ("GET", "/tokens"), ("POST", "/tokens"), ("GET", "/users"),
                             ("POST", "/users"), ("DELETE", "/users/" + self.eve), ("GET", "/tokens/abc")):
            with self.subTest(method=method, path=path):
                reply = self.platform.call(method, path, headers=self.bearer)
                self.assertEqual((403, {"detail": "Forbidden"}), (reply.status, reply.json))

    def test_a_member_may_until_removed(self):
        self.assertEqual(200, self.platform.call("POST", "/users", {"user_id": self.eve}).status)
        self.assertEqual(200, self.status("GET", "/tokens"))
        self.assertEqual(201, self.status("POST", "/tokens", {"name": "mine"}))
        self.assertEqual(403, self.status("DELETE", "/"))
        self.assertEqual(200, self.platform.call("GET", "/").status)
        self.assertEqual(200, self.platform.call("DELETE", "/users/" + self.eve).status)
        self.assertEqual(403, self.status("GET", "/tokens"))

    def test_organizations_are_apart(self):
        made = self.platform.call("POST", "/tokens", {"name": "ours"}).json
        hers = "/api/v1/organization/%s" % self.hers
        for method in ("GET", "DELETE"):
            reply = self.platform.ask(method, "%s/tokens/%s" % (hers, made["id"]), headers=self.bearer)
            self.assertEqual(404, reply.status)
        self.assertEqual(200, self.platform.call("GET", "/tokens/" + made["id"]).status)
        listed = self.platform.ask("GET", "/api/v1/organization", headers=self.bearer).json
        self.assertEqual([self.hers], [item["id"] for item in listed["items"]])


class Connections(PlatformCase):
    """Clients that misbehave, and many of them."""

    def raw(self, text, end=False, wait=PATIENCE):
        """What comes back for these bytes first; nothing where the server hangs up, or says nothing."""
        with socket.create_connection(("127.0.0.1", self.platform.port), timeout=wait) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(text)
                if end:
                    connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(OSError):
                return connection.recv(65536)
        return b""

    def request(self, body=b"", head=b"", method=b"POST", path="/tokens"):
        lines = (method + b" " + (self.platform.base + path).encode() + b" HTTP/1.1", b"Host: x",
                 b"Authorization: Bearer " + self.platform.token.encode(), b"Connection: close", head)
        return b"\r\n".join(line for line in lines if line) + b"\r\n\r\n" + body

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.platform.pid))

    def settled(self, count):
        """Waits until no more than `count` descriptors are open."""
        until = time.monotonic() + PATIENCE
        while self.descriptors() > count and time.monotonic() < until:
            time.sleep(0.02)
        return self.descriptors() <= count

    def test_a_body_that_is_announced_too_large(self):
        said = self.raw(self.request(head=b"Content-Length: 99999999999"))
        self.assertIn(b" 413 ", said.split(b"\r\n")[0])
        self.assertIn(b'{"detail":', said)

    def test_half_a_request_changes_nothing(self):
        body = b'{"name":"half"}'
        for cut in (1, 7, len(body) - 1):
            said = self.raw(self.request(body[:cut], b"Content-Length: %d" % len(body)), end=True, wait=0.2)
            self.assertNotIn(b" 201 ", said)
        self.assertEqual(["cli"], [t["name"] for t in self.platform.call("GET", "/tokens").json["items"]])

    def test_a_client_that_closes_its_half_is_answered(self):
        said = self.raw(self.request(method=b"GET"), end=True)
        self.assertIn(b" 200 ", said.split(b"\r\n")[0])

    def test_a_slow_client_keeps_nobody_waiting(self):
        body = b'{"name":"slowly"}'
        with socket.create_connection(("127.0.0.1", self.platform.port), timeout=PATIENCE) as slow:
            text = self.request(body, b"Content-Length: %d" % len(body))
            for at in range(0, len(text), 16):
                slow.sendall(text[at:at + 16])
                self.assertEqual(200, self.platform.ask("GET", "/health").status)
            self.assertIn(b" 201 ", slow.recv(65536).split(b"\r\n")[0])
        made = [t for t in self.platform.call("GET", "/tokens").json["items"] if t["name"] == "slowly"]
        self.assertEqual(200, self.platform.call("DELETE", "/tokens/" + made[0]["id"]).status)

    def test_hundreds_of_connections_leave_no_descriptor(self):
        self.platform.ask("GET", "/health")
        before = self.descriptors()
        for _ in range(2):
            with contextlib.ExitStack() as stack:
                clients = [stack.enter_context(self.platform.client()) for _ in range(200)]
                for client in clients:
                    self.assertEqual(200, client.call("GET", "/health").status)
                for client in clients:
                    self.assertEqual(200, client.call("GET", self.platform.base + "/tokens").status)
                self.assertGreater(self.descriptors(), before + 150)
            self.assertTrue(self.settled(before), self.descriptors())

    def test_garbage_is_refused(self):
        for text in (b"\x16\x03\x01\x02\x00\x01\x00", b"\x00" * 64, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                     b"GET " + b"/a" * 70000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"):
            with self.subTest(text=text[:20]):
                self.assertNotIn(b" 200 ", self.raw(text, end=True, wait=0.2).split(b"\r\n")[0])
                self.assertEqual(200, self.platform.ask("GET", "/health").status)


class Described(PlatformCase):
    """/openapi.json"""

    def setUp(self):
        self.document = self.expect(200, self.platform.ask("GET", "/openapi.json", headers={"Authorization": None}))

    def operations(self):
        for path, item in self.document["paths"].items():
            for method, operation in item.items():
                yield path, method, operation

    def test_references_lead_somewhere(self):
        names = set(re.findall(r'"#/components/schemas/(\w+)"', json.dumps(self.document)))
        self.assertEqual(set(), names - set(self.document["components"]["schemas"]))
        self.assertIn("TokenShownAnswer", names)

    def test_every_operation_is_complete(self):
        for path, method, operation in self.operations():
            with self.subTest(path=path, method=method):
                declared = [p["name"] for p in operation["parameters"] if p["in"] == "path"]
                self.assertEqual(re.findall(r"\{(\w+)\}", path), declared)
                self.assertTrue(operation["summary"])
                good = [status for status in operation["responses"] if status < "300"]
                self.assertEqual(1, len(good))
                self.assertEqual(path.startswith("/api/"), "401" in operation["responses"])
                self.assertEqual("{org_id}" in path, "410" in operation["responses"])

    def test_every_operation_is_there(self):
        headers = {"Authorization": None}
        for path, method, _ in self.operations():
            status = self.platform.ask(method.upper(), re.sub(r"\{\w+\}", NOWHERE, path), headers=headers).status
            self.assertEqual(401 if path.startswith("/api/") else 200, status, (method, path))


class Events(PlatformCase):
    """The stream of changes that open pages follow."""

    def setUp(self):
        reply = self.platform.ask("POST", "/sign-in", b"token=" + self.platform.token.encode(),
                                  {"Content-Type": "application/x-www-form-urlencoded"})
        self.cookie = reply.headers["set-cookie"].partition(";")[0]

    @contextlib.contextmanager
    def stream(self):
        """The lines of an open stream, once it has begun."""
        connection = http.client.HTTPConnection("127.0.0.1", self.platform.port, timeout=PATIENCE)
        with contextlib.closing(connection):
            connection.request("GET", "/events", headers={"Cookie": self.cookie})
            reply = connection.getresponse()
            self.assertEqual((200, "text/event-stream"), (reply.status, reply.headers["content-type"]))
            self.assertEqual((b"retry: 2000\n", b"\n"), (reply.readline(), reply.readline()))
            yield reply

    def plan(self, status=201):
        body = {"environment": None, "deployment": {"deployment_id": NOWHERE}, "schedule": {"type": "now"},
                "experiments": [] if status == 201 else "none"}
        reply = self.platform.call("POST", "/plans", body)
        self.assertEqual(status, reply.status, reply.body)
        return reply.json

    def next_event(self, reply):
        lines = [reply.readline().decode().strip() for _ in range(3)]
        self.assertTrue(lines[0], "the stream has ended")
        return lines[0].partition(": ")[2], lines[1].partition(": ")[2]

    def test_a_change_is_told_to_every_page(self):
        with self.stream() as first, self.stream() as second:
            self.plan(422)
            made = self.plan()
            for reply in (first, second):
                self.assertEqual(("plan", made["id"]), self.next_event(reply))

    def test_of_very_many_changes_at_once_every_page_hears(self):
        made = self.platform.call("POST", "/experiments/import", {"experiment": '{"title":"t","method":[]}'}).json["id"]
        head = ("POST %s/experiments/%s/executions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: 15"
                "\r\n\r\n{\"result\":\"{}\"}" % (self.platform.base, made, self.platform.token)).encode()
        with self.stream() as reply, contextlib.ExitStack() as stack:
            clients = [stack.enter_context(socket.create_connection(("127.0.0.1", self.platform.port), PATIENCE))
                       for _ in range(400)]
            self.assertEqual(200, self.platform.ask("GET", "/health").status)  # all are accepted
            os.kill(self.platform.pid, signal.SIGSTOP)
            for client in clients:
                client.sendall(head)
            os.kill(self.platform.pid, signal.SIGCONT)
            for client in clients:
                self.assertIn(b" 201 ", client.recv(4096))
            heard = set()
            while len(heard) < 400 and ("plan", "*") not in heard:
                heard.add(self.next_event(reply))

    def test_other_organizations_hear_nothing(self):
        other = self.expect(201, self.platform.ask("POST", "/api/v1/organization", {"name": "others"}))
        with self.stream() as reply:
            body = {"deployment": {"deployment_id": NOWHERE}, "schedule": {"type": "now"}, "experiments": []}
            self.expect(201, self.platform.ask("POST", "/api/v1/organization/%s/plans" % other["id"], body))
            made = self.plan()
            self.assertEqual(("plan", made["id"]), self.next_event(reply))

    def test_streams_that_are_left_are_forgotten(self):
        before = len(os.listdir("/proc/%d/fd" % self.platform.pid))
        with contextlib.ExitStack() as stack:
            for _ in range(50):
                stack.enter_context(self.stream())
        until = time.monotonic() + PATIENCE
        while len(os.listdir("/proc/%d/fd" % self.platform.pid)) > before and time.monotonic() < until:
            self.plan()
        self.assertLessEqual(len(os.listdir("/proc/%d/fd" % self.platform.pid)), before)

    def test_an_open_stream_does_not_keep_the_server(self):
        other = Serving()
        self.addCleanup(other.close)
        other.init()
        other.start()
        self.platform, kept = other, self.platform
        try:
            self.setUp()
            with self.stream():
                begun = time.monotonic()
                self.assertEqual(0, other.stop())
                self.assertLess(time.monotonic() - begun, 3)
        finally:
            self.platform = kept


class Kept(unittest.TestCase):
    """What was acknowledged is there, whatever happens to the server."""

    def setUp(self):
        self.platform = Serving()
        self.addCleanup(self.platform.close)
        self.platform.init()
        self.platform.start()

    def write(self, number, acknowledged):
        """Makes tokens until the server is gone."""
        with self.platform.client() as client:
            for i in range(100000):
                name = "t%d-%d" % (number, i)
                try:
                    reply = client.call("POST", client.api + "/tokens", {"name": name})
                except Exception:  # pylint: disable=broad-except
                    return  # it was killed
                if reply.status == 201:
                    acknowledged.append(name)

    def names(self):
        found, page = [], 1
        with self.platform.client() as client:
            while True:
                items = json.loads(client.call("GET", client.api + "/tokens?page=%d" % page).body)["items"]
                if not items:
                    return found
                found += [item["name"] for item in items]
                page += 1

    def test_kill_during_writes(self):
        for round_number in range(3):
            acknowledged = []
            threads = [threading.Thread(target=self.write, args=(round_number * 10 + i, acknowledged))
                       for i in range(8)]
            for thread in threads:
                thread.start()
            until = time.monotonic() + PATIENCE
            while len(acknowledged) < 100 and time.monotonic() < until:
                time.sleep(0.005)
            self.assertEqual(-signal.SIGKILL, self.platform.stop(signal.SIGKILL))
            for thread in threads:
                thread.join()
            if not POSTGRESQL:
                path = self.platform.database[len("sqlite:///"):]
                with contextlib.closing(sqlite3.connect(path)) as database:
                    self.assertEqual([("ok",)], database.execute("PRAGMA integrity_check").fetchall())
            self.platform.start()
            self.assertEqual(set(), set(acknowledged) - set(self.names()))
            self.assertGreaterEqual(len(acknowledged), 100)

    @unittest.skipIf(POSTGRESQL, "about the SQLite file")
    def test_what_cannot_be_kept_is_not_acknowledged(self):
        self.platform.stop()
        self.platform.ignores_limits = True
        self.platform.start()
        self.assertEqual(201, self.platform.call("POST", "/tokens", {"name": "before"}).status)
        size = os.stat(self.platform.database[len("sqlite:///"):] + "-wal").st_size
        limits = resource.prlimit(self.platform.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        replies = []
        threads = [threading.Thread(target=lambda i=i: replies.append(
            self.platform.call("POST", "/tokens", {"name": "lost%d" % i}))) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([(503, b'{"detail":"Service Unavailable"}', "1")] * 8,
                         [(r.status, r.body, r.headers.get("retry-after")) for r in replies])
        self.assertEqual(["cli", "before"], self.names())
        resource.prlimit(self.platform.pid, resource.RLIMIT_FSIZE, limits)
        self.assertEqual(201, self.platform.call("POST", "/tokens", {"name": "after"}).status)
        self.assertEqual(["cli", "before", "after"], self.names())

    def test_an_orderly_end(self):
        with self.platform.client() as client:
            self.assertEqual(201, client.call("POST", client.api + "/tokens", {"name": "last"}).status)
            self.assertEqual(0, self.platform.stop())
        self.platform.start()
        self.assertEqual(["cli", "last"], self.names())
        self.assertEqual(0, self.platform.stop(signal.SIGINT))

    def test_a_request_under_way_is_answered(self):
        body = b'{"name":"under way"}'
        with socket.create_connection(("127.0.0.1", self.platform.port), timeout=PATIENCE) as slow:
            slow.sendall(("POST %s/tokens HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
                          % (self.platform.base, self.platform.token, len(body))).encode() + body[:5])
            self.assertEqual(200, self.platform.ask("GET", "/health").status)
            self.platform.process.send_signal(signal.SIGTERM)
            until = time.monotonic() + PATIENCE
            while self.accepts() and time.monotonic() < until:
                time.sleep(0.01)
            slow.sendall(body[5:])
            self.assertIn(b" 201 ", slow.recv(65536).split(b"\r\n")[0])
        self.assertEqual(0, self.platform.process.wait(PATIENCE))

    def test_a_second_signal_ends_it_at_once(self):
        with socket.create_connection(("127.0.0.1", self.platform.port), timeout=PATIENCE) as stuck:
            stuck.sendall(b"POST /health HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n")
            self.assertEqual(200, self.platform.ask("GET", "/health").status)
            self.platform.process.send_signal(signal.SIGTERM)
            until = time.monotonic() + PATIENCE
            while self.accepts() and time.monotonic() < until:
                time.sleep(0.01)
            self.assertIsNone(self.platform.process.poll())
            begun = time.monotonic()
            self.assertEqual(0, self.platform.stop())
            self.assertLess(time.monotonic() - begun, 3)

    def accepts(self):
        try:
            socket.create_connection(("127.0.0.1", self.platform.port), timeout=PATIENCE).close()
        except (ConnectionRefusedError, ConnectionResetError):  # reset: while the socket was closed
            return False
        return True

    @unittest.skipIf(POSTGRESQL, "several servers may share one PostgreSQL")
    def test_a_second_one_on_the_file_is_refused(self):
        for command in ("serve", "init"):
            done = self.platform.run(command, "--database", self.platform.database)
            self.assertEqual((1, ""), (done.returncode, done.stdout))
            self.assertIn("is used by another server", done.stderr)
        self.assertEqual(200, self.platform.call("GET", "/tokens").status)


class Options(unittest.TestCase):
    """What `serve` and `init` take and refuse."""

    def setUp(self):
        self.platform = Serving()
        self.addCleanup(self.platform.close)

    def refused(self, *arguments, code=1):
        done = self.platform.run(*arguments)
        self.assertEqual((code, ""), (done.returncode, done.stdout))
        return done.stderr

    def test_init_twice(self):
        first = self.platform.init()
        self.assertEqual(("default", "admin", "cli"),
                         (first["organization"]["name"], first["user"]["username"], first["token"]["name"]))
        given = ("init", "--database", self.platform.database)
        self.assertIn("initialised already", self.refused(*given))
        self.assertIn("'default' already", self.refused(*given, "--organization", "default"))
        second = self.platform.init("--organization", "second")
        self.assertEqual(first["user"], second["user"])
        self.assertNotEqual(first["token"]["token"], second["token"]["token"])

    def test_who_has_lost_all_tokens_makes_one(self):
        first = self.platform.init("--organization", "Demo")
        given = ("init", "--database", self.platform.database, "--add-token")
        self.assertIn("there is no organisation 'default'", self.refused(*given))
        self.assertIn("there is no user 'nobody'", self.refused(*given, "--organization", "Demo", "--user", "nobody"))
        self.assertIn("there is a token 'cli' already: name another by --token-name",
                      self.refused(*given, "--organization", "Demo"))
        self.platform.init("--organization", "Other", "--user", "stranger")
        self.assertIn("no member", self.refused(*given, "--organization", "Demo", "--user", "stranger"))
        again = self.platform.init("--organization", "Demo", "--add-token", "--token-name", "again")
        self.assertEqual((first["organization"], first["user"]), (again["organization"], again["user"]))
        self.platform.start()
        names = [token["name"] for token in self.platform.call("GET", "/tokens").json["items"]]
        self.assertEqual(["cli", "again"], names)

    def test_a_platform_without_an_organisation_says_so(self):
        self.platform.start()
        self.platform.stop()
        self.assertIn("`plan-deployer init`", self.platform.said())
        self.platform.init()
        before = len(self.platform.said())
        self.platform.start()
        self.platform.stop()
        self.assertNotIn("init", self.platform.said()[before:])

    def test_urls_that_are_none(self):
        for command in ("serve", "init"):
            for url in ("nowhere", "ftp://127.0.0.1", "http://"):
                with self.subTest(command=command, url=url):
                    said = self.refused(command, "--database", self.platform.database, "--url", url)
                    self.assertIn("--url: ", said)

    def test_it_outlives_the_reader_of_its_log(self):
        platform = Serving("--verbose")
        self.addCleanup(platform.close)
        platform.init()
        said, platform.log = platform.log, os.path.join(platform.folder, "log")
        os.mkfifo(platform.log)
        reader = os.open(platform.log, os.O_RDONLY | os.O_NONBLOCK)
        platform.start()
        os.close(reader)
        platform.log = said
        for _ in range(3):
            self.assertEqual(200, platform.call("GET", "/plans").status)
        self.assertEqual(0, platform.stop())

    def test_init_prints_lines_for_a_shell(self):
        done = self.platform.run("init", "--database", self.platform.database, "--url", "http://127.0.0.1:1")
        self.assertRegex(done.stdout, r"\ARELIABLY_SERVICE_HOST=http://127\.0\.0\.1:1\n"
                                      r"RELIABLY_ORGANIZATION_ID=[0-9a-f-]{36}\nRELIABLY_SERVICE_TOKEN=[0-9a-f]{32}\n\Z")

    @unittest.skipIf(POSTGRESQL, "about the SQLite file")
    def test_the_default_database_is_private(self):
        done = self.platform.run("init")
        self.assertEqual((0, ""), (done.returncode, done.stderr))
        path = os.path.join(self.platform.folder, ".local/state/plan-runner/plan-deployer.db")
        self.assertEqual(0o600, os.stat(path).st_mode & 0o777)

    def test_addresses_that_are_none(self):
        for value in ("8090", "127.0.0.1", "127.0.0.1:", ":8090", "127.0.0.1:65536", "127.0.0.1:x", "nowhere:1",
                      "127.0.0.1:-1"):
            with self.subTest(value=value):
                done = self.platform.run("serve", "--database", self.platform.database, "--listen", value)
                self.assertIn(done.returncode, (1, 2))
                self.assertEqual("", done.stdout)
                self.assertIn(value.rpartition(":")[0] or value, done.stderr)

    def test_an_address_in_use_is_named(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            where = "127.0.0.1:%d" % taken.getsockname()[1]
            said = self.refused("serve", "--database", self.platform.database, "--listen", where)
            self.assertIn(where.partition(":")[2], said)
            self.assertIn("in use", said)

    def test_the_address_comes_from_a_variable_where_no_option_gives_it(self):
        given = ("serve", "--database", self.platform.database)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            where = "127.0.0.1:%d" % taken.getsockname()[1]
            self.platform.variables["PLAN_DEPLOYER_LISTEN"] = where
            self.assertIn("in use", self.refused(*given))
            self.platform.variables["PLAN_DEPLOYER_LISTEN"] = "everywhere"
            self.assertIn("PLAN_DEPLOYER_LISTEN: 'everywhere' is not ADDRESS:PORT", self.refused(*given, code=2))
            self.assertIn("in use", self.refused(*given, "--listen", where))

    def test_databases_that_are_none(self):
        for uri in ("mysql://x", "sqlite:///nowhere/at/all.db", "sqlite:///" + self.platform.folder, "file"):
            with self.subTest(uri=uri):
                self.assertTrue(self.refused("serve", "--listen", "127.0.0.1:0", "--database", uri))
        self.assertFalse(os.path.exists(self.platform.folder + ".lock"))
        self.assertIn("its folder must be there", self.refused("init", "--database", "sqlite:///nowhere/at/all.db"))

    def test_a_password_is_never_shown(self):
        said = self.refused("serve", "--listen", "127.0.0.1:0", "--database",
                            "postgresql://me:s3cr3t-pass@127.0.0.1:1/none")
        self.assertNotIn("s3cr3t-pass", said)

    def test_half_of_tls_is_refused(self):
        self.assertIn("go together", self.refused("serve", "--tls-cert", "x.pem", code=2))

    def test_listening_for_others_without_tls_is_warned_of(self):
        other = Serving("--listen", "0.0.0.0:0")
        self.addCleanup(other.close)
        other.start()
        self.assertIn("clear text", other.said())
        self.assertTrue(other.url.startswith("http://127.0.0.1:"))

    def test_tls(self):
        folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, folder)
        names = [os.path.join(folder, name) for name in ("cert.pem", "key.pem")]
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-out", names[0], "-keyout", names[1]], check=True, capture_output=True, timeout=PATIENCE)
        secure = Serving("--tls-cert", names[0], "--tls-key", names[1])
        self.addCleanup(secure.close)
        secure.init()
        secure.start()
        self.assertTrue(secure.url.startswith("https://"))
        with secure.client(ca_file=names[0]) as client:
            self.assertEqual(200, client.call("GET", client.api + "/tokens").status)
            reply = client.call("POST", "/sign-in", "token=" + secure.token)
            self.assertIn("; Secure", reply.headers["set-cookie"])
        with self.assertRaises(ssl.SSLError), secure.client() as client:
            client.call("GET", "/health")
        with contextlib.suppress(OSError), urllib.request.urlopen(
                "http://127.0.0.1:%d/health" % secure.port, timeout=PATIENCE) as reply:
            self.assertNotEqual(200, reply.status)
        with secure.client(ca_file=names[0]) as client:
            self.assertEqual(200, client.call("GET", "/health").status)

    def test_requests_are_logged_when_asked_for(self):
        for options, said in (((), False), (("--verbose",), True), (("-v", "--log-format", "json"), True)):
            platform = Serving(*options)
            self.addCleanup(platform.close)
            platform.init()
            platform.start()
            platform.call("GET", "/tokens")
            platform.stop()
            self.assertEqual(said, "/tokens" in platform.said())
            self.assertNotIn(platform.token, platform.said())
            if "json" in options:
                self.assertTrue(all(re.match(r"\{.*\}$", line) for line in platform.said().splitlines()))


if __name__ == "__main__":
    unittest.main(verbosity=2)
