#!/usr/bin/env python3
"""The chart and `plan-deployer render kubernetes` make the same of the same plan.

usage: agree.py CHART PLAN_DEPLOYER

What may differ, and why:
- names of objects: Helm's have the release in them, so that two releases fit into a namespace;
- labels of objects: Helm owns app.kubernetes.io/managed-by and instance of what it installs, and adds its own; pods, and
  the Jobs of a CronJob, have the platform's labels from both, and Helm's release beside them;
- the NetworkPolicy is the chart's alone: who renders one plan need not own the network of the namespace.
"""
import json
import subprocess
import sys

import yaml

PLAN = "bde0c9ce-4a91-492a-8e7c-19060e19232e"
ORGANIZATION = "6d0d5a3e-0c8f-4c1d-9d5b-6c1f0b7a2e11"
HOST = "https://reliably.example.com"
DIGEST = "sha256:" + 64 * "5"
RELEASE_ONLY = {"app.kubernetes.io/instance"}

# title, the chart's values, arguments of plan-deployer
CASES = [
    ("once, with the user's own account",
     {"image": {"tag": "1"}, "serviceAccount": {"create": False}, "plans": {"x": {"once": True}}}, ["--image", "{image}:1"]),
    ("once, that never calls the cluster",
     {"image": {"tag": "latest"}, "serviceAccount": {"create": False, "mountToken": False}, "plans": {"x": {"once": True}}},
     ["--image", "{image}:latest", "--no-account-token"]),
    ("scheduled, with account, role and pull secrets",
     {"image": {"repository": "registry.example.com:5000/team/runner", "tag": "1.2", "digest": DIGEST, "pullPolicy": "Never"},
      "imagePullSecrets": ["one", {"name": "two"}], "serviceAccount": {"name": "chaos"},
      "platform": {"tokenSecret": {"key": "RELIABLY_TOKEN"}}, "job": {"activeDeadlineSeconds": 5400},
      "rbac": {"create": True, "rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list", "delete"]}]},
      "plans": {"x": {"schedule": "*/15 3-5 * * MON-FRI", "timeZone": "Europe/Paris"}}},
     ["--image", "registry.example.com:5000/team/runner:1.2@" + DIGEST, "--image-pull-policy", "Never",
      "--image-pull-secret", "one", "--image-pull-secret", "two", "--service-account", "chaos", "--create-service-account",
      "--token-key", "RELIABLY_TOKEN", "--deadline", "90m", "--allow", "pods:list,delete", "--schedule",
      "*/15 3-5 * * MON-FRI", "--time-zone", "Europe/Paris"]),
    ("scheduled, for the whole cluster",
     {"image": {"tag": "1"}, "serviceAccount": {"name": "reliably-job"},
      "rbac": {"create": True, "kind": "ClusterRole",
               "rules": [{"apiGroups": [""], "resources": ["nodes"], "verbs": ["get", "list"]}]},
      "plans": {"x": {"schedule": "0 3 * * 1-5"}}},
     ["--image", "{image}:1", "--create-service-account", "--allow", "nodes:get,list", "--cluster-wide", "--schedule", "0 3 * * 1-5"]),
]


def documents(command, text=None):
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
    if done.returncode:
        sys.exit("%s: %s" % (" ".join(command[:3]), done.stderr))
    return [document for document in yaml.safe_load_all(done.stdout) if document]


def of_the_chart(chart, values):
    values = json.loads(json.dumps(values))
    platform = values.setdefault("platform", {})
    platform.update(host=HOST, organization=ORGANIZATION)
    platform.setdefault("tokenSecret", {})["name"] = "reliably-token"
    values["plans"]["x"]["id"] = PLAN
    return documents(["helm", "template", "shop", chart, "--namespace", "chaos", "--values", "-"], json.dumps(values))


def of_the_deployer(program, image, arguments):
    arguments = [argument.format(image=image) for argument in arguments]
    return documents([program, "render", "kubernetes", PLAN, "--namespace", "chaos", "--host", HOST, "--organization",
                      ORGANIZATION, "--token-secret", "reliably-token", *arguments])


def plain(document):
    """One object without what may differ; the labels of pods stay."""
    document = json.loads(json.dumps(document))
    metadata = document["metadata"]
    del metadata["name"], metadata["labels"]
    if "roleRef" in document:
        del document["roleRef"]["name"]
    spec = document.get("spec", {})
    for template in (spec.get("template"), spec.get("jobTemplate"), spec.get("jobTemplate", {}).get("spec", {}).get("template")):
        for label in RELEASE_ONLY if template else ():
            template["metadata"]["labels"].pop(label, None)
    return document


def by_kind(objects):
    kinds = {document["kind"]: plain(document) for document in objects}
    assert len(kinds) == len(objects), "an object of a kind each"
    kinds.pop("NetworkPolicy", None)
    return kinds


def main(chart, program):
    with open(chart + "/values.yaml", encoding="utf-8") as file:
        image = yaml.safe_load(file)["image"]["repository"]
    different = 0
    for title, values, arguments in CASES:
        ours, theirs = by_kind(of_the_chart(chart, values)), by_kind(of_the_deployer(program, image, arguments))
        if ours == theirs and any(kind.endswith("Job") for kind in ours):
            continue
        different += 1
        print("%s:" % title)
        for kind in sorted(set(ours) | set(theirs)):
            if ours.get(kind) != theirs.get(kind):
                print("  %s\n    chart    %s\n    deployer %s" % (kind, json.dumps(ours.get(kind), sort_keys=True),
                                                              json.dumps(theirs.get(kind), sort_keys=True)))
    return 1 if different else 0


sys.exit(main(*sys.argv[1:]))
