"""cases.py PROGRAM FOLDER: the cases of tests/net, called by tests/net/run inside the namespace.

Each case is a root folder of its own that holds the program, an experiment with one http activity, and the files that the
case names. The program runs there with an empty environment; what the journal says of the activity is compared.
"""

import json
import os
import shutil
import subprocess
import sys
import time

import servers

MANY = '127.0.1.20'  # the only one of many.net.test's addresses that somebody listens on
RESOLVER = 'nameserver 127.0.0.1\n'
BUNDLE = 'etc/ssl/certs/ca-certificates.crt'
SECONDS = 20  # a case may take at most

ZONE = servers.Zone(
    addresses={
        'web.net.test': ['127.0.0.1'],
        'web.b.test': ['127.0.0.1'],
        'one.two.test': ['127.0.0.1'],
        'many.net.test': [f'127.0.1.{n}' for n in range(1, 61)],
        'four.net.test': ['127.0.0.1'],
        'tls.net.test': ['127.0.0.1'],
        'other.net.test': ['127.0.0.1'],
    },
    nxdomain_to_aaaa={'four.net.test'},
)


def asked(*wanted):
    """Check: these queries were made, in this order (others may stand between)."""
    def check():
        queries = iter(ZONE.queries)
        missing = [w for w in wanted if not any(q == w for q in queries)]
        return f'not asked: {missing}, but {ZONE.queries}' if missing else None
    return check


def a(name, transport='udp'):
    return (transport, name, servers.A)


# name, url, files in the root, environment, words of the failure (None: status 200 comes back), further check
CASES = [
    ('no files at all, address as IP', 'http://127.0.0.1:8080/', {}, {}, None, asked()),
    ('no files at all, address as IPv6', 'http://[::1]:8080/', {}, {}, None, None),
    ('no resolv.conf: the resolver on 127.0.0.1', 'http://web.net.test:8080/', {}, {}, None,
     asked(a('web.net.test'))),
    ('resolv.conf', 'http://web.net.test:8080/', {'etc/resolv.conf': RESOLVER}, {}, None,
     asked(a('web.net.test'))),
    ('search list and ndots:5, short name', 'http://web:8080/',
     {'etc/resolv.conf': RESOLVER + 'search a.test b.test c.test\noptions ndots:5\n'}, {}, None,
     asked(a('web.a.test'), a('web.b.test'))),
    ('search list and ndots:5, full name', 'http://one.two.test:8080/',
     {'etc/resolv.conf': RESOLVER + 'search a.test b.test c.test\noptions ndots:5\n'}, {}, None,
     asked(a('one.two.test.a.test'), a('one.two.test.b.test'), a('one.two.test.c.test'),
           a('one.two.test'))),
    ('localhost without /etc/hosts', 'http://localhost:8080/', {}, {}, None, asked()),
    ('name of /etc/hosts', 'http://only-in-hosts:8080/',
     {'etc/hosts': '127.0.0.1 only-in-hosts\n'}, {}, None, None),
    ('60 addresses: the truncated answer is fetched by TCP', 'http://many.net.test:8081/',
     {'etc/resolv.conf': RESOLVER}, {}, None, asked(a('many.net.test', 'tcp'))),
    ('NXDOMAIN to AAAA while A exists', 'http://four.net.test:8080/',
     {'etc/resolv.conf': RESOLVER}, {}, None, asked(('udp', 'four.net.test', servers.AAAA))),
    ('a name that nobody knows', 'http://absent.net.test:8080/', {'etc/resolv.conf': RESOLVER}, {},
     ['failed to connect', 'absent.net.test'], None),
    ('nobody listens', 'http://127.0.0.1:9/', {}, {}, ['failed to connect'], None),
    ('https without any CA file', 'https://tls.net.test:8443/', {}, {},
     ['failed to connect', 'PLAN_RUNNER_CA_FILE'], None),
    ('https, CA file of the variable absent', 'https://tls.net.test:8443/', {},
     {'PLAN_RUNNER_CA_FILE': '/absent.pem'},
     ['failed to connect', '/absent.pem', 'PLAN_RUNNER_CA_FILE'], None),
    ('https, CA file of the variable', 'https://tls.net.test:8443/', {'ca.pem': 'CA'},
     {'PLAN_RUNNER_CA_FILE': '/ca.pem'}, None, None),
    ('https, CA file at its usual place', 'https://tls.net.test:8443/', {BUNDLE: 'CA'}, {}, None,
     None),
    ('https, another authority', 'https://tls.net.test:8443/', {BUNDLE: 'STRANGER'}, {},
     ['failed to connect', 'certificate', 'PLAN_RUNNER_CA_FILE'], None),
    ('https, name not in the certificate', 'https://other.net.test:8443/', {BUNDLE: 'CA'}, {},
     ['failed to connect', 'certificate'], None),
    ('https, IP address in the certificate', 'https://127.0.0.1:8444/', {BUNDLE: 'CA'}, {}, None,
     None),
    ('https, IP address not in the certificate', 'https://127.0.0.1:8443/', {BUNDLE: 'CA'}, {},
     ['failed to connect', 'certificate'], None),
]


def make_root(path, program, files, url, texts):
    os.makedirs(path)
    shutil.copy(program, f'{path}/plan-runner')
    for name, content in files.items():
        os.makedirs(os.path.dirname(f'{path}/{name}') or path, exist_ok=True)
        with open(f'{path}/{name}', 'w') as out:
            out.write(texts.get(content, content))
    with open(f'{path}/experiment.json', 'w') as out:
        json.dump({
            'title': 'net', 'description': 'one call',
            'method': [{'type': 'probe', 'name': 'call',
                        'provider': {'type': 'http', 'url': url, 'timeout': 10}}],
        }, out)


def run(root, environment):
    """Runs the experiment inside root: (problem, the activity's entry of the journal)."""
    def enter():
        os.chroot(root)
        os.chdir('/')
    try:
        done = subprocess.run(['/plan-runner', 'run', '--journal-path', '/journal.json', '/experiment.json'],
                              preexec_fn=enter, env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, timeout=SECONDS)
    except subprocess.TimeoutExpired:
        return f'still running after {SECONDS} s', None
    try:
        with open(f'{root}/journal.json') as journal:
            return None, json.load(journal)['run'][0]
    except (OSError, ValueError, LookupError) as problem:
        said = done.stderr.decode(errors='replace')[-2000:]
        return f'{problem!r}, exit status {done.returncode}\n{said}', None


def judge(entry, failure):
    """None when the entry of the journal is as expected, else what is wrong."""
    if failure is None:
        output = entry.get('output')
        if entry['status'] == 'succeeded' and output and output.get('status') == 200:
            return None
        return f'not answered: {json.dumps(entry)}'
    text = json.dumps(entry.get('exception'))
    missing = [word for word in failure if word not in text]
    if entry['status'] == 'failed' and not missing:
        return None
    return f'status {entry["status"]}, no {missing} in {text}'


def start(work):
    """Starts the servers: the texts that stand for certificates in CASES."""
    subprocess.run(['ip', 'link', 'set', 'lo', 'up'], check=True)
    texts = {}
    for word in ('STRANGER', 'CA'):
        folder = f'{work}/{word}'
        os.mkdir(folder)
        with open(servers.authority(folder)) as pem:
            texts[word] = pem.read()
    servers.serve_dns(ZONE)
    servers.serve_http('127.0.0.1', 8080)
    servers.serve_http('::1', 8080)
    servers.serve_http(MANY, 8081)
    servers.serve_http('127.0.0.1', 8443, servers.certificate(folder, 'name', 'DNS:tls.net.test'))
    servers.serve_http('127.0.0.1', 8444, servers.certificate(folder, 'address', 'IP:127.0.0.1'))
    return texts


def main(program, work):
    texts = start(work)
    failed = 0
    for number, (name, url, files, environment, failure, check) in enumerate(CASES):
        root = f'{work}/{number}'
        make_root(root, program, files, url, texts)
        ZONE.queries.clear()
        begin = time.monotonic()
        problem, entry = run(root, environment)
        problem = problem or judge(entry, failure) or (check and check())
        failed += problem is not None
        print(f'{"FAILED" if problem else "ok    "}  {name} ({time.monotonic() - begin:.1f} s)')
        if problem:
            print('        ' + problem.replace('\n', '\n        '))
    print(f'{len(CASES) - failed} passed, {failed} failed')
    return 1 if failed else 0


if __name__ == '__main__':
    sys.exit(main(sys.argv[1], sys.argv[2]))
