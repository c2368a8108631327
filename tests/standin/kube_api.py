"""A stand-in for the API server of Kubernetes: TLS, a bearer token, server-side apply with owners and conflicts, dry runs,
deletion by uid, lists by label, logs that drip and break off. Every request is recorded (`records`, see wire.py), and
the faults of wire.py hold here too. It keeps objects and runs nothing: tests move Jobs and pods themselves.
"""
import base64
import copy
import json
import os
import re
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid

from wire import Answer, Drop, Server, dumps

KINDS = {"jobs": ("Job", "batch/v1"), "cronjobs": ("CronJob", "batch/v1"), "pods": ("Pod", "v1"),
         "secrets": ("Secret", "v1"), "serviceaccounts": ("ServiceAccount", "v1"), "namespaces": ("Namespace", "v1"),
         "events": ("Event", "v1"), "roles": ("Role", "rbac.authorization.k8s.io/v1"),
         "rolebindings": ("RoleBinding", "rbac.authorization.k8s.io/v1"),
         "clusterroles": ("ClusterRole", "rbac.authorization.k8s.io/v1"),
         "clusterrolebindings": ("ClusterRoleBinding", "rbac.authorization.k8s.io/v1")}
PLURALS = {kind: plural for plural, (kind, _) in KINDS.items()}
ROUTE = re.compile(r"/(?:api|apis/[a-z0-9.]+)/v1(?:/namespaces/(?P<space>[^/]+))?/(?P<plural>[a-z]+)"
                   r"(?:/(?P<name>[^/]+))?(?P<log>/log)?$")
IDENTITY = ("apiVersion", "kind")
NOT_OWNED = ("name", "namespace", "uid", "creationTimestamp", "resourceVersion", "managedFields", "generation")


class Refusal(Exception):
    """An answer that is a Status object."""

    def __init__(self, code, reason, message, causes=(), details=None):
        super().__init__(message)
        self.answer = Answer(code, dumps({
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": code, "reason": reason,
            "message": message, "details": dict(details or {}, causes=list(causes))}))


def fields_of(value):
    """The set of fields of a value, as managedFields hold it."""
    if isinstance(value, dict):
        return {"f:" + k: fields_of(v) for k, v in value.items()}
    if isinstance(value, list) and value and all(isinstance(v, dict) and "name" in v for v in value):
        return {'k:{"name":"%s"}' % v["name"]: dict(fields_of(v), **{".": {}}) for v in value}
    return {}


def owned_fields(body):
    """As above, of an object, without what nobody owns."""
    value = {k: v for k, v in body.items() if k not in IDENTITY + ("metadata", "status")}
    meta = {k: v for k, v in body.get("metadata", {}).items() if k not in NOT_OWNED}
    return fields_of(dict(value, **({"metadata": meta} if meta else {})))


def leaves(fields, path=""):
    for key, inner in fields.items():
        if key == ".":
            continue
        if inner:
            yield from leaves(inner, path + "." + key)
        else:
            yield path + "." + key


def at(value, leaf):
    """The value at a leaf, which is made of "f:" and "k:" steps."""
    for step in re.findall(r'\.(f:[^.]*(?:\.[^.fk][^.]*)*|k:\{[^}]*\})', leaf):
        if step.startswith("f:"):
            value = value.get(step[2:]) if isinstance(value, dict) else None
        else:
            name = json.loads(step[2:])["name"]
            value = next((v for v in value or () if isinstance(v, dict) and v.get("name") == name), None)
    return value


def merged(old, new):
    """What server-side apply makes of an object, near enough: maps are merged, lists replaced."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return copy.deepcopy(new)
    out = dict(old)
    for key, value in new.items():
        out[key] = merged(old.get(key), value)
    return out


class Log:
    """The log of a pod: [(stamp, text)], each connection ended after as many lines as `cuts` says."""

    def __init__(self, lines, cuts=(), interval=0.0, on_end=None, ends=True):
        self.lines, self.cuts, self.interval, self.on_end = list(lines), list(cuts), interval, on_end
        self.ends = ends  # else a follower waits for ever


class Stream(Answer):
    def __init__(self, pieces, content_type="text/plain"):
        super().__init__(200, b"", content_type)
        self.pieces = pieces


class StreamServer(Server):
    def _send(self, sock, answer, request=None):
        if not isinstance(answer, Stream):
            super()._send(sock, answer, request)
            return
        sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-type: %s\r\ntransfer-encoding: chunked\r\n\r\n"
                     % answer.content_type.encode())
        for piece in answer.pieces:
            sock.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
        sock.sendall(b"0\r\n\r\n")


def certificate(folder):
    """A self-signed certificate for 127.0.0.1, with its key in the same file."""
    path = os.path.join(folder, "server.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-keyout", path + ".key", "-out", path + ".crt", "-days", "2", "-subj", "/CN=kube",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, stderr=subprocess.DEVNULL)
    with open(path, "wb") as out:
        for part in (".key", ".crt"):
            with open(path + part, "rb") as f:
                out.write(f.read())
    return path, path + ".crt"


class KubeApi:
    def __init__(self, token="kube-token"):
        self.token, self.objects, self.logs, self.forbidden = token, {}, {}, set()
        self.limited = False        # the user may not bind every role
        self.before_patch = None    # called with (path, dry_run): somebody else is quicker
        self.lock = threading.RLock()
        self.version = 100
        self._folder = tempfile.TemporaryDirectory(prefix="plan-runner-kube-")
        pem, self.ca_file = certificate(self._folder.name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        self.server = StreamServer(self.handle, tls=context, keep_alive=30)

    def close(self):
        self.server.close()
        self._folder.cleanup()

    @property
    def records(self):
        return self.server.records

    def writes(self, dry_run=False):
        """(method, path) of what changed something, or tried to with a dry run."""
        return [(r["method"], r["path"]) for r in self.records
                if r["method"] != "GET" and (("dryRun=All" in r["query"]) == dry_run)]

    def kubeconfig(self, path, space=None, server=None):
        with open(self.ca_file, "rb") as f:
            ca = base64.b64encode(f.read()).decode()
        context = dict({"cluster": "c", "user": "u"}, **({"namespace": space} if space else {}))
        value = {"apiVersion": "v1", "kind": "Config", "current-context": "dev",
                 "contexts": [{"name": "dev", "context": context}],
                 "clusters": [{"name": "c", "cluster": {"server": server or self.server.url,
                                                       "certificate-authority-data": ca}}],
                 "users": [{"name": "u", "user": {"token": self.token}}]}
        with open(path, "w") as f:
            json.dump(value, f)
        os.chmod(path, 0o600)
        return path

    # what is there

    def key(self, kind, space, name):
        return (PLURALS[kind], space if kind not in ("Namespace", "ClusterRole", "ClusterRoleBinding") else None, name)

    def get(self, kind, name, space="default"):
        return self.objects.get(self.key(kind, space, name))

    def put(self, kind, name, space="default", manager="kubectl-create", operation="Update", **members):
        """An object of somebody else; `manager` None: without a trace of who made it."""
        body = merged({"apiVersion": KINDS[PLURALS[kind]][1], "kind": kind, "metadata": {"name": name}}, members)
        with self.lock:
            key = self.key(kind, space, name)
            if key[1]:
                body["metadata"]["namespace"] = space
            self.stamp(body)
            if manager:
                body["metadata"]["managedFields"] = [{"manager": manager, "operation": operation,
                                                      "fieldsV1": owned_fields(body)}]
            self.objects[key] = body
            return body

    def stamp(self, body):
        self.version += 1
        body["metadata"].setdefault("uid", str(uuid.uuid4()))
        body["metadata"].setdefault("creationTimestamp", "2026-01-01T00:%02d:%02dZ" % divmod(self.version, 60))
        body["metadata"]["resourceVersion"] = str(self.version)

    def remove(self, kind, name, space="default"):
        with self.lock:
            return self.objects.pop(self.key(kind, space, name), None)

    def start(self, job, state, space="default", pod=None, **status):
        """Gives a Job its pod, the container in `state`: {"running": {}}, {"terminated": {"exitCode": 1}}."""
        found = self.get("Job", job, space)
        return self.put("Pod", pod or job + "-x1", space,
                        metadata={"labels": {"batch.kubernetes.io/controller-uid": found["metadata"]["uid"]}},
                        spec={"containers": [{"name": "job"}]},
                        status=dict({"containerStatuses": [{"name": "job", "state": state}]}, **status))

    def end(self, job, condition, space="default", **more):
        with self.lock:
            found = self.get("Job", job, space)
            found.setdefault("status", {})["conditions"] = [dict({"type": condition, "status": "True"}, **more)]

    # requests

    def handle(self, request):
        try:
            return self.route(request)
        except Refusal as refusal:
            return refusal.answer

    def route(self, request):
        if request.headers.get("authorization") != "Bearer " + self.token:
            raise Refusal(401, "Unauthorized", "Unauthorized")
        found = ROUTE.match(request.path)
        if request.path.count("/") < 3 or not found or found["plural"] not in KINDS:
            # the namespace itself: /api/v1/namespaces/<name>
            found = re.match(r"/api/v1/(?P<plural>namespaces)/(?P<name>[^/]+)$", request.path)
            if not found:
                return Answer(404, b"404 page not found\n", "text/plain")
        parts = dict({"space": None, "log": None}, **found.groupdict())
        query = dict(urllib.parse.parse_qsl(request.query))
        what = (request.method, parts["plural"])
        if what in self.forbidden:
            raise Refusal(403, "Forbidden", '%s is forbidden: User "dev" cannot %s' % (parts["plural"], request.method))
        if parts["log"]:
            return self.log(parts, query)
        handler = {"GET": self.read, "PATCH": self.apply, "DELETE": self.delete}.get(request.method)
        if not handler:
            raise Refusal(405, "MethodNotAllowed", "the method is not allowed")
        return handler(parts, query, request)

    def need(self, parts):
        body = self.objects.get((parts["plural"], parts["space"], parts["name"]))
        if body is None:
            raise Refusal(404, "NotFound", '%s "%s" not found' % (parts["plural"], parts["name"]),
                          details={"kind": parts["plural"], "name": parts["name"]})
        return body

    def read(self, parts, query, _):
        with self.lock:
            if parts["name"]:
                return Answer(200, dumps(self.need(parts)))
            wanted = [w.split("=", 1) for w in query.get("labelSelector", "").split(",") if w]
            event = dict(w.split("=", 1) for w in query.get("fieldSelector", "").split(",") if w)
            items = [b for (plural, space, _), b in sorted(self.objects.items(), key=str)
                     if plural == parts["plural"] and space == parts["space"] and
                     all(b["metadata"].get("labels", {}).get(k) == v for k, v in wanted) and
                     event.get("involvedObject.uid", None) in (None, b.get("involvedObject", {}).get("uid"))]
            return Answer(200, dumps({"kind": "List", "apiVersion": "v1", "metadata": {}, "items": items}))

    def apply(self, parts, query, request):
        if request.headers.get("content-type") != "application/apply-patch+yaml" or "fieldManager" not in query:
            raise Refusal(415, "UnsupportedMediaType", "only server-side apply is known here")
        body, dry = json.loads(request.body), query.get("dryRun") == "All"
        if self.before_patch:
            self.before_patch(request.path, dry)
        with self.lock:
            key = (parts["plural"], parts["space"], parts["name"])
            old = self.objects.get(key)
            self.check(parts, body, old)
            fields = owned_fields(body)
            if old is None and "uid" in body["metadata"]:
                raise Refusal(409, "Conflict", "uid mismatch: the provided object specified uid %s, and no existing "
                              "object was found" % body["metadata"]["uid"])
            self.check_conflicts(old, body, fields, query)
            new = merged(old, body) if old else dict(copy.deepcopy(body), status={})
            if parts["plural"] in ("jobs", "cronjobs"):
                new["spec"].setdefault("suspend", False)  # the server fills in defaults
            others = [e for e in (old or {}).get("metadata", {}).get("managedFields", ())
                      if (e["manager"], e["operation"]) != (query["fieldManager"], "Apply")]
            mine = [{"manager": query["fieldManager"], "operation": "Apply", "fieldsV1": fields}] if fields else []
            new["metadata"]["managedFields"] = mine + others
            if old is None or {k: v for k, v in old.items() if k != "metadata"} != {
                    k: v for k, v in new.items() if k != "metadata"}:
                self.stamp(new)
            if not dry:
                self.objects[key] = new
            return Answer(201 if old is None else 200, dumps(new))

    def check(self, parts, body, old):
        """What the API server finds wrong with an object."""
        spec = body.get("spec", {})
        role = body.get("roleRef")
        if role and self.limited and not any(p in ("roles", "clusterroles") and n == role["name"]
                                             for p, _, n in self.objects):
            raise Refusal(404, "NotFound", '%ss.rbac.authorization.k8s.io "%s" not found' % (
                role["kind"].lower(), role["name"]))
        if old and parts["plural"] == "jobs" and "template" in spec and \
                merged(old["spec"]["template"], spec["template"]) != old["spec"]["template"]:
            raise Refusal(422, "Invalid", 'Job.batch "%s" is invalid: spec.template: Invalid value: {…}: field is '
                          'immutable' % parts["name"],
                          [{"reason": "FieldValueInvalid", "message": "Invalid value: {…}: field is immutable",
                            "field": "spec.template"}])

    @staticmethod
    def check_conflicts(old, body, fields, query):
        found = []
        for entry in (old or {}).get("metadata", {}).get("managedFields", ()):
            if entry["manager"] == query["fieldManager"] and entry["operation"] == "Apply":
                continue
            theirs = set(leaves(entry["fieldsV1"]))
            found += [(entry["manager"], leaf) for leaf in leaves(fields)
                      if leaf in theirs and at(old, leaf) != at(body, leaf)]
        if found and query.get("force") != "true":
            raise Refusal(409, "Conflict", "Apply failed with %d conflict%s: %s" % (
                len(found), "s" if len(found) > 1 else "",
                "; ".join('conflict with "%s": %s' % (m, leaf.replace(".f:", ".")) for m, leaf in found)),
                [{"reason": "FieldManagerConflict", "message": 'conflict with "%s"' % m, "field": leaf}
                 for m, leaf in found])

    def delete(self, parts, _, request):
        options = json.loads(request.body or b"{}")
        with self.lock:
            body = self.need(parts)
            wanted = options.get("preconditions", {}).get("uid")
            if wanted and wanted != body["metadata"]["uid"]:
                raise Refusal(409, "Conflict", "the UID in the precondition does not match")
            del self.objects[(parts["plural"], parts["space"], parts["name"])]
            return Answer(200, dumps({"kind": "Status", "status": "Success"}))

    def log(self, parts, query):
        self.need(parts)
        log = self.logs.get(parts["name"])
        if log is None:
            raise Refusal(400, "BadRequest", 'container "job" in pod "%s" is waiting to start: ContainerCreating'
                          % parts["name"])
        return Stream(self.pieces(log, query))

    @staticmethod
    def pieces(log, query):
        since = query.get("sinceTime", "")[:19]  # the server keeps whole seconds only
        cut = log.cuts.pop(0) if log.cuts else None
        follow = query.get("follow") == "true"
        for i, (stamp, text) in enumerate(log.lines):
            if stamp[:19] < since:
                continue
            line = ("%s %s\n" % (stamp, text)).encode()
            if cut is not None and i >= cut:
                yield line[:len(line) // 2]
                raise Drop(True)
            time.sleep(log.interval if follow else 0)
            yield line
        if follow and log.on_end:
            log.on_end()
        while follow and not log.ends:
            time.sleep(0.05)
