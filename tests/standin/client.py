"""A plain client of the platform's API for tests: no redirects, no proxies, no retries."""
import http.client
import json
import ssl
from urllib.parse import urlsplit


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)


class Client:
    """One connection for all calls, or with `keep` false one for each."""

    def __init__(self, url, org="", token="", ca_file=None, keep=True):
        parts = urlsplit(url)
        if parts.scheme == "https":
            context = ssl.create_default_context(cafile=ca_file)
            self.connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=30, context=context)
        else:
            self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        self.keep, self.org, self.token, self.api = keep, org, token, "/api/v1/organization/" + org

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.connection.close()

    def call(self, method, path, body=None, headers=None):
        """Sends a body (bytes as they are, str encoded, else as JSON) with exactly these and the usual headers; a
        header of None is left out."""
        wanted = {"Authorization": "Bearer " + self.token}
        if body is not None:
            wanted["Content-Type"] = "application/json"
            if isinstance(body, str):
                body = body.encode()
            elif not isinstance(body, bytes):
                body = json.dumps(body).encode()
        wanted.update(headers or {})
        try:
            self.connection.request(method, path, body, {k: v for k, v in wanted.items() if v is not None})
            answer = self.connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            raise
        if answer.status >= 500 or not self.keep:  # the platform hangs up after an error, without saying so
            self.connection.close()
        return Reply(answer.status, {k.lower(): v for k, v in answer.getheaders()}, text)

    def made(self, path, body):
        """POST below the organisation that must succeed; the object made."""
        reply = self.call("POST", self.api + path, body)
        if reply.status != 201:
            raise RuntimeError("POST %s: %d %s" % (path, reply.status, reply.body.decode()))
        return reply.json

    def got(self, path):
        reply = self.call("GET", self.api + path)
        if reply.status != 200:
            raise RuntimeError("GET %s: %d %s" % (path, reply.status, reply.body.decode()))
        return reply.json

    def plan(self, experiment, envvars=None, secrets=(), title="A plan", **more):
        """A plan for this experiment with an environment of its own; {"plan":…, "experiment":…, "environment":…}."""
        made = self.made("/experiments/import", {"experiment": json.dumps(experiment)})
        environment = self.made("/environments", {
            "name": "for " + title, "used_for": "plan", "secrets": list(secrets),
            "envvars": [{"var_name": k, "value": v} for k, v in (envvars or {}).items()]})
        deployments = self.got("/deployments")["items"]
        deployment = deployments[0] if deployments else self.made(
            "/deployments", {"name": "by hand", "definition": {"type": "reliably_cli", "mode": "manual"}})
        body = {"title": title, "environment": {"provider": "reliably_cloud", "id": environment["id"]},
                "deployment": {"deployment_id": deployment["id"], "deployment_type": "reliably_cli"},
                "schedule": {"type": "now", "via_agent": False}, "integrations": [], "experiments": [made["id"]]}
        plan = self.made("/plans", dict(body, **more))
        return {"plan": plan["id"], "experiment": made["id"], "environment": environment["id"]}
