#!/usr/bin/env python3
"""When a step of the Action commits its results, and when it says at once that it will not. How it does: test_commit_results.py."""
import os
import unittest

from test_commit_results import TOKEN, CommitCase


class When(CommitCase):
    def position(self, done, text):
        self.assertIn(text, done.out)
        return done.out.index(text)

    def test_what_cannot_work_is_told_before_the_run(self):
        for given, said in (({"token": None}, "without a token: give the input github-token one, with the permission `contents: write`"),
                            ({"ref": "refs/tags/v1"}, "refs/tags/v1")):
            with self.subTest(said):
                self.fresh()
                done = self.commit(**given)
                self.check_refused(done, said)
                self.assertEqual(self.github.calls(), [])
                self.assertLess(self.position(done, "::warning title=Commit::"), self.position(done, "::group::Plan"))

    def test_a_plan_that_was_refused_leaves_nothing_to_commit(self):
        done = self.step(self.variables("11111111-1111-4111-8111-111111111111"))
        self.assertEqual((done.code, self.warnings(done), self.github.calls()), (2, [], []), done.out)

    def cancelled(self, **more):
        child = self.begin(self.variables(self.seeded("slow")["plan"]), **more)
        self.wait_for_line("Action: sleep-a-while")
        done = self.cancel(child, 7.4)
        self.assertEqual((done.code, done.outputs["status"]), (2, "interrupted"), done.out)
        return done

    def test_a_cancelled_workflow_commits_in_the_time_that_is_left(self):
        self.check_committed(self.cancelled())

    def test_a_commit_that_hangs_does_not_outlast_a_cancelled_workflow(self):
        self.github.fault(method="POST", path="*/trees", times=None, do="hang")
        warning, = self.warnings(self.cancelled())
        self.assertNotEqual(warning, "")

    def test_outside_of_github_it_is_plain_text(self):
        given = self.variables(self.seeded("noop")["plan"], GITHUB_WORKSPACE=self.folder)
        done = self.run_program("action", **given)
        tip, = self.repository.log("main")[:1]
        self.assertIn("plan-runner: The results are committed to main: https://github.example/acme/shop/commit/%s\n" % tip, done.err)
        self.assertNotIn("::", done.said.replace("+00:00", ""))
        self.assertNotIn(TOKEN, done.said)
        self.assertTrue(os.path.exists(os.path.join(self.folder, "results", "run.json")))


if __name__ == "__main__":
    unittest.main()
