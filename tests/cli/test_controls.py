"""Native controls in `run`: what they do to the journal, the exit code and the world."""
import json
import os
import signal
import time
import unittest

from endpoint import Endpoint
from platform_case import CLOSED, PlatformCase

GO, STOP = (200, {"ok": True}), (200, {"ok": False, "reason": "change freeze"})


def control(module, name="c", **arguments):
    return {"name": name, "provider": {"type": "python", "module": module, "arguments": arguments}}


def activity(name, arguments="", path="true", kind="action", **more):
    return dict({"type": kind, "name": name, "provider": {"type": "process", "path": path, "arguments": arguments}}, **more)


def probe(name, text, tolerance, **more):
    return dict(activity(name, text, "echo", "probe"), tolerance={"type": "regex", "pattern": tolerance,
                                                                  "target": "stdout"}, **more)


class ControlCase(PlatformCase):
    def write(self, name, value):
        with open(os.path.join(self.folder, name), "w") as f:
            f.write(value if isinstance(value, str) else json.dumps(value))

    def run_it(self, controls, *args, method=None, env=None, **more):
        document = dict({"title": "t", "description": "d", "method": method or [activity("one"), activity("two")],
                         "rollbacks": [activity("undo")], "controls": controls}, **more)
        self.write("e.json", document)
        return self.run_program("run", *args, "e.json", **(env or {}))

    def journal(self):
        with open(os.path.join(self.folder, "journal.json")) as f:
            return json.load(f)

    def names(self, part="run"):
        return [entry["activity"]["name"].split("-autopause-")[0] for entry in self.journal()[part]]


class Loaded(ControlCase):
    def test_unknown_modules_are_warned_of_once_each(self):
        one, two = control("no.such", "a"), control("no.such", "b")
        self.write("c.json", {"x": one, "y": two, "z": control("other.one")})
        done = self.run_it([], "--control-file", "c.json")
        self.assertEqual(done.code, 0, done.said)
        self.assertEqual(done.said.count("Control module 'no.such' is not available"), 1)
        self.assertEqual(done.said.count("Control module 'other.one' is not available"), 1)
        done = self.run_it([one], "--no-validation", method=[activity("a", controls=[two])])
        self.assertEqual(done.said.count("'no.such'"), 1, done.said)
        done = self.run_it([control("chaosreliably.controls.experiment", org_id="o", exp_id="e")])
        self.assertNotIn("WARNING", done.said)

    def test_files_by_their_extension(self):
        mapping = {"pause": control("chaosreliably.controls.autopause", "ignored", autopause={
            "method": {"actions": {"enabled": True, "pause_duration": 0.01}}})}
        text = json.dumps(mapping)
        for name, content, code, played in (
                ("c.json", text, 0, 4), ("c", text, 0, 4), ("c.js", text, 0, 4), ("c.yaml", text, 0, 4),
                ("c.yml", text, 0, 4), ("empty.json", "", 0, 2), ("bad.json", "{", 0, 2), ("bad.yaml", "{", 0, 2),
                ("c.txt", text, 1, None), ("list.json", "[]", 1, None)):
            with self.subTest(name):
                self.write(name, content)
                done = self.run_it([], "--control-file", name, method=[activity("one", dry=None), activity("two")])
                self.assertEqual(done.code, code, done.said)
                self.assertEqual("Failed to parse control file" in done.said, name.startswith("bad"), done.said)
                if played:
                    self.assertEqual(len(self.names()), played)
                else:
                    self.assertIn(name, done.said)
        done = self.run_it([], "--control-file", "absent.json")
        self.assertEqual(done.code, 2, done.said)

    def test_settings(self):
        self.write("s.yaml", "controls:\n  b:\n    provider:\n      type: python\n      module: chaosaddons.controls.bypass\n"
                             "      arguments:\n        target_type: action\n")
        done = self.run_it([], "--settings", "s.yaml", method=[activity("one", path="false")])
        self.assertEqual(done.code, 0, done.said)
        self.assertEqual(self.journal()["run"][0]["status"], "succeeded")


class Arguments(ControlCase):
    """One warning for each control that has nothing to do, or arguments that it does not know."""
    CASES = (
        (control("chaosreliably.controls.prechecks"), "its argument 'url' is missing: it guards nothing"),
        (control("chaosreliably.controls.prechecks", url={"type": "env", "key": "PR_TEST_NOT_SET"}),
         "its argument 'url' has no value: it guards nothing"),
        (control("chaosreliably.controls.safeguards", ulr=CLOSED, frequency=3),
         "its argument 'url' is missing: it guards nothing; it has no argument 'ulr' (did you mean 'url'?)"),
        (control("chaosaddons.controls.safeguards", prbes=3),
         "its argument 'probes' is missing: it guards nothing; it has no argument 'prbes' (did you mean 'probes'?)"),
        (control("chaosaddons.controls.repeat", repeat_cuont="x"),
         "its argument 'repeat_count' is missing: nothing is repeated; "
         "it has no argument 'repeat_cuont' (did you mean 'repeat_count'?)"),
        ({"name": "c", "provider": {"type": "python", "module": "chaosaddons.controls.bypass"}},
         "its argument 'target_type' or 'target_names' is missing: no activity is left out"),
        (control("chaosreliably.controls.autopause", method=True),
         "its argument 'autopause' is missing: nothing is paused; it has no argument 'method' (it has: autopause)"),
        (control("chaosreliably.controls.autopause", autopause={"method": {"actoins": {"enabled": True}, "delay": 3}}),
         "it has no argument 'autopause.method.actoins' (did you mean 'actions'?); "
         "it has no argument 'autopause.method.delay' (it has: actions, probes)"),
        (control("chaosaddons.controls.repeat", repeat_count=1, colour="red"),
         "it has no argument 'colour' (it has: repeat_count, break_if_previous_iteration_failed)"),
    )
    RIGHT = (
        control("chaosaddons.controls.safeguards", probes=[activity("p", tolerance=0)], interrupt_after_activity=False),
        control("chaosaddons.controls.repeat", repeat_count=1, break_if_previous_iteration_failed=True),
        control("chaosaddons.controls.bypass", target_names=["other"]),
        control("chaosreliably.controls.autopause", autopause={
            "method": {"actions": {"enabled": False, "pause_duration": {"type": "env", "key": "X"}}},
            "rollbacks": {"enabled": False}}),
        control("chaosreliably.controls.metrics", frequency=1),
    )

    def test_what_is_wrong_is_told_once_and_the_run_goes_on(self):
        for declared, text in self.CASES:
            with self.subTest(text):
                done = self.run_it([declared])
                self.assertEqual((done.code, self.names()), (0, ["one", "two"]), done.said)
                warnings = [line for line in done.said.splitlines() if "WARNING" in line]
                self.assertEqual(len(warnings), 1, done.said)
                self.assertTrue(warnings[0].endswith(
                    "The control 'c' (%s): %s" % (declared["provider"]["module"], text)), warnings)

    def test_what_is_right_is_not_told_of(self):
        for declared in self.RIGHT:
            with self.subTest(declared["provider"]["module"]):
                done = self.run_it([declared])
                self.assertEqual(done.code, 0, done.said)
                self.assertNotIn("The control 'c'", done.said)

    def test_a_bypass_that_names_no_list_is_left_out(self):
        done = self.run_it([control("chaosaddons.controls.bypass", target_names="one")])
        self.assertIn("The control 'c' is left out: target_names must be a list, not", done.said)

    def test_a_module_near_to_a_built_in_one_is_named_once(self):
        misspelt = control("chaosreliably.controls.precheck", "a")
        done = self.run_it([misspelt], method=[activity("one", controls=[dict(misspelt, name="b")])])
        self.assertEqual(done.code, 0, done.said)
        self.assertEqual(done.said.count("Could not find Python module 'chaosreliably.controls.precheck'"), 2)
        self.assertEqual(done.said.count("Did you mean the control module 'chaosreliably.controls.prechecks'?"), 1)
        self.write("c.json", {"x": control("chaosadons.controls.repeat"), "y": control("no.such.controls.repeat")})
        done = self.run_it([], "--control-file", "c.json")
        self.assertEqual(done.said.count("did you mean 'chaosaddons.controls.repeat'?"), 1, done.said)

class Autopause(ControlCase):
    def rule(self, enabled=True, duration=0.01):
        return {"enabled": enabled, "pause_duration": duration}

    def test_behind_what_it_is_for(self):
        look, act = activity("look", kind="probe"), activity("act")
        for method, played in (({"actions": self.rule()}, ["look", "act", "reliably", "act", "reliably", "look"]),
                               ({"probes": self.rule()}, ["look", "reliably", "act", "act", "look", "reliably"]),
                               ({"probes": self.rule(), "actions": self.rule("False")},
                                ["look", "reliably", "act", "act", "look", "reliably"]),
                               ({"actions": self.rule({"type": "env", "key": "NOT_SET"})}, ["look", "act", "act", "look"])):
            with self.subTest(method):
                done = self.run_it([control("chaosreliably.controls.autopause", autopause={"method": method})],
                                   method=[look, act, act, look])
                self.assertEqual((done.code, self.names()), (0, played), done.said)

    def test_durations_are_whole_seconds_and_the_hypothesis_holds(self):
        tree = {"steady-state-hypothesis": self.rule(True, {"type": "env", "key": "D", "default": 9}),
                "rollbacks": self.rule("yes", "0.2")}
        hypothesis = {"title": "h", "probes": [probe("p", "yes", "yes")]}
        done = self.run_it([control("chaosreliably.controls.autopause", autopause=tree)], env={"D": "0.5"},
                           **{"steady-state-hypothesis": hypothesis})
        self.assertEqual(done.code, 0, done.said)
        journal = self.journal()
        self.assertEqual(self.names(), ["one", "two"])
        self.assertEqual(self.names("rollbacks"), ["undo", "reliably"])
        self.assertTrue(journal["steady_states"]["before"]["steady_state_met"])
        pauses = journal["steady_states"]["after"]["probes"][1], journal["rollbacks"][1]
        for entry in pauses:
            duration = entry["activity"]["provider"]["arguments"]["duration"]
            self.assertEqual((duration, type(duration)), (1, int))
            self.assertNotIn("tolerance_met", entry)


class Prechecks(ControlCase):
    def ask(self, url, **more):
        return self.run_it([control("chaosreliably.controls.prechecks", url=url, **more)], "--rollback-strategy", "always")

    def test_it_goes_on(self):
        with Endpoint(GO) as endpoint:
            done = self.ask(endpoint.url, auth={"type": "env", "key": "NO", "default": "Basic c2VjcmV0"})
            self.assertEqual(done.code, 0, done.said)
            self.assertEqual([e["auth"] for e in endpoint.seen], ["Basic c2VjcmV0"])
            self.assertEqual(self.names(), ["one", "two"])

    def test_a_refusal_leaves_everything_out(self):
        with Endpoint(GO) as elsewhere:
            for answer in (STOP, (200, {"ok": 0, "error": "no"}), (200, {}), (200, "no json"), (200, "[]"),
                           (500, {"ok": True}), (302, {"ok": True})):
                with self.subTest(answer), Endpoint(answer) as endpoint:
                    done = self.ask(endpoint.url)
                    self.assertEqual(done.code, 1, done.said)
                    self.assertEqual(len(endpoint.seen), 1)
                    self.assertEqual(self.journal()["status"], "interrupted")
                    self.assertEqual((self.names(), self.names("rollbacks")), ([], []))
                    self.assertIn("triggered the end of the experiment", done.said)
            self.assertEqual(elsewhere.seen, [])
        with Endpoint(STOP) as endpoint:
            self.assertIn("change freeze", self.ask(endpoint.url).said)
        self.assertEqual(self.ask(CLOSED).code, 1)

    def test_no_url_no_precheck(self):
        self.assertEqual(self.ask({"type": "env", "key": "NOT_SET"}).code, 0)
        self.assertEqual(self.names(), ["one", "two"])


class Safeguards(ControlCase):
    slow = [activity("slow", "20", "sleep"), activity("never")]

    def test_both_names_end_a_running_experiment(self):
        for module in ("chaosreliably.controls.safeguard", "chaosreliably.controls.safeguards"):
            with self.subTest(module), Endpoint(GO, GO, STOP) as endpoint:
                done = self.run_it([control(module, url=endpoint.url, frequency=0.01)], method=self.slow)
                self.assertEqual(done.code, 1, done.said)
                self.assertLess(done.seconds, 15)
                self.assertEqual(self.journal()["status"], "interrupted")
                self.assertEqual((self.names(), self.names("rollbacks")), (["slow"], []))
                self.assertEqual(len(endpoint.seen), 3)
                times = [e["time"] for e in endpoint.seen]
                self.assertGreaterEqual(times[2] - times[0], 0.59, "not more often than every 0.3 s")

    def test_rollbacks_are_played_by_strategy_and_not_cut(self):
        with Endpoint(STOP) as endpoint:
            done = self.run_it([control("chaosreliably.controls.safeguard", url=endpoint.url, frequency=0.3)],
                               "--rollback-strategy", "always", method=self.slow,
                               rollbacks=[activity("undo", "0.7", "sleep"), activity("also")])
            self.assertEqual((done.code, self.names("rollbacks")), (1, ["undo", "also"]), done.said)
            self.assertEqual(len(endpoint.seen), 1)

    def test_it_stops_with_the_run(self):
        with Endpoint(GO) as endpoint:
            done = self.run_it([control("chaosreliably.controls.safeguards", url=endpoint.url, frequency="60")])
            self.assertEqual((done.code, self.names()), (0, ["one", "two"]), done.said)
            self.assertLess(done.seconds, 10)

    def guarded(self, *probes, **more):
        return self.run_it([control("chaosaddons.controls.safeguards", probes=list(probes), **more)], method=self.slow)

    def test_probes_before_the_experiment(self):
        done = self.run_it([control("chaosaddons.controls.safeguards", probes=[probe("p", "yes", "yes")])])
        self.assertEqual(done.code, 0, done.said)
        for bad in (probe("p", "no", "yes"), probe("p", "x", "("), {"ref": "absent", "tolerance": 0, "name": "r"}):
            with self.subTest(bad):
                done = self.guarded(probe("fine", "yes", "yes"), bad)
                self.assertEqual((done.code, self.names()), (1, []), done.said)
                self.assertEqual(self.journal()["status"], "interrupted")

    def test_probes_beside_the_experiment(self):
        for how in ({"background": True}, {"frequency": 0.2}):
            with self.subTest(how):
                done = self.guarded(probe("p", "no", "yes", **how))
                self.assertEqual(done.code, 1, done.said)
                self.assertIn("Safeguard 'p' triggered the end of the experiment", done.said)
                self.assertLess(done.seconds, 15)

    def test_after_the_present_activity(self):
        method = [activity("slow", "0.5", "sleep"), activity("never")]
        done = self.run_it([control("chaosaddons.controls.safeguards", interrupt_after_activity=True,
                                    probes=[probe("p", "no", "yes", background=True)])], method=method)
        self.assertEqual((done.code, self.names()), (1, ["slow"]), done.said)
        self.assertEqual(self.journal()["run"][0]["status"], "succeeded")


class Activities(ControlCase):
    def test_repeat(self):
        again = control("chaosaddons.controls.repeat", "again", repeat_count=3)
        twice = control("chaosaddons.controls.repeat", "again", repeat_count="${n}")
        more = {"configuration": {"n": 2}, "rollbacks": [activity("undo", controls=[again])]}
        done = self.run_it([], method=[activity("a", controls=[again]), activity("b", controls=[twice]), activity("c")], **more)
        self.assertEqual(done.code, 0, done.said)
        self.assertEqual(self.names(), ["a", "a", "a", "b", "b", "c"])
        self.assertEqual(self.names("rollbacks"), ["undo"] * 3)
        self.assertEqual([e["activity"].get("iteration_index") for e in self.journal()["run"][:3]], [None, 1, 2])

    def test_repeat_in_the_hypothesis(self):
        again = control("chaosaddons.controls.repeat", "again", repeat_count=2)
        looked = dict(probe("p", "yes", "yes"), controls=[again])
        done = self.run_it([], **{"steady-state-hypothesis": {"title": "h", "probes": [looked, probe("q", "yes", "yes")]}})
        self.assertEqual(done.code, 0, done.said)
        for phase in ("before", "after"):
            entries = self.journal()["steady_states"][phase]["probes"]
            self.assertEqual([e["activity"]["name"] for e in entries], ["p", "p", "q"])

    def test_repeat_until_one_fails(self):
        failing = {"type": "process", "path": "sleep", "arguments": "2", "timeout": 0.05}
        self.run_it([], method=[{"type": "action", "name": name, "provider": failing, "controls": [control(
            "chaosaddons.controls.repeat", repeat_count=3, break_if_previous_iteration_failed=stops)]}
            for name, stops in (("a", True), ("b", False))])
        self.assertEqual(self.names(), ["a", "b", "b", "b"])

    def test_bypass(self):
        self.run_it([control("chaosaddons.controls.bypass", target_names=["one"])],
                    method=[activity("one", "1", "echo", pauses={"after": 30}), activity("two", "2", "echo")])
        one, two = self.journal()["run"]
        self.assertEqual((one["status"], one["output"], one["activity"]["dry"]), ("succeeded", None, True))
        self.assertEqual(two["output"]["stdout"], "2\n")
        self.assertNotIn("dry", self.journal()["experiment"]["method"][0])


class Metrics(ControlCase):
    def measured(self, probe_text, **more):
        """What is said of a system that is bad, and then what `probe_text` says."""
        self.write("state", "bad")
        self.write("looks", "")
        script = "cat state; ! grep -q good state || touch seen; echo >> looks"
        look = {"type": "probe", "name": "look", "tolerance": {"type": "regex", "pattern": "good", "target": "stdout"},
                "provider": {"type": "process", "path": "sh", "arguments": ["-c", script]}}
        begun = "until [ $(wc -l < looks) -ge 3 ]; do sleep 0.02; done; "
        over = "until [ -e seen ]; do sleep 0.02; done; sleep 0.4" if probe_text == "good" else "sleep 0.4"
        heal = activity("heal", ["-c", begun + "printf %s > state; " % probe_text + over], "sh")
        done = self.run_it([control("chaosreliably.controls.metrics", probes=[look], frequency=0.1, **more)],
                           method=[heal], extensions=[{"name": "dora"}])
        self.assertEqual(done.code, 0, done.said)
        return self.journal()["experiment"]["extensions"][0]["metrics"]

    def test_an_outage_and_its_end(self):
        found = self.measured("good")
        self.assertTrue(0.25 < found["outage_duration"] < 5, found)  # from the first of three looks on
        self.assertEqual((found["went_over_timeout"], found["timeout"]), (False, 600))
        self.assertLess(found["detection_time"], found["recovery_time"])

    def test_an_outage_without_end(self):
        found = self.measured("bad")
        self.assertEqual((found["recovery_time"], found["outage_duration"], found["went_over_timeout"]), (None, None, None))
        found = self.measured("bad", recovery_timeout=2, block_execution=True)
        self.assertEqual((found["recovery_time"], found["went_over_timeout"], found["timeout"]), (None, True, 2))

    def wait_for_the_recovery(self, look, **more):
        """A run that is over and waits for its system, which was ill when it was looked at first."""
        self.write("e.json", {
            "title": "t", "description": "d", "method": [activity("one", "0.5", "sleep")], "extensions": [{"name": "dora"}],
            "controls": [control("chaosreliably.controls.metrics", frequency=0.1, block_execution=True, **more, probes=[
                dict(activity("look", ["-c", look], "sh", "probe"), tolerance={"type": "regex", "pattern": "good",
                                                                               "target": "stdout"})])]})
        return self.start("run", "e.json")

    def test_a_probe_that_hangs_does_not_make_it_wait_for_ever(self):
        done = self.finish(self.wait_for_the_recovery("test -e asked && sleep 600; touch asked", recovery_timeout=1.5))
        self.assertEqual((done.code, done.seconds < 30), (0, True), done.said)
        self.assertTrue(self.journal()["experiment"]["extensions"][0]["metrics"]["went_over_timeout"])

    def test_who_interrupts_does_not_wait_for_the_recovery(self):
        self.write("asked", "")
        child = self.wait_for_the_recovery("echo >> asked; echo bad")
        end = time.monotonic() + 30
        while os.path.getsize(os.path.join(self.folder, "asked")) < 3 and time.monotonic() < end:
            time.sleep(0.01)
        child.send_signal(signal.SIGTERM)
        done = self.finish(child, 30)
        self.assertEqual((done.code, self.journal()["status"]), (1, "interrupted"), done.said)
        self.assertIsNotNone(self.journal()["experiment"]["extensions"][0]["metrics"]["detection_time"])


if __name__ == "__main__":
    unittest.main()
