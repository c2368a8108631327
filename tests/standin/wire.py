"""A small threaded HTTP/1.1 server that records every request and can misbehave on demand.

Written on sockets rather than on http.server for two reasons: it answers in a fraction of a millisecond, so that
what is measured is the client, and it can do what a proper server never does: reset, truncate, drip, refuse.
"""
import fnmatch
import gzip
import http.client
import json
import socket
import struct
import threading
import time
from email.utils import formatdate

MAX_HEAD = 64 * 1024
GZIP_FROM = 500  # bytes of body from which a client that accepts gzip gets it


class Request:
    def __init__(self, method, target, headers, body, conn):
        self.method, self.headers, self.body, self.conn = method, headers, body, conn
        self.path, _, self.query = target.partition("?")


class Answer:
    def __init__(self, status, body=b"", content_type="application/json", headers=None, close=False):
        self.status, self.body, self.content_type, self.close = status, body, content_type, close
        self.headers = dict(headers or {})


def dumps(value):
    """JSON as the platform writes it: compact, UTF-8, NaN as null."""
    try:
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()
    except ValueError:
        return dumps(_finite(value))


def _finite(value):
    if isinstance(value, dict):
        return {k: _finite(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_finite(v) for v in value]
    return None if isinstance(value, float) and value - value != 0 else value


FAULTS = ("status", "alter", "reset", "close", "hang", "delay", "truncate", "drip", "garbage", "refuse")


class Fault:
    """What shall go wrong for the calls that match. See README.md for the members."""

    def __init__(self, spec):
        unknown = set(spec) - {"method", "path", "skip", "times", "apply", "do", "status", "body", "content_type",
                               "headers", "seconds", "chunk", "interval"}
        if unknown or spec.get("do") not in FAULTS:
            raise ValueError("bad fault: %s" % json.dumps(spec))
        self.spec, self.kind = spec, spec["do"]
        self.skip, self.left, self.hits = spec.get("skip", 0), spec.get("times", 1), 0

    def takes(self, request):
        """True if this call is to go wrong; counts it."""
        if self.left == 0 or self.spec.get("method", request.method) != request.method:
            return False
        if not fnmatch.fnmatchcase(request.path, self.spec.get("path", "*")):
            return False
        if self.skip:
            self.skip -= 1
            return False
        if self.left is not None:
            self.left -= 1
        self.hits += 1
        return True

    def applies(self):
        """Whether the platform handles the call before its answer goes wrong."""
        return self.spec.get("apply", self.kind in ("alter", "delay", "truncate", "drip"))


class Drop(Exception):
    """The connection is to end; `reset` says how."""

    def __init__(self, reset=False):
        super().__init__()
        self.reset = reset


class Server:
    """Listens on loopback and calls `handler(Request) -> Answer` for each request, one thread a connection."""

    def __init__(self, handler, address="127.0.0.1", port=0, tls=None, keep_alive=5.0):
        self.handler, self.tls, self.keep_alive = handler, tls, keep_alive
        self.faults, self.records, self.sinks = [], [], []
        self.lock = threading.Lock()
        self._log_lock = threading.Lock()
        self._conns, self._count, self._seq = {}, 0, 0
        self._zero = time.monotonic()
        self._listener = None
        self._listen((address, port))
        self.address, self.port = self._listener.getsockname()[:2]

    @property
    def url(self):
        return "%s://%s:%d" % ("https" if self.tls else "http", self.address, self.port)

    # listening

    def _listen(self, where):
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            sock.bind(where)
            sock.listen(256)
        except OSError:
            sock.close()
            raise
        self._listener = sock
        threading.Thread(target=self._accept, args=(sock,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                sock, _ = listener.accept()
            except OSError:
                return
            with self.lock:
                if listener is not self._listener:  # closed while this one was in the queue
                    _end(sock, True)
                    return
                self._count += 1
                number = self._count
                self._conns[number] = sock
            threading.Thread(target=self._serve, args=(sock, number), daemon=True).start()

    def refuse(self, seconds=None):
        """Go away: no listener, every connection reset. Comes back on the same port after `seconds` (None: never)."""
        with self.lock:
            listener, self._listener = self._listener, None
            conns = list(self._conns.values())
        if listener:
            # shutdown wakes the thread in accept(), which would otherwise keep the port open
            try:
                listener.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
            listener.close()
        for sock in conns:
            _end(sock, True)
        if seconds is not None:
            timer = threading.Timer(seconds, self.resume)
            timer.daemon = True
            timer.start()

    def resume(self):
        """Listen again after refuse()."""
        if self._listener is None:
            self._listen((self.address, self.port))

    def close(self):
        self.refuse()

    def forget(self):
        """Drops the records; numbering and time start again."""
        with self._log_lock:
            del self.records[:]
            self._seq, self._zero = 0, time.monotonic()

    # connections

    def _serve(self, sock, number):
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self.tls:
                sock.settimeout(10)
                sock = self.tls.wrap_socket(sock, server_side=True)
                with self.lock:
                    self._conns[number] = sock
            self._converse(sock, number)
            _end(sock, False)
        except Drop as drop:
            _end(sock, drop.reset)
        except OSError:
            _end(sock, False)
        finally:
            with self.lock:
                self._conns.pop(number, None)

    def _converse(self, sock, number):
        reader = Reader(sock)
        while True:
            sock.settimeout(self.keep_alive)
            if not reader.fill():
                return  # the client went away, or has been idle for too long
            sock.settimeout(60)
            request = reader.request(number)
            if request is None:
                self._send(sock, Answer(400, b"Invalid HTTP request received.", "text/plain; charset=utf-8", close=True))
                return
            if not self._answer(sock, request):
                return

    def _answer(self, sock, request):
        """Handles one request; False ends the connection."""
        if self._listener is None:  # gone; this connection is about to be reset
            raise Drop(True)
        began = time.monotonic()
        fault = None
        if not request.path.startswith("/__control/"):
            with self._log_lock:
                fault = next((f for f in self.faults if f.takes(request)), None)
                self._seq += 1
                number = self._seq
        if fault is None or fault.applies():
            answer = self.handler(request)
        else:
            answer = None
        shown = faulty(fault, answer) if fault and fault.kind in ("status", "alter") else answer
        if not request.path.startswith("/__control/"):
            self._record(number, request, shown, fault, began)
        if fault and shown is answer:
            self._misbehave(sock, fault, answer, request)
        elif fault and fault.spec.get("seconds"):
            time.sleep(fault.spec["seconds"])
        if shown is not None and (fault is None or fault.kind in ("status", "alter", "delay")):
            self._send(sock, shown, request)
        return not (shown is None or shown.close or wants_close(request))

    def _record(self, number, request, answer, fault, began):
        """Written before the answer leaves: who has the answer finds the record."""
        line = {
            "n": number, "t": round(began - self._zero, 6), "conn": request.conn, "method": request.method,
            "path": request.path, "query": request.query, "headers": request.headers,
            "body": request.body.decode("utf-8", "backslashreplace"),
            "status": answer.status if answer else None,
            "answer": answer.body.decode("utf-8", "backslashreplace") if answer else None,
            "fault": fault.kind if fault else None, "ms": round((time.monotonic() - began) * 1000, 3),
        }
        with self._log_lock:
            self.records.append(line)
            for sink in self.sinks:
                sink(line)

    def _misbehave(self, sock, fault, answer, request):
        spec, kind = fault.spec, fault.kind
        if kind == "refuse":
            self.refuse(spec.get("seconds"))
            raise Drop(True)
        if kind in ("reset", "close"):
            raise Drop(kind == "reset")
        if kind == "garbage":
            sock.sendall(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
            raise Drop()
        if kind == "hang":
            _wait_gone(sock, spec.get("seconds", 600))
            raise Drop()
        if kind == "delay":
            time.sleep(spec.get("seconds", 1))
            return
        head, body = render(answer, request)
        if kind == "truncate":
            sock.sendall(head + body[:len(body) // 2])
            raise Drop()
        sock.sendall(head)  # drip
        step = spec.get("chunk", 1)
        for i in range(0, len(body), step):
            time.sleep(spec.get("interval", 0.05))
            sock.sendall(body[i:i + step])

    def _send(self, sock, answer, request=None):
        head, body = render(answer, request)
        sock.sendall(head + body)


def faulty(fault, answer):
    """The answer that the fault puts in place of the platform's (or, for `alter`, makes of it)."""
    spec = fault.spec
    body = spec.get("body", {"detail": http.client.responses.get(spec.get("status", 503), "")})
    if fault.kind == "alter":
        new = Answer(spec.get("status", answer.status), answer.body, spec.get("content_type", answer.content_type),
                     dict(answer.headers, **spec.get("headers", {})))
        if "body" not in spec:
            return new
        new.body = body.encode() if isinstance(body, str) else dumps(body)
        return new
    text = isinstance(body, str)
    kind = spec.get("content_type", "text/plain; charset=utf-8" if text else "application/json")
    return Answer(spec.get("status", 503), body.encode() if text else dumps(body), kind, spec.get("headers"))


def wants_close(request):
    return "close" in request.headers.get("connection", "").lower()


def render(answer, request):
    body = answer.body
    lines = ["HTTP/1.1 %d %s" % (answer.status, http.client.responses.get(answer.status, "")),
             "date: " + formatdate(usegmt=True), "server: uvicorn"]
    if len(body) >= GZIP_FROM:
        lines.append("vary: Accept-Encoding")
        if request and "gzip" in request.headers.get("accept-encoding", ""):
            body = gzip.compress(body, 1)
            lines.append("content-encoding: gzip")
    if answer.content_type:
        lines.append("content-type: " + answer.content_type)
    if not 100 <= answer.status < 200 and answer.status != 204:
        lines.append("content-length: %d" % len(body))
    lines += ["%s: %s" % pair for pair in answer.headers.items()]
    if answer.close or (request and wants_close(request)):
        lines.append("connection: close")
    head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    return head, b"" if request and request.method == "HEAD" else body


class Reader:
    """Cuts requests out of a stream."""

    def __init__(self, sock):
        self.sock, self.data = sock, bytearray()

    def more(self):
        part = self.sock.recv(256 * 1024)
        self.data += part
        return bool(part)

    def fill(self):
        """Waits for the first byte of a request; False at the end of the stream or when idle for too long."""
        try:
            return bool(self.data) or self.more()
        except socket.timeout:
            return False

    def line(self):
        while b"\r\n" not in self.data:
            if not self.more():
                raise Drop()
        line, _, rest = bytes(self.data).partition(b"\r\n")
        self.data = bytearray(rest)
        return line

    def take(self, size):
        while len(self.data) < size:
            if not self.more():
                raise Drop()
        part = bytes(self.data[:size])
        del self.data[:size]
        return part

    def request(self, conn):
        """The next request, None for what is not HTTP/1.x."""
        while b"\r\n\r\n" not in self.data:
            if len(self.data) > MAX_HEAD or not self.more():
                return None
        head, _, rest = bytes(self.data).partition(b"\r\n\r\n")
        self.data = bytearray(rest)
        lines = head.decode("latin-1").split("\r\n")
        first = lines[0].split(" ")
        if len(first) != 3 or not first[2].startswith("HTTP/1.") or not first[1].startswith("/"):
            return None
        headers = {}
        for line in lines[1:]:
            name, colon, value = line.partition(":")
            if not colon or not name or name != name.strip():
                return None
            headers[name.lower()] = value.lstrip()  # what trails belongs to the value, as on the real platform
        if "host" not in headers:
            return None
        return self._body(first, headers, conn)

    def _body(self, first, headers, conn):
        if headers.get("expect", "").lower() == "100-continue":
            self.sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        length = headers.get("content-length", "0")
        if headers.get("transfer-encoding", "").lower() == "chunked":
            body = b""
            while True:
                size = int(self.line().partition(b";")[0], 16)
                part = self.take(size)
                if size == 0:
                    while self.line():
                        pass
                    break
                self.take(2)
                body += part
        elif length.isdigit():
            body = self.take(int(length))
        else:
            return None
        return Request(first[0], first[1], headers, body, conn)


def _end(sock, reset):
    """Closes a connection; the thread that reads from it wakes up. SHUT_RD tells the peer nothing: the reset does."""
    try:
        if reset:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        sock.shutdown(socket.SHUT_RD if reset else socket.SHUT_RDWR)
    except OSError:
        pass
    try:
        sock.close()
    except OSError:
        pass


def _wait_gone(sock, seconds):
    """Says nothing until the client goes away, or for so many seconds."""
    end = time.monotonic() + seconds
    sock.settimeout(0.2)
    while time.monotonic() < end:
        try:
            if not sock.recv(4096):
                return
        except socket.timeout:
            continue
        except OSError:
            return
