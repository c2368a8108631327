"""Validation of what clients send, with the error lists of the real platform (docs/protocol.md 2.1).

A validator is a function `check(value, loc, errors)`: it returns the value to store and appends to `errors` what is
wrong with it. The kind (`type`) and the place (`loc`) of each error are those of the platform; the wording is close.
"""
import datetime
import json
import re
import uuid

HEX = re.compile(r"(?:urn:uuid:)?\{?([0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12})\}?")
DATE = re.compile(r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d)?)(?:\.(\d{1,9}))?(Z|z|[+-]\d\d:?\d\d)?")
TRUTHY, FALSY = ("1", "true", "t", "yes", "y", "on"), ("0", "false", "f", "no", "n", "off")


def fail(errors, kind, loc, msg, value, ctx=None):
    error = {"type": kind, "loc": list(loc), "msg": msg, "input": value}
    if ctx is not None:
        error["ctx"] = ctx
    errors.append(error)
    return value


def string(value, loc, errors):
    return value if isinstance(value, str) else fail(
        errors, "string_type", loc, "Input should be a valid string", value)


def nullable(check):
    return lambda value, loc, errors: None if value is None else check(value, loc, errors)


def uuid4(value, loc, errors):
    if not isinstance(value, str):
        return fail(errors, "uuid_type", loc, "UUID input should be a string, bytes or UUID object", value)
    match = HEX.fullmatch(value)
    if not match:
        why = "invalid character or length in `%s`" % value
        return fail(errors, "uuid_parsing", loc, "Input should be a valid UUID, " + why, value, {"error": why})
    parsed = uuid.UUID(match[1])
    if parsed.version != 4:
        return fail(errors, "uuid_version", loc, "UUID version 4 expected", value, {"expected_version": 4})
    return str(parsed)


def literal(*words, kind="literal_error"):
    quoted = ["'%s'" % w for w in words]
    expected = " or ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)

    def check(value, loc, errors):
        if isinstance(value, str) and value in words:
            return value
        return fail(errors, kind, loc, "Input should be " + expected, value, {"expected": expected})
    return check


def boolean(value, loc, errors):
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in TRUTHY + FALSY:
        return value.lower() in TRUTHY
    if isinstance(value, (int, float)) and value in (0, 1):
        return bool(value)
    if isinstance(value, (int, float, str)):
        return fail(errors, "bool_parsing", loc, "Input should be a valid boolean, unable to interpret input", value)
    return fail(errors, "bool_type", loc, "Input should be a valid boolean", value)


def strict_integer(least, most):
    """5.0, "5" and true are no integers (docs/protocol.md 2.8)."""
    def check(value, loc, errors):
        if isinstance(value, bool) or not isinstance(value, int):
            return fail(errors, "int_type", loc, "Input should be a valid integer", value)
        if value < least:
            return fail(errors, "greater_than_equal", loc, "Input should be greater than or equal to %d" % least,
                        value, {"ge": least})
        if value > most:
            return fail(errors, "less_than_equal", loc, "Input should be less than or equal to %d" % most,
                        value, {"le": most})
        return value
    return check


def date_text(moment):
    """As the platform writes a date: UTC with `Z`, the fraction only when there is one."""
    text = moment.isoformat()
    return text[:-6] + "Z" if text.endswith("+00:00") else text


def date(value, loc, errors):
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return date_text(datetime.datetime.fromtimestamp(value, datetime.timezone.utc))
    if not isinstance(value, str):
        return fail(errors, "datetime_type", loc, "Input should be a valid datetime", value)
    match = DATE.fullmatch(value)
    try:
        fraction = ((match[2] or "") + "000000")[:6]
        zone = (match[3] or "").upper().replace("Z", "+00:00")
        zone = zone[:3] + ":" + zone[-2:] if zone else ""
        base = match[1].upper().replace(" ", "T")
        return date_text(datetime.datetime.fromisoformat(
            base + (":00" if len(base) == 16 else "") + "." + fraction + zone))
    except (TypeError, ValueError):
        return fail(errors, "datetime_from_date_parsing", loc, "Input should be a valid datetime or date",
                    value, {"error": "not a date"})


def json_object(value, loc, errors):
    """An object, or a JSON text of one. NaN and 30 digits pass here, as they do on the platform."""
    if isinstance(value, dict):
        return value
    return json_text(value, loc, errors)


def json_text(value, loc, errors):
    if not isinstance(value, str):
        return fail(errors, "json_type", loc, "JSON input should be string, bytes or bytearray", value)
    try:
        parsed = json.loads(value)
        json.dumps(parsed, ensure_ascii=False).encode()  # refuses half a surrogate pair
    except ValueError as error:
        return fail(errors, "json_invalid", loc, "Invalid JSON: %s" % error, value, {"error": str(error)})
    if not isinstance(parsed, dict):
        return fail(errors, "dict_type", loc, "Input should be a valid dictionary", parsed)
    return parsed


def list_of(check):
    def checked(value, loc, errors):
        if not isinstance(value, list):
            return fail(errors, "list_type", loc, "Input should be a valid list", value)
        return [check(v, loc + (i,), errors) for i, v in enumerate(value)]
    return checked


REQUIRED = object()


def model(*fields):
    """An object with these (name, check, default) members, in this order; others are dropped. A default that can be
    called makes the value."""
    def checked(value, loc, errors):
        if not isinstance(value, dict):
            return fail(errors, "model_attributes_type", loc,
                        "Input should be a valid dictionary or object to extract fields from", value)
        out = {}
        for name, check, default in fields:
            if name in value:
                out[name] = check(value[name], loc + (name,), errors)
            elif default is REQUIRED:
                fail(errors, "missing", loc + (name,), "Field required", value)
            else:
                out[name] = default() if callable(default) else default
        return out
    return checked


def union(*members):
    """The first (label, check) that accepts; else the errors of all of them, each under its label."""
    def checked(value, loc, errors):
        all_errors = []
        for label, check in members:
            mine = []
            out = check(value, loc + (label,), mine)
            if not mine:
                return out
            all_errors += mine
        errors += all_errors
        return value
    return checked


def tagged(tag, **members):
    """The member that `value[tag]` names."""
    def checked(value, loc, errors):
        if not isinstance(value, dict):
            return fail(errors, "model_attributes_type", loc,
                        "Input should be a valid dictionary or object to extract fields from", value)
        if tag not in value:
            return fail(errors, "union_tag_not_found", loc, "Unable to extract tag using discriminator '%s'" % tag,
                        value, {"discriminator": "'%s'" % tag})
        if value[tag] not in members:
            expected = ", ".join("'%s'" % m for m in members)
            return fail(errors, "union_tag_invalid", loc, "Input tag '%s' found using '%s' does not match any of the "
                        "expected tags: %s" % (value[tag], tag, expected), value,
                        {"discriminator": "'%s'" % tag, "tag": value[tag], "expected_tags": expected})
        return members[value[tag]](value, loc + (value[tag],), errors)
    return checked


def now():
    return date_text(datetime.datetime.now(datetime.timezone.utc))


# what the platform accepts (docs/protocol.md 2.4-2.8, 3, 4.1, 4.3)

PLAN_STATUSES = ("creating", "created", "deleted", "deleting", "creation error", "deletion error", "running", "error",
                 "completed", "iteration completed", "suspending", "suspended", "resuming", "suspend_error",
                 "resuming_error")
PROVIDERS = ("opentelemetry", "slack", "prechecks", "safeguards", "autopause", "chatgpt", "assistant", "snapshot",
             "notification")
VENDORS = ("dynatrace", "honeycomb", "gcp", "slack", "reliably", "openai", "grafana")

plan_id = ("plan_id", nullable(uuid4), None)
user = ("user", nullable(model(("name", string, REQUIRED), ("id", uuid4, REQUIRED))), None)

USER_STATE = union(
    ("ExecutionTerminateState", model(("current", literal("terminate"), "terminate"), plan_id,
                                      ("skip_rollbacks", boolean, False), user)),
    ("ExecutionPauseState", model(("current", literal("pause"), "pause"), plan_id,
                                  ("duration", strict_integer(0, 3300), REQUIRED), user)),
    ("ExecutionPendingState", model(("current", literal("pending"), "pending"), plan_id, ("created_on", date, now))),
    ("ExecutionRunningState", model(("current", literal("running"), "running"), plan_id, ("started_on", date, now))),
    ("ExecutionFinishedState", model(
        ("current", literal("finished"), "finished"), plan_id, ("finished_on", date, now),
        ("status", nullable(literal("interrupted", "aborted", "completed", "failed")), None),
        ("deviated", boolean, False))),
    ("ExecutionResumeState", model(("current", literal("resume"), "resume"), plan_id, user)))

EXECUTION = model(("result", json_object, REQUIRED), plan_id, ("log", nullable(string), None))
PLAN_STATUS = model(("status", literal(*PLAN_STATUSES, kind="enum"), REQUIRED), ("error", nullable(string), None))
IMPORT = model(("experiment", json_text, REQUIRED))
ORGANIZATION = model(("name", string, REQUIRED))
TOKEN = model(("name", string, REQUIRED))
LOGIN = model(("email", string, REQUIRED), ("password", string, REQUIRED), ("register", boolean, False))


def absolute(value, loc, errors):
    if isinstance(value, str) and not value.startswith("/"):
        return fail(errors, "value_error", loc, "Value error, secret path must start with a forward slash", value,
                    {"error": {}})
    return string(value, loc, errors)


def cron(value, loc, errors):
    """Five fields; their contents are not looked at here."""
    if isinstance(value, str) and len(value.split()) != 5:
        return fail(errors, "value_error", loc, "Value error, Invalid expression", value, {"error": {}})
    return string(value, loc, errors)


ENVIRONMENT = model(
    ("name", string, REQUIRED),
    ("envvars", list_of(model(("var_name", string, REQUIRED), ("value", string, REQUIRED))), REQUIRED),
    ("secrets", list_of(union(
        ("EnvironmentSecretAsFile", model(("key", string, REQUIRED), ("value", string, REQUIRED),
                                          ("path", absolute, REQUIRED))),
        ("EnvironmentSecret", model(("key", string, REQUIRED), ("var_name", string, REQUIRED),
                                    ("value", string, REQUIRED))))), REQUIRED),
    ("used_for", nullable(literal("plan", "notification", "integration", "snapshot")), "plan"))

INTEGRATION = model(
    ("name", string, REQUIRED), ("provider", literal(*PROVIDERS), REQUIRED), ("vendor", nullable(literal(*VENDORS)), None),
    ("environment", ENVIRONMENT, REQUIRED))

text = nullable(string)
DEPLOYMENT = model(("name", string, REQUIRED), ("definition", tagged(
    "type",
    github=model(("type", string, REQUIRED), ("repo", text, None), ("token", text, None), ("username", text, None),
                 ("ref", string, "main"), ("base_dir", string, "plans")),
    reliably_cloud=model(("type", string, REQUIRED), ("image", string, ""), ("location", string, "europe-west1")),
    reliably_cli=model(("type", string, REQUIRED), ("mode", literal("managed", "manual"), "manual"),
                       ("base_dir", text, None), ("py_version", text, None), ("py_dependencies", text, None)),
    container=model(("type", string, REQUIRED), ("image", string, REQUIRED), ("working_dir", text, "/tmp"),
                    ("volumes", lambda value, loc, errors: value, None)),
    k8s_job=model(("type", string, REQUIRED), ("namespace", string, REQUIRED), ("image", text, None),
                  ("use_default_manifest", boolean, True), ("manifest", text, None), ("credentials", text, None),
                  ("use_in_cluster_credentials", boolean, False)),
    noop=model(("type", string, REQUIRED))), REQUIRED))

PLAN = model(
    ("title", text, None),
    ("environment", nullable(union(
        ("PlanGitHubEnvironment", model(("provider", literal("github"), "github"), ("name", string, REQUIRED),
                                        ("id", nullable(uuid4), None))),
        ("PlanReliablyEnvironment", model(("provider", literal("reliably_cloud"), "reliably_cloud"),
                                          ("id", nullable(uuid4), None))))), None),
    ("deployment", model(("deployment_id", uuid4, REQUIRED), ("deployment_type", nullable(literal(
        "github", "reliably_cloud", "reliably_cli", "container", "k8s_job", "noop")), None)), REQUIRED),
    ("schedule", union(
        ("PlanScheduleNow", model(("via_agent", boolean, False), ("type", literal("now"), "now"))),
        ("PlanScheduleCron", model(("via_agent", boolean, False), ("type", literal("cron"), "cron"),
                                   ("pattern", cron, REQUIRED), ("timezone", text, "Etc/UTC")))), REQUIRED),
    ("integrations", nullable(list_of(uuid4)), None),
    ("experiments", list_of(uuid4), REQUIRED))
