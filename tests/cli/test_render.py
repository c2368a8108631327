#!/usr/bin/env python3
"""`plan-deployer render`: what it writes, against tests/cli/golden/render (written anew with UPDATE_GOLDEN=1), and what it
refuses: one line, an exit code that is not 0, nothing written."""
import os
import re
import subprocess
import tempfile
import unittest

PROGRAM = os.environ["PLAN_DEPLOYER"]
GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden", "render")
PLAN = "bde0c9ce-4a91-492a-8e7c-19060e19232e"
ORGANIZATION = "0f0e8a52-1111-4222-8333-444455556666"
HOST = "https://reliably.example.com"
EXPORTED = {"RELIABLY_ORGANIZATION_ID": ORGANIZATION, "RELIABLY_SERVICE_HOST": HOST}

# a user's own workflow: what must stay is what a person cares for
OWN = """\
# Nightly chaos, owned by the platform team.
name: "Chaos"   # shown in the list
'on':
  # by hand, with a reason
  workflow_dispatch:
    inputs:
      reason: {type: string}

env: { STAGE: test }
jobs:
  prepare:
    runs-on: ubuntu-latest
    steps:
    - run: |
        # not a comment of YAML
        ./prepare --all
  chaos:
    needs: [prepare]
    runs-on: ubuntu-latest
    steps:
    - uses: actions/checkout@v4   # the experiment's files
    - name: Run it
      uses: "plan-runner/plan-runner@v0"
      with:
        # ours
        token: ${{ secrets.CHAOS_TOKEN }}
        fail-on: never
      id: plan
    - run: echo "${{ steps.plan.outputs.status }}"
"""


def run(*arguments, environment=None, folder=None):
    env = {k: v for k, v in os.environ.items() if not k.startswith("RELIABLY_")}
    env.update(EXPORTED if environment is None else environment)
    return subprocess.run([PROGRAM, *arguments], env=env, cwd=folder, capture_output=True, text=True, timeout=60)


class Base(unittest.TestCase):
    maxDiff = None

    def rendered(self, *arguments, **more):
        done = run("render", *arguments, **more)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def assert_golden(self, name, text):
        path = os.path.join(GOLDEN, name)
        if os.environ.get("UPDATE_GOLDEN"):
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)
        with open(path, encoding="utf-8", newline="") as file:
            self.assertEqual(text, file.read(), name)


class Kubernetes(Base):
    def test_once(self):
        self.assert_golden("job.yaml", self.rendered(
            "kubernetes", PLAN, "--token-secret", "reliably-token", "--image", "registry.example.com/runner:1"))

    def test_everything(self):
        self.assert_golden("cronjob.yaml", self.rendered(
            "kubernetes", PLAN, "--token-secret", "reliably-token", "--token-key", "RELIABLY_TOKEN", "--namespace", "chaos",
            "--schedule", "*/15 3-5 * * MON-FRI", "--time-zone", "Europe/Paris", "--name", "nightly",
            "--image", "registry.example.com:5000/team/runner:1.2@sha256:" + 64 * "0", "--image-pull-secret", "one",
            "--image-pull-secret", "two", "--service-account", "chaos", "--create-service-account", "--no-account-token",
            "--allow", "pods:list,delete", "--allow", "deployments.apps/scale:patch", "--deadline", "90m"))

    def test_in_every_namespace(self):
        text = self.rendered("kubernetes", PLAN, "--token-secret", "t", "--allow", "nodes:list", "--cluster-wide", "-n", "chaos")
        kinds = re.findall(r"^kind: (\w+)\n", text, re.M)
        self.assertEqual(kinds, ["ClusterRole", "ClusterRoleBinding", "Job"])
        self.assertEqual(text.count("  name: chaos-reliably-plan-%s\n" % PLAN), 3)

    def test_what_is_given_counts_more_than_what_is_exported(self):
        text = self.rendered("kubernetes", "{%s}" % PLAN.upper(), "--token-secret", "t", "--host", "http://127.0.0.1:8090",
                             "--organization", PLAN)
        self.assertIn("reliably.com/plan: %s\n" % PLAN, text)
        self.assertIn("reliably.com/org: %s\n" % PLAN, text)
        self.assertIn("value: http://127.0.0.1:8090\n", text)

    def test_a_job_that_differs_has_another_name(self):
        def name(*more):
            text = self.rendered("kubernetes", PLAN, "--token-secret", "t", *more)
            return re.search(r"^  name: (\S+)$", text, re.M).group(1)
        self.assertEqual(name(), name())
        self.assertNotEqual(name(), name("--image", "other:1"))
        self.assertRegex(name(), r"^reliably-plan-%s-[0-9a-f]{8}$" % PLAN)

    def test_a_time_zone_that_is_not_known_here_is_asked_about(self):
        for target in (("kubernetes", PLAN, "--token-secret", "t"), ("github", PLAN)):
            done = run("render", *target, "--schedule", "0 3 * * *", "--time-zone", "Europe/Pariss")
            self.assertEqual((done.returncode, done.stderr.count("\n")), (0, 1), done)
            self.assertIn("'Europe/Pariss'", done.stderr)

    def test_a_schedule_that_never_comes_is_told(self):
        for target in (("kubernetes", PLAN, "--token-secret", "t"), ("github", PLAN)):
            done = run("render", *target, "--schedule", "0 3 31 2,4 *")
            self.assertEqual((done.returncode, done.stderr), (
                0, "plan-deployer: the schedule '0 3 31 2,4 *' never comes: no month of it has such a day\n"))

    def test_no_token_is_in_what_is_written(self):
        text = self.rendered("kubernetes", PLAN, "--token-secret", "t",
                             environment=dict(EXPORTED, RELIABLY_SERVICE_TOKEN="canary-of-the-token"))
        self.assertNotIn("canary", text)


class Github(Base):
    def own(self, text, *arguments):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "own.yaml")
            with open(path, "w", encoding="utf-8", newline="") as file:
                file.write(text)
            return self.rendered("github", PLAN, "--template", path, *arguments)

    def test_by_hand(self):
        self.assert_golden("by-hand.yaml", self.rendered("github", PLAN))

    def test_scheduled(self):
        self.assert_golden("scheduled.yaml", self.rendered(
            "github", PLAN, "--schedule", "17 3 * * 1", "--time-zone", "Europe/Paris", "--token-secret", "CHAOS_TOKEN"))

    def test_a_named_schedule_is_written_as_fields(self):
        for target in (KUBERNETES, GITHUB):
            done = run("render", *target, "--schedule", "@weekly")
            self.assertRegex(done.stdout, r"(schedule|cron): ['\"]?0 0 \* \* 0\b", done.stderr)

    def test_another_action(self):
        self.assert_golden("another-action.yaml", self.rendered("github", PLAN, "--action", "rebound-how/actions/reliably@main"))

    def test_own_template(self):
        self.assert_golden("own.yaml", self.own(OWN, "--schedule", "17 3 * * 1"))

    def test_own_template_changes_in_those_lines_only(self):
        before, after = OWN.splitlines(), self.own(OWN).splitlines()
        gone = [line for line in before if line not in after]
        come = [line.strip() for line in after if line not in before]
        self.assertEqual(gone, ['name: "Chaos"   # shown in the list'])
        self.assertEqual(come, ["name: Reliably Plan %s   # shown in the list" % PLAN, "plan-id: " + PLAN,
                                "service-host: " + HOST, "organization-id: " + ORGANIZATION])

    def test_what_a_workflow_says_of_its_own_is_kept(self):
        own = {"working-dir": "own", "github-token": "${{ secrets.OWN }}", "reliably-service-token": "${{ secrets.MINE }}"}
        text = "on:\njobs:\n  a:\n    steps:\n    - uses: rebound-how/actions/reliably@main\n      with:\n"
        text = self.own(text + "".join("        %s: %s\n" % pair for pair in own.items()))
        for pair in own.items():
            self.assertEqual(text.count("        %s: %s\n" % pair), 1, text)
            self.assertEqual(text.count(pair[0] + ":"), 1, text)

    def test_a_rendered_workflow_stays_as_it_is(self):
        text = self.rendered("github", PLAN, "--schedule", "17 3 * * 1")
        self.assertEqual(self.own(text, "--schedule", "17 3 * * 1"), text)

    def test_template_of_the_documentation(self):
        text = self.own("name: Execute a Reliably Plan\n\non:\n\njobs:\n  execute-reliably-plan:\n    runs-on: ubuntu-latest\n"
                        "    steps:\n    - uses: actions/checkout@v4\n    - uses: rebound-how/actions/reliably@main\n")
        self.assertIn("\non:\n  workflow_dispatch:\n\njobs:\n", text)
        self.assertIn("        plan-id: %s\n        reliably-host: reliably.example.com\n" % PLAN, text)

    def test_our_action_is_that_of_the_published_image_and_of_this_version(self):
        with open(os.path.join(GOLDEN, "../../../../docker/image.env"), encoding="utf-8") as file:
            image = re.search(r"^IMAGE=[^/]+/(.+)$", file.read(), re.M).group(1)
        version = run("version", "--short").stdout.strip()
        self.assertIn("uses: %s@v%s\n" % (image, version), self.rendered("github", PLAN))
        for command in (("render", "github"), ("commit", "github")):
            page = run(*command, "--help").stdout
            self.assertEqual(re.findall(r"[\w./-]+@v[0-9]\S*\b", page), ["%s@v%s" % (image, version)], command)


KUBERNETES = ("kubernetes", PLAN, "--token-secret", "t")
GITHUB = ("github", PLAN)

# title, arguments, environment, exit code, what the one line must have
COMMAND_LINES = [
    ("plan is no UUID", ("kubernetes", "my-plan", "--token-secret", "t"), None, 1, "'my-plan' is not a UUID"),
    ("no organisation", KUBERNETES, {}, 2, "RELIABLY_ORGANIZATION_ID"),
    ("organisation is no UUID", KUBERNETES + ("--organization", "acme"), None, 1, "'acme' is not a UUID"),
    ("host without a scheme", KUBERNETES + ("--host", "example.com"), None, 1, "example.com.*https://"),
    ("host with a password", GITHUB + ("--host", "https://user:hidden@example.com"), None, 1, "leave out the user and the password"),
    ("host with a query", KUBERNETES + ("--host", "https://example.com?a=b"), None, 1, "leave out what begins with '?'"),
    ("host with the path of the interface", KUBERNETES + ("--host", "https://example.com/api/v1"), None, 1, "leave out the '/api/v1'"),
    ("host with an expression", GITHUB + ("--host", "https://${{x}}"), None, 1, "https://"),
    ("host with a reference", KUBERNETES + ("--host", "https://example.com/$(HOSTNAME)"), None, 1, "is malformed"),
    ("no secret", ("kubernetes", PLAN), None, 2, "--token-secret"),
    ("secret is no name", ("kubernetes", PLAN, "--token-secret", "My_Secret"), None, 1, "Secret name 'My_Secret'"),
    ("empty secret", ("kubernetes", PLAN, "--token-secret", ""), None, 1, "Secret name is empty"),
    ("key is none", KUBERNETES + ("--token-key", "a b"), None, 1, "'a b' cannot be a key"),
    ("Job's name is too long", KUBERNETES + ("--name", 64 * "x"), None, 1, "Job name 'x+' has 64 characters.*63"),
    ("CronJob's name is too long", KUBERNETES + ("--name", 53 * "x", "--schedule", "* * * * *"), None, 1,
     "CronJob name 'x+' has 53 characters.*52"),
    ("name is none", KUBERNETES + ("--name", "Nightly"), None, 1, "'Nightly' is not one"),
    ("namespace is none", KUBERNETES + ("--namespace", "a.b"), None, 1, "namespace name 'a.b'"),
    ("service account is none", KUBERNETES + ("--service-account", "a_b"), None, 1, "'a_b'"),
    ("pull secret is none", KUBERNETES + ("--image-pull-secret", "a_b"), None, 1, "'a_b'"),
    ("digest is short", KUBERNETES + ("--image", "a/b:1@sha256:00"), None, 1, "64 hexadecimal"),
    ("digest is no hash", KUBERNETES + ("--image", "a@sha256:" + "g" * 64), None, 1, "64 hexadecimal"),
    ("digest of another kind", KUBERNETES + ("--image", "a@md5:" + "0" * 64), None, 1, "64 hexadecimal"),
    ("two digests", KUBERNETES + ("--image", "a@sha256:%s@sha256:%s" % (64 * "0", 64 * "0")), None, 1, "64 hexadecimal"),
    ("digest of nothing", KUBERNETES + ("--image", "@sha256:" + 64 * "0"), None, 1, "is not one"),
    ("image is none", KUBERNETES + ("--image", "a b"), None, 1, "'a b'"),
    ("image with a scheme", KUBERNETES + ("--image", "docker://a/b:1"), None, 1, "'docker://a/b:1' is not one"),
    ("image in capitals", KUBERNETES + ("--image", "ghcr.io/Acme/runner"), None, 1, "'ghcr.io/Acme/runner' is not one"),
    ("tag is empty", KUBERNETES + ("--image", "a/b:"), None, 1, "'a/b:' is not one"),
    ("tag is too long", KUBERNETES + ("--image", "a/b:" + 129 * "1"), None, 1, "is not one"),
    ("rule is none", KUBERNETES + ("--allow", "pods"), None, 1, "'pods' allows nothing"),
    ("cluster without a rule", KUBERNETES + ("--cluster-wide",), None, 2, "--allow"),
    ("deadline is none", KUBERNETES + ("--deadline", "soon"), None, 1, "--deadline.*soon"),
    ("no time to run", KUBERNETES + ("--deadline", "0"), None, 1, "--deadline"),
    ("minute out of range", KUBERNETES + ("--schedule", "60 * * * *"), None, 1, "minute 60 is not in 0-59"),
    ("day out of range", GITHUB + ("--schedule", "0 0 32 * *"), None, 1, "day of the month 32 is not in 1-31"),
    ("an interval that no fields can say", GITHUB + ("--schedule", "@every 1h"), None, 1, "one of @hourly"),
    ("zone is none", GITHUB + ("--schedule", "0 0 1 * *", "--time-zone", "Europe/Paris\nx: y"), None, 1, "time zone"),
    ("zone without a schedule", GITHUB + ("--time-zone", "Europe/Paris"), None, 1, "schedule"),
    ("action without a version", GITHUB + ("--action", "owner/repo"), None, 1, "OWNER/REPO"),
    ("action without an owner", GITHUB + ("--action", "plan-runner@v0.1.0"), None, 1, "OWNER/REPO"),
    ("action with an empty folder", GITHUB + ("--action", "a//b@c"), None, 1, "OWNER/REPO"),
    ("action that ends with a slash", GITHUB + ("--action", "a/b/@c"), None, 1, "OWNER/REPO"),
    ("action that is none", GITHUB + ("--action", "a/b@c\nd"), None, 1, "OWNER/REPO"),
    ("secret of GitHub's own", GITHUB + ("--token-secret", "github_token"), None, 1, "GITHUB_"),
    ("secret that is none", GITHUB + ("--token-secret", "a-b"), None, 1, "'a-b'"),
    ("oftener than GitHub starts", GITHUB + ("--schedule", "*/2 * * * *"), None, 1, "every 5 minutes"),
    ("a little oftener than GitHub starts", GITHUB + ("--schedule", "*/4 * * * *"), None, 1, "4 min apart.*every 5 minutes"),
    ("no such template", GITHUB + ("--template", "none.yaml"), None, 1, "none.yaml"),
]

# title, the user's own workflow, what the one line must have
TEMPLATES = [
    ("a list", "- a\n", "no mapping"),
    ("a text", "text\n", "no mapping"),
    ("nothing", "", "no mapping"),
    ("not YAML", "a: [\n", "not YAML.*line"),
    ("two documents", "jobs: {}\n---\njobs: {}\n", "several documents"),
    ("no jobs", "on: push\n", "no jobs"),
    ("no step that runs a plan", "jobs:\n  a:\n    steps:\n    - run: x\n",
     "no step that runs a plan.*'uses: plan-runner/plan-runner@v[0-9.]+'"),
    ("an action without its owner", "jobs:\n  a:\n    steps:\n    - uses: plan-runner@v0.1.0\n",
     "line 4.*'plan-runner@v0.1.0' has no owner.*plan-runner/plan-runner@v0.1.0"),
    ("an event with nothing behind its colon", "on:\n  ? push\n  :\njobs:\n  a:\n    steps:\n    - uses: plan-runner/plan-runner@v0.1.0\n",
     "simplify its name, on and with"),
    ("another version of events", "on: [[push]]\njobs: {}\n", "line 1"),
]


class Refused(Base):
    def assert_refused(self, done, codes, pattern, folder):
        self.assertIn(done.returncode, codes, done.stderr)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertRegex(done.stderr, "^plan-deployer: .*" + pattern)
        self.assertNotIn("out.yaml", os.listdir(folder))

    def test_command_lines(self):
        for title, arguments, environment, code, pattern in COMMAND_LINES:
            with self.subTest(title), tempfile.TemporaryDirectory() as folder:
                done = run("render", *arguments, "--output", "out.yaml", environment=environment, folder=folder)
                self.assert_refused(done, (code,), pattern, folder)

    def test_templates(self):
        for title, text, pattern in TEMPLATES:
            with self.subTest(title), tempfile.TemporaryDirectory() as folder:
                with open(os.path.join(folder, "own.yaml"), "w", encoding="utf-8") as file:
                    file.write(text)
                done = run("render", *GITHUB, "--template", "own.yaml", "-o", "out.yaml", folder=folder)
                self.assert_refused(done, (1,), pattern, folder)

    def test_an_existing_file_stays_when_it_fails(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "kept.yaml")
            with open(path, "w", encoding="utf-8") as file:
                file.write("kept")
            self.assertEqual(run("render", *KUBERNETES, "--schedule", "x", "-o", path).returncode, 1)
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), "kept")

    def test_a_file_that_cannot_be_written(self):
        done = run("render", *KUBERNETES, "-o", "/proc/none/out.yaml")
        self.assertEqual((done.returncode, done.stdout, done.stderr.count("\n")), (1, "", 1))
        self.assertIn("'/proc/none/out.yaml'", done.stderr)


class Tables(Base):
    def test_standard_output_that_takes_no_more(self):
        for target, *more in (("github",), ("kubernetes", "--token-secret", "reliably")):
            with self.subTest(target), open("/dev/full", "w") as full:
                done = subprocess.run([PROGRAM, "render", target, PLAN, *more], env={**os.environ, **EXPORTED},
                                      stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
                self.assertEqual(done.returncode, 1)
                self.assertRegex(done.stderr, "^plan-deployer: standard output: .*No space left on device\n$")

    def test_help_completion_and_manual_know_every_option(self):
        pages = {target: run("render", target, "--help").stdout for target in ("kubernetes", "github")}
        completion, manual = run("completion", "bash").stdout, run("man").stdout.replace("\\-", "-")
        for target, page in pages.items():
            options = re.findall(r"^  (?:-\w, )?--([\w-]+)", page, re.M)
            self.assertIn("token-secret", options, target)
            for option in options:
                self.assertIn("--" + option, completion)
                self.assertTrue(option == "help" or "--" + option in manual, option)

    def test_version_and_manual(self):
        self.assertEqual(run("--version").stdout, run("version").stdout)
        page = run("man").stdout
        sections = ["NAME", "SYNOPSIS", "OPTIONS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES"]
        self.assertEqual(re.findall(r"^\.SH (.*)$", page, re.M), sections)

    def test_output_goes_to_the_file(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "out.yaml")
            self.assertEqual(self.rendered(*KUBERNETES, "-o", path), "")
            with open(path, encoding="utf-8") as file:
                self.assertEqual(file.read(), self.rendered(*KUBERNETES))


if __name__ == "__main__":
    unittest.main()
