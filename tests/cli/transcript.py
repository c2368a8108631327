"""Calls of the program as lines that are the same in every run, for transcripts of them.

A line is "METHOD /path {body}": names stand for identifiers and times, and of an upload of results only what it is
about. Left out is what depends on how fast a machine is: looks at the user's state and uploads while the run goes on. What
the test itself asked for as the platform's user begins with "user: ".
"""
import json
import re

from platform_case import AREA, kind_of

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
PAUSE = re.compile(r"\b(reliably-(?:auto)?pause)-[0-9a-f]{8}\b")


def plain(text, names):
    """Without identifiers (those of `names` by their name), times and random names."""
    for identifier, name in names.items():
        text = text.replace(identifier, name)
    return PAUSE.sub(r"\1-<id>", STAMP.sub("<time>", UUID.sub("<id>", text)))


def entries(runs):
    """Run entries as name:status, "-" for one that was cut."""
    return ["%s:%s" % (PAUSE.sub(r"\1-<id>", r["activity"]["name"]), r.get("status", "-")) for r in runs]


def brief(kind, body):
    if kind not in ("create", "results"):
        return body
    journal = json.loads(body["result"])
    return {"status": journal["status"], "deviated": journal["deviated"], "run": len(journal["run"]),
            "rollbacks": len(journal["rollbacks"]), "log": "log" in body, "plan_id": body["plan_id"]}


def is_by_the_program(record):
    return record["headers"].get("user-agent", "").startswith("plan-runner/")


def is_of_the_moment(record, kind):
    """Whether it says nothing but how fast the run was."""
    if kind == "results":
        return "end" not in json.loads(json.loads(record["body"])["result"])
    return kind in ("poll", None)


def line(record, names):
    body = record["body"] and json.loads(record["body"])
    text = "%s %s" % (record["method"], AREA.sub("", record["path"], count=1))
    if body:
        text += " " + json.dumps(brief(kind_of(record), body))
    if record["fault"]:
        text += " -> %s" % (record["status"] or "no answer")
    return plain(text, names)


def lines(records, names):
    """What was asked for below the organisation, in its order."""
    found = []
    for record in records:
        by_us = is_by_the_program(record)
        if not is_of_the_moment(record, kind_of(record)) and (by_us or record["method"] == "PUT"):
            found.append(("" if by_us else "user: ") + line(record, names))
    return found
