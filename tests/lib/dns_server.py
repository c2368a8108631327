"""A small DNS server on loopback, over UDP and TCP: fixed records, and the faults that a server can have."""
import socket
import struct
import threading

TYPES = {"A": 1, "NS": 2, "CNAME": 5, "SOA": 6, "PTR": 12, "MX": 15, "TXT": 16, "AAAA": 28, "SRV": 33, "CAA": 257}
TO_QUESTION = b"\xc0\x0c"


def name(text):
    """A name on the wire, not compressed."""
    labels = [label.encode() for label in text.rstrip(".").split(".") if label]
    return b"".join(bytes([len(label)]) + label for label in labels) + b"\0"


def texts(*parts):
    return b"".join(bytes([len(part)]) + part for part in parts)


def record(owner, kind, data, ttl=60):
    return owner + struct.pack(">HHIH", TYPES[kind], 1, ttl, len(data)) + data


class Server:
    """`zone` maps (name, type) to a list of records, or a function (query, tcp) -> bytes or None for the whole answer."""

    def __init__(self, zone):
        self.zone, self.asked, self.sockets = zone, [], []
        self.lock = threading.Lock()
        for _ in range(50):
            tcp, udp = socket.socket(), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            tcp.bind(("127.0.0.1", 0))
            try:
                udp.bind(tcp.getsockname())
                break
            except OSError:
                tcp.close()
                udp.close()
        tcp.listen(50)
        self.port, self.sockets = tcp.getsockname()[1], [tcp, udp]
        for target in (self.serve_tcp, self.serve_udp):
            threading.Thread(target=target, daemon=True).start()

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    def close(self):
        for s in self.sockets:
            s.close()

    def answer(self, query, tcp):
        labels, at = [], 12
        while query[at]:
            labels.append(query[at + 1:at + 1 + query[at]].decode())
            at += 1 + query[at]
        kind = struct.unpack(">H", query[at + 1:at + 3])[0]
        key = (".".join(labels).lower(), {v: k for k, v in TYPES.items()}[kind])
        with self.lock:
            self.asked.append((key, tcp))
        found = self.zone.get(key, self.zone.get((key[0], "*"), self.zone.get("*", 3)))
        if callable(found):
            return found(query, tcp)
        if isinstance(found, int):
            return message(query, [], code=found)
        return message(query, found)

    def serve_udp(self):
        while True:
            try:
                query, peer = self.sockets[1].recvfrom(4096)
                answer = self.answer(query, False)
                if answer is not None:
                    self.sockets[1].sendto(answer, peer)
            except OSError:
                return

    def serve_tcp(self):
        while True:
            try:
                peer, _ = self.sockets[0].accept()
            except OSError:
                return
            with peer:
                peer.settimeout(5)
                n = struct.unpack(">H", peer.recv(2))[0]
                answer = self.answer(peer.recv(n), True)
                if answer is not None:
                    framed = struct.pack(">H", len(answer)) + answer
                    peer.sendall(framed[:1])
                    peer.sendall(framed[1:])


def message(query, records, code=0, flags=0x8180, ident=None):
    """The answer to `query` with these records."""
    end = query.index(b"\0", 12) + 5
    head = query[:2] if ident is None else ident
    return head + struct.pack(">HHHHH", flags | code, 1, len(records), 0, 0) + query[12:end] + b"".join(records)
