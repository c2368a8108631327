"""A git server as hosts run them: smart HTTP over TLS with tokens, `git http-backend` behind it. Every request is recorded, with
what it carried of credentials."""
import base64
import contextlib
import http.server
import os
import socket
import socketserver
import ssl
import subprocess
import threading
import zlib

USER = "x-access-token"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # Expect: 100-continue is answered by the base class

    def log_message(self, *arguments):
        pass

    def do_GET(self):
        self.answer(b"")

    def do_POST(self):
        self.answer(self.body())

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            data = b""
            while True:
                size = int(self.rfile.readline().split(b";")[0], 16)
                data += self.rfile.read(size)
                self.rfile.readline()
                if not size:
                    break
        else:
            data = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Content-Encoding") == "gzip":
            data = zlib.decompress(data, 31)
        return data

    def plain(self, status, text=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def answer(self, body):
        owner = self.server.owner
        given = self.headers.get("Authorization")
        owner.requests.append((self.command, self.path, given))
        if owner.redirect and self.path.startswith(owner.redirect[0]):
            self.plain(302, Location=owner.redirect[1] + self.path[len(owner.redirect[0]):])
        elif owner.status:
            self.plain(owner.status, b"no\n", Content_Type="text/plain")
        elif owner.is_wanted(self.path) and given != owner.expected:
            self.plain(401, WWW_Authenticate='Basic realm="git"')
        else:
            owner.before(self)
            self.backend(body)

    def backend(self, body):
        path, _, query = self.path.partition("?")
        environment = {"PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": self.server.owner.root, "GIT_HTTP_EXPORT_ALL": "1",
                       "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command, "REMOTE_USER": "tester",
                       "REMOTE_ADDR": self.client_address[0], "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                       "CONTENT_LENGTH": str(len(body)), "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                       "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*",
                       "HOME": self.server.owner.root}
        done = subprocess.run(["git", "http-backend"], input=body, env=environment, capture_output=True, timeout=60)
        head, _, content = done.stdout.partition(b"\r\n\r\n")
        status, headers = 200, {}
        for line in head.decode("latin-1").split("\r\n"):
            name, _, value = line.partition(": ")
            if name.lower() == "status":
                status = int(value.split()[0])
            elif name:
                headers[name] = value
        self.plain(status, content, **headers)


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request, client_address):
        pass  # a client that does not trust us hangs up


class GitServer:
    """Serves the repositories of the folder `root`. `certificate`: (certificate file, key file), None: plain http.
    `token` None: everybody may. `public`: everybody may read."""

    def __init__(self, root, certificate=None, token=None, public=False):
        self.root, self.token, self.public = root, token, public
        self.requests = []      # (method, path, Authorization)
        self.redirect = None    # (beginning of a path, what takes its place)
        self.status = None      # what everything is answered with
        self.before = lambda request: None
        self.expected = None
        if token:
            self.expected = "Basic " + base64.b64encode(("%s:%s" % (USER, token)).encode()).decode()
        self.http = Server(("127.0.0.1", 0), Handler)
        self.http.owner = self
        self.scheme = "http"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.http.socket = context.wrap_socket(self.http.socket, server_side=True, do_handshake_on_connect=False)
            self.scheme = "https"
        self.port = self.http.server_address[1]
        self.thread = threading.Thread(target=self.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def is_wanted(self, path):
        return bool(self.token) and not (self.public and "receive-pack" not in path)

    def address(self, name, host="localhost"):
        return "%s://%s:%d/%s" % (self.scheme, host, self.port, name)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


class ProxyHandler(http.server.BaseHTTPRequestHandler):
    def log_message(self, *arguments):
        pass

    def do_CONNECT(self):
        self.server.asked.append(self.path)
        host, _, port = self.path.rpartition(":")
        with socket.create_connection((host, int(port))) as other:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=self.copy, args=(other, self.connection), daemon=True)
            back.start()
            self.copy(self.connection, other)
            back.join()
        self.close_connection = True

    @staticmethod
    def copy(source, target):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                target.sendall(data)
        with contextlib.suppress(OSError):
            target.shutdown(socket.SHUT_WR)


class Proxy(Server):
    """A proxy for https; `asked` has what was connected to."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), ProxyHandler)
        self.asked, self.port = [], self.server_address[1]
        self.thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *unused):
        self.shutdown()
        self.server_close()
        self.thread.join()


def make_certificate(folder, name="localhost"):
    """A self-signed certificate for `name`: (certificate, key)."""
    certificate, key = os.path.join(folder, name + ".pem"), os.path.join(folder, name + ".key")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=" + name,
                    "-addext", "subjectAltName=DNS:" + name, "-addext", "basicConstraints=critical,CA:TRUE"],
                   check=True, capture_output=True)
    return certificate, key


def git(*arguments, folder=None, text=None):
    """The output of a git command that knows no configuration but ours."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
                   "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.com", "GIT_COMMITTER_NAME": "A",
                   "GIT_COMMITTER_EMAIL": "a@example.com"}
    return subprocess.run(["git", *arguments], cwd=folder, env=environment, input=text, check=True, capture_output=True,
                          text=True, timeout=60).stdout.strip()


def add_commit(folder, branch, path, text):
    """Adds a commit with one file to a branch of a bare repository, as somebody else's push would."""
    blob = git("hash-object", "-w", "--stdin", folder=folder, text=text)
    parent = git("for-each-ref", "--format=%(objectname)", "refs/heads/" + branch, folder=folder)
    listing = git("ls-tree", parent, folder=folder) if parent else ""
    lines = [line for line in listing.splitlines() if not line.endswith("\t" + path)] + ["100644 blob %s\t%s" % (blob, path)]
    tree = git("mktree", folder=folder, text="\n".join(lines) + "\n")
    commit = git("commit-tree", tree, *(["-p", parent] if parent else []), "-m", "other: " + path, folder=folder)
    git("update-ref", "refs/heads/" + branch, commit, folder=folder)
    return commit
