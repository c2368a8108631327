#!/usr/bin/env python3
"""Check what a runner has left on a Reliably platform after executing a plan. Standard library only.

verify.py [options] ORG TOKEN PLAN

The plan is one of those that `platform.sh seed` makes (its title tells the variant). Prints one line a check and
`N passed, N failed` at the end; exits 1 when a check failed.
"""
import argparse
import datetime
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request

ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
ap.add_argument("org")
ap.add_argument("token")
ap.add_argument("plan")
ap.add_argument("--host", default="http://%s:%s" % (os.environ.get("INTEROP_ADDRESS", "127.0.0.1"), os.environ.get("INTEROP_PORT", "8090")))
ap.add_argument("--executions", type=int, default=1, help="executions that the plan must have (1)")
ap.add_argument("--wait", type=float, default=3, help="seconds left to the plan to reach its end (3)")
ap.add_argument("--result-file", help="result file of the runner: must hold what the platform stored")
ap.add_argument("--exit-code", type=int, help="exit status of the runner: must fit the journal")
ap.add_argument("--access-log", default=os.path.join(os.environ.get("INTEROP_HOME", "/tmp/interop/home"), "access.log"),
                help="the platform's access log, for the order of the calls ('' for none)")
ap.add_argument("-q", "--quiet", action="store_true", help="show failed checks only")
opt = ap.parse_args()

opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
passed = failed = 0


def get(path, raw=False):
    req = urllib.request.Request(f"{opt.host.rstrip('/')}/api/v1/organization/{opt.org}{path}",
                                 headers={"Authorization": "Bearer " + opt.token})
    try:
        with opener.open(req, timeout=30) as r:
            text = r.read().decode()
    except urllib.error.HTTPError as e:
        raise AssertionError(f"GET {path}: {e.code}") from None
    return text if raw else json.loads(text)


def check(name, fn):
    """fn returns (got, wanted), or a truth value, or raises."""
    global passed, failed
    try:
        r = fn()
        ok, why = (r[0] == r[1], f"{r[0]!r}, not {r[1]!r}") if isinstance(r, tuple) else (bool(r), "does not hold")
    except Exception as e:  # a missing thing is a failed check, not the end of the others
        ok, why = False, f"{type(e).__name__}: {e}"
    if ok:
        passed += 1
        if not opt.quiet:
            print("ok      " + name)
    else:
        failed += 1
        print(f"NOT OK  {name}: {why[:300]}")


def attempt(fn, default):
    try:
        return fn()
    except Exception:
        return default


def when(text):
    return datetime.datetime.fromisoformat(text)


deadline = time.monotonic() + opt.wait
while True:
    # the plan after the executions: it tells of the ended one what they tell already
    executions = attempt(lambda: get(f"/plans/{opt.plan}/executions"), {"count": -1, "items": []})
    plan = attempt(lambda: get("/plans/" + opt.plan), {})
    newest = executions["items"][0] if executions["items"] else {}
    if plan.get("status") not in ("creating", "created", "running") and newest.get("user_state", {}).get("current") == "finished":
        break
    if time.monotonic() > deadline:
        break
    time.sleep(0.25)

title = plan.get("definition", {}).get("title") or plan.get("title") or ""
exp_id = attempt(lambda: plan["definition"]["experiments"][0], "")
env_id = attempt(lambda: plan["definition"]["environment"]["id"], "")
source = attempt(lambda: get(f"/experiments/{exp_id}/raw"), {})
variant = (title or source.get("title", "")).rpartition(" ")[2].lower() or "nominal"
deviated = variant.endswith("deviated")
gate = variant == "gate"
hypothesis = "steady-state-hypothesis" in source
exec_id = newest.get("id", "")
journal = newest.get("result") or {}
state = newest.get("user_state") or {}
one = f"/experiments/{exp_id}/executions/{exec_id}"


def names(activities):
    return [a["name"] for a in activities]


def entries(key):
    return [r["activity"]["name"] for r in journal[key]]


def complete(key):
    for r in journal[key]:
        assert r["status"] == "succeeded", (r["activity"]["name"], r["status"])
        assert when(r["start"]) <= when(r["end"]), r["activity"]["name"]
        assert isinstance(r["duration"], (int, float)) and r["duration"] >= 0, r["duration"]
        assert "output" in r, r["activity"]["name"]
    return True


def output_of(name):
    return next(r["output"]["stdout"] for r in journal["run"] if r["activity"]["name"] == name)


def extension():
    return next(x for x in journal["experiment"]["extensions"] if x["name"] == "reliably")


# the plan
check("the plan is there", lambda: (plan["id"], opt.plan))
check("plan status", lambda: (plan["status"], "completed"))
check("plan error", lambda: (plan["error"], None))
check("plan executions_count", lambda: (plan["executions_count"], opt.executions))
check("plan last running execution", lambda: (plan["last_executions_info"]["running"]["id"], exec_id or "an execution"))
check("plan last terminated execution (the platform saw `finished`)",
      lambda: (plan["last_executions_info"]["terminated"]["id"], exec_id or "an execution"))

# the execution and its user state
check("number of executions", lambda: (executions["count"], opt.executions))
check("execution belongs to the plan", lambda: (newest["plan_id"], opt.plan))
check("execution belongs to the experiment", lambda: (newest["experiment_id"], exp_id))
check("state is finished", lambda: (state["current"], "finished"))
check("state status", lambda: (state["status"], "completed"))
check("state deviated", lambda: (state["deviated"], deviated))
check("state names the plan", lambda: (state["plan_id"], opt.plan))
check("state finished_on is a date", lambda: when(state["finished_on"]))
check("state as read by a runner is the same", lambda: (get(one + "/state"), state))

# the journal
check("journal status", lambda: (journal["status"], "completed"))
check("journal deviated", lambda: (journal["deviated"], deviated))
check("journal has every key", lambda: (sorted({
    "chaoslib-version", "platform", "node", "experiment", "start", "status", "deviated", "steady_states", "run",
    "rollbacks", "end", "duration"} - set(journal)), []))
check("journal start is before its end", lambda: when(journal["start"]).replace(tzinfo=None) <= when(journal["end"]).replace(tzinfo=None))
check("journal duration", lambda: isinstance(journal["duration"], (int, float)) and journal["duration"] >= 0)
check("journal as read from /results is the same", lambda: (get(one + "/results"), journal))
check("experiment title", lambda: (journal["experiment"]["title"], source["title"]))
check("experiment still has the platform's control", lambda: any(
    c["provider"]["module"] == "chaosreliably.controls.experiment" for c in journal["experiment"]["controls"]))
check("method: activities run, in order", lambda: (entries("run"), [] if gate else names(source["method"])))
check("method: entries are complete", lambda: complete("run"))
check("rollbacks: activities run, in order", lambda: (entries("rollbacks"), names(source.get("rollbacks", []))))
check("rollbacks: entries are complete", lambda: complete("rollbacks"))
if hypothesis:
    check("hypothesis before", lambda: (journal["steady_states"]["before"]["steady_state_met"], not gate))
    check("hypothesis before: probes", lambda: (names(r["activity"] for r in journal["steady_states"]["before"]["probes"]),
                                               names(source["steady-state-hypothesis"]["probes"])))
    if not gate:
        check("hypothesis after", lambda: (journal["steady_states"]["after"]["steady_state_met"], not deviated))
        check("hypothesis after: last probe", lambda: (journal["steady_states"]["after"]["probes"][-1]["tolerance_met"], not deviated))
if variant in ("nominal", "slow", "deviated"):
    check("environment variable reached the experiment", lambda: (output_of("greet"), "hello world\n"))
    check("secret variable reached the experiment", lambda: (output_of("secret-variable-is-set"), "ok"))
    check("secret file was mapped", lambda: (output_of("secret-file-is-mapped"), "apiVersion: v1\n"))

# what the reporter adds
check("extension: execution_url leads to the execution",
      lambda: exec_id and exec_id in extension()["execution_url"] and exp_id in extension()["execution_url"])
check("extension: pauses, termination, extra", lambda: (
    {k: extension()[k] for k in ("pauses", "termination", "extra")}, {"pauses": [], "termination": None, "extra": []}))
log = attempt(lambda: get(one + "/log", raw=True), "")
check("log was stored", lambda: log.strip() != "")
check("log names every activity", lambda: log and ([n for n in entries("run") + entries("rollbacks") if n not in log], []))

# the calls, in the order in which the platform answered them
calls = []
if opt.access_log and os.path.exists(opt.access_log):
    with open(opt.access_log) as f:
        for line in f:
            m = re.search(r'"(\S+) (\S+) HTTP/[\d.]+" (\d+)', line)
            if not m:
                continue
            method, path, status = m[1], m[2].partition("?")[0], int(m[3])
            for kind, want, tail in (
                    ("env", "GET", f"/environments/{env_id}/clear"), ("status", "PUT", f"/plans/{opt.plan}/status"),
                    ("raw", "GET", f"/experiments/{exp_id}/raw"), ("create", "POST", f"/experiments/{exp_id}/executions"),
                    ("state", "PUT", one + "/state"), ("results", "PUT", one + "/results"), ("poll", "GET", one + "/state")):
                if method == want and path.endswith(tail) and (exec_id or "/executions/" not in tail):
                    calls.append((kind, status))
    kinds = [k for k, _ in calls]
    reports = [k for k in kinds if k not in ("poll", "env", "raw")]

    def last(k):
        return len(kinds) - 1 - kinds[::-1].index(k)

    check("calls: all were accepted", lambda: calls and ([c for c in calls if c[1] >= 300], []))
    check("calls: one execution is created per run", lambda: (kinds.count("create"), opt.executions))
    check("calls: plan status, then the execution", lambda: kinds.index("status") < kinds.index("create"))
    check("calls: state running comes before the first results", lambda: kinds.index("state") < kinds.index("results"))
    # a runner may put the final status once more, where the platform's own late write had replaced it (docs/protocol.md 2.6)
    tail = reports[:-1] if reports[-4:] == ["results", "status", "state", "status"] else reports
    check("calls: the last three are results, status, state", lambda: (tail[-3:], ["results", "status", "state"]))
    check("calls: the environment was read before the execution", lambda: kinds.index("env") < kinds.index("create"))
else:
    print("# no access log: the order of the calls is not checked")

if opt.result_file:
    def same():
        with open(opt.result_file) as f:
            mine = json.load(f)
        # the platform sets `start`, and perhaps `end`, from its own clock
        drop = ("start", "end", "duration")
        return ({k: v for k, v in mine.items() if k not in drop}, {k: v for k, v in journal.items() if k not in drop})
    check("result file holds the stored journal", same)
if opt.exit_code is not None:
    check("exit status", lambda: (opt.exit_code, 1 if deviated else 0))

print(f"{passed} passed, {failed} failed")
sys.exit(failed != 0)
