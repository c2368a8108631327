"""Environments (docs/protocol.md 2.2, 4.1)."""
from suite import Case, Step

SECRETS = [{"key": "tok", "var_name": "MY_TOKEN", "value": "s3cr3t"},
           {"key": "kube", "path": "/home/svc/.kube/config", "value": "apiVersion: v1\nkind: Config\n"}]
FULL = {"name": "full", "used_for": "plan", "envvars": [{"var_name": "WHO", "value": "wörld"}, {"var_name": "EMPTY", "value": ""}],
        "secrets": SECRETS}
EMPTY = {"name": "empty", "envvars": [], "secrets": []}
NOT_ERROR = "what cannot be stored is refused, not an error of the server"


def create(body, **more):
    return Step("POST", "{api}/environments", body, **dict({"status": 201}, **more))


CASES = [
    Case("create, read, clear, delete", create(FULL, save="env"), Step("GET", "{api}/environments/{env}"),
         Step("GET", "{api}/environments/{env}/clear"), Step("DELETE", "{api}/environments/{env}"),
         Step("GET", "{api}/environments/{env}", status=404), Step("GET", "{api}/environments/{env}/clear", status=404),
         Step("DELETE", "{api}/environments/{env}", status=404)),
    Case("what it is used for", create(dict(EMPTY, used_for="notification")), create(dict(EMPTY, used_for="integration")),
         create(dict(EMPTY, used_for="snapshot")), create(dict(EMPTY, used_for=None), status=500, ours=201,
              ours_body={"created_date": "<date>", "envvars": [], "id": "<id 4>", "name": "empty", "org_id": "{org}", "secrets": [],
                         "used_for": "plan"}, why="null is the default"), create(dict(EMPTY, used_for="x"), status=422)),
    Case("names need not be unique", create(EMPTY), create(EMPTY), create(dict(EMPTY, name="")), create(dict(EMPTY, name=1), status=422)),
    Case("what is missing", create({}, status=422), create({"name": "x"}, status=422), create(dict(EMPTY, envvars=None), status=422),
         create(dict(EMPTY, secrets={}), status=422), create(dict(EMPTY, envvars=[{}]), status=422),
         create(dict(EMPTY, envvars=[{"var_name": "A"}]), status=422), create(dict(EMPTY, envvars=[{"var_name": "A", "value": 1}]), status=422),
         create(dict(EMPTY, envvars=["x"]), status=422)),
    Case("secrets that are none", create(dict(EMPTY, secrets=[{}]), status=422),
         create(dict(EMPTY, secrets=[{"key": "k", "value": "v"}]), status=422),
         create(dict(EMPTY, secrets=[{"key": "k", "value": "v", "path": "relative"}]), status=422),
         create(dict(EMPTY, secrets=[{"key": "k", "value": "v", "path": ""}]), status=422),
         create(dict(EMPTY, secrets=[{"key": "k", "var_name": "V", "value": 7}]), status=422)),
    Case("a secret with both a path and a name is a file",
         create(dict(EMPTY, secrets=[{"key": "k", "var_name": "V", "path": "/p", "value": "v"}]), save="env"),
         Step("GET", "{api}/environments/{env}/clear")),
    Case("several of the same key", create(dict(EMPTY, envvars=[{"var_name": "A", "value": "1"}, {"var_name": "A", "value": "2"}],
                                              secrets=[dict(SECRETS[0]), dict(SECRETS[0], value="other")]), save="env"),
         Step("GET", "{api}/environments/{env}/clear", view=lambda e: e["secrets"], ours=200,
              ours_body=[dict(SECRETS[0]), dict(SECRETS[0], value="other")], why="clear values are clear, also those of one key")),
    Case("members that are not known are dropped", create(dict(EMPTY, more=1, envvars=[{"var_name": "A", "value": "1", "x": 2}]))),
    Case("a NUL", create(dict(EMPTY, name="a\x00"), status=500, ours=422, why=NOT_ERROR)),
    Case("lists", Step("GET", "{api}/environments"), Step("GET", "{api}/environments/simple"),
         create(dict(EMPTY, name="Alpha")), create(dict(FULL, name="beta")), create(dict(EMPTY, name="gamma", used_for="integration")),
         Step("GET", "{api}/environments"), Step("GET", "{api}/environments?limit=1&page=2"),
         Step("GET", "{api}/environments/simple"), Step("GET", "{api}/environments/search?pattern=alp"),
         Step("GET", "{api}/environments/search?pattern=Alp"), Step("GET", "{api}/environments/search?pattern=a"),
         Step("GET", "{api}/environments/search?pattern=zzz"), Step("GET", "{api}/environments/search", status=422)),
    Case("set a variable", create(FULL, save="env"), Step("PUT", "{api}/environments/{env}/set", {"var_name": "WHO", "value": "me"}),
         Step("PUT", "{api}/environments/{env}/set", {"var_name": "NEW", "value": "x"}),
         Step("GET", "{api}/environments/{env}/clear"),
         Step("PUT", "{api}/environments/{env}/set", {}, status=422), Step("PUT", "{api}/environments/{env}/set", {"var_name": "A"}, status=422),
         Step("PUT", "{api}/environments/{nowhere}/set", {"var_name": "A", "value": "b"}, status=404)),
    Case("set a file elsewhere", create(FULL, save="env"), Step("PUT", "{api}/environments/{env}/set", dict(SECRETS[1], path="/other")),
         Step("GET", "{api}/environments/{env}", view=lambda e: e["secrets"][1]["path"], ours=200, ours_body="/other",
              why="a secret that is set is set whole, its path too")),
    Case("set a secret", create(FULL, save="env"),
         Step("PUT", "{api}/environments/{env}/set", {"key": "tok", "var_name": "MY_TOKEN", "value": "changed"}),
         Step("PUT", "{api}/environments/{env}/set", {"key": "kube", "path": "/home/svc/.kube/config", "value": "file"}),
         Step("GET", "{api}/environments/{env}/clear"),
         Step("PUT", "{api}/environments/{env}/set", {"key": "added", "var_name": "ADDED", "value": "v"}),
         Step("GET", "{api}/environments/{env}/clear")),
    Case("remove", create(FULL, save="env"), Step("DELETE", "{api}/environments/{env}/remove/WHO"),
         Step("DELETE", "{api}/environments/{env}/remove/tok"), Step("GET", "{api}/environments/{env}/clear"),
         Step("DELETE", "{api}/environments/{env}/remove/nothing"), Step("DELETE", "{api}/environments/{nowhere}/remove/WHO", status=404)),
    Case("clone", create(FULL, save="env"), Step("POST", "{api}/environments/{env}/clone", {"name": "copy"}, status=201, save="copy"),
         Step("GET", "{api}/environments/{copy}/clear"), Step("DELETE", "{api}/environments/{env}"), Step("GET", "{api}/environments/{copy}/clear"),
         Step("POST", "{api}/environments/{copy}/clone", {}, status=422), Step("POST", "{api}/environments/{copy}/clone", {"name": ""}, status=422),
         Step("POST", "{api}/environments/{nowhere}/clone", {"name": "x"}, status=404)),
    Case("ids", Step("GET", "{api}/environments/{nowhere}", status=404), Step("GET", "{api}/environments/{nowhere}/clear", status=404),
         Step("GET", "{api}/environments/{nowhere}/plans"), Step("DELETE", "{api}/environments/{nowhere}", status=404),
         Step("GET", "{api}/environments/nonsense/clear", status=422)),
    Case("of another organization", create(FULL, save="env"),
         Step("POST", "/api/v1/organization", {"name": "there-{tag}"}, status=201, save="other"),
         Step("GET", "/api/v1/organization/{other}/environments/{env}", status=404),
         Step("GET", "/api/v1/organization/{other}/environments/{env}/clear", status=404),
         Step("DELETE", "/api/v1/organization/{other}/environments/{env}", status=404), Step("GET", "{api}/environments/{env}", view="name")),
]
