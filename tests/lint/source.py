"""What the checks of this folder share: finding C sources, blanking comments and texts, reporting.

A check is a program that takes the root of a tree (default: this one), prints `path:line: message` for
each problem and exits 1 if there was one. `selftest` proves that each can fail.
"""
import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(HERE, "..", ".."))

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.S)


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as f:
        return f.read()


def c_files(folder="runner", ends=(".c", ".h")):
    """Paths below `folder`, relative to the root, sorted."""
    found = []
    for base, _, names in os.walk(os.path.join(ROOT, folder)):
        found += [os.path.relpath(os.path.join(base, n), ROOT) for n in names if n.endswith(ends)]
    return sorted(found)


def all_files():
    """Every text file of the tree that git knows or would add."""
    try:
        out = subprocess.run(["git", "-C", ROOT, "ls-files", "-z", "-co", "--exclude-standard"],
                             check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
        names = [n for n in out.decode().split("\0") if n]
    except (OSError, subprocess.CalledProcessError):
        names = [os.path.relpath(os.path.join(b, n), ROOT)
                 for b, _, ns in os.walk(ROOT) for n in ns]
    return sorted({n for n in names if os.path.isfile(os.path.join(ROOT, n))})


def blank(text, strings=True):
    """Comments (and texts, unless told) become spaces; every offset and line number stays."""
    def hide(m):
        token = m.group()
        if token[0] in "\"'" and not strings:
            return token
        keep = token[0] if token[0] in "\"'" else ""
        body = re.sub(r"[^\n]", " ", token)
        return keep + body[1:-1] + keep if keep else body
    return _TOKEN.sub(hide, text)


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def finish(check, problems, looked_at):
    """Prints the problems and ends the check. Looking at nothing is a problem too."""
    if not looked_at:
        problems = ["%s: nothing to look at below %s" % (check, ROOT)]
    for p in problems:
        print(p)
    print("%s: %d looked at, %d problems" % (check, looked_at, len(problems)))
    sys.exit(1 if problems else 0)
