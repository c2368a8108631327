"""What the runner of GitHub Actions makes of a step: its commands on standard output, and its files.

Written from the runner's behaviour, not from ours: lines end at CR as well, `##[name]` counts anywhere in a line, names have
no case, an unknown name is text, and a file that does not keep to the grammar fails the step. What we want beyond that
(masks first, no group in a group, whole lines) is asserted by who asks. test_actions_runner.py tests it.
"""
import re

ISSUES = ("error", "warning", "notice")
HEEDED = {"add-mask", "add-matcher", "remove-matcher", "debug", "group", "endgroup", "echo", "stop-commands", "set-output",
          "save-state", *ISSUES}
DISABLED = {"set-env", "add-path"}  # registered, and refused
COMMANDS = HEEDED | DISABLED
PAUSE = "pause-logging"  # no command, and no word to stop commands with either
SUMMARY_MAX = 1 << 20
ISSUES_MAX = 10  # of each level
MESSAGE_MAX = 4096
HIDDEN = "***"


class Refused(Exception):
    """What fails the step."""


class Command:
    def __init__(self, name, properties, data):
        self.name, self.properties, self.data = name, properties, data

    @property
    def title(self):
        return self.properties.get("title", "")

    def __repr__(self):
        return "%s %r %r" % (self.name, self.properties, self.data)


class Issue:
    """An annotation as it is shown: the message cut, places that contradict themselves dropped."""

    def __init__(self, command):
        self.level, self.title, self.message = command.name, command.title, command.data[:MESSAGE_MAX]
        self.file, self.place = command.properties.get("file", ""), place(command.properties)

    def __eq__(self, other):
        return tuple(self) == tuple(other)

    def __iter__(self):
        return iter((self.level, self.title, self.message))

    def __repr__(self):
        return repr(tuple(self))


def place(properties):
    """The lines and columns of an annotation that are kept."""
    found = {}
    for name in ("line", "endline", "col", "endcolumn"):
        if re.fullmatch(r"\s*\d+\s*", properties.get(name, ""), re.A):
            found[name] = int(properties[name])
    if "line" not in found and "endline" in found:
        found["line"] = found["endline"]
    if "line" not in found or found.get("endline", found["line"]) != found["line"]:
        found.pop("col", None)
        found.pop("endcolumn", None)
    for first, last in (("line", "endline"), ("col", "endcolumn")):
        if found.get(first, 0) > found.get(last, found.get(first, 0)):
            del found[first], found[last]
    return found


def unescape(text, table):
    for code, char in table:
        text = text.replace(code, char)
    return text


DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
OLD = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))


def properties(text, separator, table):
    """Names have no case; of one that is there twice the last counts, and one without a value is none."""
    pairs = (part.split("=", 1) for part in text.strip().split(separator) if "=" in part)
    return {name.lower(): unescape(value, table) for name, value in pairs if name and value}


def parse(line, known):
    """The command of a line, None where it has none. `known`: names in lower case."""
    text = line.lstrip()
    if text.startswith("::") and "::" in text[2:]:
        info, data = text[2:].split("::", 1)
        name, _, rest = info.partition(" ")
        if name.lower() in known:
            return Command(name.lower(), properties(rest, ",", PROPERTY), unescape(data, DATA))
    start = line.find("##[")
    end = line.find("]", start)
    if start >= 0 and end >= 0:
        name, _, rest = line[start + 3:end].partition(" ")
        if name.lower() in known:
            return Command(name.lower(), properties(rest, ";", OLD), unescape(line[end + 1:], OLD))
    return None


class Console:
    """Standard output as the runner takes it: `commands` in order, `text` the other lines, `shown` those as the log shows them,
    `masks` what it hides from then on, `issues` the annotations and how many were `lost` for each level. A group is (title, its
    lines). `complaints` are what the runner says of commands, `ended` whether nothing is left open."""

    def __init__(self, output):
        self.commands, self.text, self.shown, self.masks, self.groups, self.before_mask = [], [], [], [], [], []
        self.issues, self.lost, self.complaints = [], dict.fromkeys(ISSUES, 0), []
        self.outputs, self.state, self.echo = {}, {}, False
        self.resume, self.open = None, None
        for line in re.split(r"\r\n|\r|\n", output):
            self.take(line)
        self.ended = self.resume is None and self.open is None

    def take(self, line):
        command = parse(line, COMMANDS | ({self.resume.lower()} if self.resume else set()))
        if self.resume:
            if command and command.name == self.resume.lower():
                self.resume = None
            else:
                self.write(line)
        elif not command:
            self.write(line)
        elif command.name == "stop-commands":
            self.stop(command.data)
        else:
            self.commands.append(command)
            self.heed(command)

    def stop(self, word):
        if not word or word.lower() in COMMANDS | {PAUSE}:
            raise Refused("stop-commands with %r" % word)
        self.resume = word
        if len(word) > 6:
            self.hide(word)

    def heed(self, command):
        name, data = command.name, command.data
        if name in DISABLED:
            raise Refused("%s is disabled" % name)
        if name == "add-mask":
            self.mask(data)
        elif name == "group":
            if self.open is not None:
                self.complaints.append("a group in a group")
            self.open = data
            self.groups.append((data, []))
        elif name == "endgroup":
            if self.open is None:
                self.complaints.append("no group to end")
            self.open = None
        elif name in ISSUES:
            self.add_issue(command)
        elif name == "echo":
            if data.strip().lower() not in ("on", "off"):
                raise Refused("echo %r" % data)
            self.echo = data.strip().lower() == "on"
        elif name in ("set-output", "save-state"):
            if not command.properties.get("name"):
                raise Refused("%s without a name" % name)
            (self.outputs if name == "set-output" else self.state)[command.properties["name"]] = data

    def mask(self, data):
        if not data.strip():
            self.complaints.append("an empty mask")
            return
        self.masks += [data] + [line for line in re.split(r"[\r\n]", data) if line]
        self.hidden = sorted(set(self.masks) | set(self.words), key=len, reverse=True)

    words, hidden = (), ()

    def hide(self, word):
        self.words = (*self.words, word)
        self.hidden = sorted(set(self.masks) | set(self.words), key=len, reverse=True)

    def masked(self, text):
        for secret in self.hidden:
            text = text.replace(secret, HIDDEN)
        return text

    def add_issue(self, command):
        if not command.data:
            return
        if sum(issue.level == command.name for issue in self.issues) < ISSUES_MAX:
            self.issues.append(Issue(command))
        else:
            self.lost[command.name] += 1

    def write(self, line):
        if not line:
            return
        if not self.masks:
            self.before_mask.append(line)
        self.text.append(line)
        self.shown.append(self.masked(line))
        if self.open is not None:
            self.groups[-1][1].append(line)

    def named(self, *names):
        return [c for c in self.commands if c.name in names]


def read_pairs(text, refused=()):
    """The grammar of GITHUB_OUTPUT, GITHUB_ENV and GITHUB_STATE, in order; LF alone ends a line."""
    pairs, at = [], 0

    def line():
        nonlocal at
        if at >= len(text):
            return None
        end = text.find("\n", at)
        end = len(text) if end < 0 else end
        found, at = text[at:end], end + 1
        return found

    while (header := line()) is not None:
        if not header:
            continue
        equals, heredoc = header.find("="), header.find("<<")
        if heredoc >= 0 and (equals < 0 or heredoc < equals):
            name, word = header.split("<<", 1)
            if not name or not word:
                raise Refused("Invalid format %r" % header)
            lines = []
            while (part := line()) != word:
                if part is None:
                    raise Refused("Invalid value. Matching delimiter not found %r" % word)
                lines.append(part)
            value = "\n".join(lines)
        elif equals > 0:
            name, value = header.split("=", 1)
        else:
            raise Refused("Invalid format %r" % header)
        if name.upper() in refused:
            raise Refused("Can't store %s" % name)
        pairs.append((name, value))
    return pairs


def read_outputs(text):
    """GITHUB_OUTPUT of a step that leaves nothing half done: whole lines, each name once."""
    pairs = read_pairs(text)
    assert text == "" or text.endswith("\n"), "the last line does not end"
    assert len(dict(pairs)) == len(pairs), "a name twice: %r" % pairs
    return dict(pairs)


def read_variables(text):
    """GITHUB_ENV."""
    return dict(read_pairs(text, ("NODE_OPTIONS",)))


def read_path(text):
    """GITHUB_PATH: a folder on each line."""
    return [line for line in re.split(r"\r\n|\r|\n", text) if line]


def read_summary(data, console=None):
    """GITHUB_STEP_SUMMARY, bytes, as it is shown: secrets hidden line by line."""
    if len(data) > SUMMARY_MAX:
        raise Refused("a summary of %d bytes" % len(data))
    lines = data.decode("utf-8", "replace").split("\n")
    return "\n".join(console.masked(line) if console else line for line in lines)
