"""A Docker engine (tests/tools/engine) and the scratch image made of a static file, for the time of a `with`."""
import contextlib
import os
import subprocess

TOP = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
ENGINE = os.path.join(TOP, "tests", "tools", "engine")
DOCKER = "/usr/bin/docker"  # Debian's: another client on PATH may want more than the engine has


def output(*command, **kw):
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, **kw).stdout.decode()


@contextlib.contextmanager
def image_of(runner, tag="bench"):
    """The image's name; DOCKER_HOST is set. An engine that is up is used, and stays; the tag goes."""
    home = os.environ.get("ENGINE_HOME", os.path.expanduser("~/.cache/plan-runner-engine"))
    ours = not os.path.exists(os.path.join(home, "docker.sock"))
    said = output(ENGINE, "up").split()
    os.environ.update(word.split("=", 1) for word in said if "=" in word)
    names = []
    try:
        output(ENGINE, "base")
        made = dict(os.environ, DOCKER=DOCKER, TAG=tag)
        names = output(os.path.join(TOP, "docker", "build"), runner, env=made, stderr=subprocess.DEVNULL).split()
        yield names[0]
    finally:
        if names:
            subprocess.run([DOCKER, "image", "rm", *names], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if ours:
            output(ENGINE, "down")
