"""Plans and their status machine (docs/protocol.md 2.5, 2.6)."""
import json

from suite import Case, Step

EXPERIMENT = Step("POST", "{api}/experiments/import", {"experiment": json.dumps({"title": "E", "description": "d", "method": []})},
                  status=201, save="exp")
NOOP = Step("POST", "{api}/deployments", {"name": "noop", "definition": {"type": "noop"}}, status=201, save="dep")
CLI = Step("POST", "{api}/deployments", {"name": "cli", "definition": {"type": "reliably_cli", "mode": "manual"}}, status=201, save="cli")
ENVIRONMENT = Step("POST", "{api}/environments", {"name": "env", "envvars": [], "secrets": []}, status=201, save="env")
INTEGRATION = Step("POST", "{api}/integrations", {"name": "int", "provider": "slack", "environment": {
    "name": "e", "envvars": [], "secrets": []}}, status=201, save="int")
SCENE = (EXPERIMENT, NOOP, CLI, ENVIRONMENT)
LATE = "what has run is never `created` again"
NOT_NULL = "integrations of an answer are never null"


def body(**more):
    plan = {"title": "P", "environment": {"provider": "reliably_cloud", "id": "{env}"},
            "deployment": {"deployment_id": "{dep}", "deployment_type": "noop"}, "schedule": {"type": "now", "via_agent": False},
            "integrations": [], "experiments": ["{exp}"]}
    plan.update(more)
    return {key: value for key, value in plan.items() if value != "-"}


def no_ref(plan):
    return {key: value for key, value in plan.items() if key != "status"}


def create(save="plan", status=201, **more):
    return Step("POST", "{api}/plans", body(**more), status=status, save=save if status == 201 else None, view=no_ref)


def unnamed(environment):
    return Step("POST", "{api}/plans", body(environment=environment), status=201, view=lambda p: p["definition"]["environment"], ours=201,
                ours_body=None, why="an environment without an id is none: the command line cannot read it")


def created(plan="plan"):
    return Step("GET", "{api}/plans/{%s}" % plan, until=("status", "created"))


def put(new, error=None, **more):
    return Step("PUT", "{api}/plans/{plan}/status", {"status": new, "error": error}, **more)


SHOW = Step("GET", "{api}/plans/{plan}", view=["status", "error"])
CRON = {"type": "cron", "pattern": "0 0 1 1 *", "via_agent": False}

CASES = [
    Case("create, read, delete", *SCENE, create(), created(), Step("DELETE", "{api}/plans/{plan}"),
         Step("GET", "{api}/plans/{plan}", status=404, until=("detail", "Not Found")), Step("GET", "{api}/plans", view="count")),
    Case("a manual one", *SCENE, create(deployment={"deployment_id": "{cli}", "deployment_type": "reliably_cli"}), created()),
    Case("little is needed", *SCENE, create(title="-", environment="-", deployment={"deployment_id": "{dep}"}, integrations=[]), created(),
         create(title=None, environment=None)),
    Case("without integrations", *SCENE, Step("POST", "{api}/plans", body(integrations="-"), status=201, save="plan",
                                              view=lambda p: p["definition"]["integrations"], ours=201, ours_body=[], why=NOT_NULL),
         Step("GET", "{api}/plans/{plan}", view=lambda p: p["definition"]["integrations"], ours=200, ours_body=[], why=NOT_NULL)),
    Case("with an integration", *SCENE, INTEGRATION, create(integrations=["{int}"]), Step("GET", "{api}/integrations/{int}/plans")),
    Case("environments", *SCENE, create(environment={"provider": "github", "name": "prod"}), unnamed({"provider": "reliably_cloud"}),
         create(environment={"name": "by its name"}), create(environment={"provider": "github", "name": "p", "id": "{env}"}),
         create(environment={"id": "{env}"}), unnamed({}), create(environment={"provider": "x"}, status=422),
         create(environment={"id": "x"}, status=422), create(environment=[], status=422)),
    Case("what is referred to is not looked at", *SCENE, create(deployment={"deployment_id": "{nowhere}"}),
         Step("GET", "{api}/plans/{plan}", until=("status", "creation error")),
         create(save="other", experiments=["{nowhere}"]), create(save="third", environment={"id": "{nowhere}"})),
    Case("schedules", *SCENE, create(schedule=CRON), created(), create(schedule=dict(CRON, timezone="Europe/Paris")), create(schedule=dict(CRON, timezone=None)),
         create(schedule=dict(CRON, pattern="*/5 9-17 * * mon-fri")), create(schedule=dict(CRON, pattern="@daily"), status=422),
         create(schedule=dict(CRON, pattern="nonsense"), status=422), create(schedule=dict(CRON, pattern="61 * * * *"), status=422),
         create(schedule=dict(CRON, pattern=""), status=422), create(schedule=dict(CRON, timezone="Nowhere/City"), status=422),
         create(schedule=dict(CRON, timezone="leapseconds"), status=422), create(schedule=dict(CRON, timezone="right/Europe/Paris"), status=422),
         create(schedule={"type": "x"}, status=422), create(schedule="-", status=422), create(schedule=None, status=422),
         create(schedule={}), create(schedule={"pattern": "0 0 1 1 *"}), create(schedule={"type": "cron"}, status=422)),
    Case("seconds in a pattern", *SCENE, create(schedule=dict(CRON, pattern="0 0 1 1 * 30"), status=422)),
    Case("what is missing", *SCENE, Step("POST", "{api}/plans", {}, status=422), create(deployment={}, status=422), create(deployment="-", status=422),
         create(deployment={"deployment_id": "x"}, status=422), create(deployment={"deployment_id": "{dep}", "deployment_type": "x"}, status=422),
         create(experiments="-", status=422), create(experiments="x", status=422), create(experiments=["x"], status=422),
         create(integrations=["x"], status=422), create(integrations="x", status=422), create(title=7, status=422)),
    Case("no experiments", *SCENE, create(experiments=[])),
    Case("several experiments", *SCENE, create(experiments=["{exp}", "{nowhere}", "{exp}"])),
    Case("status", *SCENE, create(), created(), put("running"), SHOW, put("completed"), SHOW, put("error", "it went wrong"), SHOW, put("running"), SHOW,
         put("iteration completed"), put("suspend_error"), put("deletion error"), put("creation error", "x"), SHOW,
         Step("PUT", "{api}/plans/{plan}/status", {"status": "running"}), SHOW,
         put("nonsense", status=422), put(None, status=422), Step("PUT", "{api}/plans/{plan}/status", {}, status=422),
         put("running", 7, status=422), put("RUNNING", status=422),
         Step("PUT", "{api}/plans/{nowhere}/status", {"status": "running"}, status=404)),
    Case("a late `created`", *SCENE, create(), created(), put("running"),
         put("created", ours=200, why=LATE), Step("GET", "{api}/plans/{plan}", view="status", ours=200, ours_body="running", why=LATE),
         put("completed"), put("created", ours=200, why=LATE),
         Step("GET", "{api}/plans/{plan}", view="status", ours=200, ours_body="completed", why=LATE),
         put("running"), Step("GET", "{api}/plans/{plan}", view="status")),
    Case("replace", *SCENE, create(), created(), Step("PUT", "{api}/plans/{plan}", body(title="New", schedule={"type": "now"})),
         Step("GET", "{api}/plans/{plan}"), Step("PUT", "{api}/plans/{plan}", body(experiments=["{nowhere}"]), status=400),
         Step("PUT", "{api}/plans/{plan}", {}, status=422), Step("PUT", "{api}/plans/{nowhere}", body(), status=404)),
    Case("run", *SCENE, create(), created(), Step("POST", "{api}/plans/{plan}/run"), created(),
         Step("POST", "{api}/plans/{nowhere}/run", status=404), Step("POST", "{api}/plans/{plan}/suspend", status=400),
         Step("POST", "{api}/plans/{plan}/resume", status=400), SHOW),
    Case("suspend and resume", *SCENE, create(schedule=CRON), created(), Step("POST", "{api}/plans/{plan}/run", status=400),
         Step("POST", "{api}/plans/{plan}/suspend"), Step("GET", "{api}/plans/{plan}", until=("status", "suspended"), view=["status", "error"]),
         Step("POST", "{api}/plans/{plan}/resume"), Step("GET", "{api}/plans/{plan}", until=("status", "created"), view=["status", "error"]),
         Step("POST", "{api}/plans/{nowhere}/suspend", status=404), Step("POST", "{api}/plans/{nowhere}/resume", status=404)),
    Case("lists", *SCENE, Step("GET", "{api}/plans"), create("a", title="Alpha one"), created("a"), create("b", title="beta"), created("b"),
         create("c", title=None), created("c"), Step("GET", "{api}/plans"), Step("GET", "{api}/plans?limit=1&page=2"),
         Step("GET", "{api}/plans/search?pattern=Alp"), Step("GET", "{api}/plans/search?pattern=alp"), Step("GET", "{api}/plans/search?pattern=a"),
         Step("GET", "{api}/plans/search", status=422), Step("GET", "{api}/plans/search?pattern=", status=422)),
    Case("those that use something", *SCENE, create("a"), create("b", title="beta"), Step("GET", "{api}/experiments/{exp}/plans"),
         Step("GET", "{api}/environments/{env}/plans"), Step("GET", "{api}/deployments/{dep}/plans"), Step("GET", "{api}/deployments/{cli}/plans")),
    Case("what is in use stays", *SCENE, INTEGRATION, create(integrations=["{int}"]), created(),
         Step("DELETE", "{api}/experiments/{exp}", status=400), Step("DELETE", "{api}/deployments/{dep}", status=400),
         Step("DELETE", "{api}/integrations/{int}", status=400), Step("DELETE", "{api}/environments/{env}", status=400),
         Step("GET", "{api}/experiments/{exp}", view="id"), Step("GET", "{api}/deployments/{dep}", view="id"),
         Step("GET", "{api}/environments/{env}", view="id"), Step("GET", "{api}/integrations/{int}", view="id"),
         Step("DELETE", "{api}/plans/{plan}"), Step("GET", "{api}/plans/{plan}", status=404, until=("detail", "Not Found")),
         Step("DELETE", "{api}/experiments/{exp}"), Step("DELETE", "{api}/deployments/{dep}"),
         Step("DELETE", "{api}/integrations/{int}"), Step("DELETE", "{api}/environments/{env}")),
    Case("a deleted one", *SCENE, create(), created(), Step("DELETE", "{api}/plans/{plan}"),
         Step("GET", "{api}/plans/{plan}", status=404, until=("detail", "Not Found")),
         put("running", status=404), Step("DELETE", "{api}/plans/{plan}", status=404), Step("POST", "{api}/plans/{plan}/run", status=404),
         Step("PUT", "{api}/plans/{plan}", body(), status=404), Step("GET", "{api}/plans/{plan}/executions", status=404)),
    Case("what an agent would ask for", Step("GET", "{api}/plans/schedulables/next?deployment_type=noop", status=404, only="real"),
         Step("GET", "{api}/plans/schedulables/next", status=422, only="real")),
    Case("ids", Step("GET", "{api}/plans/{nowhere}", status=404), Step("DELETE", "{api}/plans/{nowhere}", status=404),
         Step("GET", "{api}/plans/{nowhere}/executions", status=404)),
    Case("of another organization", *SCENE, create(), created(),
         Step("POST", "/api/v1/organization", {"name": "there-{tag}"}, status=201, save="other"),
         Step("GET", "/api/v1/organization/{other}/plans/{plan}", status=404),
         Step("PUT", "/api/v1/organization/{other}/plans/{plan}/status", {"status": "running"}, status=404),
         Step("DELETE", "/api/v1/organization/{other}/plans/{plan}", status=404), SHOW),
]
