"""A Docker engine (tests/tools/engine) and the scratch image made of a static file, for the time of a `with`."""
import contextlib
import glob
import os
import re
import subprocess
import tempfile

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
ENGINE = os.path.join(TOP, "tests", "tools", "engine")
DOCKER = "/usr/bin/docker"  # Debian's: another client on PATH may want more than the engine has


def output(*command, **kw):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, **kw).stdout.decode()


def load(runner, tag):
    """The image as it is published, but for the tag; its name."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        output(os.path.join(TOP, "docker", "oci"), "--output", folder, "--tag", tag, runner)
        said = output(DOCKER, "load", "-q", "-i", *glob.glob(os.path.join(folder, "docker-*.tar")))
    return re.search(r"Loaded image: (\S+)", said)[1]


@contextlib.contextmanager
def image_of(runner, tag="bench", base=False):
    """The image's name; DOCKER_HOST is set, with `base` debian:bookworm-slim is there. An engine that is up is used, and
    stays; the tag goes."""
    home = os.environ.get("ENGINE_HOME", os.path.expanduser("~/.cache/plan-runner-engine"))
    ours = not os.path.exists(os.path.join(home, "docker.sock"))
    said = output(ENGINE, "up").split()
    os.environ.update(word.split("=", 1) for word in said if "=" in word)
    name = None
    try:
        if base:
            output(ENGINE, "base")
        name = load(runner, tag)
        yield name
    finally:
        if name:
            subprocess.run([DOCKER, "image", "rm", name], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if ours:
            output(ENGINE, "down")
