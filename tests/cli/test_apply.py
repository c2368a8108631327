#!/usr/bin/env python3
"""`plan-deployer apply kubernetes` and `logs kubernetes`, against the stand-in tests/standin/kube_api.py: all or nothing,
never what belongs to somebody else, and how a plan ended."""
import copy
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "standin"))

from kube_api import KubeApi, Log, owned_fields  # noqa: E402
from wire import Fault  # noqa: E402

PROGRAM = os.environ["PLAN_DEPLOYER"]
PLAN = "bde0c9ce-4a91-492a-8e7c-19060e19232e"
ORGANIZATION = "0f0e8a52-1111-4222-8333-444455556666"
USUAL = ("--token-secret", "reliably")
EVERYTHING = USUAL + ("--create-service-account", "--allow", "pods:list,delete", "--name", "nightly")


class Done:
    def __init__(self, child, out, err):
        self.code, self.out, self.err = child.returncode, out, err

    def lines(self):
        return self.out.splitlines()

    def __repr__(self):
        return "exit code %d\n%s---\n%s" % (self.code, self.out, self.err)


class Base(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="plan-runner-apply-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.fresh()

    def fresh(self):
        """A cluster with what a plan needs, in the namespace `default`."""
        self.api = KubeApi()
        self.addCleanup(self.api.close)
        for space in ("default", "chaos"):
            self.api.put("Namespace", space)
            self.api.put("Secret", "reliably", space, data={"token": "dG9rZW4=", "empty": ""})
            self.api.put("ServiceAccount", "reliably-job", space)
        self.config = self.api.kubeconfig(os.path.join(self.folder, "config"))

    def start(self, *arguments, **changes):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("RELIABLY_", "KUBE"))}
        env.update({"HOME": self.folder, "KUBECONFIG": self.config, "RELIABLY_ORGANIZATION_ID": ORGANIZATION,
                    "RELIABLY_SERVICE_HOST": "https://reliably.example.com"}, **changes)
        child = subprocess.Popen([PROGRAM, *arguments], env=env, cwd=self.folder, stdin=subprocess.DEVNULL,
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(self.end, child)
        return child

    @staticmethod
    def end(child):
        if child.poll() is None:
            child.kill()
            child.communicate()

    def finish(self, child):
        try:
            out, err = child.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            self.fail("it did not end; the calls: %s" % [(r["method"], r["path"]) for r in self.api.records][-20:])
        self.assertNotIn("Sanitizer", err)
        return Done(child, out, err)

    def looked(self):
        """Waits until the program has looked at what is there now: a look begins with the Job."""
        def looks():
            return sum(r["method"] == "GET" and r["path"].endswith("/pods") for r in list(self.api.records))
        end, enough = time.monotonic() + 60, looks() + 3
        while looks() < enough:
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)

    def apply(self, *arguments, **changes):
        return self.finish(self.start("apply", "kubernetes", PLAN, *(arguments or USUAL), **changes))

    def logs(self, *arguments, **changes):
        return self.finish(self.start("logs", "kubernetes", PLAN, *arguments, **changes))

    def applied(self, *arguments):
        done = self.apply(*arguments)
        self.assertEqual((done.code, done.err), (0, ""), done)
        return done

    def job(self, *arguments):
        """The name of the Job that is applied."""
        return self.applied(*arguments).lines()[-1].split("/")[-1]

    def refused(self, done, *words, code=1):
        """One line on standard error that holds the words, nothing on standard output."""
        self.assertEqual((done.code, done.out, done.err.count("\n")), (code, "", 1), done)
        for word in words:
            self.assertIn(word, done.err)

    def mine(self):
        """What is in the cluster beyond what was there at the start."""
        return sorted("%s/%s" % (b["kind"], b["metadata"]["name"]) for b in self.api.objects.values()
                      if b["metadata"]["managedFields"][0]["manager"] == "plan-deployer")


class Apply(Base):
    def test_everything_is_created_in_order_after_a_dry_run(self):
        done = self.applied(*EVERYTHING, "--service-account", "chaos-runner")
        names = ["ServiceAccount/default/chaos-runner", "Role/default/nightly", "RoleBinding/default/nightly",
                 "Job/default/nightly"]
        self.assertEqual(done.lines(), ["created " + n for n in names])
        self.assertEqual(len(self.api.writes(dry_run=True)), 4)
        self.assertEqual(len(self.api.writes()), 4)
        writes = [r for r in self.api.records if r["method"] == "PATCH"]
        self.assertEqual(["dryRun=All" in r["query"] for r in writes], [True] * 4 + [False] * 4)
        for r in writes:
            for part in ("fieldManager=plan-deployer", "fieldValidation=Strict", "force=false"):
                self.assertIn(part, r["query"])

    def test_the_same_objects_as_render(self):
        options = EVERYTHING + ("--service-account", "chaos-runner")
        self.applied(*options)
        sent = [json.loads(r["body"]) for r in self.api.records if r["method"] == "PATCH" and "dryRun" not in r["query"]]
        text = self.finish(self.start("render", "kubernetes", PLAN, *options)).out
        self.assertEqual([b["kind"] for b in sent],
                         [line.split()[1] for line in text.splitlines() if line.startswith("kind:")])
        for body in sent:
            self.assertIn("name: " + body["metadata"]["name"], text)

    def test_dry_run_changes_nothing(self):
        done = self.applied(*EVERYTHING, "--dry-run", "--service-account", "x")
        self.assertEqual([line.split()[0] for line in done.lines()], ["created"] * 4)
        self.assertTrue(all(line.endswith("(dry run)") for line in done.lines()))
        self.assertEqual((self.api.writes(), self.mine()), ([], []))

    def test_again_is_unchanged_and_says_that_it_does_not_run(self):
        job = self.job()
        self.api.end(job, "Complete")
        done = self.apply()
        self.assertEqual((done.code, done.out), (0, "unchanged Job/default/%s (completed)\n" % job))
        self.assertIn("does not run again: --rerun", done.err)

    def test_a_name_of_ones_own_is_not_rerun(self):
        self.job(*USUAL, "--name", "once")
        done = self.apply(*USUAL, "--name", "once")
        self.assertIn("does not run again: delete it, or give another --name", done.err)

    def test_rerun_is_another_job_of_the_same_spec(self):
        jobs = [self.job()] + [self.job(*USUAL, "--rerun") for _ in range(2)]
        self.assertEqual(len(set(jobs)), 3, jobs)
        for job in jobs:
            self.assertRegex(job, r"^reliably-plan-%s-[0-9a-f]{8}$" % PLAN)
            self.assertEqual(self.api.get("Job", job)["spec"], self.api.get("Job", jobs[0])["spec"])
        self.assertEqual(self.apply().out.split()[1].split("/")[-1], jobs[0])

    def test_a_job_of_another_spec_is_another_job(self):
        self.assertNotEqual(self.job(), self.job(*USUAL, "--deadline", "5m"))

    def test_a_cron_job_is_configured(self):
        options = USUAL + ("--name", "nightly", "--schedule")
        self.assertEqual(self.applied(*options, "0 3 * * *").lines(), ["created CronJob/default/nightly"])
        self.assertEqual(self.applied(*options, "0 3 * * *").lines(), ["unchanged CronJob/default/nightly"])
        self.assertEqual(self.applied(*options, "0 4 * * *").lines(), ["configured CronJob/default/nightly"])
        self.assertEqual(self.api.get("CronJob", "nightly")["spec"]["schedule"], "0 4 * * *")

    def test_an_object_that_exists_is_meant_by_its_uid(self):
        options = USUAL + ("--name", "nightly", "--schedule", "0 3 * * *")
        self.applied(*options)
        uid = self.api.get("CronJob", "nightly")["metadata"]["uid"]
        self.applied(*options)
        last = [json.loads(r["body"]) for r in self.api.records if r["method"] == "PATCH"][-1]
        self.assertEqual(last["metadata"]["uid"], uid)

    def test_namespace(self):
        self.assertIn("/default/", self.applied().lines()[0])
        self.config = self.api.kubeconfig(self.config, space="chaos")
        self.assertIn("/chaos/", self.applied().lines()[0])
        self.assertIn("/default/", self.applied(*USUAL, "-n", "default", "--deadline", "1m").lines()[0])

    def test_json(self):
        options = USUAL + ("--output", "json", "--name", "x")
        made = json.loads(self.applied(*options).out)
        self.assertEqual(made, {"plan": PLAN, "dry_run": False, "objects": [
            {"change": "created", "kind": "Job", "namespace": "default", "name": "x",
             "uid": self.api.get("Job", "x")["metadata"]["uid"], "state": "waiting"}]})

    def test_secrets_that_may_not_be_read_are_told(self):
        self.api.forbidden = {("GET", "secrets"), ("GET", "namespaces")}
        done = self.apply()
        self.assertEqual((done.code, len(done.lines())), (0, 1), done)
        self.assertIn("Secret 'reliably' was not looked for", done.err)
        self.assertIn("Namespace 'default' was not looked for", done.err)

    def test_a_binding_to_its_own_new_role_by_who_may_not_bind(self):
        self.api.limited = True
        done = self.applied(*EVERYTHING, "--service-account", "x")
        self.assertEqual(len(done.lines()), 4)
        self.fresh()
        self.api.limited = True
        self.applied(*EVERYTHING, "--service-account", "x", "--dry-run")


class Refused(Base):
    def test_objects_of_others(self):
        helm = {"labels": {"app.kubernetes.io/managed-by": "Helm"},
                "annotations": {"meta.helm.sh/release-name": "web"}}
        options = USUAL + ("--name", "nightly", "--schedule", "0 3 * * *")
        self.applied(*options)
        ours = self.api.get("CronJob", "nightly")
        fields = owned_fields(ours)
        of_helm = copy.deepcopy(ours)
        of_helm["metadata"]["labels"]["app.kubernetes.io/managed-by"] = "Helm"
        shared = copy.deepcopy(ours)
        shared["metadata"]["managedFields"].append({"manager": "argocd", "operation": "Apply", "fieldsV1": fields})
        leaving = copy.deepcopy(ours)
        leaving["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z"
        for what, found, words in (
                ("kubectl's", dict(kind="CronJob"), ("created by 'kubectl-create'", "choose another --name")),
                ("Helm's", dict(kind="CronJob", metadata=helm, manager="helm"), ("Helm release 'web'",)),
                ("untraced", dict(kind="CronJob", manager=None), ("somebody else",)),
                ("ours, then Helm's", of_helm, ("Helm release",)),
                ("ours and another's", shared, ("'argocd' declares it too",)),
                ("being deleted", leaving, ("is being deleted",))):
            with self.subTest(what):
                self.fresh()
                if "spec" in found:
                    self.api.objects[self.api.key("CronJob", "default", "nightly")] = found
                else:
                    members = dict(found)
                    self.api.put(members.pop("kind"), "nightly", **members)
                before = copy.deepcopy(self.api.objects)
                self.refused(self.apply(*options), "CronJob/default/nightly", *words)
                self.assertEqual((self.api.writes(), self.api.writes(dry_run=True)), ([], []))
                self.assertEqual(self.api.objects, before)

    def test_the_users_service_account_is_not_taken_over(self):
        self.refused(self.apply(*USUAL, "--create-service-account"), "ServiceAccount/default/reliably-job",
                     "leave --create-service-account out to use it")
        self.assertEqual(self.api.writes(dry_run=True), [])

    def test_fields_of_others_do_not_make_an_object_theirs(self):
        options = USUAL + ("--name", "nightly", "--schedule", "0 3 * * *")
        self.applied(*options)
        ours = self.api.get("CronJob", "nightly")
        ours["metadata"]["annotations"] = {"team": "blue"}
        ours["metadata"]["managedFields"] += [
            {"manager": "kubectl-annotate", "operation": "Update",
             "fieldsV1": {"f:metadata": {"f:annotations": {".": {}, "f:team": {}}}}},
            {"manager": "kube-controller-manager", "operation": "Update", "subresource": "status",
             "fieldsV1": {"f:status": {"f:lastScheduleTime": {}}}}]
        self.assertEqual(self.applied(*options).lines(), ["unchanged CronJob/default/nightly"])

    def test_a_field_that_others_changed_is_named_with_them(self):
        options = USUAL + ("--name", "nightly", "--schedule", "0 3 * * *")
        self.applied(*options)
        ours = self.api.get("CronJob", "nightly")
        ours["spec"]["schedule"] = "5 5 * * *"
        del ours["metadata"]["managedFields"][0]["fieldsV1"]["f:spec"]["f:schedule"]
        ours["metadata"]["managedFields"].append({"manager": "kubectl-edit", "operation": "Update",
                                                  "fieldsV1": {"f:spec": {"f:schedule": {}}}})
        self.api.server.forget()
        self.refused(self.apply(*options), "kubectl-edit", "schedule", "CronJob/default/nightly")
        self.assertEqual((self.api.writes(), ours["spec"]["schedule"]), ([], "5 5 * * *"))
        for _ in "ab":  # who agrees with the change has the object still
            self.assertEqual(self.applied(*USUAL, "--name", "nightly", "--schedule", "5 5 * * *").lines(),
                             ["unchanged CronJob/default/nightly"])

    def test_a_job_of_that_name_and_another_spec(self):
        self.applied(*USUAL, "--name", "once")
        self.api.server.forget()
        self.refused(self.apply(*USUAL, "--name", "once", "--image", "other:1"), "Job/default/once",
                     "cannot be changed", "another --name")
        self.assertEqual(self.api.writes(), [])

    def test_what_is_missing(self):
        for what, arguments, words in (
                ("namespace", ("-n", "nowhere"), ("namespace 'nowhere' does not exist",)),
                ("secret", ("-n", "chaos", "--token-secret", "other", "--token-key", "key"),
                 ("no Secret 'other'", "kubectl --namespace chaos create secret generic other --from-literal=key=…")),
                ("key", ("--token-key", "cfg"), ("no key 'cfg'", "--token-key")),
                ("empty key", ("--token-key", "empty"), ("no key 'empty'",)),
                ("pull secret", ("--image-pull-secret", "registry"), ("no Secret 'registry'",)),
                ("account", ("--service-account", "robot"), ("no ServiceAccount 'robot'",
                                                             "--create-service-account"))):
            with self.subTest(what):
                self.refused(self.apply(*USUAL, *arguments), *words)
                self.assertEqual((self.api.writes(), self.api.writes(dry_run=True)), ([], []))

    def test_bad_input_needs_no_cluster(self):
        gone = {"KUBECONFIG": os.path.join(self.folder, "none")}
        for what, arguments, code, words in (
                ("name", USUAL + ("--name", "n" * 64), 1, ("63",)),
                ("cron name", USUAL + ("--name", "n" * 53, "--schedule", "0 3 * * *"), 1, ("52",)),
                ("cron", USUAL + ("--schedule", "61 3 * * *"), 1, ("61",)),
                ("no secret", ("--name", "x"), 2, ("--token-secret", "kubectl --namespace NAMESPACE create secret")),
                ("no secret there", ("-n", "chaos"), 2, ("--token-secret", "kubectl --namespace chaos create secret")),
                ("wait and schedule", USUAL + ("--wait", "--schedule", "0 3 * * *"), 2, ("logs kubernetes --wait",)),
                ("rerun and name", USUAL + ("--rerun", "--name", "x"), 2, ("--rerun", "--name")),
                ("rerun and schedule", USUAL + ("--rerun", "--schedule", "0 3 * * *"), 2, ("--rerun", "--schedule")),
                ("start timeout", USUAL + ("--wait", "--start-timeout", "soon"), 2, ("--start-timeout", "soon")),
                ("wait and dry run", USUAL + ("--wait", "--dry-run"), 2, ("--dry-run",)),
                ("no cluster", USUAL, 1, ())):
            with self.subTest(what):
                self.refused(self.apply(*arguments, **gone), *words, code=code)
        self.assertEqual(self.api.records, [])

    def test_a_cluster_that_is_not_there(self):
        self.config = self.api.kubeconfig(self.config, server="https://127.0.0.1:1")
        self.refused(self.apply(), "127.0.0.1:1", "refused")
        self.config = self.api.kubeconfig(self.config)
        self.api.token = "another"
        self.refused(self.apply(), "credentials")
        self.refused(self.apply(*USUAL, "--wait"), "credentials", code=2)
        self.assertEqual(self.api.writes(), [])


class Halfway(Base):
    """What goes wrong between the first and the last object."""

    def answer(self, path, status, reason, dry=False, times=None):
        """Lets applying what is at that path fail, with or without a dry run."""
        body = {"kind": "Status", "status": "Failure", "code": status, "reason": reason, "message": "the reason why"}
        self.api.server.faults.append(Fault({"method": "PATCH", "path": "*" + path, "do": "status", "status": status,
                                             "body": body, "times": times, "skip": 0 if dry else 1}))

    def test_refused_by_the_dry_run(self):
        self.answer("/jobs/nightly", 403, "Forbidden", dry=True)
        self.refused(self.apply(*EVERYTHING, "--service-account", "x"), "Job/default/nightly", "the reason why")
        self.assertEqual((self.api.writes(), self.mine()), ([], []))

    def test_refused_after_the_dry_run(self):
        self.answer("/jobs/nightly", 403, "Forbidden")
        self.refused(self.apply(*EVERYTHING, "--service-account", "x"), "the reason why", "deleted again",
                     "ServiceAccount/default/x", "Role/default/nightly", "RoleBinding/default/nightly")
        self.assertEqual(self.mine(), [])
        deleted = [json.loads(r["body"]) for r in self.api.records if r["method"] == "DELETE"]
        self.assertEqual(len(deleted), 3)
        for options in deleted:
            self.assertEqual(options["propagationPolicy"], "Background")
            self.assertTrue(options["preconditions"]["uid"])

    def test_only_what_this_call_created_is_deleted(self):
        self.applied(*USUAL, "--create-service-account", "--service-account", "x", "--name", "first")
        self.answer("/jobs/nightly", 500, "InternalError")
        done = self.apply(*EVERYTHING, "--service-account", "x")
        self.refused(done, "deleted again", "may have been created all the same")
        self.assertEqual(self.mine(), ["Job/first", "ServiceAccount/x"])

    def test_what_replaced_a_created_one_stays(self):
        self.answer("/jobs/nightly", 403, "Forbidden")

        def quicker(path, dry):
            if path.endswith("/rolebindings/nightly") and not dry:
                self.api.remove("ServiceAccount", "x")
                self.api.put("ServiceAccount", "x")
        self.api.before_patch = quicker
        self.refused(self.apply(*EVERYTHING, "--service-account", "x"), "not applied")
        self.assertIsNotNone(self.api.get("ServiceAccount", "x"))

    def test_somebody_else_is_quicker(self):
        def quicker(path, dry):
            if path.endswith("/roles/nightly") and not dry and not self.api.get("Role", "nightly"):
                self.api.put("Role", "nightly", rules=[{"apiGroups": [""], "resources": ["pods"],
                                                        "verbs": ["list", "delete"]}])
        self.api.before_patch = quicker
        self.refused(self.apply(*EVERYTHING, "--service-account", "x"), "created by somebody else meanwhile",
                     "Role/default/nightly", "deleted again: ServiceAccount/default/x")
        role = self.api.get("Role", "nightly")
        self.assertEqual([e["manager"] for e in role["metadata"]["managedFields"]], ["kubectl-create"])
        self.assertEqual(self.mine(), [])

    def test_what_was_changed_is_said(self):
        self.applied(*EVERYTHING, "--service-account", "x")
        self.api.remove("Job", "nightly")
        self.answer("/jobs/nightly", 403, "Forbidden")
        changed = [o.replace("pods:list,delete", "pods:list") for o in EVERYTHING]
        self.refused(self.apply(*changed, "--service-account", "x"), "left changed: Role/default/nightly")

    def test_a_signal_undoes_it(self):
        reached = threading.Event()

        def slow(path, dry):
            if path.endswith("/jobs/nightly") and not dry:
                reached.set()
                time.sleep(1)
        self.api.before_patch = slow
        child = self.start("apply", "kubernetes", PLAN, *EVERYTHING, "--service-account", "x")
        self.assertTrue(reached.wait(30))
        child.send_signal(signal.SIGTERM)
        done = self.finish(child)
        self.refused(done, "interrupted", "deleted again: ", "ServiceAccount/default/x", "Job/default/nightly")
        self.assertNotIn("may have been created", done.err)
        self.assertEqual(self.mine(), [])

    def late(self, **more):
        """The answer that creates the Job is lost; the object is there when the others have been deleted again."""
        self.answer("/jobs/nightly", 500, "InternalError")
        created = self.api.server.handler

        def handle(request):
            answer = created(request)
            if request.method == "DELETE" and request.path.endswith("/serviceaccounts/x"):
                self.api.put("Job", "nightly", **more)
            return answer
        self.api.server.handler = handle
        return self.apply(*EVERYTHING, "--service-account", "x")

    def test_what_appears_late_is_deleted_too(self):
        done = self.late(manager="plan-deployer", operation="Apply")
        self.refused(done, "ServiceAccount/default/x, Job/default/nightly: ", "the reason why")
        self.assertNotIn("may have been created", done.err)
        self.assertEqual(self.mine(), [])
        last = [json.loads(r["body"]) for r in self.api.records if r["method"] == "DELETE"][-1]
        self.assertEqual(last["propagationPolicy"], "Background")
        self.assertTrue(last["preconditions"]["uid"])

    def test_what_appears_late_and_is_not_of_this_call_stays(self):
        for what, more in (("somebody else's", {}),
                           ("older", {"manager": "plan-deployer", "operation": "Apply",
                                      "metadata": {"creationTimestamp": "2026-01-01T00:00:00Z"}})):
            with self.subTest(what):
                self.fresh()
                self.refused(self.late(**more), "it may have been created all the same")
                self.assertIsNotNone(self.api.get("Job", "nightly"))

    def test_an_answer_that_is_lost(self):
        self.api.server.faults.append(Fault({"method": "PATCH", "path": "*/jobs/nightly", "do": "close", "apply": True,
                                             "skip": 1}))
        self.refused(self.apply(*EVERYTHING, "--service-account", "x"), "deleted again: ", "Job/default/nightly")
        self.assertEqual(self.mine(), [])


class Wait(Base):
    """`apply --wait` and how a plan ends."""

    def waiting(self, *arguments):
        """Applies with --wait; the program that has begun to wait."""
        child = self.start("apply", "kubernetes", PLAN, *USUAL, "--name", "once", "--wait", *arguments)
        end = time.monotonic() + 30
        while not any(r["method"] == "GET" and r["path"].endswith("/pods") for r in list(self.api.records)):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        return child

    def moved(self, move, *arguments):
        """Applies with --wait; `move` gets the Job's name when it is waited for."""
        child = self.waiting(*arguments)
        move("once")
        return self.finish(child)

    def ended(self, code, **more):
        def move(job):
            self.api.start(job, {"terminated": dict({"exitCode": code, "reason": "Error"}, **more)})
            self.api.end(job, "Failed" if code else "Complete", reason="BackoffLimitExceeded")
        return move

    def test_exit_codes(self):
        for code in (0, 1, 2, 30):
            with self.subTest(code):
                self.fresh()
                done = self.moved(self.ended(code))
                self.assertEqual((done.code, done.out), (code, "created Job/default/once\n"), done)
                self.assertEqual(done.err.count("\n"), 1 if code else 0)

    def test_the_last_words_are_told(self):
        done = self.moved(self.ended(1, message="a line\nExperiment ended with status: deviated\n"))
        self.assertIn("status: deviated", done.err)

    def test_what_ends_a_pod_from_outside_is_2(self):
        def deadline(job):
            self.api.end(job, "Failed", reason="DeadlineExceeded", message="Job was active longer than specified")

        def evicted(job):
            self.api.start(job, {"terminated": {"exitCode": 137}}, reason="Evicted", message="low on memory")
            self.api.end(job, "Failed", reason="BackoffLimitExceeded")

        for what, move, word in (
                ("deadline", deadline, "DeadlineExceeded"), ("evicted", evicted, "low on memory"),
                ("memory", self.ended(137, reason="OOMKilled"), "OOMKilled"),
                ("deleted", lambda job: self.api.remove("Job", job), "deleted before"),
                ("no pod", lambda job: self.api.end(job, "Failed", message="no room"), "no room")):
            with self.subTest(what):
                self.fresh()
                done = self.moved(move)
                self.assertEqual((done.code, done.err.count("\n")), (2, 1), done)
                self.assertIn(word, done.err)

    def test_why_it_does_not_start_is_told_once(self):
        def move(job):
            uid = self.api.get("Job", job)["metadata"]["uid"]
            self.api.put("Event", "e", type="Warning", reason="FailedCreate", message="exceeded quota",
                         involvedObject={"uid": uid, "kind": "Job"})
            self.api.put("Event", "f", type="Warning", reason="OfAnother", involvedObject={"uid": "other"}, message="x")
            self.looked()
            waiting = {"waiting": {"reason": "ImagePullBackOff", "message": "Back-off pulling image"}}
            self.api.start(job, waiting, conditions=[{"type": "PodScheduled", "status": "False",
                                                      "reason": "Unschedulable", "message": "0/1 nodes"}])
            self.looked()
            self.api.start(job, waiting)
            self.looked()
            self.ended(0)(job)
        done = self.moved(move)
        self.assertEqual(done.code, 0, done)
        self.assertEqual([line.split(": ", 1)[1] for line in done.err.splitlines()],
                         ["FailedCreate: exceeded quota", "Unschedulable: 0/1 nodes",
                          "ImagePullBackOff: Back-off pulling image"])

    def stuck(self, job, state=None, **status):
        self.api.start(job, {"waiting": state} if state else {"waiting": {"reason": "ContainerCreating"}}, **status)

    def test_a_pod_that_cannot_start_ends_the_waiting(self):
        def unscheduled(reason):
            return lambda job: self.stuck(job, conditions=[
                {"type": "PodScheduled", "status": "False", "reason": reason, "message": "0/1 nodes"}])

        def waits(reason):
            return lambda job: self.stuck(job, {"reason": reason, "message": "the words"})

        for move, words in (
                (waits("ErrImagePull"), ("ErrImagePull", "image's name")),
                (waits("ImagePullBackOff"), ("ImagePullBackOff", "image's name")),
                (waits("InvalidImageName"), ("InvalidImageName", "image's name")),
                (waits("CreateContainerConfigError"), ("CreateContainerConfigError", "Secret")),
                (unscheduled("Unschedulable"), ("Unschedulable", "room")),
                (lambda job: None, ("no pod was made",))):
            with self.subTest(words[0]):
                self.fresh()
                done = self.moved(move, "--start-timeout", "1s")
                last = done.err.splitlines()[-1]
                self.assertEqual((done.code, done.out), (2, "created Job/default/once\n"), done)
                for word in words + ("the Job 'once' did not start in 1 s", "the Job is left as it is"):
                    self.assertIn(word, last)
                self.assertEqual(self.mine(), ["Job/once"])

    def test_what_holds_back_on_purpose_or_for_a_while_does_not(self):
        def gated(job):
            self.stuck(job, conditions=[{"type": "PodScheduled", "status": "False", "reason": "SchedulingGated"}])

        def pulling(job):
            self.stuck(job)

        def suspended(job):
            self.api.end(job, "Suspended")

        for name, hold, limit in (("gated", gated, "500ms"), ("pulling", pulling, "500ms"), ("suspended", suspended, "500ms"),
                                  ("no limit", lambda job: self.stuck(job, {"reason": "ErrImagePull"}), "0")):
            def move(job):
                hold(job)
                time.sleep(2)
                self.ended(0)(job)
            with self.subTest(name):
                self.fresh()
                done = self.moved(move, "--start-timeout", limit)
                self.assertEqual(done.code, 0, done)

    def test_the_server_may_go_away(self):
        def move(job):
            self.api.server.refuse(1.5)
            time.sleep(2)
            self.ended(1)(job)
        done = self.moved(move)
        self.assertEqual(done.code, 1, done)

    def test_credentials_end_and_a_program_gives_new_ones(self):
        def move(job):
            give("second-token")
            self.api.token = "second-token"
            time.sleep(1.5)
            self.ended(0)(job)

        def give(token):
            with open(os.path.join(self.folder, "answer"), "w") as f:
                json.dump({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                           "status": {"token": token}}, f)
        with open(self.config) as f:
            config = json.load(f)
        config["users"][0]["user"] = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "cat",
                                               "args": [os.path.join(self.folder, "answer")]}}
        with open(self.config, "w") as f:
            json.dump(config, f)
        give(self.api.token)
        done = self.moved(move)
        self.assertEqual((done.code, done.err), (0, ""), done)
        sent = [r["headers"]["authorization"] for r in self.api.records]
        self.assertEqual(sorted(set(sent)), ["Bearer kube-token", "Bearer second-token"])
        self.assertEqual(sent, sorted(sent))

    def test_stopping_to_wait(self):
        done = self.moved(lambda job: None, "--wait-timeout", "700ms")
        self.assertEqual(done.code, 2)
        self.assertIn("the Job 'once' goes on", done.err)
        self.assertIsNotNone(self.api.get("Job", "once"))
        self.fresh()
        child = self.waiting()
        child.send_signal(signal.SIGINT)
        done = self.finish(child)
        self.assertEqual(done.code, 2)
        self.assertIn("interrupted, the Job 'once' goes on", done.err)
        self.assertEqual(self.mine(), ["Job/once"])

    def test_stopping_while_it_is_asked_why_nothing_starts(self):
        for sign in (signal.SIGTERM, None):
            self.fresh()
            self.api.server.faults.append(Fault({"method": "GET", "path": "*/events", "do": "delay", "seconds": 4}))
            child = self.waiting(*(() if sign else ("--wait-timeout", "1500ms")))
            end = time.monotonic() + 30
            while not self.api.server.faults[0].hits:
                self.assertLess(time.monotonic(), end)
                time.sleep(0.01)
            if sign:
                time.sleep(0.2)
                child.send_signal(sign)
            done = self.finish(child)
            self.assertEqual(done.code, 2, done)
            self.assertIn("the Job 'once' goes on", done.err)
            self.assertLess(time.monotonic(), end - 25)

    def test_json_holds_the_outcome(self):
        done = self.moved(self.ended(1), "-o", "json")
        self.assertEqual((done.code, json.loads(done.out)["outcome"]["exit_code"]), (1, 1))


def stamped(*texts):
    """Lines 0.4 s apart."""
    return [("2026-01-01T00:00:%02d.%d00000000Z" % divmod(i * 4, 10), text) for i, text in enumerate(texts)]


class Logs(Base):
    LINES = stamped(*("line %d" % i for i in range(12)))
    TEXT = "".join("line %d\n" % i for i in range(12))

    def running(self, **more):
        """A Job whose container writes LINES and ends with `code` when a follower has seen them."""
        code = more.pop("code", 0)
        job = self.job(*USUAL, "--name", "once")
        self.api.start(job, {"running": {}})

        def end():
            self.api.start(job, {"terminated": {"exitCode": code}})
            self.api.end(job, "Failed" if code else "Complete", reason="BackoffLimitExceeded")
        self.api.logs[job + "-x1"] = Log(self.LINES, on_end=end, **more)
        return job

    def test_what_is_there(self):
        self.running()
        done = self.logs()
        self.assertEqual((done.code, done.out, done.err), (0, self.TEXT, ""))

    def test_follow_ends_with_the_container(self):
        self.running(interval=0.05)
        done = self.logs("-f")
        self.assertEqual((done.code, done.out, done.err), (0, self.TEXT, ""))

    def test_the_plans_exit_code(self):
        for code in (0, 1, 2):
            with self.subTest(code):
                self.fresh()
                self.running(code=code)
                done = self.logs("-f", "--wait")
                self.assertEqual((done.code, done.out), (code, self.TEXT), done)

    def test_a_lost_connection_loses_and_repeats_nothing(self):
        self.running(cuts=[0, 3, 5, 5, 9, 12])
        done = self.logs("--follow", "--wait")
        self.assertEqual((done.code, done.out), (0, self.TEXT), done)
        since = [r["query"] for r in self.api.records if r["path"].endswith("/log")]
        self.assertNotIn("sinceTime", since[0])
        self.assertIn("sinceTime=2026-01-01T00%3A00%3A00.800000000Z", since[2])

    def test_it_waits_for_the_pod(self):
        job = self.job(*USUAL, "--name", "once")
        child = self.start("logs", "kubernetes", PLAN, "-f")
        self.looked()
        self.api.start(job, {"waiting": {"reason": "CreateContainerConfigError", "message": "no secret"}})
        self.looked()
        self.api.logs[job + "-x1"] = Log(self.LINES)
        self.api.start(job, {"terminated": {"exitCode": 0}})
        done = self.finish(child)
        self.assertEqual((done.code, done.out), (0, self.TEXT), done)
        self.assertEqual(done.err.count("CreateContainerConfigError: no secret"), 1)

    def test_it_waits_for_the_job(self):
        child = self.start("logs", "kubernetes", PLAN, "-f", "--wait")
        self.assertIn("no Job in the namespace 'default': waiting for it, 30 s at most", child.stderr.readline())
        self.running(code=1)
        done = self.finish(child)
        self.assertEqual((done.code, done.out), (1, self.TEXT), done)

    def test_a_signal_while_there_is_no_job(self):
        child = self.start("logs", "kubernetes", PLAN, "-f")
        child.stderr.readline()
        child.send_signal(signal.SIGTERM)
        self.refused(self.finish(child), "interrupted")

    def test_a_pod_that_cannot_start_ends_the_following(self):
        self.api.start(self.job(), {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}})
        for arguments, code in ((("-f",), 1), (("--wait",), 2)):
            done = self.logs(*arguments, "--start-timeout", "1s")
            self.assertEqual((done.code, done.out, done.err.count("did not start in 1 s (ImagePullBackOff)")),
                             (code, "", 1), done)

    def test_the_namespace_is_the_contexts(self):
        self.config = self.api.kubeconfig(self.config, space="chaos")
        self.refused(self.logs(), "no Job in the namespace 'chaos'")
        self.refused(self.logs("-n", "default"), "no Job in the namespace 'default'")

    def test_which_job(self):
        for name in ("old", "new"):
            job = self.job(*USUAL, "--name", name)
            self.api.start(job, {"terminated": {"exitCode": 0}})
            self.api.logs[job + "-x1"] = Log(stamped(name))
        cron = self.api.put("Job", "cron-123", metadata={
            "labels": {"reliably.com/plan": PLAN}, "creationTimestamp": "2020-01-01T00:00:00Z",
            "ownerReferences": [{"kind": "CronJob", "name": "nightly"}]})
        self.api.start(cron["metadata"]["name"], {"terminated": {"exitCode": 0}})
        self.api.logs["cron-123-x1"] = Log(stamped("by cron"))
        self.api.put("Job", "another", metadata={"labels": {"reliably.com/plan": ORGANIZATION}})
        for arguments, text in (((), "new"), (("--job", "old"), "old"), (("--name", "old"), "old"),
                                (("--name", "nightly"), "by cron")):
            with self.subTest(arguments):
                done = self.logs(*arguments)
                self.assertEqual((done.code, done.out), (0, text + "\n"), done)

    def test_refused(self):
        self.refused(self.logs(), "no Job", "'default'")
        begun = time.monotonic()
        done = self.logs("--wait", "--start-timeout", "1s")
        self.assertEqual((done.code, done.out, done.err.count("no Job in the namespace 'default'")), (2, "", 2), done)
        self.assertLess(time.monotonic() - begun, 20)
        self.applied(*USUAL, "--name", "nightly", "--schedule", "0 3 * * *")
        self.refused(self.logs(), "CronJob 'nightly'", "0 3 * * *")
        job = self.job(*USUAL, "--name", "once")
        self.refused(self.logs(), "has not started", "-f")
        self.api.start(job, {"waiting": {"reason": "InvalidImageName", "message": "bad"}})
        self.refused(self.logs(), "InvalidImageName", "bad")
        self.refused(self.logs("--job", "other"), "no Job 'other'")
        self.refused(self.finish(self.start("logs", "kubernetes", "nonsense")), "UUID")

    def test_what_is_no_list_is_not_taken_for_an_empty_one(self):
        self.running()
        self.api.server.faults.append(Fault({"method": "GET", "path": "*/jobs", "do": "status", "status": 200,
                                             "body": "hello", "content_type": "text/plain"}))
        self.refused(self.logs(), "no list of Jobs")

    def test_a_standard_stream_that_is_closed(self):
        self.running()
        env = {"HOME": self.folder, "KUBECONFIG": self.config, "PATH": os.environ["PATH"]}
        for closed in (">&-", "<&- >&- 2>&-"):
            with self.subTest(closed):
                done = subprocess.run(["sh", "-c", 'exec "$0" "$@" ' + closed, PROGRAM, "logs", "kubernetes", PLAN],
                                      env=env, timeout=60)
                self.assertEqual(done.returncode, 0)

    def test_a_log_that_is_gone(self):
        self.running()
        self.api.remove("Pod", "once-x1")
        self.api.end("once", "Failed", reason="DeadlineExceeded")
        done = self.logs("-f", "--wait")
        self.assertEqual((done.code, done.out), (2, ""), done)
        self.refused(self.logs(), "is gone")

    def test_a_signal(self):
        self.running(ends=False)
        child = self.start("logs", "kubernetes", PLAN, "-f")
        for _ in self.LINES:
            child.stdout.readline()
        child.send_signal(signal.SIGINT)
        done = self.finish(child)
        self.assertEqual((done.code, self.mine()), (1, ["Job/once"]))
        self.assertIn("goes on", done.err)


if __name__ == "__main__":
    unittest.main()
