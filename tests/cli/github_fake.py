"""A GitHub whose repositories are real bare git repositories: the part of its REST API that makes one commit of some files.

Objects are made and the branch is moved by git itself, so that what a test looks at is what git made of it. It is as strict
as GitHub where that matters: the token, what it may do, methods, members, names of objects, and a branch only moves forward.
Gitea 1.26 is no stand-in for it: its API only reads git's objects and references, and writes files through `contents`.
"""
import base64
import binascii
import json
import os
import subprocess
import sys
import tempfile
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "standin"))

import wire  # noqa: E402

BOT = "github-actions[bot]"
MAIL = "41898282+github-actions[bot]@users.noreply.github.com"
SIZE_MAX = (40 << 20) - 1  # whatever is documented


class Refused(Exception):
    def __init__(self, status, message):
        super().__init__(message)
        self.status, self.message = status, message


class Repository:
    """A bare repository in a folder of its own; `git` runs git on it and gives what it printed."""

    def __init__(self, folder):
        self.folder = folder
        self.git("init", "-q", "--bare", "-b", "main", folder, at=None)

    def git(self, *args, stdin=b"", at=True, **variables):
        env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": self.folder, "GIT_CONFIG_NOSYSTEM": "1",
               "GIT_CONFIG_GLOBAL": os.devnull, "LC_ALL": "C", "GIT_AUTHOR_NAME": BOT, "GIT_AUTHOR_EMAIL": MAIL,
               "GIT_COMMITTER_NAME": "GitHub", "GIT_COMMITTER_EMAIL": "noreply@github.com", **variables}
        where = ["--git-dir", self.folder] if at else []
        done = subprocess.run(["git", *where, *args], input=stdin, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode:
            raise Refused(422, done.stderr.decode(errors="replace").strip() or "git failed")
        return done.stdout

    def line(self, *args, **more):
        return self.git(*args, **more).decode().strip()

    def tip(self, branch):
        try:
            return self.line("rev-parse", "--verify", "-q", "refs/heads/%s^{commit}" % branch)
        except Refused:
            return None

    def kind(self, sha):
        try:
            return self.line("cat-file", "-t", sha)
        except Refused:
            return None

    def tree(self, base, entries):
        """The tree `base` (None: an empty one) with the entries (mode, sha, path) put in."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            index = {"GIT_INDEX_FILE": os.path.join(folder, "index")}
            self.git("read-tree", base or "--empty", **index)
            text = "".join("%s %s\t%s\0" % entry for entry in entries)
            self.git("update-index", "-z", "--add", "--replace", "--index-info", stdin=text.encode(), **index)
            return self.line("write-tree", **index)

    def commit(self, branch, files, message="Somebody else's"):
        """What somebody else pushes: `files` is {path: bytes}. The new tip."""
        old = self.tip(branch)
        entries = [("100644", self.line("hash-object", "-w", "--stdin", stdin=data), path) for path, data in files.items()]
        tree = self.tree(old and old + "^{tree}", entries)
        parents = ["-p", old] if old else []
        new = self.line("commit-tree", tree, *parents, "-m", message)
        self.git("update-ref", "refs/heads/" + branch, new, old or "")
        return new

    def files(self, commit):
        """{path: bytes} of a commit."""
        names = self.git("ls-tree", "-r", "-z", "--name-only", commit).decode().split("\0")
        return {name: self.git("cat-file", "blob", "%s:%s" % (commit, name)) for name in names if name}

    def log(self, branch):
        """The commits of a branch, the newest first."""
        return self.line("rev-list", "--first-parent", "refs/heads/" + branch).split()


class GitHub:
    """`name` is the one repository. `prefix` is the path of GitHub Enterprise's API. `tokens`: {token: what it may do}, of
    "read" and "write". `before(method, part, act)` has `act` called before such a call is answered, `times` times."""

    def __init__(self, folder, name="acme/shop", prefix="", tokens=None, tls=None):
        self.name, self.prefix, self.tokens = name, prefix, dict(tokens or {})
        self.repository = Repository(os.path.join(folder, "github.git"))
        self.protected, self._hooks = {}, []
        self.server = wire.Server(self._answer, tls=tls)

    url = property(lambda self: self.server.url + self.prefix)
    records = property(lambda self: self.server.records)

    def close(self):
        self.server.close()

    def fault(self, **spec):
        self.server.faults.append(wire.Fault(spec))

    def before(self, method, part, act, times=1):
        self._hooks.append([method, part, act, times])

    def calls(self):
        """"GET ref", "POST blobs" …"""
        start = "%s/repos/%s/git/" % (self.prefix, self.name)
        return ["%s %s" % (r["method"], r["path"].removeprefix(start).split("/")[0]) for r in self.records]

    def _answer(self, request):
        for hook in self._hooks:
            if hook[3] and hook[0] == request.method and hook[1] in request.path:
                hook[3] -= 1
                hook[2]()
        try:
            status, value = self._handle(request)
        except Refused as refused:
            status, value = refused.status, {"message": refused.message, "status": str(refused.status),
                                             "documentation_url": "https://docs.github.com/rest"}
        return wire.Answer(status, wire.dumps(value), "application/json; charset=utf-8", {"X-GitHub-Media-Type": "github.v3"})

    def _handle(self, request):
        if not request.headers.get("user-agent"):
            raise Refused(403, "Request forbidden by administrative rules. Please make sure your request has a User-Agent header")
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme not in ("Bearer", "token") or token not in self.tokens:
            raise Refused(401, "Bad credentials")
        may = self.tokens[token]
        start = "%s/repos/%s/git/" % (self.prefix, self.name)
        if not request.path.lower().startswith(start.lower()) or "read" not in may:
            raise Refused(404, "Not Found")
        if request.method != "GET" and "write" not in may:
            raise Refused(403, "Resource not accessible by integration")
        area, _, rest = request.path[len(start):].partition("/")
        act = getattr(self, "_%s_%s" % (request.method.lower(), area), None)
        if act is None or not request.headers.get("accept", "").startswith("application/"):
            raise Refused(404, "Not Found")
        if request.method == "GET":
            return act(urllib.parse.unquote(rest, errors="strict"))
        return act(urllib.parse.unquote(rest, errors="strict"), self._body(request))

    @staticmethod
    def _body(request):
        try:
            body = json.loads(request.body)
        except ValueError:
            raise Refused(400, "Problems parsing JSON")
        if not isinstance(body, dict) or "json" not in request.headers.get("content-type", ""):
            raise Refused(422, "Invalid request.")
        return body

    @staticmethod
    def _members(body, needed, allowed=()):
        if not set(needed) <= set(body) <= set(needed) | set(allowed):
            raise Refused(422, "Invalid request.\n\n%s" % sorted(set(body) ^ set(needed)))

    def _need(self, sha, kind):
        if not isinstance(sha, str) or self.repository.kind(sha) != kind:
            raise Refused(422, "%s sha is not a %s" % (kind.capitalize(), kind))
        return sha

    def _reference(self, branch):
        tip = self.repository.tip(branch)
        return tip and {"ref": "refs/heads/" + branch, "node_id": "x", "url": "%s/repos/%s/git/refs/heads/%s" % (
            self.url, self.name, branch), "object": {"sha": tip, "type": "commit", "url": self.url}}

    # what can be asked

    def _get_ref(self, rest):
        if not self.repository.git("for-each-ref", "--count=1"):
            raise Refused(409, "Git Repository is empty.")
        found = rest.startswith("heads/") and self._reference(rest[len("heads/"):])
        if not found:
            raise Refused(404, "Not Found")
        return 200, found

    def _commit(self, sha):
        parents = self.repository.line("log", "-1", "--format=%P", sha).split()
        return {"sha": sha, "message": self.repository.line("log", "-1", "--format=%B", sha),
                "tree": {"sha": self.repository.line("rev-parse", sha + "^{tree}"), "url": self.url},
                "parents": [{"sha": p} for p in parents],
                "html_url": "https://github.example/%s/commit/%s" % (self.name, sha)}

    def _get_commits(self, sha):
        if self.repository.kind(sha) != "commit":
            raise Refused(404, "Not Found")
        return 200, self._commit(sha)

    def _post_blobs(self, _rest, body):
        self._members(body, ("content",), ("encoding",))
        data = body["content"].encode()
        if body.get("encoding", "utf-8") == "base64":
            try:
                data = base64.b64decode(data, validate=True)
            except binascii.Error:
                raise Refused(422, "content is not valid Base64")
        if len(data) > SIZE_MAX:
            raise Refused(422, "Sorry, your input was too large to process.")
        sha = self.repository.line("hash-object", "-w", "--stdin", stdin=data)
        return 201, {"sha": sha, "url": self.url}

    def _post_trees(self, _rest, body):
        self._members(body, ("tree",), ("base_tree",))
        base = body.get("base_tree") and self._need(body["base_tree"], "tree")
        entries = []
        for entry in body["tree"]:
            self._members(entry, ("path", "mode", "type", "sha"))
            parts = entry["path"].split("/")
            if entry["mode"] != "100644" or entry["type"] != "blob":
                raise Refused(422, "Must supply a valid tree.mode")
            if any(p in ("", ".", "..") or p.lower() == ".git" for p in parts):
                raise Refused(422, "tree.path contains a malformed path component")
            if entry["path"].lower().startswith(".github/workflows/"):
                raise Refused(403, "refusing to allow a GitHub App to create or update workflow without `workflows` permission")
            entries.append((entry["mode"], self._need(entry["sha"], "blob"), entry["path"]))
        sha = self.repository.tree(base, entries)
        return 201, {"sha": sha, "url": self.url, "tree": [], "truncated": False}

    def _post_commits(self, _rest, body):
        """Without `author` and `committer` it is the bot's; with one of them it is not verified."""
        self._members(body, ("message", "tree", "parents"), ("author", "committer", "signature"))
        parents = [x for p in body["parents"] for x in ("-p", self._need(p, "commit"))]
        sha = self.repository.line("commit-tree", self._need(body["tree"], "tree"), *parents, stdin=body["message"].encode())
        return 201, dict(self._commit(sha), verification={"verified": not set(body) & {"author", "committer"}})

    def _patch_refs(self, rest, body):
        self._members(body, ("sha",), ("force",))
        new, branch = self._need(body["sha"], "commit"), rest[len("heads/"):]
        old = rest.startswith("heads/") and self.repository.tip(branch)
        if not old:
            raise Refused(422, "Reference does not exist")
        if branch in self.protected:
            raise Refused(*self.protected[branch])
        if body.get("force") is not True and self.repository.line("merge-base", old, new) != old:
            raise Refused(422, "Update is not a fast forward")
        try:
            self.repository.git("update-ref", "refs/heads/" + branch, new, old)
        except Refused:
            raise Refused(409, "Reference cannot be updated")
        return 200, self._reference(branch)
