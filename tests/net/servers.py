"""The other side of tests/net: a DNS server that answers as told, and web servers with and without TLS."""

import http.server
import socket
import socketserver
import ssl
import struct
import subprocess
import threading

A, AAAA = 1, 28
NOERROR, NXDOMAIN = 0, 3
UDP_LIMIT = 512


class Zone:
    """What the server knows: addresses by name, and names whose AAAA is answered with NXDOMAIN."""

    def __init__(self, addresses, nxdomain_to_aaaa):
        self.addresses = addresses
        self.nxdomain_to_aaaa = nxdomain_to_aaaa
        self.queries = []  # (transport, name, type)

    def answer(self, query, transport):
        name, kind, question = parse(query)
        self.queries.append((transport, name, kind))
        found = self.addresses.get(name, []) if kind == A else []
        known = name in self.addresses and not (kind == AAAA and name in self.nxdomain_to_aaaa)
        records = b''.join(
            struct.pack('>HHHIH', 0xC00C, A, 1, 60, 4) + socket.inet_aton(a) for a in found)
        flags = 0x8580 | (NOERROR if known else NXDOMAIN)
        if transport == 'udp' and 12 + len(question) + len(records) > UDP_LIMIT:
            flags, found, records = flags | 0x0200, [], b''  # truncated: ask again by TCP
        return query[:2] + struct.pack('>HHHHH', flags, 1, len(found), 0, 0) + question + records


def parse(query):
    """Name, type and raw question of a query."""
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1:at + 1 + query[at]].decode())
        at += 1 + query[at]
    kind = struct.unpack('>H', query[at + 1:at + 3])[0]
    return '.'.join(labels).lower(), kind, query[12:at + 5]


def serve_dns(zone, address='127.0.0.1'):
    class Udp(socketserver.BaseRequestHandler):
        def handle(self):
            query, sock = self.request
            sock.sendto(zone.answer(query, 'udp'), self.client_address)

    class Tcp(socketserver.StreamRequestHandler):
        def handle(self):
            while len(head := self.rfile.read(2)) == 2:
                reply = zone.answer(self.rfile.read(struct.unpack('>H', head)[0]), 'tcp')
                self.wfile.write(struct.pack('>H', len(reply)) + reply)

    background(socketserver.UDPServer((address, 53), Udp))
    background(socketserver.ThreadingTCPServer((address, 53), Tcp))


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = b'here'
        self.send_response(200)
        self.send_header('Content-Type', 'text/plain')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server6(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


def serve_http(address, port, certificate=None):
    server = (Server6 if ':' in address else http.server.ThreadingHTTPServer)((address, port), Page)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate + '.pem', certificate + '.key')
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
    background(server)


def background(server):
    server.handle_error = lambda *_: None  # a client that turns away, as some cases want it to
    threading.Thread(target=server.serve_forever, daemon=True).start()


def authority(folder):
    """A certificate authority: FOLDER/ca.pem."""
    openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
            '-days', '2', '-subj', '/CN=net test authority', '-keyout', f'{folder}/ca.key',
            '-out', f'{folder}/ca.pem')
    return f'{folder}/ca.pem'


def certificate(folder, name, alternative):
    """A certificate of that authority for the given subjectAltName; its path without suffix."""
    path = f'{folder}/{name}'
    with open(path + '.ext', 'w') as out:
        out.write(f'subjectAltName={alternative}\nextendedKeyUsage=serverAuth\n')
    openssl('req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
            '-subj', f'/CN={name}', '-keyout', path + '.key', '-out', path + '.csr')
    openssl('x509', '-req', '-in', path + '.csr', '-CA', f'{folder}/ca.pem',
            '-CAkey', f'{folder}/ca.key', '-set_serial', str(1 + len(name)), '-days', '2',
            '-extfile', path + '.ext', '-out', path + '.pem')
    return path


def openssl(*arguments):
    subprocess.run(('openssl',) + arguments, check=True, capture_output=True)
