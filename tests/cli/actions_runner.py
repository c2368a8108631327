"""What the runner of GitHub Actions makes of a step: its commands on standard output, its files for outputs and summary.

Written from the runner's behaviour, not from ours: lines end at CR as well, `##[name]` counts anywhere in a line, names have
no case, an unknown name is text, and a file that does not keep to the grammar fails the step.
"""
import re

COMMANDS = {"add-mask", "add-matcher", "remove-matcher", "debug", "warning", "error", "notice", "group", "endgroup", "echo",
            "stop-commands", "set-output", "save-state", "set-env", "add-path"}
SUMMARY_MAX = 1 << 20


class Command:
    def __init__(self, name, properties, data):
        self.name, self.properties, self.data = name, properties, data

    @property
    def title(self):
        return self.properties.get("title", "")

    def __repr__(self):
        return "%s %r %r" % (self.name, self.properties, self.data)


def unescape(text, table):
    for code, char in table:
        text = text.replace(code, char)
    return text


DATA = (("%0D", "\r"), ("%0A", "\n"), ("%25", "%"))
PROPERTY = (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%"))
OLD = (("%3B", ";"), ("%0D", "\r"), ("%0A", "\n"), ("%5D", "]"), ("%25", "%"))


def properties(text, separator, table):
    pairs = (part.split("=", 1) for part in text.split(separator) if "=" in part)
    return {name.strip(): unescape(value, table) for name, value in pairs}


def parse(line, known):
    text = line.strip()
    if text.startswith("::") and "::" in text[2:]:
        info, data = text[2:].split("::", 1)
        name, _, rest = info.partition(" ")
        if name.lower() in known:
            return Command(name.lower(), properties(rest, ",", PROPERTY), unescape(data, DATA))
    found = re.search(r"##\[([^\]]*)\](.*)", line, re.S)
    if found:
        name, _, rest = found.group(1).partition(" ")
        if name.lower() in known:
            return Command(name.lower(), properties(rest, ";", OLD), unescape(found.group(2), OLD))
    return None


class Console:
    """Standard output as the runner takes it: `commands` in order, `text` the other lines, `masks` what it hides from then on.
    A group is (title, its lines)."""

    def __init__(self, output):
        self.commands, self.text, self.masks, self.groups, self.before_mask = [], [], [], [], []
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
            assert command.data and command.data.lower() not in COMMANDS | {"pause-logging"}, command
            self.resume = command.data
        else:
            self.heed(command)

    def heed(self, command):
        self.commands.append(command)
        if command.name == "add-mask":
            assert command.data, "an empty mask"
            self.masks += [command.data] + command.data.splitlines()
        elif command.name == "group":
            assert self.open is None, "a group in a group"
            self.open = command.data
            self.groups.append((command.data, []))
        elif command.name == "endgroup":
            assert self.open is not None, "no group to end"
            self.open = None

    def write(self, line):
        if not line:
            return
        if not self.masks:
            self.before_mask.append(line)
        self.text.append(line)
        if self.open is not None:
            self.groups[-1][1].append(line)

    def named(self, *names):
        return [c for c in self.commands if c.name in names]


def read_outputs(text):
    """The grammar of GITHUB_OUTPUT; LF alone ends a line."""
    outputs, lines = {}, text.split("\n")
    assert lines.pop() == "", "the last line does not end"
    while lines:
        line = lines.pop(0)
        if not line:
            continue
        equals, heredoc = line.find("="), line.find("<<")
        if equals >= 0 and (heredoc < 0 or equals < heredoc):
            name, value = line.split("=", 1)
        else:
            assert heredoc >= 0, "Invalid format %r" % line
            name, word = line.split("<<", 1)
            assert word, "Invalid format %r" % line
            assert word in lines, "Invalid value. Matching delimiter not found %r" % word
            value = "\n".join(lines[:lines.index(word)])
            del lines[:lines.index(word) + 1]
        assert name, "Invalid format %r" % line
        outputs[name] = value
    return outputs
