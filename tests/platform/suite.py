"""What the cases of tests/platform are made of: steps against a platform, and answers without what
no two platforms share. Standard library only."""
import functools
import http.client
import importlib
import json
import pathlib
import re
import time
import urllib.parse
import uuid

HERE = pathlib.Path(__file__).resolve().parent
UNSET = object()
MODULES = ("service", "organizations", "tokens", "experiments", "environments", "deployments",
           "integrations", "plans", "executions", "states")

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
HEX = re.compile(r"\b[0-9a-f]{32}\b")
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}Z")
NAIVE = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{1,6}(?![\dZ+])")
NAME = re.compile(r"\{(\w+)\}")


class Step:
    """One call. `status` is the real platform's; `ours` is the status of plan-deployer where that
    differs, `ours_body` its body, `why` the reason. `only` is "ours" or "real"."""

    def __init__(self, method, path, body=UNSET, status=200, save=None, token="{token}", raw=None, headers=None,
                 until=None, ours=None, ours_body=UNSET, why=None, only=None, view=None, ours_view=None):
        self.method, self.path, self.body, self.status = method, path, body, status
        self.save = {save: "id"} if isinstance(save, str) else save or {}
        self.token, self.raw, self.headers, self.until = token, raw, headers or {}, until
        self.ours, self.ours_body, self.why, self.only = ours, ours_body, why, only
        self.view, self.ours_view = view, ours_view or view
        if (ours or only == "ours" or ours_body is not UNSET) and not why:
            raise ValueError(f"{method} {path}: a difference needs a reason")

    def expected_status(self, kind):
        return self.ours if kind == "ours" and self.ours else self.status

    def differs(self):
        return self.ours is not None or self.ours_body is not UNSET or self.only == "ours"

    def __str__(self):
        return f"{self.method} {self.path}"


class Case:
    """Steps in an organisation of their own ({api} is its address)."""

    def __init__(self, name, *steps, only=None):
        self.name, self.steps, self.only = name, steps, only


@functools.lru_cache(maxsize=None)
def load():
    """All cases, named by their file."""
    cases = []
    for name in MODULES:
        if (HERE / "cases" / (name + ".py")).exists():
            for case in importlib.import_module("cases." + name).CASES:
                case.name = f"{name}: {case.name}"
                cases.append(case)
    return cases


class Client:
    def __init__(self, host):
        parts = urllib.parse.urlsplit(host)
        self.netloc, self.connection = parts.netloc, None

    def call(self, method, path, body, headers):
        """-> status, headers (lower case), bytes; a connection that was closed meanwhile is made again"""
        for attempt in (0, 1):
            self.connection = self.connection or http.client.HTTPConnection(self.netloc, timeout=30)
            try:
                self.connection.request(method, path, body, headers)
                answer = self.connection.getresponse()
                data = answer.read()
                return answer.status, {k.lower(): v for k, v in answer.getheaders()}, data
            except (http.client.RemoteDisconnected, ConnectionError, http.client.BadStatusLine):
                self.connection.close()
                self.connection = None
                if attempt:
                    raise


def fill(value, names):
    if isinstance(value, str):
        return NAME.sub(lambda m: str(names.get(m.group(1), m.group(0))), value)
    if isinstance(value, (list, tuple)):
        return [fill(item, names) for item in value]
    if isinstance(value, dict):
        return {key: fill(item, names) for key, item in value.items()}
    return value


class Normal:
    """Replaces what is each platform's own: known values by their {name}, further ids by <id 1>…"""

    def __init__(self, names):
        self.names, self.ids = names, {}

    def text(self, text):
        for name, value in self.names.items():
            if isinstance(value, str) and len(value) >= 8 and name != "api":
                text = text.replace(value, "{%s}" % name)
        text = UUID.sub(lambda m: self.ids.setdefault(m.group(), f"<id {len(self.ids) + 1}>"), text)
        return NAIVE.sub("<naive date>", DATE.sub("<date>", HEX.sub("<hex>", text)))

    def value(self, value):
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, (list, tuple)):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            if set(value) == {"name", "id"} and value.get("id") == self.names.get("user"):
                return {"name": "<name>", "id": "{user}"}
            # the real platform puts a `start` of its own clock into journals
            return {self.text(key): self.value(value[key]) for key in sorted(value)
                    if key != "start" or not NAIVE.fullmatch(str(value[key]))}
        return value


# words of problems that come out of a parser, and differ with it
LOOSE = {"json_invalid", "uuid_parsing", "uuid_version", "uuid_type", "url_parsing", "datetime_from_date_parsing",
         "datetime_parsing", "datetime_type"}


def problems(detail):
    """Of a 422: type and place, and what is said where that is a fixed text."""
    found = []
    for item in detail:
        if not isinstance(item, dict) or "loc" not in item:
            return detail
        loc = [part for part in item["loc"]]
        if item["type"] in LOOSE:
            loc = [part for part in loc if not isinstance(part, int)] if item["type"] == "json_invalid" else loc
            found.append({"type": item["type"], "loc": loc})
        else:
            msg = item.get("msg")
            if item["type"] == "enum":  # the values in any order
                msg = sorted(re.findall(r"'([^']*)'", msg))
            found.append({"type": item["type"], "loc": loc, "msg": msg})
    # a value that two parts of a handler ask for is told of twice
    return [item for index, item in enumerate(found) if item not in found[:index]]


def look(value, view):
    """`view` picks what is compared: "count", ["status", "error"], or a function."""
    if view is None:
        return value
    if callable(view):
        return view(value)
    if isinstance(view, str):
        return value[view]
    return {name: value[name] for name in view}


class Run:
    """All cases against one platform; `answers` collects what came back by case and step."""

    def __init__(self, host, kind, org, token):
        self.client, self.kind, self.token = Client(host), kind, token
        self.base = {"token": token, "org": org, "api": f"/api/v1/organization/{org}", "host": host}
        self.answers, self.errors = {}, {}

    def request(self, step, names):
        headers = dict(fill(step.headers, names))
        body = step.raw
        if step.body is not UNSET:
            body = json.dumps(fill(step.body, names)).encode()
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        if step.token is not None:
            headers["Authorization"] = "Bearer " + fill(step.token, names)
        return self.client.call(step.method, fill(step.path, names), body, headers)

    def once(self, step, names, normal):
        status, headers, data = self.request(step, names)
        answer = {"status": status, "type": headers.get("content-type")}
        try:
            value = json.loads(data) if answer["type"] == "application/json" else data.decode()
        except ValueError:
            value = "<not JSON>"
        if (answer["type"] or "").startswith("text/html"):
            value = "<page>"
        if status < 300 and isinstance(value, dict):
            for name, key in step.save.items():
                if key in value:
                    names[name] = value[key]
        if isinstance(value, dict) and isinstance(value.get("detail"), list):
            value = {"detail": problems(value["detail"])}
        view = step.ours_view if self.kind == "ours" else step.view
        if status < 300:
            try:
                value = look(value, view)
            except (KeyError, IndexError, TypeError) as error:
                value = {"not as expected": f"{type(error).__name__} {error}", "answer": value}
        answer["body"] = normal.value(value)
        return answer

    def step(self, step, names, normal):
        end = time.monotonic() + 10
        while True:
            answer = self.once(step, names, normal)
            if step.until is None or time.monotonic() > end:
                return answer
            if isinstance(answer["body"], dict) and answer["body"].get(step.until[0]) == step.until[1]:
                return answer
            if answer["status"] >= 400 and step.status < 400:
                return answer
            time.sleep(0.05)

    def case(self, case):
        names = dict(self.base)
        tag = uuid.uuid4().hex[:12]
        names.update(tag=tag, nowhere=str(uuid.uuid4()))
        status, _, data = self.client.call(
            "POST", "/api/v1/organization", json.dumps({"name": "case-" + tag}).encode(),
            {"Authorization": "Bearer " + self.token, "Content-Type": "application/json"})
        if status != 201:
            raise RuntimeError(f"POST /api/v1/organization: {status} {data[:200]!r}")
        names["org"] = json.loads(data)["id"]
        names["api"] = "/api/v1/organization/" + names["org"]
        normal = Normal(names)
        found = []
        self.answers[case.name] = found
        for step in case.steps:
            found.append(None if step.only not in (None, self.kind) else self.step(step, names, normal))
            if step.save and found[-1] and found[-1]["status"] != step.expected_status(self.kind):
                break  # what follows needs what was not made; the step itself is a failure


    def run(self, cases):
        for case in cases:
            if case.only in (None, self.kind):
                try:
                    self.case(case)
                except Exception as error:  # noqa: the other cases are still of interest
                    self.errors[case.name] = f"{type(error).__name__}: {error}"
        return self.answers


MEMBER = re.compile(r"(Execution|Environment|Plan)[A-Z]\w+")


def union_of(body):
    """-> the place of a union whose forms the real platform tells of one by one ("ExecutionPauseState"), or None"""
    for item in body["detail"] if isinstance(body, dict) and isinstance(body.get("detail"), list) else []:
        for index, part in enumerate(item["loc"]):
            if MEMBER.fullmatch(str(part)):
                return item["loc"][:index]
    return None


def judge_union(body, truth):
    """What is wrong in a union may be told in other words, as long as it is told of that place."""
    place = union_of(truth)
    plain = [item for item in truth["detail"] if item["loc"][:len(place)] != place]
    found = body.get("detail") if isinstance(body, dict) else None
    if not isinstance(found, list) or not all(isinstance(item, dict) and "loc" in item for item in found):
        return f"body {json.dumps(body)[:300]}, expected problems"
    if [item for item in found if item["loc"][:len(place)] != place] != plain or len(found) == len(plain):
        return f"problems {json.dumps(found)[:500]}, expected {json.dumps(plain)} and one at {place}"
    return None


def judge(case, index, answer, truth, kind):
    """-> None, or what is wrong with the answer to one step. `truth` is the real platform's."""
    step = case.steps[index]
    want = step.expected_status(kind)
    if answer["status"] != want:
        return f"status {answer['status']}, expected {want}: {json.dumps(answer['body'])[:300]}"
    if kind == "ours" and step.differs():
        if step.ours_body is not UNSET and answer["body"] != step.ours_body:
            return f"body {json.dumps(answer['body'])}, expected {json.dumps(step.ours_body)}"
        if answer["type"] not in ("application/json", "text/plain; charset=utf-8"):
            return f"content-type {answer['type']!r}"
        return None
    if truth is None:
        return "no recorded answer"
    if "not as expected" in str(answer["body"])[:20]:
        return f"{json.dumps(answer['body'])[:300]}"
    if answer["status"] == 422 and union_of(truth["body"]) is not None:
        return judge_union(answer["body"], truth["body"])
    for part in ("type", "body"):
        if answer[part] != truth[part]:
            return f"{part} {json.dumps(answer[part])}, expected {json.dumps(truth[part])}"
    return None
