"""What a plan is set up from on `plan-deployer serve`: experiments, environments, integrations; and /openapi.json,
against which every answer of this file is validated."""
import hashlib
import json
import os
import re
import unittest
import uuid

try:
    import jsonschema
except ImportError:
    jsonschema = None

from serving import POSTGRESQL, Serving

NOWHERE = "00000000-0000-4000-8000-000000000000"
REPORTER = "chaosreliably.controls.experiment"
MASK = "*" * 10
EXPERIMENT = {"title": "Bare", "description": "d", "method": []}
SECRET = "s3cr3t-Wert-äöü"
ENVIRONMENT = {"name": "full", "envvars": [{"var_name": "WHO", "value": "world"}],
               "secrets": [{"key": "tok", "var_name": "MY_TOKEN", "value": SECRET},
                           {"key": "kube", "path": "/home/svc/.kube/config", "value": "apiVersion: v1\nkind: Config\n"}]}


class Description:
    """/openapi.json, and whether answers are as it says."""

    def __init__(self, document):
        self.document = document
        literal_first = sorted(document["paths"].items(), key=lambda pair: pair[0].count("{"))
        self.paths = [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), item) for path, item in literal_first]

    def operation(self, method, path):
        """A literal path comes before one with parameters."""
        found = [item for pattern, item in self.paths if pattern.fullmatch(path) and method.lower() in item]
        if not found:
            raise AssertionError("%s %s is not described" % (method, path))
        return found[0][method.lower()]

    def check(self, method, path, reply):
        """The status, content type and body are among those described."""
        answers = self.operation(method, path.partition("?")[0])["responses"]
        if str(reply.status) not in answers:
            raise AssertionError("%s %s: %d is not described" % (method, path, reply.status))
        content = answers[str(reply.status)]["content"]
        kind = reply.headers.get("content-type", "").partition(";")[0]
        if kind not in content:
            raise AssertionError("%s %s: content type %r" % (method, path, kind))
        if jsonschema and kind == "application/json":
            whole = {"components": self.document["components"], **content[kind]["schema"]}
            jsonschema.Draft202012Validator(whole).validate(reply.json)


class SetupCase(unittest.TestCase):
    """Tests that share one platform, each with things of its own."""

    @classmethod
    def setUpClass(cls):
        cls.platform = Serving()
        cls.addClassCleanup(cls.platform.close)
        cls.platform.init()
        cls.platform.start()
        cls.description = Description(cls.platform.ask("GET", "/openapi.json").json)

    def setUp(self):
        made = self.platform.ask("POST", "/api/v1/organization", {"name": self.id() + uuid.uuid4().hex}).json
        self.org = made["id"]
        self.base = "/api/v1/organization/" + self.org

    def call(self, method, path, body=None, status=200):
        reply = self.platform.ask(method, self.base + path, body)
        self.assertEqual(status, reply.status, reply.body)
        self.description.check(method, self.base + path, reply)
        return reply.json

    def problems(self, method, path, body):
        """The types and places of a 422."""
        return [(p["type"], p["loc"]) for p in self.call(method, path, body, status=422)["detail"]]

    def experiment(self, document=None, **more):
        text = json.dumps(dict(EXPERIMENT if document is None else document, **more))
        return self.call("POST", "/experiments/import", {"experiment": text}, status=201)

    def environment(self, **more):
        return self.call("POST", "/environments", dict(ENVIRONMENT, **more), status=201)

    def integration(self, provider="slack", name="one", values=None, status=201):
        environment = {"name": "env", "used_for": "integration", "secrets": [],
                       "envvars": [{"var_name": k, "value": v} for k, v in (values or {}).items()]}
        return self.call("POST", "/integrations", {"name": name, "provider": provider, "environment": environment},
                         status=status)

    def plan(self, experiment, environment=None, integrations=()):
        deployment = self.call("POST", "/deployments", {"name": uuid.uuid4().hex, "definition": {"type": "noop"}}, status=201)
        body = {"deployment": {"deployment_id": deployment["id"]}, "schedule": {"type": "now"}, "experiments": [experiment],
                "integrations": list(integrations)}
        if environment:
            body["environment"] = {"provider": "reliably_cloud", "id": environment}
        return self.call("POST", "/plans", body, status=201)["id"]

    def control(self, experiment):
        return {"name": "reliably", "provider": {"type": "python", "module": REPORTER,
                                                 "arguments": {"org_id": self.org, "exp_id": experiment}}}


class Experiments(SetupCase):
    """docs/protocol.md 3."""

    def test_an_import_loses_what_another_platform_put_there_and_gets_the_control(self):
        stale = {"name": "reliably", "provider": {"module": REPORTER, "arguments": {"org_id": "o", "exp_id": "e"}}}
        made = self.experiment(extensions=[{"name": "dora"}, {"name": "reliably"}], controls=[{"provider": {}}, stale])
        raw = self.call("GET", "/experiments/%s/raw" % made["id"])
        self.assertEqual([{"provider": {}}, self.control(made["id"])], raw["controls"])
        self.assertEqual([{"name": "dora"}], raw["extensions"])
        self.assertEqual(list(EXPERIMENT), list(raw)[:3])
        self.assertEqual(raw, made["definition"])
        self.assertEqual(made, self.call("GET", "/experiments/" + made["id"]))

    def test_create_takes_an_object_or_its_text_and_cleans_nothing(self):
        document = dict(EXPERIMENT, extensions=[{"name": "reliably"}])
        for body in (document, json.dumps(document)):
            made = self.call("POST", "/experiments", {"definition": body}, status=201)
            self.assertEqual(dict(document, controls=[self.control(made["id"])]), made["definition"])

    def test_a_replaced_one_has_the_control_once_with_its_own_ids(self):
        made = self.experiment()
        stale = {"name": "x", "provider": {"module": REPORTER, "arguments": {"exp_id": "e"}}}
        for controls in (None, [], [stale, stale], [{"name": "other", "provider": {"module": "m"}}]):
            body = {"experiment": json.dumps(dict(EXPERIMENT, title="New", controls=controls))}
            kept = self.call("PUT", "/experiments/" + made["id"], body)["definition"]
            found = [c["provider"]["arguments"] for c in kept["controls"] if c["provider"]["module"] == REPORTER]
            self.assertEqual([{"org_id": self.org, "exp_id": made["id"]}], found)
        self.assertEqual("New", kept["title"])

    def test_documents_that_cannot_be_kept_are_refused(self):
        for text, kind in (("nonsense", "json_invalid"), ("[]", "dict_type"), (EXPERIMENT, "json_type"), (None, "json_type"),
                           ('{"controls":{}}', "value_error"), ('{"controls":["x"]}', "value_error"),
                           ('{"extensions":7}', "value_error"), ('{"a":[{"b":"x\\u0000"}]}', "value_error"),
                           ("[" * 200 + "]" * 200, "json_invalid")):
            self.assertEqual([(kind, ["body", "experiment"])], self.problems("POST", "/experiments/import", {"experiment": text}))
        self.assertEqual([("missing", ["body", "definition"])], self.problems("POST", "/experiments", {}))
        self.assertEqual([("uuid_parsing", ["body", "template_id"])],
                         self.problems("POST", "/experiments", {"definition": {}, "template_id": "x"}))
        self.assertEqual(0, self.call("GET", "/experiments")["count"])

    def test_lists_are_of_their_titles(self):
        ids = {title: self.experiment(title=title)["id"] for title in ("Beta", "Alpha", "alpha 50%")}
        titles = sorted(ids)
        self.assertEqual(titles, [e["definition"]["title"] for e in self.call("GET", "/experiments")["items"]])
        page = self.call("GET", "/experiments?page=2&limit=2")
        self.assertEqual((3, [ids[titles[2]]]), (page["count"], [e["id"] for e in page["items"]]))
        self.assertEqual([{"id": ids[t], "title": t, "template_id": None, "executions_count": 0} for t in titles],
                         self.call("GET", "/experiments/all")["items"])
        for pattern, found in (("alpha", ["alpha 50%"]), ("lpha", ["alpha 50%", "Alpha"]), ("%25", ["alpha 50%"]), ("_", [])):
            self.assertEqual([ids[t] for t in found],
                             [e["id"] for e in self.call("GET", "/experiments/search?pattern=" + pattern)["items"]])
        self.assertEqual(["Alpha", "alpha 50%"],
                         [e["title"] for e in self.call("GET", "/experiments/summary?pattern=alpha")["items"]])

    def test_a_summary_has_how_it_went(self):
        made, path = self.experiment(), "/experiments/%s/executions"
        for status in ("completed", "failed"):
            execution = self.call("POST", path % made["id"], {"result": "{}"}, status=201)["id"]
            self.call("PUT", path % made["id"] + "/%s/state" % execution, {"current": "finished", "status": status})
        self.call("POST", path % made["id"], {"result": "{}"}, status=201)
        summary = self.call("GET", "/experiments/summary")["items"][0]
        self.assertEqual((3, "d", [None, "failed", "completed"]),
                         (summary["executions_count"], summary["desc"], summary["last_statuses"]))
        self.assertIsNotNone(summary["last_execution"])
        self.call("DELETE", "/experiments/" + made["id"])
        self.assertEqual(0, self.call("GET", "/executions")["count"])

    def test_one_in_use_stays(self):
        made = self.experiment()["id"]
        plan = self.plan(made)
        self.assertEqual([plan], self.call("GET", "/experiments/%s/plans" % made))
        self.assertEqual(400, self.call("DELETE", "/experiments/" + made, status=400)["status"])
        self.call("GET", "/experiments/" + made)

    def test_what_is_not_there(self):
        other = self.platform.call("POST", "/experiments", {"definition": {}}).json["id"]
        for exp in (NOWHERE, other):
            for method, end, body in (("GET", "", None), ("GET", "/raw", None), ("DELETE", "", None),
                                      ("PUT", "", {"experiment": "{}"})):
                self.call(method, "/experiments/" + exp + end, body, status=404)
        self.assertEqual([("uuid_parsing", ["path", "exp_id"])], self.problems("GET", "/experiments/nonsense/raw", None))


class Environments(SetupCase):
    """docs/protocol.md 4.1."""

    def test_secrets_are_masked_but_where_they_are_asked_for_in_clear(self):
        made = self.environment()
        path = "/environments/" + made["id"]
        self.assertEqual([MASK, MASK], [s["value"] for s in made["secrets"]])
        self.assertEqual(made, self.call("GET", path))
        self.assertEqual("plan", made["used_for"])
        self.assertEqual(dict(made, secrets=ENVIRONMENT["secrets"]), self.call("GET", path + "/clear"))

    def test_secrets_are_not_in_the_database_in_clear(self):
        made = self.environment()["id"]
        self.call("PUT", "/environments/%s/set" % made, {"key": "new", "var_name": "V", "value": "another-" + SECRET})
        if POSTGRESQL:
            self.skipTest("there is no file to look into")
        database = self.platform.database[len("sqlite:///"):]
        names = [n for n in os.listdir(os.path.dirname(database)) if n.startswith(os.path.basename(database))]
        kept = b""
        for name in names:
            with open(os.path.join(os.path.dirname(database), name), "rb") as stream:
                kept += stream.read()
        self.assertIn(made.encode(), kept)
        self.assertNotIn(SECRET.encode(), kept)
        self.assertNotIn(json.dumps(SECRET)[1:-1].encode(), kept)

    def test_set_and_remove(self):
        path = "/environments/" + self.environment()["id"]
        for item in ({"var_name": "WHO", "value": "me"}, {"var_name": "NEW", "value": ""},
                     {"key": "tok", "var_name": "MY_TOKEN", "value": "changed"}, {"key": "file", "path": "/f", "value": "v"}):
            self.assertIsNone(self.call("PUT", path + "/set", item))
        clear = self.call("GET", path + "/clear")
        self.assertEqual([("WHO", "me"), ("NEW", "")], [(v["var_name"], v["value"]) for v in clear["envvars"]])
        self.assertEqual([("tok", "changed"), ("kube", ENVIRONMENT["secrets"][1]["value"]), ("file", "v")],
                         [(s["key"], s["value"]) for s in clear["secrets"]])
        for name in ("WHO", "kube", "nothing"):
            self.assertIsNone(self.call("DELETE", path + "/remove/" + name))
        left = self.call("GET", path)
        self.assertEqual((["NEW"], ["tok", "file"]), ([v["var_name"] for v in left["envvars"]], [s["key"] for s in left["secrets"]]))

    def test_a_copy_is_one_of_its_own(self):
        made = self.environment()["id"]
        copy = self.call("POST", "/environments/%s/clone" % made, {"name": "copy"}, status=201)
        self.assertEqual(MASK, copy["secrets"][0]["value"])
        self.call("DELETE", "/environments/" + made)
        clear = self.call("GET", "/environments/%s/clear" % copy["id"])
        self.assertEqual(("copy", ENVIRONMENT["secrets"]), (clear["name"], clear["secrets"]))

    def test_bodies_that_are_refused(self):
        for change, found in (({"name": None}, [("string_type", ["body", "name"])]),
                              ({"used_for": "x"}, [("literal_error", ["body", "used_for"])]),
                              ({"envvars": [{"var_name": "A"}]}, [("missing", ["body", "envvars", 0, "value"])]),
                              ({"secrets": [{"key": "k", "value": "v", "path": "relative"}]},
                               [("value_error", ["body", "secrets", 0, "EnvironmentSecretAsFile", "path"]),
                                ("missing", ["body", "secrets", 0, "EnvironmentSecret", "var_name"])])):
            self.assertEqual(found, self.problems("POST", "/environments", dict(ENVIRONMENT, **change)))

    def test_lists(self):
        ids = [self.environment(name=name, used_for=use)["id"]
               for name, use in (("beta", "plan"), ("Alpha", None), ("gamma", "snapshot"))]
        self.assertEqual([ids[1], ids[0]], [e["id"] for e in self.call("GET", "/environments")["items"]])
        self.assertEqual([{"id": ids[1], "name": "Alpha"}, {"id": ids[0], "name": "beta"}, {"id": ids[2], "name": "gamma"}],
                         self.call("GET", "/environments/simple"))
        found = self.call("GET", "/environments/search?pattern=A&limit=2")
        self.assertEqual((3, [ids[2], ids[1]]), (found["count"], [e["id"] for e in found["items"]]))
        self.assertEqual([("missing", ["query", "pattern"])], self.problems("GET", "/environments/search", None))

    def test_one_in_use_stays(self):
        made, integration = self.environment()["id"], self.integration()
        plan = self.plan(self.experiment()["id"], made)
        self.assertEqual([plan], self.call("GET", "/environments/%s/plans" % made))
        for used in (made, integration["environment_id"]):
            self.assertEqual(400, self.call("DELETE", "/environments/" + used, status=400)["status"])
            self.call("GET", "/environments/" + used)

    def test_what_is_not_there(self):
        for method, end, body in (("GET", "", None), ("GET", "/clear", None), ("DELETE", "", None), ("DELETE", "/remove/X", None),
                                  ("PUT", "/set", {"var_name": "A", "value": "b"}), ("POST", "/clone", {"name": "n"})):
            self.call(method, "/environments/" + NOWHERE + end, body, status=404)


def from_env(key, **default):
    """A value that a control reads itself."""
    return dict(default, type="env", key=key)


def pauses(part, **default):
    return {"enabled": from_env("RELIABLY_AUTOPAUSE_%s_ENABLED" % part, **default),
            "pause_duration": from_env("RELIABLY_AUTOPAUSE_%s_DURATION" % part)}


class Integrations(SetupCase):
    """docs/protocol.md 4.3."""

    VALUES = {"RELIABLY_SAFEGUARDS_ENDPOINT": "http://127.0.0.1/s", "RELIABLY_AUTOPAUSE_SSH_ENABLED": "true"}
    # name, without the digest of "one"; module; what the provider has beside
    CONTROLS = {
        "slack": ("", "chaosslack.control", {"secrets": ["reliably-integration-slack"]}),
        "opentelemetry": ("", "chaostracing.oltp", {"arguments": {
            "trace_request": True, "trace_httpx": True, "trace_botocore": True, "trace_urllib3": True}}),
        "chatgpt": ("-md5", "chaosreliably.controls.chatgpt", {"arguments": {"openai_model": from_env("OPENAI_MODEL")}}),
        "prechecks": ("-md5", "chaosreliably.controls.prechecks", {"arguments": {
            "url": from_env("RELIABLY_PRECHECKS_ENDPOINT", default=None), "auth": from_env("RELIABLY_PRECHECKS_ENDPOINT_AUTH")}}),
        "safeguards": ("-md5", "chaosreliably.controls.safeguard", {"arguments": {
            "url": from_env("RELIABLY_SAFEGUARDS_ENDPOINT", default="http://127.0.0.1/s"),
            "frequency": from_env("RELIABLY_SAFEGUARDS_FREQUENCY", default=None),
            "auth": from_env("RELIABLY_SAFEGUARDS_ENDPOINT_AUTH")}}),
        "autopause": ("-md5", "chaosreliably.controls.autopause", {"arguments": {"autopause": {
            "method": {"actions": pauses("METHOD_ACTION"), "probes": pauses("METHOD_PROBE")},
            "steady-state-hypothesis": pauses("SSH", default="true"), "rollbacks": pauses("ROLLBACKS")}}}),
    }

    def test_each_kind_is_a_control(self):
        for provider, (end, module, more) in self.CONTROLS.items():
            name = "the name of " + provider
            made = self.integration(provider, name, self.VALUES)
            digest = hashlib.md5(name.encode(), usedforsecurity=False).hexdigest()
            self.assertEqual({"name": "reliably-integration-" + provider + end.replace("md5", digest),
                              "provider": dict(more, type="python", module=module)},
                             self.call("GET", "/integrations/%s/control" % made["id"]))

    def test_those_that_are_none_have_null(self):
        for provider in ("notification", "assistant", "snapshot"):
            made = self.integration(provider, provider)
            self.assertIsNone(self.call("GET", "/integrations/%s/control" % made["id"]))

    def test_its_environment_comes_and_goes_with_it(self):
        made = self.integration(values={"A": "b"})
        path = "/environments/" + made["environment_id"]
        self.assertEqual([{"var_name": "A", "value": "b"}], self.call("GET", path)["envvars"])
        self.assertEqual(made, self.call("GET", "/integrations/" + made["id"]))
        self.assertIsNone(self.call("DELETE", "/integrations/" + made["id"]))
        self.call("GET", "/integrations/" + made["id"], status=404)
        self.call("GET", path, status=404)

    def test_a_name_is_unique_and_what_is_refused_leaves_nothing(self):
        self.integration()
        self.integration("autopause", status=409)
        self.assertEqual(1, len(self.call("GET", "/environments/simple")))
        self.assertEqual(["one"], [i["name"] for i in self.call("GET", "/integrations")["items"]])

    def test_one_in_use_stays(self):
        made = self.integration()["id"]
        plan = self.plan(self.experiment()["id"], integrations=[made])
        self.assertEqual([plan], self.call("GET", "/integrations/%s/plans" % made))
        self.assertEqual(400, self.call("DELETE", "/integrations/" + made, status=400)["status"])
        self.call("GET", "/integrations/" + made)

    def test_bodies_that_are_refused(self):
        body = {"name": "n", "provider": "x", "vendor": "y", "environment": {"name": "e", "envvars": []}}
        self.assertEqual([("literal_error", ["body", "provider"]), ("literal_error", ["body", "vendor"]),
                          ("missing", ["body", "environment", "secrets"])], self.problems("POST", "/integrations", body))
        for method, end in (("GET", ""), ("GET", "/control"), ("DELETE", "")):
            self.call(method, "/integrations/" + NOWHERE + end, status=404)


class Described(SetupCase):
    """/openapi.json."""

    def test_every_reference_and_path_parameter_is_there(self):
        document = self.description.document
        schemas = set(document["components"]["schemas"])
        used = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
        self.assertEqual(set(), used - schemas)
        for path, item in document["paths"].items():
            for operation in item.values():
                self.assertEqual(set(re.findall(r"\{(\w+)\}", path)),
                                 {p["name"] for p in operation["parameters"] if p["in"] == "path"}, path)

    @unittest.skipUnless(jsonschema, "jsonschema is not installed")
    def test_the_schemas_are_schemas_and_refuse_other_answers(self):
        for schema in self.description.document["components"]["schemas"].values():
            jsonschema.Draft202012Validator.check_schema(schema)
        path = self.base + "/environments/" + self.environment()["id"]
        reply = self.platform.ask("GET", path)
        for change in ({"more": 1}, {"id": 7}, {"secrets": [{"key": "k"}]}):
            reply.body = json.dumps(dict(json.loads(reply.body), **change)).encode()
            with self.assertRaises(jsonschema.ValidationError):
                self.description.check("GET", path, reply)

    def test_refusals_are_described_too(self):
        path = self.base + "/environments"
        for method, body, headers, status in (("GET", None, {"Authorization": "Bearer x"}, 401), ("POST", {}, {}, 422)):
            reply = self.platform.ask(method, path, body, headers)
            self.assertEqual(status, reply.status)
            self.description.check(method, path, reply)


if __name__ == "__main__":
    unittest.main()
