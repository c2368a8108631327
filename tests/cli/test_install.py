#!/usr/bin/env python3
"""What `cmake --install` puts where, and the links under the names of the originals."""
import os
import shutil
import subprocess
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
RUNNER = os.path.abspath(os.environ["PLAN_RUNNER"])
LINKS = ("chaos", "reliably")


class Links(unittest.TestCase):
    def install(self, *options):
        """The folder of the programs, installed out of a build tree that holds the program under test."""
        box = tempfile.TemporaryDirectory(prefix="install-")
        self.addCleanup(box.cleanup)
        build, prefix = os.path.join(box.name, "build"), os.path.join(box.name, "prefix")
        self.run_cmake("-S", ROOT, "-B", build, "-DPR_TESTS=OFF", "-DCMAKE_INSTALL_PREFIX=" + prefix, *options)
        for name in ("plan-runner", "plan-deployer"):  # which of the two it is does not matter here
            shutil.copy2(RUNNER, os.path.join(build, name))
        self.run_cmake("--install", build)
        return os.path.join(prefix, "bin")

    def run_cmake(self, *arguments):
        done = subprocess.run(["cmake", *arguments], capture_output=True, text=True, timeout=240)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_links_are_installed_where_they_are_asked_for(self):
        folder = self.install("-DPR_INSTALL_LINKS=ON")
        for name in LINKS:
            self.assertEqual(os.readlink(os.path.join(folder, name)), "plan-runner")
        shown = subprocess.run([os.path.join(folder, "chaos"), "--version"], capture_output=True, text=True, timeout=30)
        self.assertIn("chaos, version", shown.stdout)
        shown = subprocess.run([os.path.join(folder, "reliably"), "--help"], capture_output=True, text=True, timeout=30)
        self.assertIn("Usage: reliably", shown.stdout)

    def test_without_the_option_a_chaos_of_others_is_left_alone(self):
        folder = self.install()
        self.assertIn("plan-runner", os.listdir(folder))
        for name in LINKS:
            self.assertFalse(os.path.lexists(os.path.join(folder, name)), name)


if __name__ == "__main__":
    unittest.main()
