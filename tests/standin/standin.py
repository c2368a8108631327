#!/usr/bin/env python3
"""A stand-in for the Reliably platform on loopback: records every request, is as strict as the real one, and can be
told to misbehave. Standard library only, Python 3.9 or newer. README.md describes it.
"""
import argparse
import json
import os
import ssl
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import platform_model  # noqa: E402
import process  # noqa: E402
import wire  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SEED = os.path.join(HERE, os.pardir, "interop", "seed.py")
VARIANTS = ("nominal", "noop", "deviated", "gate", "slow", "http", "http-deviated")


class StandIn:
    """The platform and its server, in this process. `with StandIn() as standin: …` in tests."""

    def __init__(self, port=0, address="127.0.0.1", tls=None, keep_alive=5.0, **platform):
        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*tls)
            context.set_alpn_protocols(["http/1.1"])
        self.certificate = tls[0] if tls else None
        self.platform = platform_model.Platform(**platform)
        self.server = wire.Server(self._answer, process.loopback(address), port, context, keep_alive)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.server.close()

    url = property(lambda self: self.server.url)
    org = property(lambda self: self.platform.org)
    token = property(lambda self: self.platform.token)
    records = property(lambda self: self.server.records)

    def forget(self):
        """Drops what was recorded so far; numbering starts again."""
        self.server.forget()

    def fault(self, **spec):
        """Makes calls go wrong: fault(method="PUT", path="*/results", do="status", status=503, times=2)."""
        self.server.faults.append(wire.Fault(spec))

    def seed(self, variant):
        """Fills the platform with a plan, over HTTP like the real one; its identifiers by name (PLAN, EXPERIMENT …)."""
        env = dict(os.environ, INTEROP_ORG=self.org, INTEROP_TOKEN=self.token, PYTHONDONTWRITEBYTECODE="1")
        if self.certificate:
            env["SSL_CERT_FILE"] = self.certificate
        done = subprocess.run([sys.executable, SEED, self.url, variant, "manual"], env=env, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, timeout=60)
        if done.returncode:
            raise RuntimeError("seeding %s failed: %s" % (variant, done.stderr.strip() or done.stdout.strip()))
        return dict(line.replace('"', "").split("=", 1) for line in done.stdout.splitlines())

    def _answer(self, request):
        if request.path.startswith("/__control/"):
            return self._control(request)
        return self.platform.answer(request)

    def _control(self, request):
        """What a test that runs in another process steers the stand-in with; never recorded."""
        action, server = (request.method, request.path[len("/__control/"):]), self.server
        try:
            if action == ("POST", "faults"):
                specs = json.loads(request.body)
                server.faults += [wire.Fault(s) for s in (specs if isinstance(specs, list) else [specs])]
            elif action == ("DELETE", "faults"):
                del server.faults[:]
            elif action == ("GET", "faults"):
                return wire.Answer(200, wire.dumps([dict(f.spec, hits=f.hits) for f in server.faults]))
            elif action == ("GET", "requests"):
                return wire.Answer(200, wire.dumps(server.records))
            elif action == ("DELETE", "requests"):
                server.forget()
            elif action == ("GET", "credentials"):
                return wire.Answer(200, wire.dumps({"host": self.url, "org": self.org, "token": self.token}))
            else:
                return wire.Answer(404, wire.dumps({"detail": "Not Found"}))
        except (ValueError, TypeError) as error:
            return wire.Answer(422, wire.dumps({"detail": str(error)}))
        return wire.Answer(200, b"null")


def access_line(record):
    target = record["path"] + ("?" + record["query"] if record["query"] else "")
    return '127.0.0.1:0 - "%s %s HTTP/1.1" %s\n' % (record["method"], target, record["status"] or 0)


def options():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    process.add_options(parser)
    parser.add_argument("--access-log", metavar="FILE", help="append a line a request, as the real server does")
    parser.add_argument("--faults", metavar="FILE", help="JSON list of what shall go wrong")
    parser.add_argument("--seed", choices=VARIANTS, help="create this plan before being ready")
    parser.add_argument("--org", help="identifier of the organisation (default: a new one)")
    parser.add_argument("--token", help="32 characters (default: a new one)")
    parser.add_argument("--tls-cert", metavar="FILE")
    parser.add_argument("--tls-key", metavar="FILE", help="default: in the certificate's file")
    parser.add_argument("--keep-alive", type=float, default=5.0, help="seconds after which an idle connection is closed")
    parser.add_argument("--keep-order", action="store_true", help="keep key order; the real one does not")
    opt = parser.parse_args()
    if opt.token and len(opt.token) != 32:
        parser.error("--token: 32 characters are wanted")
    if opt.tls_key and not opt.tls_cert:
        parser.error("--tls-key needs --tls-cert")
    return opt


def main():
    opt = options()
    process.end_on_signals()
    try:
        standin = StandIn(opt.port, opt.address, (opt.tls_cert, opt.tls_key) if opt.tls_cert else None,
                          opt.keep_alive, org=opt.org, token=opt.token, keep_order=opt.keep_order)
        faults = []
        if opt.faults:
            with open(opt.faults) as f:
                faults = [wire.Fault(spec) for spec in json.load(f)]
        facts = {"URL": standin.url, "PORT": standin.server.port, "PID": os.getpid(), "HOST": standin.url,
                 "ORG": standin.org, "TOKEN": standin.token}
        if opt.seed:
            facts.update(standin.seed(opt.seed))
        standin.forget()  # the seeding is no business of the client under test
        standin.server.faults += faults
        for path, line in ((opt.record, process.json_line), (opt.access_log, access_line)):
            if path:
                standin.server.sinks.append(process.log_to(path, line))
        process.announce(facts, opt.ready)
    except (OSError, ValueError, RuntimeError) as error:
        sys.exit("standin: %s" % error)
    process.stay(opt)


if __name__ == "__main__":
    main()
