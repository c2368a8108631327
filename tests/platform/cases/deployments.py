"""Deployments (docs/protocol.md 2.4)."""
from suite import Case, Step

NOOP = {"type": "noop"}
CLI = {"type": "reliably_cli"}
REPO = "https://github.com/example/chaos"
WORDS = "the same refusal, without words of Python"
NOT_ERROR = "what cannot be used is refused, and not stored"


def create(definition, name="d", **more):
    return Step("POST", "{api}/deployments", {"name": name, "definition": definition}, **dict({"status": 201}, **more))


CASES = [
    Case("create, read, delete", create(CLI, save="dep"), Step("GET", "{api}/deployments/{dep}"), Step("DELETE", "{api}/deployments/{dep}"),
         Step("GET", "{api}/deployments/{dep}", status=404), Step("DELETE", "{api}/deployments/{dep}", status=404)),
    Case("a name is unique", create(NOOP), create(NOOP, status=409), create(CLI, status=409), create(NOOP, name="other"),
         Step("GET", "{api}/deployments", view="count")),
    Case("a name is free again", create(NOOP, save="dep"), Step("DELETE", "{api}/deployments/{dep}"), create(NOOP)),
    Case("types and their defaults", create(NOOP, "1"), create(CLI, "2"),
         create(dict(CLI, mode="managed", base_dir="/tmp", py_version="3.12", py_dependencies="a\nb"), "3"),
         create({"type": "container", "image": "img:1"}, "4", view=lambda d: {k: v for k, v in d["definition"].items() if k != "working_dir"}),
         create({"type": "container", "image": "img:1", "working_dir": "/w", "volumes": {"/tmp": {"bind": "/x"}}}, "5"),
         create({"type": "k8s_job", "namespace": "ns"}, "6"),
         create({"type": "k8s_job", "namespace": "ns", "image": "i", "use_default_manifest": False, "manifest": "kind: Pod",
                 "credentials": "secret", "use_in_cluster_credentials": True}, "7"),
         create({"type": "github", "repo": REPO, "token": "ghp", "username": "me"}, "8"),
         create({"type": "github", "repo": REPO, "ref": "dev", "base_dir": "x"}, "9"),
         create({"type": "reliably_cloud", "image": "i"}, "10")),
    Case("folders that runs cannot use", create(dict(CLI, base_dir=""), "1", view="name"), create(dict(CLI, mode="managed", base_dir="here"), "2"),
         create(dict(CLI, base_dir="/none/at/all"), "3")),
    Case("github without what it needs", create({"type": "github"}, status=500, ours=422, why=NOT_ERROR),
         create({"type": "github", "token": "t", "username": "u"}, name="e", status=500, ours=422, why=NOT_ERROR)),
    Case("github elsewhere", create({"type": "github", "repo": "https://example.com/a/b", "token": "t", "username": "u"}, status=422),
         create({"type": "github", "repo": "nonsense", "token": "t", "username": "u"}, status=422),
         create({"type": "github", "repo": "http://github.com/a/b", "token": "t", "username": "u"}, status=201)),
    Case("definitions that are none", create({}, status=422), create({"type": "x"}, status=422), create(None, status=422), create([], status=422),
         create("noop", status=422), create({"type": None}, status=422, ours=422, why=WORDS),
         create(dict(CLI, mode="x"), status=422), create(dict(CLI, base_dir=7), status=422, ours=422, why=WORDS), create(dict(CLI, py_version=3), status=422),
         create({"type": "container"}, status=422), create({"type": "container", "image": 7}, status=422),
         create({"type": "container", "image": "i", "volumes": {"/not/there/at/all": {"bind": "/x"}}}, status=422),
         create({"type": "container", "image": "i", "volumes": {"/tmp": {"bind": "/x", "mode": "rx"}}}, status=422),
         create({"type": "k8s_job"}, status=422), create({"type": "k8s_job", "namespace": "n", "use_default_manifest": "maybe"}, status=422),
         Step("POST", "{api}/deployments", {}, status=422), Step("POST", "{api}/deployments", {"name": "n"}, status=422),
         create(NOOP, name=7, status=422), create(NOOP, name=None, status=422)),
    Case("members that are not known are dropped", create({"type": "noop", "more": 1, "mode": "manual"})),
    Case("replace", create(CLI, save="dep"),
         Step("PUT", "{api}/deployments/{dep}", {"name": "new", "definition": dict(CLI, mode="managed")}),
         Step("GET", "{api}/deployments/{dep}"), Step("PUT", "{api}/deployments/{dep}", {"name": "new", "definition": NOOP}),
         Step("GET", "{api}/deployments/{dep}"), Step("PUT", "{api}/deployments/{dep}", {}, status=422),
         Step("PUT", "{api}/deployments/{dep}", {"name": "new", "definition": {"type": "x"}}, status=422),
         Step("PUT", "{api}/deployments/{nowhere}", {"name": "new", "definition": NOOP}, status=404)),
    Case("replace by a name that is taken", create(CLI, name="one"), create(CLI, name="two", save="dep"),
         Step("PUT", "{api}/deployments/{dep}", {"name": "one", "definition": CLI}, status=500, ours=409,
              why="a name that is taken is a conflict, not an error of the server")),
    Case("clone", create(dict(CLI, mode="managed"), save="dep"), Step("POST", "{api}/deployments/{dep}/clone", {"name": "copy"}, status=201, save="copy"),
         Step("GET", "{api}/deployments/{copy}"), Step("POST", "{api}/deployments/{dep}/clone", {"name": "copy"}, status=409),
         Step("POST", "{api}/deployments/{dep}/clone", {}, status=422),
         Step("POST", "{api}/deployments/{nowhere}/clone", {"name": "x"}, status=404)),
    Case("lists", Step("GET", "{api}/deployments"), create(NOOP, "Alpha"), create(CLI, "beta"), create({"type": "k8s_job", "namespace": "n"}, "gamma"),
         Step("GET", "{api}/deployments"), Step("GET", "{api}/deployments?limit=1&page=3"), Step("GET", "{api}/deployments/search?pattern=Alp"),
         Step("GET", "{api}/deployments/search?pattern=alp"), Step("GET", "{api}/deployments/search?pattern=a"),
         Step("GET", "{api}/deployments/search", status=422)),
    Case("ids", Step("GET", "{api}/deployments/{nowhere}", status=404), Step("GET", "{api}/deployments/{nowhere}/plans"),
         Step("DELETE", "{api}/deployments/{nowhere}", status=404), Step("GET", "{api}/deployments/nonsense", status=422)),
    Case("of another organization", create(NOOP, save="dep"),
         Step("POST", "/api/v1/organization", {"name": "there-{tag}"}, status=201, save="other"),
         Step("GET", "/api/v1/organization/{other}/deployments/{dep}", status=404),
         Step("DELETE", "/api/v1/organization/{other}/deployments/{dep}", status=404), Step("GET", "{api}/deployments/{dep}", view="name")),
]
