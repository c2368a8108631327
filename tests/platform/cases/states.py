"""The user state of an execution (docs/protocol.md 2.8)."""
from cases.executions import EXECUTION, PLAN, create
from cases.plans import EXPERIMENT
from suite import Case, Step

STATE = EXECUTION + "/state"
CURRENT = "a state needs its `current`"
OFFSET = "a date is a text, and says its offset"
SHOW = Step("GET", STATE)
DATED = {"current": "running", "started_on": "2026-11-20T16:04:56.500624+00:00"}


def put(state, **more):
    return Step("PUT", STATE, state, **more)


def shown(*states):
    return [step for state in states for step in (put(state), SHOW)]


CASES = [
    Case("what the runner writes", EXPERIMENT, create(), SHOW, put(DATED), SHOW,
         put({"current": "pause", "plan_id": None, "duration": 5}), SHOW, put({"current": "running", "plan_id": None}), SHOW,
         put({"current": "finished", "status": "completed", "deviated": False, "plan_id": None}), SHOW, Step("GET", EXECUTION)),
    Case("of a plan", *PLAN, create(plan="{plan}"), put(dict(DATED, plan_id="{plan}")), SHOW,
         Step("GET", "{api}/plans/{plan}", view=["executions_count", "last_executions_info"]),
         put({"current": "finished", "status": "completed", "deviated": True, "plan_id": "{plan}"}), SHOW,
         Step("GET", "{api}/plans/{plan}", view=["executions_count", "last_executions_info"])),
    Case("what users write", EXPERIMENT, create(), *shown(
        {"current": "pause", "duration": 0}, {"current": "resume"}, {"current": "terminate"}, {"current": "terminate", "skip_rollbacks": True},
        {"current": "pause", "duration": 3300})),
    Case("a user that is given", EXPERIMENT, create(), *shown(
        {"current": "resume", "user": {"name": "someone", "id": "{nowhere}"}}, {"current": "terminate", "user": None})),
    Case("all ends", EXPERIMENT, create(), *shown(*[{"current": "finished", "status": status} for status in (
        "interrupted", "aborted", "completed", "failed", None)], {"current": "finished"}, {"current": "finished", "deviated": True})),
    Case("without `current`", EXPERIMENT, create(), put({}, ours=422, why=CURRENT), Step("GET", STATE, view="current", ours=200, ours_body="pending", why=CURRENT),
         put({"duration": 5}, ours=422, why=CURRENT), put({"plan_id": None}, ours=422, why=CURRENT),
         Step("GET", STATE, view="current", ours=200, ours_body="pending", why=CURRENT)),
    Case("durations", EXPERIMENT, create(), put({"current": "pause"}, status=422), put({"current": "pause", "duration": 5.0}, status=422),
         put({"current": "pause", "duration": 1.5}, status=422), put({"current": "pause", "duration": "5"}, status=422),
         put({"current": "pause", "duration": -1}, status=422), put({"current": "pause", "duration": 3301}, status=422),
         put({"current": "pause", "duration": None}, status=422), put({"current": "pause", "duration": True}, status=422),
         Step("GET", STATE, view="current")),
    Case("states that are none", EXPERIMENT, create(), put({"current": "x"}, status=422), put({"current": None}, status=422), put([], status=422),
         put({"current": "running", "plan_id": "x"}, status=422), put({"current": "running", "started_on": "yesterday"}, status=422),
         put({"current": "finished", "status": "x"}, status=422), put({"current": "finished", "deviated": "maybe"}, status=422),
         put({"current": "terminate", "skip_rollbacks": "perhaps"}, status=422), put({"current": "resume", "user": {"name": "x"}}, status=422),
         Step("GET", STATE, view="current")),
    Case("members of other states are dropped", EXPERIMENT, create(),
         *shown({"current": "running", "duration": 5, "more": 1}, {"current": "finished", "skip_rollbacks": True, "user": None})),
    Case("a pending one again", EXPERIMENT, create(), *shown({"current": "finished"}, {"current": "pending"}, {"current": "running"})),
    Case("dates that are given", EXPERIMENT, create(),
         *[step for date in ("2026-11-20T16:04:56+02:00", "2026-11-20T16:04:56.123456Z") for step in (
             put({"current": "running", "started_on": date}),
             Step("GET", STATE, view=lambda s: s["started_on"][:4], ours_view=lambda s: len(s["started_on"]), ours=200, ours_body=27,
                  why="dates are stored as UTC with microseconds"))],
         put({"current": "running", "started_on": "2026-11-20T16:04:56.123456"}, ours=422, why=OFFSET),
         put({"current": "running", "started_on": 1700000000}, ours=422, why=OFFSET)),
    Case("ids", EXPERIMENT, Step("GET", "{api}/experiments/{exp}/executions/{nowhere}/state", status=404),
         Step("PUT", "{api}/experiments/{exp}/executions/{nowhere}/state", {"current": "running"}, status=404),
         Step("GET", "{api}/experiments/{exp}/executions/x/state", status=422)),
]
