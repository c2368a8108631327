#!/usr/bin/env python3
"""The layout that docker/oci writes, without an engine: what it holds, the same bytes in another folder, the bill of materials.

The static files are $STATIC_FILES, separated by blanks, the one for amd64 first. crane and the validators stand on PATH.
"""
import contextlib
import glob
import hashlib
import io
import json
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
FILES = os.environ["STATIC_FILES"].split()
LIMIT = 5000000  # bytes, unpacked
CONTENTS = os.path.join(HERE, "contents.txt")

sys.path.insert(0, HERE)
from contents import listing  # noqa: E402


def oci(folder, *files, top=TOP, code=0, **more):
    done = subprocess.run([os.path.join(top, "docker", "oci"), "--output", folder, *files], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, universal_newlines=True, check=False, **more)
    if done.returncode != code:
        raise AssertionError("docker/oci ended with %d: %s" % (done.returncode, done.stderr))
    return done.stderr if code else done.stdout.strip()


@contextlib.contextmanager
def registry():
    """One of crane's, on loopback; its address."""
    with subprocess.Popen(["crane", "registry", "serve", "--address", "127.0.0.1:0"], stdout=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, universal_newlines=True) as process:
        try:
            yield "127.0.0.1:" + re.search(r"serving on port (\d+)", process.stderr.readline()).group(1)
        finally:
            process.terminate()


def tree(folder):
    """{path: content} of every file below it"""
    found = {}
    for at, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(at, name)
            with open(path, "rb") as stream:
                found[os.path.relpath(path, folder)] = stream.read()
    return found


class Case(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="plan-runner-layout-")
        self.addCleanup(shutil.rmtree, self.folder)

    def file(self, name, content):
        path = os.path.join(self.folder, name)
        with open(path, "wb") as stream:
            stream.write(content)
        os.chmod(path, 0o755)
        return path


class Layout(Case):
    @classmethod
    def setUpClass(cls):
        cls.made = tempfile.mkdtemp(prefix="plan-runner-layout-")
        cls.addClassCleanup(shutil.rmtree, cls.made)
        cls.digest = oci(cls.made, *FILES)
        cls.layout = os.path.join(cls.made, "layout")

    def blob(self, descriptor):
        algorithm, digest = descriptor["digest"].split(":")
        with open(os.path.join(self.layout, "blobs", algorithm, digest), "rb") as stream:
            content = stream.read()
        self.assertEqual((hashlib.sha256(content).hexdigest(), len(content)), (digest, descriptor["size"]))
        return content

    def images(self):
        """(descriptor, manifest, config, archive of the layer) of each architecture"""
        with open(os.path.join(self.layout, "index.json"), encoding="utf-8") as stream:
            (top,) = json.load(stream)["manifests"]
        self.assertEqual(top["digest"], self.digest)
        for descriptor in json.loads(self.blob(top))["manifests"]:
            manifest = json.loads(self.blob(descriptor))
            (layer,) = manifest["layers"]
            unpacked = subprocess.run(["gzip", "-dc"], input=self.blob(layer), stdout=subprocess.PIPE, check=True).stdout
            yield descriptor, manifest, json.loads(self.blob(manifest["config"])), unpacked

    def test_each_architecture(self):
        found = list(self.images())
        self.assertEqual([d["platform"]["architecture"] for d, _, _, _ in found], ["amd64", "arm64"][:len(FILES)])
        for path, (descriptor, manifest, config, layer) in zip(FILES, found):
            self.assertEqual(config["architecture"], descriptor["platform"]["architecture"])
            self.assertEqual(config["rootfs"]["diff_ids"], ["sha256:" + hashlib.sha256(layer).hexdigest()])
            self.assertEqual(config["config"]["Labels"], manifest["annotations"])
            with tarfile.open(fileobj=io.BytesIO(layer)) as archive, open(path, "rb") as program:
                self.assertEqual(archive.extractfile("plan-runner").read(), program.read())
                licences = archive.extractfile("usr/share/licenses/plan-runner/THIRD-PARTY").read().decode()
                own = archive.extractfile("usr/share/licenses/plan-runner/LICENSE").read()
            versions, _ = pins()
            named = dict(re.findall(r"(?m)^== (\S+) (\S+) ", licences))
            self.assertEqual([*named], [name for name in versions if name != "ca-certificates"])
            self.assertTrue(all(version in versions[name] for name, version in named.items()), named)
            self.assertIn(b"Apache License", own)

    def test_nothing_but_what_is_listed(self):
        with open(CONTENTS, encoding="utf-8") as stream:
            wanted = stream.read()
        for _, _, _, layer in self.images():
            with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
                members = archive.getmembers()
            self.assertEqual("".join(line + "\n" for line in listing([layer])), wanted)
            self.assertEqual([m.name for m in members], sorted(m.name for m in members))
            self.assertEqual({(m.mtime, m.uname, m.gname) for m in members}, {(1700000000, "", "")})
            size = sum(m.size for m in members)
            print("size    %d bytes unpacked, head-room %d" % (size, LIMIT - size))
            self.assertLessEqual(size, LIMIT)

    def test_the_order_of_the_files_does_not_matter(self):
        self.assertEqual(oci(os.path.join(self.folder, "other"), *reversed(FILES)), self.digest)

    def test_no_blob_is_left_over(self):
        reached = {self.digest} | {blob["digest"] for d, m, _, _ in self.images() for blob in (d, m["config"], *m["layers"])}
        self.assertEqual({"sha256:" + name for name in os.listdir(os.path.join(self.layout, "blobs", "sha256"))}, reached)

    def test_another_folder_another_user_another_day(self):
        top = os.path.join(self.folder, "a", "deeper", "folder")
        cache = os.path.join(self.folder, "cache")
        kept = os.environ.get("PLAN_RUNNER_CACHE") or os.path.expanduser("~/.cache/plan-runner")
        os.makedirs(os.path.join(cache, "sources"))
        for package in glob.glob(os.path.join(kept, "sources", "ca-certificates*")):
            shutil.copy(package, os.path.join(cache, "sources"))
        shutil.copytree(os.path.join(TOP, "docker"), os.path.join(top, "docker"))
        for name in ("LICENSE", "CMakeLists.txt"):
            shutil.copyfile(os.path.join(TOP, name), os.path.join(top, name))
        copies = [shutil.copyfile(path, os.path.join(top, "file%d" % i)) for i, path in enumerate(FILES)]
        odd = dict(os.environ, TZ="Pacific/Auckland", LC_ALL="C.UTF-8", SOURCE_DATE_EPOCH="1", GZIP="-1", PYTHONHASHSEED="1",
                   PLAN_RUNNER_CACHE=cache, HOME=self.folder)
        second = os.path.join(self.folder, "second")
        digest = oci(second, *copies, top=top, cwd="/", env=odd, preexec_fn=lambda: os.umask(0o077))
        self.assertEqual(digest, self.digest)
        self.assertEqual(tree(second), tree(self.made))

    def test_crane_reads_it_and_a_registry_keeps_the_digest(self):
        for descriptor, *_ in self.images():
            path = os.path.join(self.made, "docker-%s.tar" % descriptor["platform"]["architecture"])
            subprocess.run(["crane", "validate", "--tarball", path], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with registry() as host:
            name = host + "/plan-runner:test"
            subprocess.run(["crane", "push", self.layout, name], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            said = subprocess.run(["crane", "digest", name], check=True, stdout=subprocess.PIPE, universal_newlines=True).stdout
            self.assertEqual(said.strip(), self.digest)
            subprocess.run(["crane", "validate", "--remote", name], check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def interpreted(path):
    """The program with the type of its first program header changed to PT_INTERP."""
    with open(path, "rb") as stream:
        data = bytearray(stream.read())
    at, = struct.unpack_from("<Q", data, 32)
    struct.pack_into("<I", data, at, 3)
    return bytes(data)


class Refusals(Case):
    def refused(self, pattern, *files):
        said = oci(os.path.join(self.folder, "out"), *files, code=1)
        self.assertRegex(said.splitlines()[0], pattern)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "out")))

    def test_what_is_no_program(self):
        self.refused("text is no program for amd64 or arm64", self.file("text", b"#!/bin/sh\n"))
        self.refused("none: No such file", os.path.join(self.folder, "none"))

    def test_two_of_one_architecture(self):
        self.refused("two programs for amd64", FILES[0], FILES[0])

    def test_another_program(self):
        with open(FILES[0], "rb") as stream:
            head = stream.read(64)
        self.refused("other names no libraries", self.file("other", head))

    def test_a_program_that_is_not_static(self):
        self.refused("^docker/sbom: .*other is not static: give build/static/plan-runner$", self.file("other", interpreted(FILES[0])))
        said = subprocess.run([os.path.join(TOP, "docker", "rootfs"), os.path.join(self.folder, "other")], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, universal_newlines=True, check=False)
        self.assertEqual((said.returncode, said.stdout), (1, ""))
        self.assertEqual(said.stderr.count("\n"), 1)

    def test_a_program_that_is_cut_off(self):
        with open(FILES[0], "rb") as stream:
            whole = stream.read()
        headers = struct.pack("<Q", 2 ** 64 - 1)
        self.refused("other is cut off", self.file("other", whole[:32] + headers + whole[40:]))

    def test_a_folder_that_cannot_be(self):
        self.file("taken", b"")
        said = oci(os.path.join(self.folder, "taken"), FILES[0], code=1)
        self.assertRegex(said, r"^docker/oci: .*/taken/.*: Not a directory\n$")

    def test_help_and_what_is_missing(self):
        self.assertRegex(oci("x", "--help"), r"docker/oci \[--output FOLDER\](.|\n)*Needs python3")
        self.assertRegex(oci("x", code=2), "docker/oci: error: .*required: FILE\n$")


def pins():
    """{name: acceptable versions}, {name: licence}"""
    versions, licences, name = {}, {}, None
    with open(os.path.join(TOP, "docker", "pins.txt"), encoding="utf-8") as stream:
        for line in stream:
            if line.startswith(("library ", "package ")):
                _, name, licences[name] = line.rstrip("\n").split(" ", 2)
            elif line.startswith("pin "):
                versions.setdefault(name, []).append(line.split()[1])
    return versions, licences


class Materials(Case):
    def sbom(self, kind, *options, path=FILES[0]):
        return subprocess.run([os.path.join(TOP, "docker", "sbom"), *options, kind, path], stdout=subprocess.PIPE, check=True).stdout

    def test_valid(self):
        for kind, ending, validator in (("spdx", ".spdx.json", ["pyspdxtools", "-i"]), ("cyclonedx", ".cdx.json", ["cyclonedx-validate"])):
            for options in ((), ("--image",)):
                with self.subTest(kind, options=options):
                    path = self.file("x" + ending, self.sbom(kind, *options))
                    done = subprocess.run([*validator, path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
                    self.assertEqual(done.returncode, 0, done.stdout)

    def test_both_name_the_pinned_versions(self):
        versions, licences = pins()
        spdx, cyclonedx = (json.loads(self.sbom(kind, "--image")) for kind in ("spdx", "cyclonedx"))
        of_spdx = {p["name"]: (p.get("versionInfo"), p["licenseDeclared"], p.get("checksums", [{}])[0].get("checksumValue"))
                   for p in spdx["packages"]}
        of_cyclonedx = {c["name"]: (c.get("version"), c["licenses"][0]["expression"], c.get("hashes", [{}])[0].get("content"))
                        for c in [cyclonedx["metadata"]["component"], *cyclonedx["components"]]}
        self.assertEqual(of_spdx, of_cyclonedx)
        self.assertEqual(set(of_spdx) - set(licences), {"plan-runner-image", "plan-runner", "libgcc"})
        for name, licence in licences.items():
            self.assertIn(of_spdx[name][0], versions[name])
            self.assertEqual(of_spdx[name][1], licence)
            self.assertRegex(of_spdx[name][2], "^[0-9a-f]{64}$")
        with open(FILES[0], "rb") as stream:
            self.assertEqual(of_spdx["plan-runner"][2], hashlib.sha256(stream.read()).hexdigest())

    def test_a_version_beside_the_pins_has_no_checksum(self):
        with open(FILES[0], "rb") as stream:
            other = re.sub(rb"== curl [0-9.]+", lambda m: m.group()[:-1] + b"9", stream.read())
        path = self.file("other", other)
        curl = [p for p in json.loads(self.sbom("spdx", path=path))["packages"] if p["name"] == "curl"][0]
        self.assertRegex(curl["versionInfo"], "^8[.0-9]*9-")
        self.assertNotIn("checksums", curl)


if __name__ == "__main__":
    unittest.main()
