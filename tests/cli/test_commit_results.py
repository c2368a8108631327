#!/usr/bin/env python3
"""What a step of the Action commits to its branch (input commit-results), against a GitHub whose repository is a real one of
git (github_fake.py): one commit of two files, on top of whatever others commit meanwhile, and one clear line where it cannot be."""
import json
import os
import signal
import ssl
import subprocess
import time
import unittest

from github_fake import BOT, GitHub
from platform_case import CLOSED
from test_action import ActionCase

TOKEN = "ghs_canary0123456789abcdefghijklmnop"
READER = "ghs_reader0123456789abcdefghijklmnop"
BLIND = "ghs_blind00123456789abcdefghijklmnop"
JOURNAL, LOG = "results/run.json", "results/run.log"
ONE_COMMIT = ["GET ref", "GET commits", "POST blobs", "POST blobs", "POST trees", "POST commits", "PATCH refs"]


class CommitCase(ActionCase):
    """A repository acme/shop with some files on `main`, and a step that commits to it."""

    prefix, tls = "", None

    def fresh(self):
        super().fresh()
        self.github = GitHub(self.folder, prefix=self.prefix, tls=self.tls,
                             tokens={TOKEN: "read write", READER: "read", BLIND: ""})
        self.addCleanup(self.github.close)
        self.repository = self.github.repository
        self.base = self.repository.commit("main", {"README.md": b"# Shop\n", "src/a.c": b"int a;\n", "results/old.json": b"{}"})
        self.others = 0

    def another(self, name="acme/shop"):
        """A GitHub that nobody should ask."""
        folder = os.path.join(self.folder, "another")
        os.mkdir(folder)
        github = GitHub(folder, name=name, tokens={TOKEN: "read write"})
        self.addCleanup(github.close)
        return github

    def variables(self, plan, ref="refs/heads/main", token=TOKEN, **more):
        inputs = self.inputs(plan, commit_results="on", github_token=token, working_dir="results")
        told = {"GITHUB_REPOSITORY": self.github.name, "GITHUB_REF": ref, "GITHUB_API_URL": self.github.url,
                "GITHUB_SERVER_URL": "https://github.example"}
        return {**inputs, **told, **more}

    def commit(self, variant="noop", **more):
        return self.step(self.variables(self.seeded(variant)["plan"], **more))

    def somebody_commits(self, branch="main"):
        self.others += 1
        self.repository.commit(branch, {"others/%d.txt" % self.others: b"theirs\n"})

    def files(self, *names):
        found = {}
        for name in names or (JOURNAL, LOG):
            with open(os.path.join(self.folder, name), "rb") as f:
                found[name] = f.read()
        return found

    def check_committed(self, done, branch="main", before=None, rounds=1):
        """The branch has one commit more, of the two files of the workspace, which the step names."""
        tip, parent = self.repository.log(branch)[:2]
        self.assertEqual(parent, before or self.base)
        expected = dict(self.repository.files(parent), **self.files())
        self.assertEqual(self.repository.files(tip), expected)
        self.assertEqual(self.repository.line("diff-tree", "-r", "--no-commit-id", "--name-only", tip).split(), [JOURNAL, LOG])
        url = "https://github.example/acme/shop/commit/" + tip
        self.assertEqual([c.data for c in done.console.named("notice") if url in c.data][1:], [])
        self.assertIn(url, done.out)
        self.assertEqual(self.warnings(done), [])
        self.assertEqual(self.github.calls().count("PATCH refs"), rounds)
        return tip

    def warnings(self, done):
        return [c.data for c in done.console.named("warning")]

    def check_refused(self, done, *parts, branch="main", code=0):
        """A warning of one line with these parts; the run's own result stays, nothing is committed, no token is shown."""
        self.assertEqual((done.code, done.outputs["status"]), (code, "completed"), done.out)
        warning, = self.warnings(done)
        for part in parts:
            self.assertIn(part, warning)
        self.assertNotIn("\n", warning)
        self.assertEqual(len(self.repository.log(branch)), 1 + self.others)
        for token in (TOKEN, READER, BLIND):
            self.assertNotIn(token, "".join(line for line in done.out.splitlines() if "add-mask" not in line))


class Committed(CommitCase):
    def test_one_commit_of_journal_and_log(self):
        made = self.seeded("nominal")
        done = self.step(self.variables(made["plan"]))
        self.assertEqual((done.code, self.github.calls()), (0, ONE_COMMIT), done.out)
        tip = self.check_committed(done)
        message = self.repository.line("log", "-1", "--format=%B", tip)
        self.assertEqual(message, "Plan %s execution\n\nVisit %s" % (made["plan"], done.outputs["execution-url"]))
        self.assertEqual(self.repository.line("log", "-1", "--format=%an", tip), BOT)
        made_commit = next(r for r in self.github.records if r["path"].endswith("/commits") and r["method"] == "POST")
        self.assertEqual(set(json.loads(made_commit["body"])), {"message", "tree", "parents"}, "else GitHub does not sign it")
        self.assertEqual(json.loads(self.repository.files(tip)[JOURNAL])["status"], "completed")

    def test_nothing_is_asked_unless_it_is_switched_on(self):
        for word in ("off", None, ""):
            made = self.seeded("noop")
            variables = self.variables(made["plan"])
            variables.pop("INPUT_COMMIT-RESULTS")
            if word is not None:
                variables["INPUT_COMMIT-RESULTS"] = word
            self.assertEqual(self.step(variables).code, 0)
        self.assertEqual(self.github.calls(), [])

    def test_a_deviation_is_committed_and_keeps_its_exit_code(self):
        done = self.commit("deviated")
        self.assertEqual(done.code, 1, done.out)
        tip = self.check_committed(done)
        self.assertIs(json.loads(self.repository.files(tip)[JOURNAL])["deviated"], True)

    def test_the_same_files_make_no_commit(self):
        self.github.before("GET", "/ref/", lambda: self.repository.commit("main", self.files()))
        done = self.commit()
        self.assertEqual((done.code, self.warnings(done)), (0, []), done.out)
        self.assertEqual(len(self.repository.log("main")), 2)
        self.assertEqual(self.github.calls(), ONE_COMMIT[:5])

    def test_what_is_there_is_replaced(self):
        self.base = self.repository.commit("main", {JOURNAL: b"old", LOG: b"older"})
        self.check_committed(self.commit())

    def test_branches_with_odd_names(self):
        for branch in ("feature/x", "release-1.2/rc#1", "a%2fb", "\u00fcber/\u20ac&=+", "x@y;'$(z)"):
            with self.subTest(branch):
                self.fresh()
                before = self.repository.commit(branch, {"a": b"b"})
                self.check_committed(self.commit(ref="refs/heads/" + branch), branch, before)
                self.assertEqual(self.repository.tip("main"), self.base)

    def test_the_environments_token_without_an_input(self):
        self.check_committed(self.commit(token=None, GITHUB_TOKEN=TOKEN))

    def test_what_a_plan_says_of_github_does_not_count(self):
        """Its environment is the plan's author's, the token is the repository's."""
        elsewhere = self.another("mallory/shop")
        lies = {"GITHUB_API_URL": elsewhere.url, "GITHUB_REPOSITORY": "mallory/shop", "GITHUB_REF": "refs/heads/secret",
                "GITHUB_TOKEN": "the-token-of-the-plan", "GITHUB_WORKSPACE": "/", "GITHUB_SERVER_URL": "https://mallory.example",
                "SSL_CERT_FILE": "/nowhere"}
        noop = {"title": "t", "description": "d", "method": [], "rollbacks": []}
        made = self.plan(noop, lies)
        self.check_committed(self.step(self.variables(made["plan"])))
        self.assertEqual(elsewhere.records, [])


class Enterprise(CommitCase):
    prefix = "/api/v3"

    def test_the_api_below_a_path(self):
        self.check_committed(self.commit())
        self.assertTrue(all(r["path"].startswith("/api/v3/repos/acme/shop/git/") for r in self.github.records))

    def test_a_slash_at_the_end_of_the_address(self):
        self.check_committed(self.commit(GITHUB_API_URL=self.github.url + "//"))

    def test_its_own_authority(self):
        pem, key = os.path.join(self.folder, "ghe.pem"), os.path.join(self.folder, "ghe.key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9",
                        "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", pem],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem, key)
        for name, known in (("SSL_CERT_FILE", True), ("PLAN_RUNNER_CA_FILE", True), ("UNKNOWN_CA_FILE", False)):
            with self.subTest(name):
                self.tls = context
                self.fresh()
                done = self.commit(**{name: pem})
                if known:
                    self.check_committed(done)
                else:
                    self.check_refused(done, "certificate")
                    self.assertEqual(self.github.records, [])


class Places(CommitCase):
    """Which branch it is, where the workflow does not run on one."""

    def event(self, full_name, ref="topic"):
        head = {"ref": ref, "repo": full_name and {"full_name": full_name}}
        path = os.path.join(self.folder, "event.json")
        with open(path, "w") as f:
            json.dump({"action": "opened", "pull_request": {"head": head, "base": {"ref": "main"}}}, f)
        return {"GITHUB_EVENT_PATH": path, "GITHUB_EVENT_NAME": "pull_request", "GITHUB_HEAD_REF": ref, "GITHUB_BASE_REF": "main"}

    def test_a_pull_request_of_this_repository(self):
        before = self.repository.commit("topic", {"a": b"b"})
        self.check_committed(self.commit(ref="refs/pull/7/merge", **self.event("acme/shop")), "topic", before)
        self.assertEqual(self.repository.tip("main"), self.base)

    def test_a_fork_has_no_branch_here(self):
        """Though a branch of that name may be here."""
        for name in ("mallory/shop", "mallory/other", None):
            with self.subTest(name):
                done = self.commit(ref="refs/pull/7/merge", **self.event(name, ref="main"))
                self.check_refused(done, "fork", name or "gone")
        self.assertEqual(self.github.calls(), [])

    def test_a_pull_request_without_its_event(self):
        for event in (None, "/nowhere/event.json", self.folder):
            done = self.commit(ref="refs/pull/7/merge", GITHUB_HEAD_REF="main", GITHUB_EVENT_PATH=event)
            self.check_refused(done, "pull request")
        self.assertEqual(self.github.calls(), [])

    def test_no_branch(self):
        for ref, word in (("refs/tags/v1.0", "'refs/tags/v1.0'"), ("refs/heads/gh-readonly-queue/main/pr-1-abc", "merge queue"),
                          (None, "GITHUB_REF"), ("refs/heads/a..b", "'a..b'")):
            with self.subTest(ref):
                self.check_refused(self.commit(ref=ref), word)
        self.assertEqual(self.github.calls(), [])

    def test_no_repository_or_address(self):
        for name, value in (("GITHUB_REPOSITORY", None), ("GITHUB_REPOSITORY", "../../user"), ("GITHUB_REPOSITORY", "acme/shop?x"),
                            ("GITHUB_API_URL", "ftp://x"), ("GITHUB_API_URL", "127.0.0.1")):
            with self.subTest(name, value=value):
                self.check_refused(self.commit(**{name: value}), name)
        self.assertEqual(self.github.calls(), [])

    def test_a_file_outside_of_the_workspace(self):
        checkout = os.path.join(self.folder, "checkout")
        os.mkdir(checkout)
        for name in ("results", "checkout-results"):
            with self.subTest(name):
                done = self.commit(**{"GITHUB_WORKSPACE": checkout, "INPUT_WORKING-DIR": os.path.join(self.folder, name)})
                self.check_refused(done, "not below the workspace")
        self.assertEqual(self.github.calls(), [])

    def test_a_path_that_goes_up(self):
        done = self.commit(**{"INPUT_WORKING-DIR": "results/../results"})
        self.check_refused(done, "write its path without '..'")
        self.assertEqual(self.github.calls(), [])

    def test_what_a_plan_put_in_the_place_of_the_log(self):
        for command, said in (("mkfifo results/run.log", "not a file"), ("mkdir results/run.log", "not a file"),
                              ("ln -s /etc/hostname results/run.log", "not below the workspace"),
                              ("mkdir -p .git && echo x > .git/x && ln -s ../.git/x results/run.log", "git's own"),
                              ("true", "No such file")):
            with self.subTest(command):
                self.fresh()
                action = {"type": "process", "path": "/bin/sh", "arguments": ["-c", "rm results/run.log && " + command]}
                made = self.plan({"title": "t", "description": "d", "method": [{"type": "action", "name": "a", "provider": action}],
                                  "rollbacks": []})
                self.check_refused(self.step(self.variables(made["plan"])), said)
                self.assertEqual(self.github.calls(), [])


class Races(CommitCase):
    def test_who_was_faster_keeps_everything(self):
        for times in (1, 3):
            with self.subTest(times=times):
                self.fresh()
                self.github.before("PATCH", "/refs/heads/main", self.somebody_commits, times)
                done = self.commit()
                self.assertEqual(self.others, times)
                tip = self.check_committed(done, before=self.repository.log("main")[1], rounds=times + 1)
                self.assertEqual([p for p in self.repository.files(tip) if p.startswith("others/")],
                                 ["others/%d.txt" % (i + 1) for i in range(times)])
                self.assertEqual(self.github.calls().count("POST blobs"), 2, "they are there already")
                self.assertEqual({json.loads(r["body"])["force"] for r in self.github.records if r["method"] == "PATCH"}, {False})

    def test_refused_for_an_instant(self):
        for status, words in ((409, "Reference cannot be updated"), (422, "Update is not a fast forward"), (503, "x"), (429, "y")):
            with self.subTest(status):
                self.fresh()
                self.github.fault(method="PATCH", do="status", status=status, body={"message": words})
                self.check_committed(self.commit(), rounds=2)

    def test_the_answer_gets_lost(self):
        """Then the branch tells what became of it: never are there two commits."""
        for fault in (dict(do="close"), dict(do="reset"), dict(do="status", status=502), dict(do="truncate")):
            for apply in (True, False)[:1 if fault["do"] == "truncate" else 2]:
                with self.subTest(fault["do"], apply=apply):
                    self.fresh()
                    self.github.fault(method="PATCH", apply=apply, **fault)
                    self.check_committed(self.commit(), rounds=1 if apply else 2)

    def test_the_answer_gets_lost_and_somebody_commits(self):
        self.github.fault(method="PATCH", apply=True, do="close")
        self.github.before("GET", "/commits/", lambda: None)  # of the first round
        seen = []
        self.github.before("GET", "/ref/", lambda: seen and self.somebody_commits() or seen.append(1), 2)
        done = self.commit()
        theirs, tip, base = self.repository.log("main")
        self.assertEqual((base, self.repository.line("diff-tree", "-r", "--no-commit-id", "--name-only", tip).split()),
                         (self.base, [JOURNAL, LOG]))
        self.assertIn("others/1.txt", self.repository.files(theirs))
        self.assertEqual((self.warnings(done), self.github.calls().count("PATCH refs")), ([], 1))
        self.assertIn("/commit/" + tip, done.out)

    def test_many_steps_at_once(self):
        """A matrix of jobs on one branch: each has its commit in the end."""
        folders, children = [], []
        for i in range(4):
            variables = dict(self.variables(self.seeded("noop")["plan"]), **{"INPUT_WORKING-DIR": "results/%d" % i})
            children.append(self.begin(variables, GITHUB_OUTPUT=None, GITHUB_STEP_SUMMARY=None))
            folders.append("results/%d/" % i)
        for child in children:
            self.assertEqual(self.finish(child).code, 0)
        log = self.repository.log("main")
        self.assertEqual(len(log), 5)
        for folder in folders:
            self.assertEqual(self.repository.files(log[0])[folder + "run.json"], self.files(folder + "run.json")[folder + "run.json"])


class Refused(CommitCase):
    def test_tokens(self):
        for token, *parts in (("ghs_wrong00123456789abcdef", "401: Bad credentials", "github-token"),
                              (READER, "403: Resource not accessible", "permissions: contents: write"),
                              (BLIND, "404: Not Found", "may not see the repository"),
                              (None, "github-token"), ("", "github-token"), ("ghs_two\nlines_of_a_token", "token")):
            with self.subTest(token):
                self.fresh()
                done = self.commit(token=token)
                self.check_refused(done, *parts)
                if token:
                    self.assertNotIn(token, self.warnings(done)[0])

    def test_branches(self):
        self.check_refused(self.commit(ref="refs/heads/gone"), "'gone' of 'acme/shop'", "404", "deleted")
        self.github.before("POST", "/commits", lambda: self.repository.git("update-ref", "-d", "refs/heads/topic"))
        self.repository.commit("topic", {"a": b"b"})
        self.check_refused(self.commit(ref="refs/heads/topic"), "deleted")
        self.assertIsNone(self.repository.tip("topic"))

    def test_an_empty_repository(self):
        self.repository.git("update-ref", "-d", "refs/heads/main")
        done = self.commit()
        self.assertIn("first commit", self.warnings(done)[0])

    def test_protection(self):
        for status, words, part in ((422, "Protected branch update failed for refs/heads/main.\n\nAt least 1 approving review is required", "protection"),
                                    (422, "Repository rule violations found\n\nChanges must be made through a pull request.\n", "rules"),
                                    (403, "Cannot update this protected ref.", "protection"),
                                    (403, "Repository was archived so is read-only.", "archived")):
            with self.subTest(words):
                self.fresh()
                self.github.protected["main"] = (status, words)
                self.check_refused(self.commit(), str(status), words[:20], part)
                self.assertEqual(self.github.calls().count("PATCH refs"), 1)

    def test_each_call(self):
        """Whatever is refused: one line with GitHub's words, and no further attempt."""
        for method, path in (("GET", "*/ref/*"), ("GET", "*/commits/*"), ("POST", "*/blobs"), ("POST", "*/trees"), ("POST", "*/commits"),
                             ("PATCH", "*/refs/*")):
            for status in (404, 422, 451) if method == "PATCH" else (422,):
                with self.subTest(path, method=method, status=status):
                    self.fresh()
                    self.github.fault(method=method, path=path, times=None, do="status", status=status, body={"message": "So it is."})
                    self.check_refused(self.commit(), "%d: So it is." % status)
                    self.assertEqual(self.github.calls()[-1].split()[0], "GET" if status == 422 and method == "PATCH" else method)


class Unwell(CommitCase):
    def test_no_github(self):
        for given, part in ((dict(do="status", status=500, body="<html>Oops</html>"), "GitHub answered 500"),
                            (dict(do="alter", body="<html>Welcome</html>"), "something else than GitHub's API"),
                            (dict(do="alter", body=[]), "something else than GitHub's API"),
                            (dict(do="alter", body={"object": {"sha": "../../../../user"}}), "GitHub's answer"),
                            (dict(do="garbage"), "cannot be reached"), (dict(do="close"), "cannot be reached"),
                            (dict(do="status", status=302, body="", headers={"Location": "https://127.0.0.1:1/"}), "cannot be reached")):
            with self.subTest(given):
                self.fresh()
                self.github.fault(times=None, **given)
                self.check_refused(self.commit(), part)
                self.assertLessEqual(len(self.github.records), 5)
        self.check_refused(self.commit(GITHUB_API_URL=CLOSED), "cannot be reached")

    def test_words_of_a_hostile_server(self):
        """What it sends back is no command, and no token."""
        words = "::error::forged %%0A %s\r\n::set-output name=status::ok\n\u001b[2J##[error]forged" % TOKEN
        self.github.fault(times=None, do="status", status=418, body={"message": words})
        done = self.commit()
        self.check_refused(done, "418")
        self.assertEqual((self.errors(done), done.outputs["status"]), ([], "completed"))

    def test_a_token_is_hidden_where_words_are_cut(self):
        for n in (170, 185, 195):
            self.fresh()
            self.github.fault(times=None, do="status", status=418, body={"message": "x" * n + TOKEN})
            warning, = self.warnings(self.commit())
            self.assertIn("x" * n, warning)
            self.assertNotIn(TOKEN[:4], warning)

    def test_redirects_do_not_carry_the_token_away(self):
        other = self.another()
        elsewhere = other.url.replace("127.0.0.1", "localhost")
        self.github.fault(times=None, do="status", status=307, body="", headers={"Location": elsewhere + "/repos/acme/shop/git/ref/heads/main"})
        self.check_refused(self.commit(), "401")
        self.assertEqual([r for r in other.records if "authorization" in r["headers"]], [])

    def test_limits_of_rate(self):
        for headers in ({"Retry-After": "1"}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": str(int(time.time()) + 2)}):
            with self.subTest(headers):
                self.fresh()
                self.github.fault(path="*/blobs", do="status", status=403, body={"message": "API rate limit exceeded"}, headers=headers)
                self.check_committed(self.commit())
        self.fresh()
        self.github.fault(path="*/blobs", do="status", status=429, body={"message": "Too many"}, headers={"Retry-After": "3600"})
        done = self.commit()
        self.check_refused(done, "429: Too many", "3600 s")
        self.assertLess(done.seconds, 10)

    def test_what_passes(self):
        for method, path in (("GET", "*/ref/*"), ("GET", "*/commits/*"), ("POST", "*/blobs"), ("POST", "*/trees"), ("POST", "*/commits")):
            with self.subTest(path, method=method):
                self.fresh()
                for fault in (dict(do="status", status=502), dict(do="reset"), dict(do="truncate")):
                    self.github.fault(method=method, path=path, **fault)
                self.check_committed(self.commit())

    def test_a_cancelled_workflow_does_not_wait(self):
        self.github.fault(method="POST", path="*/trees", times=None, do="hang")
        for signo in (signal.SIGINT, signal.SIGTERM):
            child = self.begin(self.variables(self.seeded("noop")["plan"]))
            end = time.monotonic() + 20
            while "POST trees" not in self.github.calls() and time.monotonic() < end:
                time.sleep(0.005)
            began = time.monotonic()
            child.send_signal(signo)
            done = self.taken(self.finish(child))
            self.assertLess(time.monotonic() - began, 2)
            self.check_refused(done, "interrupted")
            self.github.server.forget()


class Secrets(CommitCase):
    SECRET = "canary-of-the-plan-0123456789"

    def test_what_a_program_wrote_into_the_log(self):
        """Past the program's own output, which hides it: in the files that are committed it is hidden once more."""
        write = {"type": "process", "path": "/bin/sh",
                 "arguments": ["-c", "echo $CANARY $GITHUB_TOKEN >> results/run.log; echo $CANARY | base64 >> results/run.log"]}
        experiment = {"title": "t", "description": "d", "method": [{"type": "action", "name": "w", "provider": write}], "rollbacks": []}
        made = self.plan(experiment, secrets=[{"key": "k", "var_name": "CANARY", "value": self.SECRET}])
        done = self.step(self.variables(made["plan"]))
        self.assertEqual((done.code, self.warnings(done)), (0, []), done.out)
        with open(os.path.join(self.folder, LOG), "rb") as f:
            self.assertIn(self.SECRET.encode(), f.read(), "the test is in vain")
        files = self.repository.files(self.repository.tip("main"))
        for name in (JOURNAL, LOG):
            for text in (self.SECRET, TOKEN, "Y2FuYXJ5LW9mLXRoZS1wbGFuL"):
                self.assertNotIn(text.encode(), files[name])
        self.assertIn(b"**********", files[LOG])

    def test_bytes_that_are_no_text(self):
        write = {"type": "process", "path": "/bin/sh", "arguments": ["-c", "printf '\\377\\000\\r\\n\\200' >> results/run.log"]}
        made = self.plan({"title": "t", "description": "d", "method": [{"type": "action", "name": "w", "provider": write}], "rollbacks": []})
        self.check_committed(self.step(self.variables(made["plan"])))


if __name__ == "__main__":
    unittest.main()
