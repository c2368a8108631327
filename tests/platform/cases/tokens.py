"""Tokens (docs/protocol.md 2.1, 2.2)."""
from suite import Case, Step

HASHED = "tokens are stored as hashes, and shown once"
OWN = "tokens are those of the organization, not of all that the user is in"

CASES = [
    Case("create, use, delete", Step("POST", "{api}/tokens", {"name": "cli"}, status=201, save={"tok": "id", "value": "token"}),
         Step("GET", "{api}/plans", token="{value}"), Step("GET", "{api}/tokens/{tok}", ours=200, ours_body={"id": "{tok}", "name": "cli", "created_date": "<date>"}, why=HASHED),
         Step("DELETE", "{api}/tokens/{tok}"), Step("GET", "{api}/plans", status=401, token="{value}"),
         Step("GET", "{api}/tokens/{tok}", status=404), Step("DELETE", "{api}/tokens/{tok}", status=404)),
    Case("a name is unique", Step("POST", "{api}/tokens", {"name": "twice"}, status=201),
         Step("POST", "{api}/tokens", {"name": "twice"}, status=409)),
    Case("names", Step("POST", "{api}/tokens", {}, status=422), Step("POST", "{api}/tokens", {"name": 1}, status=422),
         Step("POST", "{api}/tokens", {"name": ""}, status=201, ours=422, why="a token needs a name"), Step("POST", "{api}/tokens", {"name": None}, status=422)),
    Case("the list", Step("GET", "{api}/tokens", ours=200, view="items", ours_view="count", ours_body=0, why=OWN), Step("POST", "{api}/tokens", {"name": "one"}, status=201),
         Step("POST", "{api}/tokens", {"name": "two"}, status=201), Step("POST", "{api}/tokens", {"name": "three"}, status=201),
         Step("GET", "{api}/tokens", view=lambda p: sorted(t["name"] for t in p["items"])),
         Step("GET", "{api}/tokens", view=lambda p: [sorted(t) for t in p["items"]], ours=200,
              ours_body=[["created_date", "id", "name"]] * 3, why=HASHED),
         Step("GET", "{api}/tokens?page=2&limit=2", view=lambda p: len(p["items"]), ours=200,
              ours_view=lambda p: [p["count"], len(p["items"])], ours_body=[3, 1], why="pagination of tokens counts pages, not rows"),
         Step("GET", "{api}/tokens?page=0", status=422)),
    Case("of another organization", Step("POST", "{api}/tokens", {"name": "here"}, status=201, save={"tok": "id", "value": "token"}),
         Step("POST", "/api/v1/organization", {"name": "there-{tag}"}, status=201, save="other"),
         Step("GET", "/api/v1/organization/{other}/plans", token="{value}"),
         Step("GET", "/api/v1/organization", token="{value}", view=lambda p: sorted(p)),
         Step("GET", "/api/v1/organization/{other}/tokens/{tok}", ours=404, why=OWN),
         Step("DELETE", "/api/v1/organization/{other}/tokens/{tok}", ours=404, why=OWN)),
    Case("ids", Step("GET", "{api}/tokens/{nowhere}", status=404), Step("GET", "{api}/tokens/nonsense", status=422),
         Step("DELETE", "{api}/tokens/{nowhere}", status=404), Step("DELETE", "{api}/tokens/nonsense", status=422)),
]
