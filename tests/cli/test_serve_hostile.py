"""Bad input against every endpoint of /openapi.json: the documented status, nothing stored, nothing leaked.

New endpoints are covered by being described. What needs an answer to hold no secret is at the end.
"""
import contextlib
import json
import os
import re
import socket
import sqlite3
import subprocess
import threading
import time
import unittest

from serving import KEY, PATIENCE, POSTGRESQL, Serving

NOWHERE = "00000000-0000-4000-8000-000000000000"
BAD_IDS = ("abc", "0", "%20", "%ff", "00000000-0000-1000-8000-000000000000", NOWHERE + "0", "%F0%9F%92%A9", "x" * 300,
           "..%2f..%2f", "'%3B--", NOWHERE.replace("-", "%2D") + "x")
NO_JSON = (b"", b"null", b"{", b"nul", b"\x00", b'{"name":"a\x00b"}', b'{"name":"\\u0000"}', b'{"name":"\xff"}',
           b'{"name":"\xed\xa0\x80"}', b'{"\\ud800":1}', b"[" * 50000, b'{"a":' * 500 + b"1" + b"}" * 500, b"\xef\xbb\xbf{}",
           b'{"a":1e999}', b'{"a":99999999999999999999}', b"[]", b"[[]]", b"0", b"-1", b"true", b'""', b'"{}"', b"{} {}")
TYPES = ("text/plain", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "", "/",
         "application/json; charset=utf-16", "x" * 2000)
METHODS = ("HEAD", "OPTIONS", "PATCH", "TRACE", "FOO", "get", "PROPFIND")
ROUNDS = 3


def quiet(variables):
    """A sanitizer keeps what was freed, which would look like growth."""
    options = os.environ.get("ASAN_OPTIONS", "")
    return dict(variables, ASAN_OPTIONS=(options + ":" if options else "") + "quarantine_size_mb=1")


class EveryEndpoint(unittest.TestCase):
    """Each test asks all operations in the same wrong way."""

    @classmethod
    def setUpClass(cls):
        cls.platform = Serving(variables=quiet({}))
        cls.addClassCleanup(cls.platform.close)
        cls.platform.init()
        cls.other = cls.platform.init("--organization", "other", "--user", "other")
        cls.stranger = cls.platform.token
        cls.platform.init("--organization", "mine", "--user", "me")
        cls.platform.start()
        gone = cls.platform.ask("POST", "/api/v1/organization", {"name": "gone-org"}).json
        cls.gone = gone["id"]
        cls.platform.ask("DELETE", "/api/v1/organization/%s/" % cls.gone)
        description = cls.platform.ask("GET", "/openapi.json").json
        cls.operations = [(method.upper(), path, operation) for path, item in description["paths"].items()
                          for method, operation in item.items() if method != "parameters"]

    def setUp(self):
        self.client = self.platform.client()
        self.addCleanup(self.client.connection.close)
        self.before = self.rows()
        self.assertIn("seal_keys", str(self.before))

    def tearDown(self):
        self.assertEqual(self.before, self.rows())
        self.assertEqual(200, self.platform.ask("GET", "/health").status)
        self.assertNotIn("ERROR", self.platform.said())

    def rows(self):
        """How many rows each table has; of SQLite the rows themselves."""
        if POSTGRESQL:
            asked = ("SELECT table_name, (xpath('/row/n/text()', query_to_xml('SELECT count(*) AS n FROM ' || "
                     "table_name, false, true, '')))[1] FROM information_schema.tables WHERE table_schema = 'public' "
                     "ORDER BY table_name")
            return subprocess.run(["psql", "-X", "-A", "-t", self.platform.database, "-c", asked], check=True, text=True,
                                  capture_output=True, timeout=PATIENCE).stdout
        uri = "file:%s?mode=ro" % self.platform.database[len("sqlite:///"):]
        with contextlib.closing(sqlite3.connect(uri, uri=True)) as database:
            names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {name: sorted(map(repr, database.execute("SELECT * FROM " + name))) for name in names}

    def filled(self, path, organization=None, other=NOWHERE):
        """A path with its parameters filled in."""
        path = path.replace("{org_id}", organization or self.platform.organization)
        return re.sub(r"\{[^}]*\}", lambda _: other, path)

    def guarded(self):
        return [(m, p, o) for m, p, o in self.operations if o.get("security")]

    def below(self):
        """Those below an organisation."""
        return [(m, p, o) for m, p, o in self.guarded() if "{org_id}" in p]

    def ask(self, method, path, status, body=None, **headers):
        """One call; `status` is one, or several that will do."""
        reply = self.client.call(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()})
        wanted = status if isinstance(status, tuple) else (status,)
        with self.subTest(method=method, path=path[:120], body=(body or b"")[:60]):
            self.assertIn(reply.status, wanted, reply.body[:300])
            self.assertIn(str(reply.status), self.documented(method, path))
            if method != "HEAD":
                self.assertEqual("application/json", reply.headers.get("content-type"))
                self.assertEqual({"detail"}, set(reply.json))
        return reply

    def documented(self, method, path):
        """The statuses that the description has for it; what it does not have is 405."""
        for known, template, operation in self.operations:
            pattern = re.sub(r"\\{[^}]*\\}", "[^/]+", re.escape(template))
            if known == method and re.fullmatch(pattern, path.partition("?")[0]):
                return operation["responses"]
        return ("405",)

    def test_without_a_good_token(self):
        for method, path, _ in self.guarded():
            for token in (None, "", "Bearer", "Bearer x", "Bearer \xff\xfe", "Basic " + self.platform.token,
                          "Bearer " + self.platform.token + "\xe9", "Bearer " + "y" * 3000):
                for body in (None, b"{}", b"\xff"):
                    self.ask(method, self.filled(path), 401, body, Authorization=token)
            self.ask(method, self.filled(path, "abc", "abc"), 401, b"{", Authorization=None)

    def test_by_a_member_of_another_organization(self):
        for method, path, _ in self.below():
            for body in (None, b"{}", b"{"):
                self.ask(method, self.filled(path), 403, body, Authorization="Bearer " + self.stranger)

    def test_of_an_organization_that_is_none(self):
        for method, path, _ in self.below():
            for body in (None, b"{}", b"{"):
                self.ask(method, self.filled(path, NOWHERE), 404, body)
                self.ask(method, self.filled(path, self.gone), 410, body)
            for bad in BAD_IDS:
                self.ask(method, self.filled(path, bad), 422)

    def test_with_ids_that_are_none(self):
        for method, path, operation in self.guarded():
            names = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "path" and p["name"].endswith("_id")]
            for name in names:
                for bad in BAD_IDS:
                    reply = self.ask(method, self.filled(path.replace("{%s}" % name, bad)), 422)
                    places = [problem["loc"] for problem in reply.json["detail"]]
                    self.assertIn(["path", name], places)
            if names != ["org_id"] and names:
                self.ask(method, self.filled(path.replace("{%s}" % names[-1], "a%00b")), 400)

    def test_with_bodies_that_are_none(self):
        for method, path, operation in self.guarded():
            if "requestBody" not in operation:
                continue
            for body in NO_JSON:
                self.ask(method, self.filled(path), 422, body)
            for kind in TYPES:
                self.ask(method, self.filled(path), 422, b"{", Content_Type=kind)

    def test_with_members_of_the_wrong_kind(self):
        """Every member that is required, in turn, is of a kind that it is not."""
        description = self.platform.ask("GET", "/openapi.json").json
        for method, path, operation in self.guarded():
            content = operation.get("requestBody", {}).get("content", {})
            shape = content.get("application/json", {}).get("schema", {})
            if "$ref" in shape:
                shape = description["components"]["schemas"][shape["$ref"].rpartition("/")[2]]
            for name in shape.get("required", ()):
                for value in (b"[[1]]", b"1.5"):
                    self.ask(method, self.filled(path), 422, b'{"%s":%s}' % (name.encode(), value))

    def test_with_queries_that_are_none(self):
        for method, path, operation in self.guarded():
            names = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
            for name in set(names) & {"page", "limit"}:
                for bad in ("", "0", "-1", "x", "1.0", "1e3", "99999999999999999999", "%ff", "0x1", "%201", "+1"):
                    if bad != "%ff":  # which is none: it is not there
                        self.ask(method, self.filled(path) + "?%s=%s&pattern=a" % (name, bad), 422)
            self.ask(method, self.filled(path) + "?page=%00", 400)
            self.ask(method, self.filled(path) + "?page=%", 400)

    def test_by_other_methods(self):
        known = {}
        for method, path, _ in self.operations:
            known.setdefault(path, set()).add(method)
        for path, methods in known.items():
            for method in METHODS:
                if method not in methods:
                    reply = self.ask(method, self.filled(path), 405)
                    with self.subTest(method=method, path=path):
                        self.assertLessEqual(methods, set(reply.headers["allow"].split(", ")))

    def raw(self, text, end=False, wait=PATIENCE):
        """The first line of what comes back for these bytes."""
        with socket.create_connection(("127.0.0.1", self.platform.port), timeout=wait) as connection:
            with contextlib.suppress(OSError):
                connection.sendall(text)
                if end:
                    connection.shutdown(socket.SHUT_WR)
            with contextlib.suppress(OSError):
                return connection.recv(65536).split(b"\r\n")[0]
        return b""

    def head(self, method, path, *lines, token=None):
        token = token or self.platform.token
        return "\r\n".join(("%s %s HTTP/1.1" % (method, path), "Host: x", "Authorization: Bearer " + token,
                            *lines, "", "")).encode("latin-1")

    def test_with_bodies_that_are_too_large(self):
        for method, path, _ in self.guarded():
            for length in (200 << 20, 1 << 40, (1 << 63) - 1):
                with self.subTest(method=method, path=path, length=length):
                    said = self.raw(self.head(method, self.filled(path), "Content-Length: %d" % length) + b"{")
                    self.assertIn(b" 413 ", said)
            for length in ("-1", "x", "1, 2", str(1 << 64), "1\r\nContent-Length: 2"):
                with self.subTest(method=method, path=path, length=length):
                    said = self.raw(self.head(method, self.filled(path), "Content-Length: " + length) + b"{", end=True)
                    self.assertRegex(said, b"^(HTTP/1.1 4(00|13) .*|)$")

    def test_with_control_characters(self):
        for method, path, _ in self.guarded():
            path = self.filled(path)
            for text in (self.head(method, path + "\0"), self.head(method, path + "\0?x"), self.head(method, path + " x"),
                         self.head(method, path + "\xe9"), self.head(method, path, "X\0: y"),
                         self.head(method, path).replace(b"Bearer ", b"Bearer \0"), self.head(method + "\0", path)):
                with self.subTest(text=text[:120]):
                    self.assertRegex(self.raw(text, end=True), b"^(HTTP/1.[01] (4[0-9][0-9]|501|505) .*|)$")

    def test_by_clients_that_close_their_half(self):
        for method, path, operation in self.guarded():
            with self.subTest(method=method, path=path):
                said = self.raw(self.head(method, self.filled(path), "Content-Length: 2", token="x") + b"{}", end=True)
                self.assertIn(b" 401 ", said)
            if "requestBody" in operation:
                self.assertNotIn(b" 20", self.raw(self.head(method, self.filled(path), "Content-Length: 9") + b"{",
                                                  end=True, wait=0.01))

    def test_by_slow_clients(self):
        """All at once; others are served meanwhile, and nothing stays when they are gone."""
        descriptors = self.descriptors()
        with contextlib.ExitStack() as stack:
            for method, path, _ in self.guarded():
                text = self.head(method, self.filled(path), "Content-Length: 1000")
                for cut in (1, len(text) // 2, len(text)):
                    connection = stack.enter_context(socket.create_connection(("127.0.0.1", self.platform.port), PATIENCE))
                    connection.sendall(text[:cut])
            for _ in range(20):
                self.assertEqual(200, self.platform.ask("GET", self.platform.base + "/tokens").status)
        self.assertTrue(self.settled(descriptors), self.descriptors())

    def descriptors(self):
        return len(os.listdir("/proc/%d/fd" % self.platform.pid))

    def settled(self, count):
        until = time.monotonic() + PATIENCE
        while self.descriptors() > count and time.monotonic() < until:
            time.sleep(0.02)
        return self.descriptors() <= count

    def resident(self):
        """In KiB."""
        with open("/proc/%d/status" % self.platform.pid, encoding="ascii") as stream:
            return int(re.search(r"VmRSS:\s*(\d+)", stream.read()).group(1))

    def test_again_and_again(self):
        """Neither descriptors nor memory grow."""
        tests = (self.test_without_a_good_token, self.test_of_an_organization_that_is_none, self.test_with_bodies_that_are_none,
                 self.test_by_other_methods, self.test_with_bodies_that_are_too_large,
                 self.test_with_control_characters, self.test_by_clients_that_close_their_half)
        sizes, descriptors = [], []
        for _ in range(ROUNDS):
            for test in tests:
                test()
            self.client.connection.close()
            descriptors.append(self.settled(descriptors[0] if descriptors else 1000) and self.descriptors())
            sizes.append(self.resident())
        self.assertLessEqual(descriptors[-1], descriptors[0], descriptors)
        self.assertLess(sizes[-1] - sizes[0], 4096, sizes)


class Secrets(unittest.TestCase):
    """What must never be read anywhere but where it was asked for in clear."""

    canary = "c4n4ry-%d-of-nobody"

    @classmethod
    def setUpClass(cls):
        cls.platform = Serving("--verbose", variables=quiet({}))
        cls.addClassCleanup(cls.platform.close)
        cls.platform.init()
        cls.platform.start()

    def environment(self, number, **more):
        return dict({"name": "e", "envvars": [], "secrets": [
            {"key": "a", "var_name": "A", "value": self.canary % number},
            {"key": "b", "path": "/b", "value": self.canary % number}]}, **more)

    def deployment(self, number, **more):
        return {"name": "d%d" % number, "definition": dict(
            {"type": "github", "repo": "https://github.com/a/b", "token": self.canary % number}, **more)}

    def made(self, path, body, status=201):
        reply = self.platform.call("POST", path, body)
        self.assertEqual(status, reply.status, reply.body)
        return reply.json

    def clean(self, reply):
        self.assertNotIn(b"c4n4ry", reply.body)
        return reply

    def found(self):
        """Which files below the platform's folder have a secret, the token, or the key."""
        words = [b"c4n4ry", self.platform.token.encode(), KEY.encode(), bytes.fromhex(KEY)]
        hits = []
        for folder, _, names in os.walk(self.platform.folder):
            for name in names:
                with open(os.path.join(folder, name), "rb") as stream:
                    text = stream.read()
                hits += [(name, word) for word in words if word in text]
        return hits

    def test_nothing_is_kept_or_logged_in_clear(self):
        environment = self.made("/environments", self.environment(1))["id"]
        deployment = self.made("/deployments", self.deployment(2))["id"]
        self.made("/integrations", {"name": "i", "provider": "slack", "vendor": "slack",
                                    "environment": self.environment(3, used_for="integration")})
        call = self.platform.call
        path = "/environments/" + environment
        self.assertEqual(200, call("PUT", path + "/set", {"key": "c", "var_name": "C", "value": self.canary % 4}).status)
        self.made(path + "/clone", {"name": "copy"})
        self.made("/deployments/%s/clone" % deployment, {"name": "copy"})
        self.assertEqual(200, call("PUT", "/deployments/" + deployment, self.deployment(5)).status)
        for shown in (path, "/environments", "/environments/search?pattern=e", "/deployments", "/deployments/" + deployment,
                      "/environments?page=x"):
            self.clean(call("GET", shown))
        self.assertIn(b"c4n4ry-4", call("GET", path + "/clear").body)
        call("POST", "/links")
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(303, self.platform.ask("POST", "/sign-in", "token=" + self.platform.token, form).status)
        self.assertEqual(403, self.platform.ask("POST", "/sign-in", "token=" + self.platform.token + "0", form).status)
        self.assertEqual(401, call("GET", "/plans", headers={"Authorization": "Bearer c4n4ry"}).status)
        self.assertIn("/environments", self.platform.said())
        self.assertEqual([], self.found())

    def test_refusals_do_not_repeat_them(self):
        value = self.canary % 6
        wrong = ([{"key": "a", "value": value}], [{"key": "a", "var_name": 1, "value": value}], [value], value, {"a": value},
                 [{"key": "a", "var_name": "A", "valeu": value}], [{"key": "a", "var_name": "A", "value": [value]}],
                 [{"key": "a", "path": "no-slash", "value": value}])
        bodies = [("POST", "/environments", self.environment(6, secrets=secrets)) for secrets in wrong]
        bodies += [("POST", "/environments", self.environment(6, **more)) for more in
                   ({"name": 5}, {"envvars": None}, {"used_for": "x"}, {"envvars": [{"var_name": "A"}]})]
        bodies += [("POST", "/integrations", {"name": "i", "provider": "slack", "environment": body})
                   for _, _, body in bodies] + [("POST", "/integrations", {"environment": self.environment(6)})]
        bodies += [("POST", "/environments", dict(body, name=None)) for _, _, body in bodies[:2]]
        bodies += [("PUT", "/environments/%s/set" % NOWHERE, body) for body in (
            {"key": "a", "value": value}, {"value": value}, [value], value, {"key": "a", "var_name": 1, "value": value})]
        for method, path in (("POST", "/deployments"), ("PUT", "/deployments/" + NOWHERE)):
            bodies += [(method, path, body) for body in (
                self.deployment(6, repo=None), self.deployment(6, type="x"), self.deployment(6, token=[value]),
                self.deployment(6, ref=5), {"definition": self.deployment(6)["definition"]}, self.deployment(6)["definition"],
                {"name": "d", "definition": {"token": value}}, {"name": "d", "definition": value},
                {"name": "d", "definition": {"type": "k8s_job", "credentials": {"a": value}}})]
        for text in ('{"secrets":[{"value":"%s" "%s"}]}', '{"value":%s%s}', '{"value":"%s\\x%s"}', '{"value":"%s%s'):
            bodies += [(method, path, (text % (value, value)).encode()) for method, path in (
                ("POST", "/environments"), ("POST", "/deployments"), ("POST", "/integrations"))]
        for method, path, body in bodies:
            with self.subTest(path=path, body=body):
                self.assertEqual(422, self.clean(self.platform.call(method, path, body)).status)
        self.assertEqual([], self.found())

    def test_they_are_not_collected(self):
        """A server that runs for months must not grow by each secret that it was given."""
        environment = self.made("/environments", self.environment(7))["id"]
        sizes = []
        with self.platform.client() as client:
            for number in range(1500):
                if number % 500 == 0:
                    sizes.append(EveryEndpoint.resident(self))
                value = os.urandom(2000).hex()
                self.assertEqual(200, client.call("PUT", "%s/environments/%s/set" % (client.api, environment), {
                    "key": "k", "var_name": "K", "value": value}).status)
                client.call("GET", "%s/environments/%s/clear" % (client.api, environment))
        sizes.append(EveryEndpoint.resident(self))
        self.assertLess(sizes[-1] - sizes[1], 4096, sizes)


class Edges(unittest.TestCase):
    """The longest names, what fails half-way, many who want the same, and what is deleted under others' hands."""

    def setUp(self):
        self.platform = Serving()
        self.addCleanup(self.platform.close)
        self.platform.init()
        self.platform.start()
        self.addCleanup(lambda: self.assertNotIn("ERROR", self.platform.said()))

    def status(self, method, path, body=None):
        return self.platform.call(method, path, body).status

    def test_the_longest_names(self):
        """An index of PostgreSQL has room for 2,700 bytes, which it compresses where it can."""
        def name(n):
            return "".join(chr(0x10000 + int.from_bytes(os.urandom(2), "big")) for _ in range(n))
        environment = {"name": "e", "envvars": [], "secrets": []}
        for path, member, more in (
                ("/tokens", "name", {}), ("/deployments", "name", {"definition": {"type": "noop"}}),
                ("/integrations", "name", {"provider": "slack", "environment": environment})):
            for length, status in ((255, 201), (256, 422), (3000, 422)):
                with self.subTest(path=path, length=length):
                    self.assertEqual(status, self.status("POST", path, dict(more, **{member: name(length)})))
        for path, member in (("/api/v1/user", "username"), ("/api/v1/organization", "name")):
            for length, status in ((255, 201), (256, 422), (3000, 422)):
                with self.subTest(path=path, length=length):
                    self.assertEqual(status, self.platform.ask("POST", path, {member: name(length)}).status)
        for path, body in (("/environments", dict(environment, name=name(5000))),
                           ("/experiments/import", {"experiment": json.dumps({"title": name(5000), "method": []})})):
            self.assertEqual(201, self.status("POST", path, body))

    def test_what_fails_after_it_wrote_is_undone(self):
        body = {"name": "one", "provider": "slack", "environment": {
            "name": "e", "used_for": "integration", "envvars": [], "secrets": []}}
        self.assertEqual(201, self.status("POST", "/integrations", body))
        before = self.platform.call("GET", "/environments/simple").json
        self.assertEqual(1, len(before))
        self.assertEqual(409, self.status("POST", "/integrations", body))
        self.assertEqual(before, self.platform.call("GET", "/environments/simple").json)

    def test_of_many_who_want_one_name_one_has_it(self):
        head = self.platform.base.encode()
        body = json.dumps({"name": "wanted", "definition": {"type": "noop"}}).encode()
        text = (b"POST %s/deployments HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n%s" % (
            head, self.platform.token.encode(), len(body), body))
        with contextlib.ExitStack() as stack:
            clients = [stack.enter_context(socket.create_connection(("127.0.0.1", self.platform.port), PATIENCE))
                       for _ in range(60)]
            for client in clients:
                client.sendall(text)
            said = [client.recv(4096).split(b" ")[1] for client in clients]
        self.assertEqual((1, 59), (said.count(b"201"), said.count(b"409")))
        self.assertEqual(1, self.platform.call("GET", "/deployments").json["count"])

    def test_a_plan_that_is_deleted_while_its_run_reports(self):
        with self.platform.client() as client:
            made = client.plan({"title": "t", "method": []})
        executions = "/experiments/%s/executions" % made["experiment"]
        report = {"result": "{}", "log": "", "plan_id": made["plan"]}
        one = executions + "/" + self.platform.call("POST", executions, report).json["id"]
        self.assertEqual(200, self.status("DELETE", "/plans/" + made["plan"]))
        self.assertEqual(200, self.status("PUT", one + "/results", report))
        self.assertEqual(200, self.status("PUT", one + "/state", {"current": "finished", "plan_id": made["plan"]}))
        self.assertEqual(404, self.status("PUT", "/plans/%s/status" % made["plan"], {"status": "completed"}))
        self.assertEqual(404, self.status("GET", "/plans/" + made["plan"]))
        self.assertEqual("finished", self.platform.call("GET", one + "/state").json["current"])
        self.assertEqual(200, self.status("DELETE", one))
        for method, path in (("PUT", one + "/results"), ("PUT", one + "/state")):
            body = report if path.endswith("results") else {"current": "running"}
            self.assertEqual(404, self.status(method, path, body))

    def test_numbers_at_their_limits(self):
        for query in ("page=922337203685477580", "page=1000000000"):
            self.assertEqual([], self.platform.call("GET", "/plans?" + query).json["items"])
        for query in ("page=922337203685477581", "page=9223372036854775807", "page=9223372036854775808", "limit=11"):
            self.assertEqual(422, self.status("GET", "/plans?" + query))
        with self.platform.client() as client:
            made = client.plan({"title": "t", "method": []})
        executions = "/experiments/%s/executions" % made["experiment"]
        for text in (b'{"a":9223372036854775807,"b":-9223372036854775808,"c":1e308,"d":-0.0}', b'{"a":1e-400}'):
            one = self.platform.call("POST", executions, b'{"result":%s}' % text)
            self.assertEqual(201, one.status, one.body)
            self.assertEqual(200, self.status("GET", executions + "/" + one.json["id"]))
        for value in (b"9223372036854775808", b"-9223372036854775809", b"1e309", b"3301", b"-1", b"5.0", b"1e2"):
            body = b'{"current":"pause","duration":%s}' % value
            self.assertEqual(422, self.status("PUT", "%s/%s/state" % (executions, one.json["id"]), body), value)


@unittest.skipUnless(POSTGRESQL, "needs tests/lib/postgres")
class Lost(unittest.TestCase):
    """A database that goes away amid writes: what was acknowledged is there, and the server finds back to it."""

    def setUp(self):
        self.platform = Serving()
        self.addCleanup(self.platform.close)
        self.platform.init()
        self.platform.start()

    def write(self, number, acknowledged, others, done):
        with self.platform.client() as client:
            count = 0
            while not done.is_set():
                count += 1
                name = "t%d-%d" % (number, count)
                reply = client.call("POST", client.api + "/deployments", {"name": name, "definition": {"type": "noop"}})
                (acknowledged if reply.status == 201 else others).append((name, reply.status))

    def there(self):
        found, page = set(), 1
        with self.platform.client() as client:
            while True:
                items = client.got("/deployments?page=%d" % page)["items"]
                if not items:
                    return found
                found |= {item["name"] for item in items}
                page += 1

    def test_nothing_acknowledged_is_lost(self):
        acknowledged, others, done = [], [], threading.Event()
        threads = [threading.Thread(target=self.write, args=(i, acknowledged, others, done)) for i in range(4)]
        for thread in threads:
            thread.start()
        for command in ("restart", "stop", "start", "restart"):
            time.sleep(0.3)
            subprocess.run([os.environ["PLAN_RUNNER_TEST_POSTGRES_CONTROL"], command], check=True, timeout=PATIENCE)
        before = len(acknowledged)
        until = time.monotonic() + PATIENCE
        while len(acknowledged) < before + 20 and time.monotonic() < until:
            time.sleep(0.01)
        done.set()
        for thread in threads:
            thread.join()
        self.assertGreaterEqual(len(acknowledged), before + 20)
        self.assertLessEqual({status for _, status in others}, {503})
        self.assertEqual(set(), {name for name, _ in acknowledged} - self.there())


if __name__ == "__main__":
    unittest.main(verbosity=2)
