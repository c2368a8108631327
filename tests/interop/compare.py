#!/usr/bin/env python3
"""Compare what two runs of the same experiment have left on a Reliably platform. Standard library only.

compare.py [--host URL] ORG TOKEN MINE REFERENCE

MINE and REFERENCE are plans of the same variant, executed once each. Compared are plan, execution, user
state and journal, without what no two runs share: ids, times, durations. Prints each difference; exits 1 when there was one.
"""
import argparse
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
TAG = re.compile(r"\b(interop-marker|interop|victim|reliably-pause)-[0-9a-f]{8}\b")
OURS = ("run_id",)  # what this program adds: by it a repeated POST is recognised (docs/design.md, decision 4)
FREE = {  # key -> what stands for any value of it
    "duration": "<duration>", "date": "<date>", "node": "<node>", "platform": "<platform>",
    "user_id": "<user>", "chaoslib-version": "<version>",
    "deployment_type": "<launcher>",  # who launched a run is no matter for what it leaves
}


def plain(value, key=None):
    """The same value without what no two runs share."""
    if key in FREE and value is not None and not isinstance(value, (dict, list)):
        return FREE[key]
    if key == "chaostoolkit_extensions":  # the packages behind the activities: only their form is shared
        return [sorted(x) for x in value]
    if key == "exception":  # the lines before the last are the interpreter's own
        return value[-1:]
    if key == "execution_url":  # the reference writes https where the platform speaks http (docs/protocol.md 2.10)
        value = re.sub(r"^https?:", "scheme:", value)
    if isinstance(value, dict):
        return {k: plain(v, k) for k, v in value.items() if k not in OURS}
    if isinstance(value, list):
        return [plain(v) for v in value]
    if isinstance(value, str):
        return TAG.sub(r"\1-<tag>", STAMP.sub("<time>", UUID.sub("<id>", value)))
    return value


def diff(mine, other, path, out):
    if isinstance(mine, dict) and isinstance(other, dict):
        for k in sorted(set(mine) | set(other)):
            if k not in mine or k not in other:
                out.append("%s/%s: only %s has it: %.160s" % (
                    path, k, "this run" if k in mine else "the reference", json.dumps(mine.get(k, other.get(k)))))
            else:
                diff(mine[k], other[k], path + "/" + k, out)
    elif isinstance(mine, list) and isinstance(other, list) and len(mine) == len(other):
        for i, pair in enumerate(zip(mine, other)):
            diff(*pair, "%s/%d" % (path, i), out)
    elif type(mine) is not type(other) or mine != other:
        out.append("%s: %.200s, the reference has %.200s" % (path, json.dumps(mine), json.dumps(other)))


def main():
    ap = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    ap.add_argument("org")
    ap.add_argument("token")
    ap.add_argument("mine")
    ap.add_argument("reference")
    ap.add_argument("--host", default="http://%s:%s" % (
        os.environ.get("INTEROP_ADDRESS", "127.0.0.1"), os.environ.get("INTEROP_PORT", "8090")))
    opt = ap.parse_args()
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def get(path):
        request = urllib.request.Request("%s/api/v1/organization/%s%s" % (opt.host, opt.org, path),
                                         headers={"Authorization": "Bearer " + opt.token})
        for patience in range(6):  # the real platform answers 500 once in a while
            try:
                with opener.open(request, timeout=30) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as e:
                text = e.read(2000).decode(errors="replace")
                print("compare: GET %s: %d %s" % (path, e.code, text), file=sys.stderr)
                if e.code < 500 or patience == 5:
                    sys.exit("NOT OK  GET %s: %d" % (path, e.code))
                time.sleep(1 + patience)

    def stored(plan):
        executions = get("/plans/%s/executions" % plan)
        one = executions["items"][0] if executions["items"] else None
        document = get("/plans/" + plan)
        document.pop("ref")  # a random name
        return plain({"plan": document, "executions": executions["count"],
                      "state": one and one.pop("user_state"), "journal": one and one.pop("result"), "execution": one})

    out = []
    mine, reference = stored(opt.mine), stored(opt.reference)
    if not reference["executions"]:
        out.append("the reference has left no execution: nothing to compare with")
    diff(mine, reference, "", out)
    for line in out:
        print("NOT OK  " + line)
    sys.exit(bool(out))


main()
