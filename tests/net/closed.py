"""A network without a way out: everything goes through a proxy that wants a password, and the certificates are those of an
authority of the house. closed.py PROGRAM WORK, in a network namespace of its own (tests/net/run)."""

import base64
import http.server
import json
import os
import shutil
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, '..', 'standin')]

import servers  # noqa: E402
from client import Client  # noqa: E402
from standin import StandIn  # noqa: E402

PASSWORD = 'canary-of-the-proxy'
LOGIN = 'Basic ' + base64.b64encode(f'house:{PASSWORD}'.encode()).decode()
PLATFORM, OTHER = 'platform.house.test', 'other.house.test'


class Proxy(socketserver.ThreadingTCPServer):
    """CONNECT and plain requests; the only one that knows the names. `seen` has (method, target, whether let in)."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, ways):
        self.ways, self.seen = ways, []
        super().__init__(('127.0.0.1', 3128), ProxyHandler)
        servers.background(self)


class ProxyHandler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def do_CONNECT(self):
        name = self.path.partition(':')[0]
        welcome = self.headers.get('Proxy-Authorization') == LOGIN
        self.server.seen.append(('CONNECT', name, welcome))
        if not welcome:
            self.send_response(407)
            self.send_header('Proxy-Authenticate', 'Basic realm="house"')
            self.send_header('Content-Length', '0')
            self.end_headers()
            return
        if name not in self.server.ways:
            self.send_error(502)
            return
        with socket.create_connection(self.server.ways[name]) as peer:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=pump, args=(peer, self.connection), daemon=True)
            back.start()
            pump(self.connection, peer)
            back.join()
        self.close_connection = True

    def do_GET(self):
        self.server.seen.append(('GET', self.path, self.headers.get('Proxy-Authorization') == LOGIN))
        self.send_response(200)
        self.send_header('Content-Length', '5')
        self.end_headers()
        self.wfile.write(b'plain')

    def log_message(self, *_):
        pass


def pump(source, sink):
    try:
        while data := source.recv(65536):
            sink.sendall(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Other(http.server.BaseHTTPRequestHandler):
    """Whatever else is called: a target, a source of experiments, a place for notifications, a vault."""

    protocol_version = 'HTTP/1.1'

    def answer(self):
        size = int(self.headers.get('Content-Length') or 0)
        self.server.seen.append((self.command, self.path))
        self.rfile.read(size)
        body = self.server.answers.get(self.path, b'{"ok": true}')
        self.send_response(200)
        self.send_header('Content-Type', 'application/json')
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_PUT = answer

    def log_message(self, *_):
        pass


def secure_server(certificate):
    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Other)
    server.seen, server.answers = [], {}
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate + '.pem', certificate + '.key')
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    servers.background(server)
    return server


def experiment(*urls):
    return {'title': 'Through the proxy', 'description': 'Closed', 'rollbacks': [],
            'method': [{'type': 'probe', 'name': url, 'tolerance': 200,
                        'provider': {'type': 'http', 'url': url, 'timeout': 5}} for url in urls]}


class Closed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ca = servers.authority(WORK)
        certificate = servers.certificate(WORK, 'house', f'DNS:{PLATFORM},DNS:{OTHER},IP:127.0.0.1')
        both = f'{WORK}/both.pem'
        with open(both, 'wb') as out:
            for part in ('.key', '.pem'):
                with open(certificate + part, 'rb') as f:
                    out.write(f.read())
        os.environ['SSL_CERT_FILE'] = cls.ca
        cls.standin = StandIn(tls=(both,))
        cls.other = secure_server(certificate)
        cls.proxy = Proxy({PLATFORM: ('127.0.0.1', cls.standin.server.port),
                           OTHER: cls.other.server_address})
        cls.client = Client(cls.standin.url, cls.standin.org, cls.standin.token, keep=False)

    def setUp(self):
        self.folder = f'{WORK}/{self.id()}'
        os.mkdir(self.folder)
        del self.proxy.seen[:], self.other.seen[:]
        self.other.answers.clear()

    def run_program(self, *args, **changes):
        way = f'http://house:{PASSWORD}@127.0.0.1:3128'
        env = {'PATH': '/usr/bin:/bin', 'HOME': self.folder, 'TMPDIR': self.folder, 'https_proxy': way, 'HTTP_PROXY': way,
               'RELIABLY_SERVICE_HOST': f'https://{PLATFORM}', 'RELIABLY_SERVICE_TOKEN': self.standin.token,
               'RELIABLY_ORGANIZATION_ID': self.standin.org, 'PLAN_RUNNER_CA_FILE': self.ca,
               'PLAN_RUNNER_REPORT_DEADLINE': '2s'}
        env.update(changes)
        done = subprocess.run([PROGRAM, *args], cwd=self.folder, env={k: v for k, v in env.items() if v is not None},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        self.assertNotIn(PASSWORD, done.stdout + done.stderr)
        for name in os.listdir(self.folder):
            if os.path.isfile(f'{self.folder}/{name}') and name != 'settings.yaml':
                with open(f'{self.folder}/{name}', errors='replace') as f:
                    self.assertNotIn(PASSWORD, f.read(), name)
        return done

    def execute(self, *urls, **changes):
        made = self.client.plan(experiment(*urls))
        self.standin.forget()
        done = self.run_program('service', 'plan', 'execute', '--set-status', '--log-stdout', made['plan'], **changes)
        return done, made

    def test_a_plan_and_its_target_through_the_proxy(self):
        done, made = self.execute(f'https://{OTHER}/target', 'http://plain.house.test/')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual({(method, name) for method, name, _ in self.proxy.seen},
                         {('CONNECT', PLATFORM), ('CONNECT', OTHER), ('GET', 'http://plain.house.test/')})
        self.assertTrue(all(welcome for _, _, welcome in self.proxy.seen), self.proxy.seen)
        kept = self.client.got(f'/plans/{made["plan"]}/executions')['items'][0]
        self.assertEqual([run['status'] for run in kept['result']['run']], ['succeeded', 'succeeded'])
        self.assertNotIn(PASSWORD, json.dumps(kept))

    def test_two_connections_are_enough(self):
        self.execute()
        self.assertLessEqual([name for _, name, _ in self.proxy.seen].count(PLATFORM), 2)

    def test_no_proxy_names_who_is_reached_directly(self):
        url = f'https://127.0.0.1:{self.other.server_address[1]}/direct'
        done, _ = self.execute(url, NO_PROXY='127.0.0.1')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual({name for _, name, _ in self.proxy.seen}, {PLATFORM})
        self.assertIn(('GET', '/direct'), self.other.seen)
        done, _ = self.execute(url, NO_PROXY='.house.test', PLAN_RUNNER_CALL_TIMEOUT='2s')
        self.assertEqual(done.returncode, 1)  # nobody but the proxy knows the name

    def test_a_file_with_the_authority_by_each_of_its_names(self):
        for name in ('SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE'):
            with self.subTest(name):
                done, _ = self.execute(PLAN_RUNNER_CA_FILE=None, **{name: self.ca})
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        made = self.client.plan(experiment(f'https://{OTHER}/'))
        done = self.run_program('service', 'plan', 'execute', '--ca-file', self.ca, made['plan'], PLAN_RUNNER_CA_FILE=None)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_without_the_authority_nothing_is_touched(self):
        done, _ = self.execute(f'https://{OTHER}/', PLAN_RUNNER_CA_FILE=None)
        self.assertEqual((done.returncode, self.other.seen, self.standin.records), (1, [], []))
        self.assertIn('PLAN_RUNNER_CA_FILE', done.stdout + done.stderr)

    def test_a_wrong_password_is_told(self):
        wrong = 'http://house:other@127.0.0.1:3128'
        done, _ = self.execute(https_proxy=wrong)
        self.assertEqual((done.returncode, self.standin.records), (1, []))
        self.assertIn('407', done.stdout + done.stderr)
        done = self.run_program('doctor', https_proxy=wrong)
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, '(?m)^failed +proxy')

    def test_the_doctor_finds_nothing(self):
        made = self.client.plan(experiment(f'https://{OTHER}/'))
        done = self.run_program('doctor', made['plan'])
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_experiments_notifications_and_secrets_go_the_same_way(self):
        self.other.answers['/x.json'] = json.dumps(dict(experiment(f'https://{OTHER}/seen'), secrets={
            'house': {'key': {'type': 'vault', 'path': 'x', 'key': 'k'}}},
            configuration={'vault_addr': f'https://{OTHER}', 'vault_token': 'vault-token',
                           'vault_kv_version': '1'})).encode()
        self.other.answers['/v1/secret/x'] = b'{"data": {"k": "canary-of-vault"}}'
        with open(f'{self.folder}/settings.yaml', 'w') as f:
            json.dump({'notifications': [{'type': 'http', 'url': f'https://{OTHER}/notified'}]}, f)
        done = self.run_program('run', f'https://{OTHER}/x.json', '--settings', 'settings.yaml')
        said = done.stdout + done.stderr
        self.assertEqual(done.returncode, 0, said)
        self.assertTrue({'/x.json', '/v1/secret/x', '/seen', '/notified'} <= {path for _, path in self.other.seen},
                        (self.other.seen, said))
        self.assertEqual({name for _, name, _ in self.proxy.seen}, {OTHER})

    def test_traces_go_the_same_way(self):
        control = {'name': 'traces', 'provider': {'type': 'python', 'module': 'chaostracing.oltp'}}
        with open(f'{self.folder}/x.json', 'w') as f:
            json.dump(dict(experiment(), controls=[control]), f)
        done = self.run_program('run', 'x.json', OTEL_EXPORTER_OTLP_ENDPOINT=f'https://{OTHER}')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn(('POST', '/v1/traces'), self.other.seen)

    def test_a_report_waits_until_the_proxy_is_back(self):
        self.standin.fault(method='PUT', path='*/results', times=None, do='status', status=503)
        done, made = self.execute()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        del self.standin.server.faults[:]
        done = self.run_program('report', 'resend')
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        kept = self.client.got(f'/plans/{made["plan"]}/executions')['items'][0]
        self.assertEqual(kept['result']['status'], 'completed')


if __name__ == '__main__':
    PROGRAM, WORK = sys.argv[1], os.path.join(sys.argv[2], 'closed')
    os.mkdir(WORK)
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    try:
        unittest.main(argv=['closed', *sys.argv[3:]])
    finally:
        shutil.rmtree(WORK, ignore_errors=True)
