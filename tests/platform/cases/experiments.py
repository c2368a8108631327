"""Experiments and how they are rewritten (docs/protocol.md 2.2, 3)."""
import json

from suite import Case, Step

BARE = {"title": "Bare", "description": "nothing in it", "method": []}
STALE = {"name": "reliably", "provider": {"type": "python", "module": "chaosreliably.controls.experiment",
                                          "arguments": {"org_id": "o", "exp_id": "e"}}}
RICH = {"title": "Rich", "description": "all sorts", "tags": ["one", "two"], "contributions": {"availability": "high"},
        "configuration": {"who": {"type": "env", "key": "WHO", "default": "nobody", "env_var_type": "str"}},
        "secrets": {"s": {"k": {"type": "env", "key": "K"}}}, "runtime": {"rollbacks": {"strategy": "always"}},
        "extensions": [{"name": "dora"}, {"name": "reliably", "old": 1}, {"name": "reliably", "second": 2}],
        "controls": [{"name": "first", "provider": {"type": "python", "module": "m"}}, STALE, dict(STALE, automatic=True)],
        "steady-state-hypothesis": {"title": "h", "probes": [{"type": "probe", "name": "${who} π", "tolerance": [1, 2.5, None, True],
                                                             "provider": {"type": "process", "path": "true"}}]},
        "method": [{"type": "action", "name": "a", "provider": {"type": "process", "path": "true", "arguments": ["\t\"\\/", ""]}}],
        "rollbacks": []}

LITERAL = "a pattern is looked for as it is written"


def imported(document, **more):
    return Step("POST", "{api}/experiments/import", {"experiment": json.dumps(document)}, **dict({"status": 201}, **more))


CASES = [
    Case("import", imported(BARE, save="exp"), Step("GET", "{api}/experiments/{exp}"), Step("GET", "{api}/experiments/{exp}/raw")),
    Case("import removes the platform's own blocks of before", imported(RICH, save="exp"), Step("GET", "{api}/experiments/{exp}/raw")),
    Case("create leaves them", Step("POST", "{api}/experiments", {"definition": json.dumps(RICH)}, status=201, save="exp"),
         Step("GET", "{api}/experiments/{exp}/raw")),
    Case("create from an object", Step("POST", "{api}/experiments", {"definition": BARE}, status=201, save="exp"),
         Step("GET", "{api}/experiments/{exp}/raw")),
    Case("import is of a text", Step("POST", "{api}/experiments/import", {"experiment": BARE}, status=422),
         Step("POST", "{api}/experiments/import", {"experiment": "nonsense"}, status=422),
         Step("POST", "{api}/experiments/import", {"experiment": "[]"}, status=422),
         Step("POST", "{api}/experiments/import", {"experiment": "7"}, status=422),
         Step("POST", "{api}/experiments/import", {"experiment": None}, status=422),
         Step("POST", "{api}/experiments/import", {"experiment": ""}, status=422),
         Step("POST", "{api}/experiments/import", {}, status=422)),
    Case("create is of a definition", Step("POST", "{api}/experiments", {}, status=422),
         Step("POST", "{api}/experiments", {"definition": []}, status=422),
         Step("POST", "{api}/experiments", {"definition": "nonsense"}, status=422),
         Step("POST", "{api}/experiments", {"definition": None}, status=422),
         Step("POST", "{api}/experiments", {"definition": "7"}, status=422),
         Step("POST", "{api}/experiments", {"definition": BARE, "template_id": "x"}, status=422),
         Step("POST", "{api}/experiments", {"definition": BARE, "template_id": None}, status=201)),
    Case("documents that are no experiments", imported({}, status=201), imported({"title": 7}, status=201),
         imported({"title": None}, status=201), imported({"title": "t", "extensions": [{}]}), imported({"title": "t", "controls": None}, status=500, ours=201, why="null is no controls"),
         imported({"title": "t", "controls": {}}, status=500, ours=422, why="a document that cannot be read is refused, not an error of the server"),
         imported({"title": "t", "controls": ["x"]}, status=500, ours=422, why="a document that cannot be read is refused, not an error of the server"),
         imported({"title": "t", "controls": [{"provider": {}}]}, status=500, ours=201, why="a control needs no name to be left alone"),
         imported({"title": "t", "extensions": None}, status=500, ours=201, why="null is no extensions")),
    Case("a NUL in it", imported({"title": "a\x00b"}, status=500, ours=422, why="a NUL cannot be stored: refused, not an error of the server")),
    Case("replace", imported(BARE, save="exp"),
         Step("PUT", "{api}/experiments/{exp}", {"experiment": json.dumps(dict(BARE, title="Changed"))},
              view=lambda e: {**e, "definition": e["definition"]["title"]}),
         Step("GET", "{api}/experiments/{exp}", view=lambda e: e["definition"]["title"]),
         Step("GET", "{api}/experiments/{exp}/raw", ours=200, why="a replaced document gets the control again: later runs are reported",
              view=lambda d: "controls" in d, ours_body=True),
         Step("PUT", "{api}/experiments/{exp}", {"experiment": BARE}, status=422),
         Step("PUT", "{api}/experiments/{exp}", {"experiment": "[]"}, status=422),
         Step("PUT", "{api}/experiments/{exp}", {}, status=422),
         Step("PUT", "{api}/experiments/{nowhere}", {"experiment": json.dumps(BARE)}, status=404)),
    Case("replace never adds it twice", imported(BARE, save="exp"),
         Step("PUT", "{api}/experiments/{exp}", {"experiment": json.dumps(dict(BARE, controls=[STALE]))},
              view=lambda e: [len(e["definition"]["controls"]), e["definition"]["title"]]),
         Step("GET", "{api}/experiments/{exp}/raw", view=lambda d: len(d["controls"]))),
    Case("lists", Step("GET", "{api}/experiments"), Step("GET", "{api}/experiments/all"), Step("GET", "{api}/experiments/summary"),
         imported(dict(BARE, title="Alpha one")), imported(dict(BARE, title="Beta two")), imported(dict(BARE, title="alpha three")),
         Step("GET", "{api}/experiments"), Step("GET", "{api}/experiments?limit=1&page=2", view=lambda p: [p["count"], [e["definition"]["title"] for e in p["items"]]]),
         Step("GET", "{api}/experiments?page=9"), Step("GET", "{api}/experiments/all"), Step("GET", "{api}/experiments/summary"),
         Step("GET", "{api}/experiments/summary?limit=2&page=2"), Step("GET", "{api}/experiments/summary?pattern=Alpha"),
         Step("GET", "{api}/experiments/search?pattern=Alpha"), Step("GET", "{api}/experiments/search?pattern=alpha"),
         Step("GET", "{api}/experiments/search?pattern=zzz"), Step("GET", "{api}/experiments/search?pattern=%25", view="count", ours=200, ours_body=0, why=LITERAL),
         Step("GET", "{api}/experiments/search?pattern=_", view="count", ours=200, ours_body=0, why=LITERAL),
         Step("GET", "{api}/experiments/search", status=422), Step("GET", "{api}/experiments/search?pattern=", status=422)),
    Case("delete", imported(BARE, save="exp"), Step("DELETE", "{api}/experiments/{exp}"),
         Step("GET", "{api}/experiments/{exp}", status=404), Step("GET", "{api}/experiments/{exp}/raw", status=404),
         Step("DELETE", "{api}/experiments/{exp}", status=404), Step("GET", "{api}/experiments", view="count")),
    Case("ids", Step("GET", "{api}/experiments/{nowhere}", status=404), Step("GET", "{api}/experiments/{nowhere}/raw", status=404),
         Step("DELETE", "{api}/experiments/{nowhere}", status=404), Step("GET", "{api}/experiments/{nowhere}/plans"),
         Step("GET", "{api}/experiments/{nowhere}/executions", status=404), Step("GET", "{api}/experiments/nonsense/raw", status=422)),
    Case("of another organization", imported(BARE, save="exp"),
         Step("POST", "/api/v1/organization", {"name": "there-{tag}"}, status=201, save="other"),
         Step("GET", "/api/v1/organization/{other}/experiments/{exp}", status=404),
         Step("GET", "/api/v1/organization/{other}/experiments/{exp}/raw", status=404),
         Step("DELETE", "/api/v1/organization/{other}/experiments/{exp}", status=404),
         Step("GET", "/api/v1/organization/{other}/experiments", view="count"), Step("GET", "{api}/experiments/{exp}", view=lambda e: e["definition"]["title"])),
]
