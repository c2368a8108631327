"""Integrations and the controls that they become (docs/protocol.md 4.3)."""
from suite import Case, Step

PROVIDERS = ("opentelemetry", "slack", "prechecks", "safeguards", "autopause", "chatgpt")
NO_CONTROL = "an integration that is no control has null, instead of an error of the server"
VALUES = {"RELIABLY_PRECHECKS_ENDPOINT": "http://127.0.0.1/check", "RELIABLY_SAFEGUARDS_FREQUENCY": "5",
          "RELIABLY_AUTOPAUSE_METHOD_ACTION_ENABLED": "true", "RELIABLY_AUTOPAUSE_METHOD_ACTION_DURATION": "30",
          "RELIABLY_AUTOPAUSE_SSH_ENABLED": "", "OPENAI_MODEL": "gpt"}


def create(provider, values=None, name=None, vendor=None, secrets=(), **more):
    environment = {"name": "env", "used_for": "integration", "secrets": list(secrets),
                   "envvars": [{"var_name": k, "value": v} for k, v in (values or {}).items()]}
    return Step("POST", "{api}/integrations", {"name": name or provider, "provider": provider, "vendor": vendor, "environment": environment},
                **dict({"status": 201}, **more))


def control(provider, values):
    why = "the module of the control has its right name" if provider == "safeguards" else None
    fix = {"ours": 200, "why": why} if why else {}
    return Case(f"the control of {provider}" + (", with values" if values else ""), create(provider, values, save="integration"),
                Step("GET", "{api}/integrations/{integration}/control", **fix))


CASES = [
    Case("create, read, delete", create("slack", {"SLACK_CHANNEL": "#chaos"}, "slack-prod", "slack",
                                        [{"key": "slack-token", "var_name": "SLACK_BOT_TOKEN", "value": "xoxb"}],
                                        save={"integration": "id", "env": "environment_id"}),
         Step("GET", "{api}/integrations/{integration}"), Step("GET", "{api}/environments/{env}"), Step("GET", "{api}/environments/{env}/clear"),
         Step("GET", "{api}/environments", view="count"),
         Step("DELETE", "{api}/integrations/{integration}"), Step("GET", "{api}/integrations/{integration}", status=404),
         Step("GET", "{api}/integrations/{integration}/control", status=404), Step("DELETE", "{api}/integrations/{integration}", status=404),
         Step("GET", "{api}/environments/{env}", status=404)),
    Case("a name is unique", create("slack", name="one"), create("slack", name="one", status=409), create("autopause", name="one", status=409),
         create("slack", name="two"), Step("GET", "{api}/integrations", view="count")),
    Case("a refused one leaves no environment", create("slack", name="one"), create("slack", name="one", status=409),
         Step("GET", "{api}/environments/simple", view=lambda e: len(e), ours=200, ours_body=1, why="what was refused leaves nothing")),
    Case("providers and vendors", *[create(p) for p in PROVIDERS], create("notification", vendor="reliably"), create("assistant"),
         create("snapshot"), create("x", status=422), create("slack", name="v", vendor="x", status=422), create("slack", name="w", vendor="grafana")),
    Case("what is missing", Step("POST", "{api}/integrations", {}, status=422),
         Step("POST", "{api}/integrations", {"name": "n", "provider": "slack"}, status=422),
         Step("POST", "{api}/integrations", {"name": "n", "provider": "slack", "environment": {}}, status=422),
         Step("POST", "{api}/integrations", {"name": "n", "provider": "slack", "environment": {"name": "e", "envvars": [], "secrets": []}}, status=201,
              save={"env": "environment_id"}),
         Step("GET", "{api}/environments/{env}", view="used_for")),
    *[control(p, values) for p in PROVIDERS for values in (None, VALUES)],
    Case("those without a control", create("notification", save="a"), Step("GET", "{api}/integrations/{a}/control", status=500, ours=200, ours_body=None, why=NO_CONTROL),
         create("assistant", save="b"), Step("GET", "{api}/integrations/{b}/control", status=500, ours=200, ours_body=None, why=NO_CONTROL),
         create("snapshot", save="c"), Step("GET", "{api}/integrations/{c}/control", status=500, ours=200, ours_body=None, why=NO_CONTROL)),
    Case("lists", Step("GET", "{api}/integrations"), create("slack", name="one"), create("slack", name="two"),
         Step("GET", "{api}/integrations"), Step("GET", "{api}/integrations?limit=1&page=2")),
    Case("ids", Step("GET", "{api}/integrations/{nowhere}", status=404), Step("GET", "{api}/integrations/{nowhere}/control", status=404),
         Step("GET", "{api}/integrations/{nowhere}/plans"), Step("DELETE", "{api}/integrations/{nowhere}", status=404),
         Step("GET", "{api}/integrations/x/control", status=422)),
    Case("of another organization", create("slack", save="integration"),
         Step("POST", "/api/v1/organization", {"name": "there-{tag}"}, status=201, save="other"),
         Step("GET", "/api/v1/organization/{other}/integrations/{integration}", status=404),
         Step("GET", "/api/v1/organization/{other}/integrations/{integration}/control", status=404),
         Step("DELETE", "/api/v1/organization/{other}/integrations/{integration}", status=404)),
]
