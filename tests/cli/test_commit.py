#!/usr/bin/env python3
"""`plan-deployer commit github`: into repositories on this machine, and through a real git server over TLS with tokens."""
import contextlib
import itertools
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
from git_server import GitServer, Proxy, add_commit, git, make_certificate  # noqa: E402

PROGRAM = os.environ["PLAN_DEPLOYER"]
PLAN = "bde0c9ce-4a91-492a-8e7c-19060e19232e"
PATH = ".github/workflows/reliably-plan-%s.yaml" % PLAN
TOKEN = "canary-token-4711"
SCHEDULE = ("--schedule", "17 3 * * 1-5")
UNWANTED = re.compile(r"^(RELIABLY_|GIT|GITHUB_|PLAN_RUNNER_|SSL_|(http|https|all|no)_proxy$)", re.I)


class Base(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="commit-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.temporary = self.make("tmp")
        self.root = self.make("repositories")
        self.bare = os.path.join(self.root, "o", "r.git")
        git("init", "-q", "--bare", "-b", "main", self.bare)

    def make(self, name):
        path = os.path.join(self.folder, name)
        os.mkdir(path)
        return path

    def fill(self):
        add_commit(self.bare, "main", "README.md", "hello\n")

    def environment(self, more):
        env = {k: v for k, v in os.environ.items() if not UNWANTED.match(k)}
        env.update({"HOME": self.folder, "XDG_CONFIG_HOME": self.folder, "TMPDIR": self.temporary,
                    "RELIABLY_ORGANIZATION_ID": "0f0e8a52-1111-4222-8333-444455556666"})
        env.update(more)
        return env

    def commit(self, *arguments, plan=PLAN, folder=None, **more):
        done = subprocess.run([PROGRAM, "commit", "github", plan, *arguments], env=self.environment(more), cwd=folder,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(os.listdir(self.temporary), [], "what was temporary is left")
        self.assertNotIn(TOKEN, done.stdout + done.stderr)
        return done

    def committed(self, *arguments, **more):
        done = self.commit(*arguments, **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def refused(self, words, *arguments, code=1, **more):
        """One line that says so, and nothing in the repository."""
        before = git("for-each-ref", folder=self.bare)
        done = self.commit(*arguments, **more)
        self.assertEqual((done.returncode, done.stdout), (code, ""), done.stderr)
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertRegex(done.stderr, "^plan-deployer: .*" + words)
        self.assertEqual(git("for-each-ref", folder=self.bare), before)
        return done.stderr

    def count(self, branch="main"):
        return int(git("rev-list", "--count", branch, folder=self.bare))

    def show(self, what):
        return git("show", what, folder=self.bare)

    def rendered(self, *arguments):
        return subprocess.run([PROGRAM, "render", "github", PLAN, *arguments], env=self.environment({}), check=True,
                              capture_output=True, text=True, timeout=60).stdout.strip()


class Local(Base):
    def test_a_second_commit_is_none(self):
        self.fill()
        first = self.committed("--repository", self.bare)
        head = git("rev-parse", "main", folder=self.bare)
        self.assertEqual(first, "created %s on main of %s (%s)\n" % (PATH, self.bare, head))
        self.assertEqual(self.committed("--repository", self.bare), first.replace("created", "unchanged"))
        self.assertEqual(self.count(), 2)
        self.assertEqual(self.show("main:" + PATH), self.rendered())
        self.assertEqual(self.show("main:README.md"), "hello")
        self.assertEqual(git("fsck", "--strict", "--no-dangling", folder=self.bare), "")

    def test_a_change_is_a_commit_on_top(self):
        self.fill()
        self.committed("--repository", self.bare)
        text = self.committed("--repository", "file://" + self.bare, *SCHEDULE, "--output", "json")
        self.assertEqual(json.loads(text), {
            "operation": "changed", "path": PATH, "branch": "main", "commit": git("rev-parse", "main", folder=self.bare),
            "repository": self.bare, "dry_run": False})
        self.assertEqual(self.show("main:" + PATH), self.rendered(*SCHEDULE))
        self.assertEqual(git("log", "--format=%s", "main", folder=self.bare).splitlines(), [
            "Change workflow for plan " + PLAN, "Add workflow for plan " + PLAN, "other: README.md"])

    def test_the_first_commit_of_a_repository(self):
        git("symbolic-ref", "HEAD", "refs/heads/trunk", folder=self.bare)
        self.assertIn(" on trunk of ", self.committed("--repository", os.path.join(self.root, "o", "r")))
        self.assertEqual(self.count("trunk"), 1)

    def test_other_files_and_modes_stay(self):
        self.fill()
        self.committed("--repository", self.bare)
        work = os.path.join(self.folder, "work")
        git("clone", "-q", self.bare, work)
        os.chmod(os.path.join(work, PATH), 0o755)
        with open(os.path.join(work, ".github", "workflows", "ci.yaml"), "w", encoding="utf-8") as file:
            file.write("on: push\n")
        git("add", ".", folder=work)
        git("commit", "-qm", "more", folder=work)
        git("push", "-q", folder=work)
        self.committed("--repository", self.bare, *SCHEDULE)
        self.assertEqual(git("diff", "--name-status", "main~", "main", folder=self.bare), "M\t" + PATH)
        self.assertIn("100755 blob", git("ls-tree", "main", PATH, folder=self.bare))

    def test_a_branch_that_is_checked_out_is_left_alone(self):
        work = os.path.join(self.folder, "work")
        git("init", "-q", "-b", "main", work)
        for _ in range(2):  # before its first commit, and after
            done = self.commit("--repository", work)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("'main' is checked out in ", done.stderr)
            git("commit", "-q", "--allow-empty", "-m", "x", folder=work)
        git("branch", "side", folder=work)
        self.committed("--repository", work, "--branch", "side")
        self.assertEqual(git("status", "--porcelain", folder=work), "")
        self.assertEqual(git("rev-list", "--count", "side", folder=work), "3")
        git("worktree", "add", "-q", os.path.join(self.folder, "tree"), "side", folder=work)
        self.assertIn("is checked out", self.commit("--repository", work, "--branch", "side", *SCHEDULE).stderr)

    def test_a_hook_that_would_not_run_is_told(self):
        self.fill()
        hook = os.path.join(self.bare, "hooks", "pre-receive")
        with open(hook, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\nexit 1\n")
        os.chmod(hook, 0o755)
        self.refused("has the hook 'pre-receive', which only git itself runs", "--repository", self.bare)
        home = os.path.join(self.bare, "gates")
        os.mkdir(home)
        os.rename(hook, os.path.join(home, "pre-receive"))
        for configured in ("gates", home, "~"):
            with self.subTest(configured):
                git("config", "core.hooksPath", configured, folder=self.bare)
                self.refused("has the hook 'pre-receive'", "--repository", self.bare, HOME=home)

    def test_dry_run(self):
        self.fill()
        before = git("count-objects", folder=self.bare)
        self.assertRegex(self.committed("--repository", self.bare, "--dry-run"), r"^created .* on main of .* \(dry run\)\n$")
        self.assertEqual((self.count(), git("count-objects", folder=self.bare)), (1, before))
        self.committed("--repository", self.bare)
        done = json.loads(self.committed("--repository", self.bare, "--dry-run", *SCHEDULE, "--output", "json"))
        self.assertEqual((done["operation"], done["commit"], done["dry_run"]), ("changed", None, True))
        done = json.loads(self.committed("--repository", self.bare, "--dry-run", "--output", "json"))
        self.assertEqual((done["operation"], done["commit"]), ("unchanged", git("rev-parse", "main", folder=self.bare)))

    def test_author_and_message(self):
        self.fill()
        self.committed("--repository", self.bare)
        self.committed("--repository", self.bare, *SCHEDULE, GIT_AUTHOR_NAME="Env", GIT_AUTHOR_EMAIL="env@example.com")
        with open(os.path.join(self.folder, ".gitconfig"), "w", encoding="utf-8") as file:
            file.write("[user]\nname = Config\nemail = config@example.com\n")
        self.committed("--repository", self.bare)
        self.committed("--repository", self.bare, *SCHEDULE, "--author", "Zoë Ångström <z@example.com>", "--message",
                       "Nightly chaos\n\nWhy: because")
        self.assertEqual(git("log", "-4", "--format=%an %ae %cn", "main", folder=self.bare).splitlines(), [
            "Zoë Ångström z@example.com Zoë Ångström", "Config config@example.com Config", "Env env@example.com Env",
            "plan-deployer plan-deployer@users.noreply.github.com plan-deployer"])
        self.assertEqual(git("log", "-1", "--format=%B", "main", folder=self.bare), "Nightly chaos\n\nWhy: because")

    def test_many_at_once_lose_nothing(self):
        self.fill()
        plans = ["bde0c9ce-4a91-492a-8e7c-00000000000%d" % i for i in range(3)]
        started = [subprocess.Popen([PROGRAM, "commit", "github", plan, "--repository", self.bare],
                                    env=self.environment({}), stdout=subprocess.DEVNULL) for plan in plans]
        self.assertEqual([process.wait(60) for process in started], [0, 0, 0])
        self.assertEqual(self.count(), 4)
        self.assertEqual(len(git("ls-tree", "-r", "--name-only", "main", folder=self.bare).splitlines()), 4)


class Refused(Base):
    def test_what_is_no_repository_for_us(self):
        for text, words in (
                ("git@github.com:o/r.git", "over ssh, which is not supported: name its https address"),
                ("ssh://git@github.com/o/r", "over ssh"),
                ("https://user:%s@github.com/o/r" % TOKEN, "credentials do not belong"),
                ("http://git.example.com/o/r", "is another machine: only https goes there"),
                ("ftp://u:%s@example.com/r" % TOKEN, "the protocol 'ftp' is not supported"),
                ("https://github.com/o", "is not a repository of github.com"),
                ("github.com/o/r/tree/main", "is not a repository of github.com"),
                ("https://git.example.com", "is a host, not a repository"),
                (os.path.join(self.root, "nothing"), "is no git repository"),
                ("o/r", "is no git repository"),
                ("", "name the repository")):
            with self.subTest(text):
                self.refused(words, "--repository", text)

    def test_what_the_command_line_lacks(self):
        self.refused("name the repository that the workflow goes to", code=2)

    def test_branches(self):
        self.fill()
        add_commit(self.bare, "develop", "x", "x")
        for branch, words in (("mian", "has no branch 'mian': did you mean 'main'"),
                              ("release/1", "has no branch 'release/1'; its default one is 'main'"),
                              ("a..b", "'a..b' cannot be the name of a branch"),
                              ("-x", "cannot be the name of a branch"), ("", "cannot be the name of a branch")):
            with self.subTest(branch):
                self.refused(words, "--repository", self.bare, "--branch", branch)
        git("symbolic-ref", "HEAD", "refs/heads/gone", folder=self.bare)
        self.refused("has no branch 'gone'", "--repository", self.bare)

    def test_authors_and_messages(self):
        self.fill()
        for author in ("X", "X <>", "<x@example.com>", "X <x@example.com> y", "X\nY <x@example.com>", "X <a@b <c>"):
            with self.subTest(author):
                self.refused("the author .* is not one", "--repository", self.bare, "--author", author)
        self.refused("the message is empty", "--repository", self.bare, "--message", " \n")
        self.refused("control character", "--repository", self.bare, "--message", "a\x1b[2J")
        self.refused("the message is not UTF-8", "--repository", self.bare, "--message", b"a\xff")

    def test_what_stands_at_the_path(self):
        add_commit(self.bare, "main", ".github", "a file\n")
        self.refused("'.github' in the repository is no folder", "--repository", self.bare)

    def test_a_template_that_is_no_workflow_stops_before_anything(self):
        own = os.path.join(self.folder, "own.yaml")
        with open(own, "w", encoding="utf-8") as file:
            file.write("- a\n")
        with GitServer(self.root) as server:
            self.refused("", "--repository", server.address("o/r.git"), "--template", own)
            self.assertEqual(server.requests, [])

    def test_tokens(self):
        path = os.path.join(self.folder, "token")
        for text, words in (("", "there is no token"), (" \n", "is empty"), ("a\nb", "is malformed")):
            with self.subTest(text):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(text)
                self.refused(words, "--repository", "github.com/o/r", "--token-file", path)
        self.refused("--token-file: .*nowhere", "--repository", "github.com/o/r", "--token-file", "/nowhere")


class Remote(Base):
    """Through the server, over TLS."""

    @classmethod
    def setUpClass(cls):
        cls.certificates = tempfile.mkdtemp(prefix="commit-tls-")
        cls.addClassCleanup(shutil.rmtree, cls.certificates)
        cls.certificate = make_certificate(cls.certificates)

    def setUp(self):
        super().setUp()
        self.fill()
        git("config", "http.receivepack", "true", folder=self.bare)

    def serve(self, certificate=None, token=TOKEN, **more):
        server = GitServer(self.root, certificate or self.certificate, token, **more)
        server.__enter__()
        self.addCleanup(server.__exit__)
        self.ca = ("--ca-file", self.certificate[0])
        return server

    def hook(self, *lines, name="pre-receive"):
        path = os.path.join(self.bare, "hooks", name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(("#!/bin/sh",) + lines) + "\n")
        os.chmod(path, 0o755)


class Pushed(Remote):
    def test_with_the_token_of_the_environment(self):
        server = self.serve()
        address = server.address("o/r.git")
        first = self.committed("--repository", address, *self.ca, GITHUB_TOKEN=TOKEN)
        head = git("rev-parse", "main", folder=self.bare)
        self.assertEqual(first, "created %s on main of %s (%s)\n" % (PATH, address, head))
        again = self.committed("--repository", address + "/", *self.ca, GITHUB_TOKEN=TOKEN)
        self.assertEqual(again, first.replace("created", "unchanged"))
        self.assertEqual(self.count(), 2)
        self.assertEqual(self.show("main:" + PATH), self.rendered())
        self.assertEqual(git("fsck", "--strict", folder=self.bare), "")

    def test_with_the_token_of_a_file(self):
        path = os.path.join(self.folder, "token")
        with open(path, "w", encoding="utf-8") as file:
            file.write(TOKEN + "\n")
        server = self.serve()
        self.committed("--repository", server.address("o/r.git"), *self.ca, "--token-file", path, GITHUB_TOKEN="another-one")
        self.assertEqual(self.count(), 2)

    def test_without_a_token_where_none_is_wanted(self):
        server = self.serve(token=None)
        self.committed("--repository", server.address("o/r.git"), PLAN_RUNNER_CA_FILE=self.certificate[0])
        self.assertEqual([given for _, _, given in server.requests if given], [])

    def test_git_of_the_user_gives_no_other_address(self):
        """Many have https addresses rewritten to ssh, for git alone."""
        server = self.serve()
        with open(os.path.join(self.folder, ".gitconfig"), "w", encoding="utf-8") as file:
            file.write('[url "ssh://git@localhost/"]\n\tinsteadOf = https://localhost:%d/\n' % server.port)
        self.committed("--repository", server.address("o/r.git"), *self.ca, GITHUB_TOKEN=TOKEN)
        self.assertEqual(self.count(), 2)

    def test_the_name_without_its_ending(self):
        server = self.serve()
        self.committed("--repository", "localhost:%d/o/r" % server.port, *self.ca, GITHUB_TOKEN=TOKEN)
        self.assertEqual(self.count(), 2)

    def test_a_redirect_within_the_server_is_followed(self):
        server = self.serve()
        server.redirect = ("/old/name", "/o/r.git")
        self.committed("--repository", server.address("old/name"), *self.ca, GITHUB_TOKEN=TOKEN)
        self.assertEqual(self.count(), 2)

    def test_the_first_commit_of_a_repository(self):
        empty = os.path.join(self.root, "empty.git")
        git("init", "-q", "--bare", "-b", "trunk", empty)
        git("config", "http.receivepack", "true", folder=empty)
        server = self.serve()
        text = self.committed("--repository", server.address("empty.git"), *self.ca, "--branch", "trunk", GITHUB_TOKEN=TOKEN)
        self.assertIn("created %s on trunk" % PATH, text)
        self.assertEqual(git("rev-list", "--count", "trunk", folder=empty), "1")

    def test_history_is_kept(self):
        for number in range(30):
            add_commit(self.bare, "main", "file-%d" % (number % 7), "text %d\n" % number * 2000)
        server = self.serve()
        self.committed("--repository", server.address("o/r.git"), *self.ca, GITHUB_TOKEN=TOKEN)
        self.assertEqual(self.count(), 32)
        self.assertEqual(git("diff", "--name-status", "main~", "main", folder=self.bare), "A\t" + PATH)

    def test_a_schedule_beside_the_default_branch_is_warned_of(self):
        add_commit(self.bare, "side", "x", "x")
        server = self.serve()
        place = ("--repository", server.address("o/r.git"), "--branch", "side", *self.ca)
        for arguments, warned in ((SCHEDULE, True), ((), False)):
            done = self.commit(*place, *arguments, GITHUB_TOKEN=TOKEN)
            self.assertEqual(done.returncode, 0)
            self.assertEqual("GitHub will never run this schedule" in done.stderr, warned, done.stderr)
        self.assertEqual((self.count("side"), self.count()), (3, 1))

    def test_others_who_push_meanwhile(self):
        server = self.serve()
        pushed = []

        def push_first(request):
            if request.path.endswith("/git-receive-pack") and len(pushed) < 2:
                pushed.append(add_commit(self.bare, "main", "other-%d" % len(pushed), "x"))
        server.before = push_first
        self.committed("--repository", server.address("o/r.git"), *self.ca, GITHUB_TOKEN=TOKEN)
        self.assertEqual((len(pushed), self.count()), (2, 4))
        self.assertEqual(git("rev-parse", "main~", folder=self.bare), pushed[1])
        self.assertEqual(git("diff", "--name-status", "main~", "main", folder=self.bare), "A\t" + PATH)

    def test_others_who_push_before_ours_is_begun(self):
        server = self.serve()
        pushed = []

        def push_first(request):
            if "service=git-receive-pack" in request.path and not pushed:
                pushed.append(add_commit(self.bare, "main", "other", "x"))
        server.before = push_first
        self.committed("--repository", server.address("o/r.git"), *self.ca, GITHUB_TOKEN=TOKEN)
        self.assertEqual(git("rev-parse", "main~", folder=self.bare), pushed[0])

    def test_nothing_of_the_token_is_logged(self):
        server = self.serve()
        done = self.commit("--repository", server.address("o/r.git"), *self.ca, "--verbose", GITHUB_TOKEN=TOKEN)
        self.assertEqual(done.returncode, 0)
        self.assertIn("DEBUG", done.stderr)
        given = {given.split()[1] for _, _, given in server.requests if given}
        self.assertEqual(len(given), 1)
        self.assertNotIn(given.pop(), done.stderr)


class Rejected(Remote):
    def push(self, words, code=1):
        server = self.serve()
        return self.refused(words, "--repository", server.address("o/r.git"), *self.ca, code=code, GITHUB_TOKEN=TOKEN)

    def test_by_a_protected_branch(self):
        self.hook("echo 'error: GH006: Protected branch update failed for refs/heads/main.' >&2",
                  "echo 'error: At least 1 approving review is required.' >&2", "exit 1")
        line = self.push("protected: the server forbids this push to 'main': --branch another one")
        self.assertIn("(pre-receive hook declined; GH006: Protected branch update failed for refs/heads/main.; At least 1", line)

    def test_by_a_rule(self):
        self.hook("echo 'error: GH013: Repository rule violations found for refs/heads/main.' >&2", "exit 1")
        self.push("a rule of the repository forbids this push to 'main'")

    def test_for_want_of_the_permission_for_workflows(self):
        self.hook("printf 'refusing to allow a Personal Access Token to create or update workflow `%s` without `workflow` scope\\n'"
                  " x.yml >&2", "exit 1")
        self.push("the token may not change workflows of branch 'main': it needs the scope 'workflow'")

    def test_by_a_hook(self):
        self.hook("printf 'no \\033[31mred\\033[0m today %s\\n' " + TOKEN + " >&2", "exit 1")
        line = self.push("a hook of the server refuses this push to 'main' .*no .*red.* today")
        self.assertNotIn("\033", line)

    def test_by_the_update_of_one_branch(self):
        self.hook("exit 1", name="update")
        self.push("a hook of the server refuses this push to 'main' .hook declined.")

    def test_by_others_who_are_always_faster(self):
        server = self.serve()
        pushed = []

        def push_first(request):
            if request.path.endswith("/git-receive-pack"):
                pushed.append(add_commit(self.bare, "main", "other-%d" % len(pushed), "x"))
        server.before = push_first
        done = self.commit("--repository", server.address("o/r.git"), *self.ca, GITHUB_TOKEN=TOKEN)
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1), done.stderr)
        self.assertEqual((len(pushed), git("rev-parse", "main", folder=self.bare)), (5, pushed[-1]))

    def test_by_a_server_that_only_reads(self):
        git("config", "http.receivepack", "false", folder=self.bare)
        self.push("may not be written to with this token .403.")


class Network(Remote):
    def commit_to(self, server, words, *arguments, name="o/r.git", **more):
        return self.refused(words, "--repository", server.address(name), *self.ca, *arguments, **more)

    def test_tokens(self):
        server = self.serve()
        self.commit_to(server, "wants a token: export GITHUB_TOKEN")
        self.commit_to(server, "refuses the token", GITHUB_TOKEN="wrong-token-123")
        server.public = True
        self.commit_to(server, "wants a token: export GITHUB_TOKEN")

    def test_what_is_not_there(self):
        server = self.serve()
        self.commit_to(server, "is no repository that the token may see", name="o/nothing", GITHUB_TOKEN=TOKEN)
        self.commit_to(server, "has no branch 'mian': did you mean 'main'", "--branch", "mian", GITHUB_TOKEN=TOKEN)

    def test_answers_of_other_servers(self):
        server = self.serve()
        for status, words in ((403, "may not be written to"), (404, "is no repository"), (429, "is asked too often"),
                              (500, "has a failure of its own"), (200, "answers, but not as a git repository")):
            with self.subTest(status):
                server.status = status
                self.commit_to(server, words, GITHUB_TOKEN=TOKEN)

    def test_certificates(self):
        server = self.serve()
        address = server.address("o/r.git")
        line = self.refused("the certificate of .* is not trusted", "--repository", address, GITHUB_TOKEN=TOKEN)
        self.assertIn("--ca-file", line)
        self.refused("--ca-file: cannot read", "--repository", address, "--ca-file", "/nowhere", GITHUB_TOKEN=TOKEN)
        self.assertEqual(server.requests, [])

    def test_a_certificate_of_another_name(self):
        other = make_certificate(self.folder, "git.example.com")
        server = self.serve(certificate=other)
        self.refused("the certificate of .* is not trusted", "--repository", server.address("o/r.git"), "--ca-file", other[0],
                     GITHUB_TOKEN=TOKEN)
        self.assertEqual(server.requests, [])

    def test_redirects_get_no_token(self):
        server, other = self.serve(token=None), self.serve()
        for target, words in ((other.address("", host="127.0.0.1"), "redirects to another host"),
                              (other.address(""), "redirects to another place, 'localhost' at port"), ("http://localhost:1/", "redirects to another")):
            with self.subTest(target):
                server.redirect = ("/", target)
                self.commit_to(server, words, GITHUB_TOKEN=TOKEN)
        self.assertEqual(other.requests, [])

    def test_a_redirect_after_the_token_was_sent(self):
        server, other = self.serve(), self.serve()

        def divert(request):
            server.redirect = ("/", other.address(""))
        server.before = divert
        self.commit_to(server, "redirects in the middle", GITHUB_TOKEN=TOKEN)
        self.assertEqual(other.requests, [])

    def test_through_a_proxy(self):
        server = self.serve()
        with Proxy() as proxy:
            address = "http://localhost:%d" % proxy.port
            self.committed("--repository", server.address("o/r.git"), *self.ca, GITHUB_TOKEN=TOKEN, https_proxy=address)
            self.assertEqual(set(proxy.asked), {"localhost:%d" % server.port})
            proxy.asked.clear()
            self.committed("--repository", server.address("o/r.git"), *self.ca, GITHUB_TOKEN=TOKEN, https_proxy=address,
                           no_proxy="localhost")
            self.assertEqual(proxy.asked, [])
        self.assertEqual(self.count(), 2)

    def test_a_server_that_is_not_there(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.refused("cannot connect to 'localhost': Connection refused", "--repository", "https://localhost:%d/o/r" % port)
        self.refused("no address of 'no-host.invalid' is known", "--repository", "https://no-host.invalid/o/r")

    def test_a_server_that_says_nothing(self):
        for scheme in ("https", "http"):
            with self.subTest(scheme), socket.create_server(("127.0.0.1", 0)) as listener:
                self.refused("'localhost' says nothing: given up after 0.3 s", "--repository",
                             "%s://localhost:%d/o/r" % (scheme, listener.getsockname()[1]), "--timeout", "300ms")

    def test_a_server_that_hangs_up(self):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def hang_up():
                with listener.accept()[0] as connection:
                    connection.recv(10)
            thread = threading.Thread(target=hang_up)
            thread.start()
            self.refused("", "--repository", "http://localhost:%d/o/r" % listener.getsockname()[1])
            thread.join()

    def answered(self, words, pieces):
        """The one line about a server that answers with these pieces of a list of branches."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            def serve():
                with listener.accept()[0] as connection, contextlib.suppress(OSError):
                    connection.recv(10000)
                    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n"
                                       b"Content-Type: application/x-git-upload-pack-advertisement\r\n\r\n"
                                       b"001e# service=git-upload-pack\n0000")
                    for piece in pieces:
                        connection.sendall(piece)
            thread = threading.Thread(target=serve)
            thread.start()
            line = self.refused(words, "--repository", "http://localhost:%d/o/r" % listener.getsockname()[1])
            thread.join()
            return line

    def test_a_server_that_lists_branches_without_an_end(self):
        packets = (b"".join(b"%04x%040x refs/heads/b%08d\n" % (66, 1, 1000 * i + k) for k in range(1000))
                   for i in itertools.count())
        self.answered("sends without an end", itertools.chain([b"0036%040x HEAD\0a=b\n" % 1], packets))
        self.assertEqual(os.listdir(self.temporary), [])

    def test_what_a_server_says_moves_no_cursor(self):
        text = b"ERR gone\x1b[2J\x1b[31m\rred"
        line = self.answered("gone", [b"%04x" % (len(text) + 4) + text])
        self.assertNotRegex(line.rstrip("\n"), "[\\x00-\\x1f]")

    def test_a_signal_leaves_nothing(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number), socket.create_server(("127.0.0.1", 0)) as listener:
                process = subprocess.Popen(
                    [PROGRAM, "commit", "github", PLAN, "--repository", "http://localhost:%d/o/r" % listener.getsockname()[1]],
                    env=self.environment({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                    preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))  # a shell in the background ignores it
                with listener.accept()[0] as connection:
                    connection.recv(10)
                    self.assertEqual(len(os.listdir(self.temporary)), 1)
                    self.assertEqual(os.stat(os.path.join(self.temporary, os.listdir(self.temporary)[0])).st_mode & 0o777, 0o700)
                    process.send_signal(number)
                    process.communicate(timeout=60)
                self.assertEqual(process.returncode, -number)
                self.assertEqual(os.listdir(self.temporary), [])

    def test_nowhere_for_what_is_temporary(self):
        server = self.serve()
        self.commit_to(server, "cannot make a folder", GITHUB_TOKEN=TOKEN, TMPDIR="/nowhere")


if __name__ == "__main__":
    unittest.main()
