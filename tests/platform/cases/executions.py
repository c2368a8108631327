"""Executions, their results and log (docs/protocol.md 2.7)."""
import json

from cases.plans import EXPERIMENT, NOOP, body
from suite import Case, Step

JOURNAL = {"chaoslib-version": "1.44.0", "platform": "Linux", "node": "n", "experiment": {"title": "E", "extensions": [{"name": "x"}]},
           "status": None, "deviated": False,
           "steady_states": {"before": None, "after": None, "during": []}, "run": [], "rollbacks": [], "π": "ünï"}
FINAL = dict(JOURNAL, status="completed", end="2026-11-20T16:05:56.500624+00:00", duration=60.0,
             run=[{"activity": {"name": "a"}, "output": "x\n" * 3, "status": "succeeded", "duration": 0.25, "big": 12345678901234567}])
EXECUTIONS = "{api}/experiments/{exp}/executions"
EXECUTION = EXECUTIONS + "/{exec}"
PLAN = (EXPERIMENT, NOOP, Step("POST", "{api}/plans", body(environment=None), status=201, save="plan", view="executions_count"))
NUL = "a NUL is refused, not an error of the server"


def create(save="exec", status=201, result=None, plan=None, log=None, **more):
    sent = {"result": json.dumps(JOURNAL) if result is None else result, "plan_id": plan}
    if log is not None:
        sent["log"] = log
    return Step("POST", EXECUTIONS, sent, status=status, save={save: "id", "user": "user_id"} if status == 201 else None, **more)


def results(result, log="-", status=200, **more):
    sent = {"result": result} if log == "-" else {"result": result, "log": log}
    return Step("PUT", EXECUTION + "/results", sent, status=status, **more)


CASES = [
    Case("create and read", EXPERIMENT, create(), Step("GET", EXECUTION), Step("GET", EXECUTION + "/results"), Step("GET", EXECUTION + "/log"),
         Step("GET", EXECUTION + "/state")),
    Case("of a plan", *PLAN, create(plan="{plan}"), Step("GET", EXECUTION), Step("GET", "{api}/plans/{plan}/executions"),
         Step("GET", "{api}/plans/{plan}", view=["executions_count", "last_executions_info"])),
    Case("of a plan that has another experiment", *PLAN,
         Step("POST", "{api}/experiments/import", {"experiment": json.dumps({"title": "other"})}, status=201, save="exp"),
         create(plan="{plan}", status=400), create(plan="{nowhere}"), create(plan="x", status=422)),
    Case("of a deleted plan", *PLAN, Step("GET", "{api}/plans/{plan}", until=("status", "created"), view="status"),
         Step("DELETE", "{api}/plans/{plan}"), Step("GET", "{api}/plans/{plan}", status=404, until=("detail", "Not Found")), create(plan="{plan}")),
    Case("a result as a text or as an object", EXPERIMENT, create(result=JOURNAL), create(result="{}"), create(result={}),
         create(result="nonsense", status=422), create(result="[]", status=422), create(result=[], status=422), create(result=7, status=422),
         create(result="", status=422), Step("POST", EXECUTIONS, {}, status=422), Step("POST", EXECUTIONS, {"result": None}, status=422)),
    Case("a log at creation", EXPERIMENT, create(log="first\nline"), Step("GET", EXECUTION + "/log"), create(log=7, status=422)),
    Case("results replace", EXPERIMENT, create(), results(json.dumps(FINAL), "one\ntwo ünï\n"), Step("GET", EXECUTION + "/results"),
         Step("GET", EXECUTION + "/log"), Step("GET", EXECUTION),
         results(json.dumps(JOURNAL)), Step("GET", EXECUTION + "/results"), Step("GET", EXECUTION + "/log"),
         results(FINAL, None), Step("GET", EXECUTION + "/results", view="status")),
    Case("a journal is stored as it was reported", EXPERIMENT, Step("POST", EXECUTIONS, {"result": dict(JOURNAL, start="2026-11-20T16:04:56.500624+00:00")}, status=201, save="exec", view="id"),
         Step("GET", EXECUTION + "/results", view=lambda journal: "start" in journal, ours=200, ours_view="start",
              ours_body="2026-11-20T16:04:56.500624+00:00", why="the start of a run is the runner's, not the moment of the upload")),
    Case("results that are none", EXPERIMENT, create(), results("nonsense", status=422), results([], status=422), results("[]", status=422),
         Step("PUT", EXECUTION + "/results", {}, status=422), results("{}", 7, status=422),
         Step("PUT", EXECUTION + "/results", raw=b"{", status=422), Step("GET", EXECUTION + "/results", view="node"),
         Step("PUT", EXECUTIONS + "/{nowhere}/results", {"result": "{}"}, status=404),
         Step("PUT", EXECUTIONS + "/None/results", {"result": "{}"}, status=422)),
    Case("a NUL", EXPERIMENT, create(), results(json.dumps({"a": "b\x00"}), status=500, ours=422, why=NUL),
         results("{}", "a\x00b", status=500, ours=422, why=NUL), create(result=json.dumps({"a\x00": 1}), status=500, ours=422, why=NUL),
         Step("GET", EXECUTION + "/results", view="node")),
    Case("a plan in results is ignored", *PLAN, create(), Step("PUT", EXECUTION + "/results", {"result": "{}", "plan_id": "{plan}"}),
         Step("GET", EXECUTION, view="plan_id"), Step("PUT", EXECUTION + "/results", {"result": "{}", "plan_id": "x"}, status=422)),
    Case("numbers", EXPERIMENT, create(result='{"i": 9007199254740993, "f": 0.1, "e": 1e300, "n": -0.5, "z": 1.0}'), Step("GET", EXECUTION + "/results")),
    Case("lists", *PLAN, Step("GET", "{api}/executions"), Step("GET", EXECUTIONS), create("one", result="{}"), create("two", result="{}", plan="{plan}"),
         create("three", result="{}", plan="{plan}"), Step("GET", "{api}/executions"), Step("GET", EXECUTIONS),
         Step("GET", "{api}/plans/{plan}/executions"), Step("GET", "{api}/executions?limit=1&page=2"), Step("GET", EXECUTIONS + "?limit=1&page=3"),
         Step("GET", "{api}/plans/{plan}/executions?limit=1&page=2"), Step("GET", "{api}/executions?limit=11", status=422),
         Step("GET", "{api}/plans/{plan}", view=lambda p: [p["executions_count"], p["last_executions_info"]["running"]]),
         Step("GET", "{api}/experiments/{exp}", view="executions_count")),
    Case("delete", *PLAN, create(plan="{plan}"), Step("DELETE", EXECUTION), Step("GET", EXECUTION, status=404), Step("GET", EXECUTION + "/state", status=404),
         Step("GET", EXECUTION + "/log", status=404), Step("GET", EXECUTION + "/results", status=404), Step("DELETE", EXECUTION, status=404),
         Step("GET", EXECUTIONS, view="count"), Step("GET", "{api}/plans/{plan}", view="executions_count")),
    Case("they go with their experiment", EXPERIMENT, create(), Step("DELETE", "{api}/experiments/{exp}"), Step("GET", EXECUTION, status=404),
         Step("GET", "{api}/executions", view="count")),
    Case("of another experiment", EXPERIMENT, create(),
         Step("POST", "{api}/experiments/import", {"experiment": json.dumps({"title": "other"})}, status=201, save="exp2"),
         Step("GET", "{api}/experiments/{exp2}/executions/{exec}", status=404), Step("GET", "{api}/experiments/{exp2}/executions/{exec}/state", status=404),
         Step("PUT", "{api}/experiments/{exp2}/executions/{exec}/results", {"result": "{}"}, status=404)),
    Case("of an experiment that is not there", EXPERIMENT, create(), Step("POST", "{api}/experiments/{nowhere}/executions", {"result": "{}"}, status=404),
         Step("GET", "{api}/experiments/{nowhere}/executions/{exec}", status=404)),
    Case("of another organization", EXPERIMENT, create(),
         Step("POST", "/api/v1/organization", {"name": "there-{tag}"}, status=201, save="other"),
         Step("GET", "/api/v1/organization/{other}/experiments/{exp}/executions/{exec}", status=404),
         Step("PUT", "/api/v1/organization/{other}/experiments/{exp}/executions/{exec}/state", {"current": "running"}, status=404),
         Step("PUT", "/api/v1/organization/{other}/experiments/{exp}/executions/{exec}/results", {"result": "{}"}, status=404),
         Step("GET", "/api/v1/organization/{other}/executions", view="count"), Step("GET", EXECUTION + "/state", view="current")),
]
