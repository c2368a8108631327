"""Organizations, their members, users (docs/protocol.md 2.2)."""
from suite import Case, Step

ORG = "/api/v1/organization"
OTHER = "/api/v1/organization/{other}"

CASES = [
    Case("create, read, delete", Step("POST", ORG, {"name": "other-{tag}"}, status=201, save="other"),
         Step("GET", OTHER + "/"), Step("GET", OTHER + "/plans"),
         Step("DELETE", OTHER + "/"), Step("GET", OTHER + "/", status=410), Step("GET", OTHER + "/plans", status=410),
         Step("DELETE", OTHER + "/", status=410)),
    Case("a name that is taken gets digits", Step("POST", ORG, {"name": "twice-{tag}"}, status=201),
         Step("POST", ORG, {"name": "twice-{tag}"}, status=201,
              view=lambda o: (o["name"].startswith("twice-"), len(o["name"]) - len("twice-") > 12))),
    Case("names", Step("POST", ORG, {}, status=422), Step("POST", ORG, {"name": 7}, status=422),
         Step("POST", ORG, {"name": None}, status=422), Step("POST", ORG, {"name": "a-{tag}", "id": "x", "more": 1}, status=201),
         Step("POST", ORG, {"name": "spaces and ünicode {tag}"}, status=201)),
    Case("those of the user", Step("GET", ORG + "?limit=1", view=lambda p: (sorted(p), len(p["items"]), sorted(p["items"][0]))),
         Step("GET", ORG + "?limit=11", status=422)),
    Case("a name may be tried", Step("POST", "{api}/try-name-candidate", {"name": "free-{tag}"}),
         Step("POST", ORG, {"name": "free-{tag}"}, status=201),
         Step("POST", "{api}/try-name-candidate", {"name": "free-{tag}"}),
         Step("POST", "{api}/try-name-candidate", {"name": "ab"}, status=422),
         Step("POST", "{api}/try-name-candidate", {"name": "a" * 65}, status=422),
         Step("POST", "{api}/try-name-candidate", {}, status=422)),
    Case("members", Step("GET", "{api}/users", view="count"),
         Step("POST", "/api/v1/user", {"username": "user-{tag}", "email": "{tag}@example.com"}, status=201, save="member"),
         Step("GET", "/api/v1/user/{member}"),
         Step("POST", "{api}/users", {"user_id": "{member}"}),
         Step("GET", "{api}/users", view=lambda p: (p["count"], sorted(p["items"][0]))),
         Step("POST", "{api}/users", {"user_id": "{member}"}),
         Step("GET", "{api}/users", view="count"),
         Step("DELETE", "{api}/users/{member}"), Step("GET", "{api}/users", view="count"),
         Step("DELETE", "{api}/users/{member}", ours=404, why="who is no member cannot be removed"),
         Step("POST", "{api}/users", {"user_id": "{nowhere}"}, status=404),
         Step("POST", "{api}/users", {"user_id": "x"}, status=422), Step("POST", "{api}/users", {}, status=422),
         Step("DELETE", "{api}/users/{nowhere}", status=404)),
    Case("users", Step("POST", "/api/v1/user", {"username": "second-{tag}"}, status=201, save="second"),
         Step("GET", "/api/v1/user/{second}"), Step("GET", "/api/v1/user/{nowhere}", status=404),
         Step("GET", "/api/v1/user/nonsense", status=422), Step("POST", "/api/v1/user", {}, status=422),
         Step("POST", "/api/v1/user", {"username": "second-{tag}"}, status=409),
         Step("GET", "/api/v1/user?limit=1", view=lambda p: (sorted(p), sorted(p["items"][0])))),
]
