#!/usr/bin/env python3
"""Secrets of type `vault`, fetched from a stand-in of Vault over TLS (docs/engine.md 3.4)."""
import http.server
import json
import os
import ssl
import subprocess
import sys
import tempfile
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "lib"))

from git_server import make_certificate  # noqa: E402

RUNNER = os.path.abspath(os.environ["PLAN_RUNNER"])
WAIT_S = 30
TOKEN, ROLE_SECRET, ACCOUNT = "hvs.token-of-ours", "secret-of-the-role", "jwt.of.the.pod"
DATA = {"user": "vault-user-name", "password": "vault-pass-word"}
LOGINS = {"/v1/auth/approle/login": {"role_id": "role", "secret_id": ROLE_SECRET},
          "/v1/auth/kubernetes/login": {"role": "pods", "jwt": ACCOUNT}, "/v1/auth/k8s-2/login": {"role": "pods", "jwt": ACCOUNT}}
SECRETS = {"/v1/secret/data/team/db": {"data": DATA, "metadata": {}}, "/v1/old/team/db": DATA,
           "/v1/secret/data/with%20space/a%3Fb": {"data": DATA}}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, value):
        text = json.dumps(value).encode()
        self.send_response(status)
        if status == 307:
            self.send_header("Location", value)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.seen.append((self.path, body))
        if self.path in self.server.odd:
            self.answer(*self.server.odd[self.path])
        elif LOGINS.get(self.path) == body:
            self.answer(200, {"auth": {"client_token": TOKEN}})
        else:
            self.answer(400, {"errors": ["invalid role or secret ID"]})

    def do_GET(self):
        self.server.seen.append((self.path, self.headers["X-Vault-Namespace"]))
        if self.path in self.server.odd:
            self.answer(*self.server.odd[self.path])
        elif self.headers["X-Vault-Token"] != TOKEN:
            self.answer(403, {"errors": ["permission denied"]})
        elif self.path in SECRETS:
            self.answer(200, {"data": SECRETS[self.path]})
        else:
            self.answer(404, {"errors": []})


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a peer that does not trust us goes away


class Case(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        box = tempfile.TemporaryDirectory(prefix="vault-")
        cls.addClassCleanup(box.cleanup)
        cls.certificate, key = make_certificate(box.name)
        cls.server = Server(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(cls.certificate, key)
        cls.server.socket = context.wrap_socket(cls.server.socket, server_side=True, do_handshake_on_connect=False)
        cls.address = "https://localhost:%d" % cls.server.server_address[1]
        thread = threading.Thread(target=cls.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        cls.addClassCleanup(cls.server.server_close)
        cls.addClassCleanup(cls.server.shutdown)

    def setUp(self):
        box = tempfile.TemporaryDirectory(prefix="vault-")
        self.addCleanup(box.cleanup)
        self.folder = box.name
        self.server.seen, self.server.odd = [], {}

    def write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as f:
            f.write(text)
        return os.path.join(self.folder, name)

    def read(self, name):
        path = os.path.join(self.folder, name)
        if not os.path.exists(path):
            return ""
        with open(path) as f:
            return f.read()

    def run_with(self, configuration, secrets, *args, code=0, **variables):
        """Runs an experiment whose one activity writes the scope `s` of the secrets to the file `got`."""
        script = {"type": "process", "path": "sh", "arguments": ["-c", "printf '%s' \"$1\" >got", "sh", "${value}"], "secrets": ["s"]}
        self.write("e.json", json.dumps({"title": "T", "description": "D", "configuration": configuration, "secrets": secrets, "method": [
            {"type": "action", "name": "a", "provider": script}]}))
        env = {"HOME": self.folder, "PATH": os.environ["PATH"]}
        env.update({k: os.environ[k] for k in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS") if k in os.environ})
        env.update(variables)
        done = subprocess.run([RUNNER, "run", "e.json", "--verbose", *args], cwd=self.folder, env=env, timeout=WAIT_S,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
        self.assertEqual(done.returncode, code, done.stderr)
        for secret in (TOKEN, ROLE_SECRET, ACCOUNT, DATA["user"], DATA["password"]):
            self.assertNotIn(secret, done.stderr + self.read("journal.json"))
        return done.stderr

    def place(self, **more):
        return dict({"vault_addr": self.address}, **more)

    def secret(self, **more):
        return {"s": {"value": dict({"type": "vault", "path": "team/db", "key": "password"}, **more)}}


class Fetched(Case):
    def test_each_way(self):
        account = self.write("account", ACCOUNT + "\n")
        token = {"vault_token": TOKEN}
        for name, configuration, secret in (
                ("token", token, {}), ("role", {"vault_role_id": "role", "vault_role_secret": ROLE_SECRET}, {}),
                ("account", {"vault_sa_role": "pods", "vault_sa_token_path": account}, {}),
                ("account elsewhere", {"vault_sa_role": "pods", "vault_sa_token_path": account, "vault_k8s_mount_point": "k8s-2"}, {}),
                ("a token goes before a role", dict(token, vault_role_id="x", vault_role_secret="y"), {}),
                ("first version", dict(token, vault_kv_version="1", vault_secrets_mount_point="old"), {}),
                ("version as a number", dict(token, vault_kv_version=1, vault_secrets_mount_point="old"), {}),
                ("odd path", token, {"path": "with space/a?b"}), ("slash", token, {"path": "/team/db"})):
            with self.subTest(name):
                self.run_with(self.place(**configuration), self.secret(**secret), "--ca-file", self.certificate)
                self.assertEqual(self.read("got"), DATA["password"])

    def test_a_standby_points_to_the_active_node(self):
        standby = Server(("127.0.0.1", 0), Handler)
        threading.Thread(target=standby.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.addCleanup(standby.server_close)
        self.addCleanup(standby.shutdown)
        paths = ["/v1/auth/approle/login", "/v1/secret/data/team/db"]
        standby.seen, standby.odd = [], {path: (307, self.address + path) for path in paths}
        configuration = {"vault_addr": "http://127.0.0.1:%d" % standby.server_address[1], "vault_role_id": "role",
                         "vault_role_secret": ROLE_SECRET}
        self.run_with(configuration, self.secret(), "--ca-file", self.certificate)
        self.assertEqual(self.read("got"), DATA["password"])
        for server in (standby, self.server):
            self.assertEqual([path for path, _ in server.seen], paths)

    def test_the_whole_of_a_secret(self):
        configuration = self.place(vault_token={"type": "env", "key": "OURS"})
        self.run_with(configuration, {"s": {"value": {"type": "vault", "path": "team/db"}}}, "--ca-file", self.certificate, OURS=TOKEN)
        self.assertEqual(json.loads(self.read("got").replace("'", '"')), DATA)

    def test_a_whole_scope_and_deep_ones(self):
        secrets = {"s": {"type": "vault", "path": "team/db"}, "t": {"u": {"v": {"type": "vault", "path": "team/db", "key": "user"}}}}
        self.run_with(self.place(vault_token=TOKEN), secrets, "--ca-file", self.certificate)
        self.assertEqual([path for path, _ in self.server.seen], ["/v1/secret/data/team/db"] * 2)

    def test_what_vaults_own_clients_take(self):
        self.write(".vault-token", TOKEN + "\n")
        for variables in ({"VAULT_TOKEN": TOKEN}, {}):
            self.run_with({}, self.secret(), VAULT_ADDR=self.address + "/", VAULT_CACERT=self.certificate, VAULT_NAMESPACE="ns", **variables)
            self.assertEqual((self.read("got"), self.server.seen[-1]), (DATA["password"], ("/v1/secret/data/team/db", "ns")))

    def test_one_login_for_all(self):
        secrets = {"s": {"value": self.secret()["s"]["value"], "more": {"type": "vault", "path": "team/db", "key": "user"}}}
        configuration = self.place(vault_role_id="role", vault_role_secret=ROLE_SECRET)
        self.run_with(configuration, secrets, "--ca-file", self.certificate)
        self.assertEqual([path for path, _ in self.server.seen], ["/v1/auth/approle/login"] + ["/v1/secret/data/team/db"] * 2)

    def test_what_the_user_gives_is_not_looked_into(self):
        variables = self.write("v.json", json.dumps({"secrets": {"s": {"value": "mine-instead"}}}))
        self.run_with(self.place(vault_token=TOKEN), self.secret(), "--var-file", variables)
        self.assertEqual((self.read("got"), self.server.seen), ("mine-instead", []))

    def test_what_a_secret_holds_is_no_definition(self):
        self.server.odd["/v1/secret/data/team/db"] = (200, {"data": {"data": {"type": "vault", "path": "team/db"}}})
        self.run_with(self.place(vault_token=TOKEN), self.secret(key=None), "--ca-file", self.certificate)
        self.assertEqual(len(self.server.seen), 1)

    def test_without_a_path(self):
        text = self.run_with(self.place(vault_token=TOKEN), {"s": {"value": {"type": "vault", "key": "x"}}}, "--ca-file", self.certificate)
        self.assertIn("Missing Vault secret path for 'value'", text)
        self.assertEqual((self.read("got"), self.server.seen), ("{}", []))


class Refused(Case):
    def refused(self, wanted, configuration, secret=None, **variables):
        ca = [] if variables.pop("untrusted", False) else ["--ca-file", self.certificate]
        text = self.run_with(configuration, self.secret(**secret or {}), *ca, code=1, **variables)
        self.assertIn(wanted, text)
        self.assertEqual((self.read("got"), self.read("journal.json")), ("", ""))

    def test_nothing_is_run(self):
        role = {"vault_role_id": "role", "vault_role_secret": "wrong"}
        at = self.address + "/v1/"
        failed = "Failed to fetch the secret 'value' from Vault: "
        for name, wanted, configuration, secret in (
                ("no token", failed + at + "secret/data/team/db: status 403, permission denied", {}, {}),
                ("no such path", failed + at + "secret/data/none: status 404", {"vault_token": TOKEN}, {"path": "none"}),
                ("no such key", at + "secret/data/team/db: the secret has no key 'none'", {"vault_token": TOKEN}, {"key": "none"}),
                ("a role", "Failed to connect to Vault with the AppRole: %sauth/approle/login: status 400, invalid role or secret ID" % at, role, {}),
                ("an account", "Failed to connect to Vault using service account with errors: '%sauth/kubernetes/login: status 400" % at,
                 {"vault_sa_role": "others", "vault_sa_token_path": self.write("account", "x")}, {}),
                ("no account", "Failed to get service account token at: /nowhere", {"vault_sa_role": "a", "vault_sa_token_path": "/nowhere"}, {})):
            with self.subTest(name):
                self.refused(wanted, self.place(**configuration), secret)

    def test_answers_of_something_else(self):
        for answer in ((200, []), (200, {"data": {"data": []}}), (200, {}), (503, {"errors": [None]}), (204, {})):
            with self.subTest(answer):
                self.server.odd["/v1/secret/data/team/db"] = answer
                self.refused("team/db: ", self.place(vault_token=TOKEN))

    def test_a_token_never_goes_from_https_to_http(self):
        other = Server(("127.0.0.1", 0), Handler)  # a connection to it is enough to be seen
        self.addCleanup(other.server_close)
        other.socket.settimeout(0)
        path = "/v1/secret/data/team/db"
        self.server.odd[path] = (307, "http://127.0.0.1:%d%s" % (other.server_address[1], path))
        self.refused("points from https to http", self.place(vault_token=TOKEN))
        self.assertRaises(BlockingIOError, other.socket.accept)

    def test_in_circles(self):
        path = "/v1/secret/data/team/db"
        self.server.odd[path] = (307, path)
        self.refused("too many redirects", self.place(vault_token=TOKEN))
        self.assertEqual(len(self.server.seen), 6)

    def test_connections(self):
        self.refused("certificate", self.place(vault_token=TOKEN), untrusted=True)
        self.refused("http://127.0.0.1:1/v1/", {"vault_addr": "http://127.0.0.1:1", "vault_token": TOKEN})
        self.refused("Failed to fetch", {"vault_addr": "nonsense", "vault_token": TOKEN})
        self.refused("Failed to fetch", self.place(vault_token="a\nb"))


if __name__ == "__main__":
    unittest.main()
