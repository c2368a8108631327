"""What the stand-in knows and answers: the part of the platform's API that a runner and the seeding of a plan need.

It follows docs/protocol.md and was compared with the real platform call by call (`transcript`). Where it is
deliberately stricter a comment says so.
"""
import hashlib
import json
import secrets
import threading
import uuid
from urllib.parse import parse_qsl, unquote

import schema
from wire import Answer, dumps

JSON, TEXT, HTML = "application/json", "text/plain; charset=utf-8", "text/html; charset=utf-8"
NO_PAGE = b"<!DOCTYPE html><html lang=\"en\"><head><title>Page Not Found</title></head><body>404</body></html>"
EMAIL = "standin@example.com"
MASK = "*" * 10


class Refused(Exception):
    """The answer is an error: {"detail": …}."""

    def __init__(self, status, detail=None):
        super().__init__(status)
        self.status = status
        self.detail = detail or {400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
                                 405: "Method Not Allowed", 409: "Conflict", 410: "Gone"}[status]


class Crash(Exception):
    """The real platform's handler dies here: 500 as text, and the connection is closed."""


def new_id():
    return str(uuid.uuid4())


def jsonb(value):
    """Key order of PostgreSQL's JSONB: shorter keys first, then bytewise (docs/protocol.md 2.1)."""
    if isinstance(value, dict):
        return {k: jsonb(value[k]) for k in sorted(value, key=lambda k: (len(k.encode()), k.encode()))}
    if isinstance(value, list):
        return [jsonb(v) for v in value]
    if isinstance(value, float) and value - value != 0:
        return None
    return value


def storable(value):
    """Raises Crash for what the database refuses: NUL, half a surrogate pair, integers beyond 64 bits."""
    if isinstance(value, dict):
        for k, v in value.items():
            storable(k)
            storable(v)
    elif isinstance(value, list):
        for v in value:
            storable(v)
    elif isinstance(value, str):
        if "\0" in value:
            raise Crash
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Crash from None
    elif isinstance(value, int) and not -2 ** 63 <= value < 2 ** 64:
        raise Crash
    return value


def naive(date):
    return date[:-1] if date.endswith("Z") else date


def masked(environment):
    out = dict(environment)
    out["secrets"] = [dict(s, value=MASK) for s in environment["secrets"]]
    return out


class Platform:
    """All the state; `answer(request)` is what the server calls."""

    def __init__(self, org=None, token=None, keep_order=False):
        self.lock = threading.RLock()
        self.order = (lambda v: v) if keep_order else jsonb
        self.users, self.tokens, self.orgs, self.sessions = {}, {}, {}, {}
        self.environments, self.experiments, self.deployments = {}, {}, {}
        self.integrations, self.plans, self.executions = {}, {}, {}
        self.hello = self._new_org("Hello")
        user, mine = self._register(EMAIL, None, org)
        self.org = mine["id"]
        self.token = token or secrets.token_hex(16)
        self.tokens[self.token] = user["id"]

    # accounts

    def _new_org(self, name, org_id=None):
        org = {"id": org_id or new_id(), "name": name, "created_date": schema.now()}
        self.orgs[org["id"]] = {"public": org, "members": set(), "deleted": False, "token_names": set()}
        return org

    def _register(self, email, password, org_id=None):
        user = {"id": new_id(), "username": email, "password": password}
        self.users[user["id"]] = user
        mine = self._new_org(email, org_id)
        for org in (self.hello, mine):
            self.orgs[org["id"]]["members"].add(user["id"])
        return user, mine

    def _orgs_of(self, user):
        return [o["public"] for o in self.orgs.values() if user["id"] in o["members"] and not o["deleted"]]

    # dispatch

    def answer(self, request):
        with self.lock:
            try:
                return self._dispatch(request)
            except Refused as refused:
                return Answer(refused.status, dumps({"detail": refused.detail}))
            except Crash:
                return Answer(500, b"Internal Server Error", TEXT, close=True)

    def _dispatch(self, request):
        parts = unquote(request.path).split("/")[1:]
        route = next((r for r in ROUTES if r.method == request.method and r.matches(parts)), None)
        if route is None:
            if request.method == "HEAD" or (request.method == "GET" and not any(r.matches(parts) for r in ROUTES)):
                return Answer(404, NO_PAGE, HTML)
            raise Refused(405)
        call = Call(self, route, request, parts)
        body = call.parse_body()  # a broken JSON text is noticed before anything else
        call.authenticate()
        call.resolve()
        call.check_query()
        call.check_body(body)
        if call.errors:
            raise Refused(422, call.errors)
        result = route.handler(call)
        if isinstance(result, Answer):
            return result
        return Answer(route.status, dumps(result), JSON)


class Route:
    """method, path pattern, handler; `body` is the validator of the request's body, `page` whether it is a list."""

    def __init__(self, method, pattern, handler, body=None, status=200, page=False, auth="token"):
        self.method, self.parts, self.handler = method, pattern.split("/")[1:], handler
        self.body, self.status, self.page, self.auth = body, status, page, auth

    def matches(self, parts):
        return len(parts) == len(self.parts) and all(
            part != "" if p.startswith("{") else p == part for p, part in zip(self.parts, parts))


class Call:
    """One request on its way through the checks, in the order in which the platform makes them."""

    KINDS = {"plan_id": "plans", "exp_id": "experiments", "env_id": "environments", "dep_id": "deployments",
             "int_id": "integrations", "exec_id": "executions"}

    def __init__(self, platform, route, request, parts):
        self.platform, self.route, self.request = platform, route, request
        self.params = {p[1:-1]: part for p, part in zip(route.parts, parts) if p.startswith("{")}
        self.errors, self.found = [], {}
        self.user = self.org = self.body = None
        self.page, self.limit = 1, 10

    def parse_body(self):
        if self.route.body is None:
            return None
        raw, kind = self.request.body, self.request.headers.get("content-type", "application/json")
        kind = kind.partition(";")[0].strip().lower()
        if not raw:
            return None
        if kind != "application/json" and not (kind.startswith("application/") and kind.endswith("+json")):
            return raw.decode("utf-8", "replace")  # not JSON: a text where an object is wanted
        try:
            return json.loads(raw)
        except json.JSONDecodeError as error:
            raise Refused(422, [{"type": "json_invalid", "loc": ["body", error.pos], "msg": "JSON decode error",
                                 "input": {}, "ctx": {"error": error.msg}}]) from None
        except UnicodeDecodeError:
            raise Refused(400, "There was an error parsing the body") from None

    def authenticate(self):
        if self.route.auth == "none":
            return
        platform, headers = self.platform, self.request.headers
        if self.route.auth == "session":
            cookie = dict(p.strip().partition("=")[::2] for p in headers.get("cookie", "").split(";"))
            user = platform.sessions.get(cookie.get("session"))
        else:
            scheme, _, token = headers.get("authorization", "").partition(" ")
            user = platform.tokens.get(token) if scheme.lower() == "bearer" else None
        if user is None:
            raise Refused(401)
        self.user = platform.users[user]

    def resolve(self):
        """Path identifiers: UUIDv4 text, organisation there (404, 410), member (403), object there (404)."""
        for name, text in self.params.items():
            wrong = len(self.errors)
            value = schema.uuid4(text, ("path", name), self.errors)
            if len(self.errors) > wrong:
                continue
            if name == "org_id":
                self.org = self._organization(value)
            elif not any(e["loc"][1] == "org_id" or name == "exec_id" for e in self.errors):
                self.found[name] = self._object(name, value)

    def _organization(self, value):
        org = self.platform.orgs.get(value)
        if org is None:
            raise Refused(404)
        if org["deleted"]:
            raise Refused(410)
        if self.user["id"] not in org["members"]:
            raise Refused(403)
        return org["public"]

    def _object(self, name, value):
        thing = getattr(self.platform, self.KINDS[name]).get(value)
        if thing is None or thing["org_id"] != self.org["id"]:
            raise Refused(404)
        if name == "exec_id" and thing["experiment_id"] != self.found["exp_id"]["id"]:
            raise Refused(404)
        return thing

    def check_query(self):
        if not self.route.page:
            return
        query = dict(parse_qsl(self.request.query, keep_blank_values=True))
        for name, low, high in (("page", ("greater_than_equal", "greater than or equal to", "ge", 1), None),
                                ("limit", ("greater_than", "greater than", "gt", 0), 10)):
            if name not in query:
                continue
            text, loc = query[name], ("query", name)
            try:
                value = int(text)
            except ValueError:
                schema.fail(self.errors, "int_parsing", loc,
                            "Input should be a valid integer, unable to parse string as an integer", text)
                continue
            kind, words, key, least = low
            if value < least or (key == "gt" and value == least):
                schema.fail(self.errors, kind, loc, "Input should be %s %d" % (words, least), text, {key: least})
            elif high is not None and value > high:
                schema.fail(self.errors, "less_than_equal", loc,
                            "Input should be less than or equal to %d" % high, text, {"le": high})
            setattr(self, name, value)

    def check_body(self, body):
        if self.route.body is None:
            return
        if body is None:
            schema.fail(self.errors, "missing", ("body",), "Field required", None)
            return
        self.body = self.route.body(body, ("body",), self.errors)

    def listing(self, items, show=lambda item: item):
        """A page of what belongs to the organisation, newest first."""
        mine = [i for i in reversed(list(items)) if i["org_id"] == self.org["id"]]
        start = (self.page - 1) * self.limit
        return {"count": len(mine), "items": [show(i) for i in mine[start:start + self.limit]]}


def strict_state(value, loc, errors):
    """Stricter than the real platform, which reads a state without `current` as `terminate` (docs/protocol.md 2.8):
    a runner that sends one would end its own run, and has a defect."""
    if isinstance(value, dict) and "current" not in value:
        return schema.fail(errors, "missing", loc + ("current",), "Field required", value)
    return schema.USER_STATE(value, loc, errors)


# handlers: each gets a Call and returns what is sent as JSON


def health(call):
    return {"status": "ok"}


def login(call):
    platform, body = call.platform, call.body
    user = next((u for u in platform.users.values() if u["username"] == body["email"]), None)
    if user is None and body["register"]:
        user, _ = platform._register(body["email"], body["password"])
    elif user is None or user["password"] is None or user["password"] != body["password"]:
        raise Refused(400, {"error": "Invalid user or password"})
    session = secrets.token_hex(16)
    platform.sessions[session] = user["id"]
    mine = next(o for o in platform._orgs_of(user) if o["name"] == body["email"])
    return Answer(200, dumps({"context": mine["id"]}), JSON, {"set-cookie": "session=%s; path=/; httponly" % session})


def me(call):
    user = call.user
    return {"profile": {"id": user["id"], "username": user["username"], "email": user["username"],
                        "openid_profile": None}, "orgs": call.platform._orgs_of(user)}


def create_token(call):
    names = call.platform.orgs[call.org["id"]]["token_names"]
    key = (call.user["id"], call.body["name"])
    if key in names:
        raise Refused(409)
    names.add(key)
    token = secrets.token_hex(16)
    call.platform.tokens[token] = call.user["id"]
    return {"id": new_id(), "name": call.body["name"], "created_date": schema.now(), "token": token}


def list_orgs(call):
    orgs = call.platform._orgs_of(call.user)
    start = (call.page - 1) * call.limit
    return {"count": len(orgs), "items": orgs[start:start + call.limit]}


def create_org(call):
    name = call.body["name"]
    if any(o["public"]["name"] == name for o in call.platform.orgs.values()):
        name += "-%05d" % secrets.randbelow(100000)
    org = call.platform._new_org(name)
    call.platform.orgs[org["id"]]["members"].add(call.user["id"])
    return org


def delete_org(call):
    call.platform.orgs[call.org["id"]]["deleted"] = True


def shown_experiment(experiment):
    return {"definition": experiment["definition"], "id": experiment["id"], "org_id": experiment["org_id"],
            "template_id": None, "created_date": experiment["created_date"],
            "executions_count": experiment["executions_count"]}


def import_experiment(call):
    """docs/protocol.md 3: the platform's own control goes, a new one with the new identifiers comes."""
    document, exp_id = storable(call.body["experiment"]), new_id()
    for section in ("extensions", "controls"):
        entries = document.get(section, [])
        for entry in entries:
            if section == "controls" and "name" not in entry:
                raise Crash
            if entry.get("name") == "reliably":
                entries.remove(entry)
                break
    document.setdefault("controls", []).append({"name": "reliably", "provider": {
        "type": "python", "module": "chaosreliably.controls.experiment",
        "arguments": {"org_id": call.org["id"], "exp_id": exp_id}}})
    experiment = {"id": exp_id, "org_id": call.org["id"], "created_date": schema.now(), "definition": document,
                  "executions_count": 0}
    answer = shown_experiment(experiment)
    call.platform.experiments[exp_id] = dict(experiment, definition=call.platform.order(document))
    return answer


def create_environment(call):
    return masked(store_environment(call, call.body))


def store_environment(call, body):
    environment = dict(body, id=new_id(), org_id=call.org["id"], created_date=schema.now())
    call.platform.environments[environment["id"]] = environment
    return environment


def delete_environment(call):
    del call.platform.environments[call.found["env_id"]["id"]]


def create_deployment(call):
    if any(d["name"] == call.body["name"] and d["org_id"] == call.org["id"]
           for d in call.platform.deployments.values()):
        raise Refused(409)
    deployment = dict(call.body, id=new_id(), org_id=call.org["id"], created_date=schema.now())
    call.platform.deployments[deployment["id"]] = deployment
    return shown_deployment(deployment)


def shown_deployment(deployment):
    definition = dict(deployment["definition"])
    for key in ("token", "credentials"):
        if definition.get(key) is not None:
            definition[key] = MASK
    return dict(deployment, definition=definition)


def create_integration(call):
    if any(i["name"] == call.body["name"] and i["org_id"] == call.org["id"]
           for i in call.platform.integrations.values()):
        raise Refused(409)
    environment = store_environment(call, call.body["environment"])
    integration = {k: call.body[k] for k in ("name", "provider", "vendor")}
    integration.update(id=new_id(), org_id=call.org["id"], created_date=schema.now(), environment_id=environment["id"])
    call.platform.integrations[integration["id"]] = integration
    return integration


def integration_control(call):
    """docs/protocol.md 4.3, wrong module name and wrong key of the safeguards included."""
    integration = call.found["int_id"]
    kind, name = integration["provider"], "reliably-integration-" + integration["provider"]
    known = {v["var_name"]: v["value"]
             for v in call.platform.environments[integration["environment_id"]]["envvars"]}

    def env(key, default_of=None):
        value = {"type": "env", "key": key}
        if default_of in known:
            value["default"] = known[default_of]
        return value

    def pause(part):
        key = "RELIABLY_AUTOPAUSE_%s_" % part
        return {"enabled": env(key + "ENABLED", key + "ENABLED"), "pause_duration": env(key + "DURATION", key + "DURATION")}

    if kind == "slack":
        return {"name": name, "provider": {"type": "python", "module": "chaosslack.control", "secrets": [name]}}
    if kind == "opentelemetry":
        return {"name": name, "provider": {"type": "python", "module": "chaostracing.oltp", "arguments": {
            "trace_request": True, "trace_httpx": True, "trace_botocore": True, "trace_urllib3": True}}}
    arguments = {
        "chatgpt": lambda: {"openai_model": env("OPENAI_MODEL")},
        "prechecks": lambda: {"url": env("RELIABLY_PRECHECKS_ENDPOINT", "RELIABLY_PRECHECKS_ENDPOINT"),
                              "auth": env("RELIABLY_PRECHECKS_ENDPOINT_AUTH")},
        "safeguards": lambda: {"url": env("RELIABLY_SAFEGUARDS_ENDPOINT", "RELIABLY_PRECHECKS_ENDPOINT"),
                               "frequency": env("RELIABLY_SAFEGUARDS_FREQUENCY", "RELIABLY_SAFEGUARDS_FREQUENCY"),
                               "auth": env("RELIABLY_SAFEGUARDS_ENDPOINT_AUTH")},
        "autopause": lambda: {"autopause": {
            "method": {"actions": pause("METHOD_ACTION"), "probes": pause("METHOD_PROBE")},
            "steady-state-hypothesis": pause("SSH"), "rollbacks": pause("ROLLBACKS")}},
    }.get(kind)
    if arguments is None:
        raise Crash
    digest = hashlib.md5(integration["name"].encode()).hexdigest()
    return {"name": "%s-%s" % (name, digest), "provider": {
        "type": "python", "module": "chaosreliably.controls." + kind, "arguments": arguments()}}


def create_plan(call):
    plan_id = new_id()
    plan = {"id": plan_id, "org_id": call.org["id"], "created_date": schema.now(), "definition": call.body,
            "ref": secrets.token_hex(16), "status": "creating", "error": None, "executions_count": 0,
            "last_executions_info": {"running": None, "terminated": None}}
    answer = dict(plan)
    # the real one launches in the background; a manual deployment launches nothing and is `created` at once
    deployment = call.body["deployment"]["deployment_id"]
    if deployment in call.platform.deployments:
        plan["status"] = "created"
    else:
        plan["status"], plan["error"] = "creation error", "deployment '%s' not found" % deployment
    call.platform.plans[plan_id] = plan
    return answer


def delete_plan(call):
    del call.platform.plans[call.found["plan_id"]["id"]]


def plan_status(call):
    call.found["plan_id"].update(storable(call.body))
    return {"ok": True}


def shown_execution(execution):
    return {k: v for k, v in execution.items() if k != "log"}


def count_executions(platform, plan_id):
    plan = platform.plans.get(plan_id)
    if plan:
        plan["executions_count"] = sum(e["plan_id"] == plan_id for e in platform.executions.values())
    return plan


def create_execution(call):
    platform, experiment = call.platform, call.found["exp_id"]
    plan = platform.plans.get(call.body["plan_id"])
    if plan and experiment["id"] not in plan["definition"]["experiments"]:
        raise Refused(400)
    created = schema.now()
    result = dict(storable(call.body["result"]))
    # the platform's own clock, in this moment
    result["start"] = naive(schema.now())
    execution = {"result": result, "id": new_id(), "org_id": call.org["id"], "experiment_id": experiment["id"],
                 "plan_id": call.body["plan_id"], "user_id": call.user["id"], "created_date": created,
                 "user_state": {"current": "pending", "plan_id": None, "created_on": created}}
    platform.executions[execution["id"]] = dict(
        execution, result=platform.order(result), log=storable(call.body["log"]))
    experiment["executions_count"] += 1
    if count_executions(platform, call.body["plan_id"]):
        plan["last_executions_info"]["running"] = {"id": execution["id"], "timestamp": created}
    return execution


def put_results(call):
    execution = call.found["exec_id"]
    result = dict(storable(call.body["result"]), start=naive(execution["created_date"]))
    log = storable(call.body["log"])
    execution["result"], execution["log"] = call.platform.order(result), log


def get_log(call):
    return Answer(200, (call.found["exec_id"]["log"] or "").encode(), TEXT)


def put_state(call):
    platform, state = call.platform, dict(call.body)
    if "user" in state:
        state["user"] = {"name": call.user["username"], "id": call.user["id"]}
    execution = call.found["exec_id"]
    execution["user_state"] = state
    if state["current"] in ("pending", "running", "finished") and state["plan_id"]:
        plan = count_executions(platform, state["plan_id"])
        if plan and state["current"] == "finished":
            plan["last_executions_info"]["terminated"] = {"id": execution["id"], "timestamp": state["finished_on"]}


def executions_of(call, keep):
    return call.listing((e for e in call.platform.executions.values() if keep(e)), shown_execution)


def one(name, show=lambda thing: thing):
    return lambda call: show(call.found[name])


def listed(kind, show=lambda thing: thing):
    return lambda call: call.listing(getattr(call.platform, kind).values(), show)


O = "/api/v1/organization/{org_id}"
X = O + "/experiments/{exp_id}/executions"
ROUTES = [
    Route("GET", "/health", health, auth="none"),
    Route("POST", "/login/with/email", login, schema.LOGIN, auth="none"),
    Route("GET", "/api/me/info", me, auth="session"),
    Route("POST", "/api/organization/{org_id}/tokens", create_token, schema.TOKEN, 201, auth="session"),
    Route("GET", "/api/v1/organization", list_orgs, page=True),
    Route("POST", "/api/v1/organization", create_org, schema.ORGANIZATION, 201),
    Route("GET", O + "/", lambda call: call.org),
    Route("DELETE", O + "/", delete_org),
    Route("POST", O + "/tokens", create_token, schema.TOKEN, 201),
    Route("POST", O + "/experiments/import", import_experiment, schema.IMPORT, 201),
    Route("GET", O + "/experiments", listed("experiments", shown_experiment), page=True),
    Route("GET", O + "/experiments/{exp_id}", one("exp_id", shown_experiment)),
    Route("GET", O + "/experiments/{exp_id}/raw", one("exp_id", lambda e: e["definition"])),
    Route("POST", O + "/environments", create_environment, schema.ENVIRONMENT, 201),
    Route("GET", O + "/environments", listed("environments", masked), page=True),
    Route("GET", O + "/environments/{env_id}", one("env_id", masked)),
    Route("DELETE", O + "/environments/{env_id}", delete_environment),
    Route("GET", O + "/environments/{env_id}/clear", one("env_id")),
    Route("POST", O + "/deployments", create_deployment, schema.DEPLOYMENT, 201),
    Route("GET", O + "/deployments", listed("deployments", shown_deployment), page=True),
    Route("GET", O + "/deployments/{dep_id}", one("dep_id", shown_deployment)),
    Route("POST", O + "/integrations", create_integration, schema.INTEGRATION, 201),
    Route("GET", O + "/integrations", listed("integrations"), page=True),
    Route("GET", O + "/integrations/{int_id}", one("int_id")),
    Route("GET", O + "/integrations/{int_id}/control", integration_control),
    Route("POST", O + "/plans", create_plan, schema.PLAN, 201),
    Route("GET", O + "/plans", listed("plans"), page=True),
    Route("GET", O + "/plans/{plan_id}", one("plan_id")),
    Route("DELETE", O + "/plans/{plan_id}", delete_plan),
    Route("PUT", O + "/plans/{plan_id}/status", plan_status, schema.PLAN_STATUS),
    Route("GET", O + "/plans/{plan_id}/executions", lambda call: executions_of(
        call, lambda e: e["plan_id"] == call.found["plan_id"]["id"]), page=True),
    Route("GET", O + "/executions", lambda call: executions_of(call, lambda e: True), page=True),
    Route("POST", X, create_execution, schema.EXECUTION, 201),
    Route("GET", X, lambda call: executions_of(
        call, lambda e: e["experiment_id"] == call.found["exp_id"]["id"]), page=True),
    Route("GET", X + "/{exec_id}", one("exec_id", shown_execution)),
    Route("GET", X + "/{exec_id}/results", one("exec_id", lambda e: e["result"])),
    Route("PUT", X + "/{exec_id}/results", put_results, schema.EXECUTION),
    Route("GET", X + "/{exec_id}/log", get_log),
    Route("GET", X + "/{exec_id}/state", one("exec_id", lambda e: e["user_state"])),
    Route("PUT", X + "/{exec_id}/state", put_state, strict_state),
]
