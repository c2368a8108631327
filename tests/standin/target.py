#!/usr/bin/env python3
"""A small web server on loopback, to be the target of http activities. Standard library only, Python 3.9 or newer.

  GET /                 200 "ok"                    GET /fail            500
  GET /status/N         N                           GET /slow?s=SECONDS  200, after so long
  GET /json             200, a JSON object          ANY /echo            200, the request as JSON
  GET /counter          200, calls of POST /counter so far
  GET /thing            200, after DELETE /thing (204) 404, after PUT /thing (201) 200 again
"""
import argparse
import json
import os
import sys
import time
from urllib.parse import parse_qs

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import process  # noqa: E402
import wire  # noqa: E402

TEXT = "text/plain; charset=utf-8"


class Target:
    """The server, in this process. `with Target() as target: … target.url …`"""

    def __init__(self, port=0, address="127.0.0.1"):
        self.count, self.thing = 0, True
        self.server = wire.Server(self._answer, process.loopback(address), port)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.server.close()

    url = property(lambda self: self.server.url)
    records = property(lambda self: self.server.records)

    def _answer(self, request):
        method, path = request.method, request.path
        if path == "/echo":
            return wire.Answer(200, wire.dumps({
                "method": method, "path": path, "query": request.query, "headers": request.headers,
                "body": request.body.decode("utf-8", "backslashreplace")}))
        if path == "/thing" and method in ("GET", "PUT", "DELETE"):
            return self._thing(method)
        if path == "/counter" and method in ("GET", "POST"):
            self.count += method == "POST"
            return wire.Answer(200, str(self.count).encode(), TEXT)
        if method not in ("GET", "HEAD"):
            return wire.Answer(405, b"no", TEXT)
        return self._page(path, request.query)

    def _thing(self, method):
        was = self.thing
        if method == "GET":
            return wire.Answer(200 if was else 404, b"a thing" if was else b"gone", TEXT)
        self.thing = method == "PUT"
        return wire.Answer(201 if self.thing else 204 if was else 404, b"", TEXT)

    @staticmethod
    def _page(path, query):
        if path == "/":
            return wire.Answer(200, b"ok", TEXT)
        if path == "/fail":
            return wire.Answer(500, b"it fails", TEXT)
        if path == "/json":
            return wire.Answer(200, json.dumps({"status": "ok", "items": [{"n": 1}, {"n": 2}]}).encode())
        if path == "/slow":
            time.sleep(float(parse_qs(query).get("s", ["1"])[0]))
            return wire.Answer(200, b"at last", TEXT)
        status = path[len("/status/"):] if path.startswith("/status/") else "404"
        return wire.Answer(int(status) if status.isdigit() else 404, status.encode(), TEXT)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    process.add_options(parser)
    opt = parser.parse_args()
    process.end_on_signals()
    try:
        target = Target(opt.port, opt.address)
        if opt.record:
            target.server.sinks.append(process.log_to(opt.record, process.json_line))
        process.announce({"URL": target.url, "PORT": target.server.port, "PID": os.getpid()}, opt.ready)
    except (OSError, ValueError) as error:
        sys.exit("target: %s" % error)
    process.stay(opt)


if __name__ == "__main__":
    main()
