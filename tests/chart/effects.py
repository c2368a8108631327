#!/usr/bin/env python3
"""Every value of the chart is set in a values file, and each one that is set has an effect on what is rendered.

usage: effects.py CHART VALUES.yaml
"""
import copy
import subprocess
import sys

import yaml

# what a value that is its default already is turned into
OTHER = {True: False, False: True, "Role": "ClusterRole"}


def leaves(tree, path=()):
    if isinstance(tree, dict) and tree:
        for key, value in tree.items():
            yield from leaves(value, path + (key,))
    else:
        yield path, tree


def find(tree, path):
    for key in path:
        if not isinstance(tree, dict) or key not in tree:
            return None
        tree = tree[key]
    return tree


def changed(values, defaults, path):
    """The values with one of them removed, or turned round where it is the default."""
    values = copy.deepcopy(values)
    parent = find(values, path[:-1])
    if parent[path[-1]] == find(defaults, path):
        parent[path[-1]] = OTHER[parent[path[-1]]]
    else:
        del parent[path[-1]]
    return values


def render(chart, values):
    """What Helm says, be it manifests or why there are none."""
    done = subprocess.run(["helm", "template", "r", chart, "--values", "-"], input=yaml.safe_dump(values), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    return done.returncode, done.stdout


def main(chart, file):
    with open(chart + "/values.yaml", encoding="utf-8") as f:
        defaults = yaml.safe_load(f)
    with open(file, encoding="utf-8") as f:
        values = yaml.safe_load(f)
    problems = []
    for path, default in leaves(defaults):
        # of a security context, only what a user would replace is tried
        if find(values, path) is None and not path[0].lower().endswith("securitycontext") and path[0] != "nodeSelector":
            problems.append("not set: " + ".".join(path))
    code, whole = render(chart, values)
    if code:
        problems.append(whole)
    tried = 0
    for path, _ in leaves(values):
        tried += 1
        if render(chart, changed(values, defaults, path)) == (code, whole):
            problems.append("no effect: " + ".".join(path))
    print("\n".join(problems) or "%d values" % tried)
    return bool(problems)


sys.exit(main(*sys.argv[1:]))
