"""What the programs of this folder have in common: options, the files they write, and when they end."""
import ipaddress
import json
import os
import signal
import tempfile
import time


def add_options(parser):
    parser.add_argument("--address", default="127.0.0.1", help="loopback address to listen on")
    parser.add_argument("--port", type=int, default=0, help="0 (default): a free one")
    parser.add_argument("--ready", metavar="FILE", help="written, as KEY=value lines, once the server answers")
    parser.add_argument("--record", metavar="FILE", help="append every request and its answer, as JSON lines")
    parser.add_argument("--max-seconds", type=float, default=600, help="ends by itself after so long (600)")
    parser.add_argument("--parent", type=int, default=os.getppid(), metavar="PID",
                        help="ends when this process is gone (default: the one that started it; 0: none)")


def loopback(address):
    if not ipaddress.ip_address(address).is_loopback:
        raise ValueError("only loopback is served, not " + address)
    return address


def end_on_signals():
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))


def json_line(record):
    return json.dumps(record) + "\n"


def log_to(path, line):
    out = open(path, "a", buffering=1)  # one write a line: the file is complete at any moment
    return lambda record: out.write(line(record))


def announce(facts, ready):
    """Prints the facts and writes them to the file, which appears complete: who waits for it never reads half of it."""
    text = "".join('%s="%s"\n' % fact if " " in str(fact[1]) else "%s=%s\n" % fact for fact in facts.items())
    if ready:
        folder = os.path.dirname(os.path.abspath(ready))
        with tempfile.NamedTemporaryFile("w", dir=folder, delete=False) as f:
            f.write(text)
        os.replace(f.name, ready)
    print(text, end="", flush=True)


def stay(opt):
    """Until the time is over or the parent is gone. In short waits: a signal is handled between two of them."""
    end, child = time.monotonic() + opt.max_seconds, opt.parent == os.getppid()
    while time.monotonic() < end and (not opt.parent or _alive(opt.parent, child)):
        time.sleep(min(0.25, opt.max_seconds))
    os._exit(0)


def _alive(pid, child):
    if child:
        return os.getppid() == pid
    try:
        os.kill(pid, 0)
    except PermissionError:
        pass
    except ProcessLookupError:
        return False
    return True
