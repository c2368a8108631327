"""Traces of a run: what the control chaostracing.oltp sends to a collector (docs/protocol.md 4.4)."""
import json
import sys
import time
import unittest

from platform_case import CLOSED, PlatformCase, Target, kind_of
from recorder import Recorder, spans_of_json, spans_of_protobuf, wire

CONTROL = {"name": "traces", "provider": {"type": "python", "module": "chaostracing.oltp",
                                          "arguments": {"trace_request": True}}}
PATIENT = 30  # more than any run here needs, also on a busy machine
SILENT = 60   # less than who waits for a silent peer


def probe(path, **more):
    return dict({"type": "probe", "name": "look", "tolerance": 0, "provider": {"type": "process", "path": path}}, **more)


def action(name, path, arguments=None, **more):
    provider = {"type": "process", "path": path, "arguments": arguments or []}
    return dict({"type": "action", "name": name, "provider": provider}, **more)


def experiment(method, probes=(), rollbacks=(), **more):
    made = {"title": "Traced", "description": "By a trace", "controls": [CONTROL], "method": list(method),
            "rollbacks": list(rollbacks)}
    if probes:
        made["steady-state-hypothesis"] = {"title": "steady", "probes": list(probes)}
    return dict(made, **more)


class Traced(PlatformCase):
    def collector(self, *args):
        made = Recorder(*args)
        self.addCleanup(made.close)
        return made

    def traced(self, document, collector, *args, **changes):
        plan = self.plan(document)
        return self.execute(plan["plan"], *args, **dict({"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}, **changes))

    def tree(self, collector, read=spans_of_protobuf):
        """{path of names: [span]} of all batches, after a look at what must hold for every trace."""
        self.spans = [span for _, request in collector.requests for span in read(request.body)[1]]
        by_id = {span["id"]: span for span in self.spans}
        self.assertEqual(len(by_id), len(self.spans))
        self.assertEqual(len({span["trace"] for span in self.spans}), 1)
        found = {}
        for span in self.spans:
            self.assertRegex(span["trace"] + span["id"], "^[0-9a-f]{48}$")
            self.assertLessEqual(span["start"], span["end"])
            path, at = [], span
            while at["parent"]:
                path, at = [at["name"]] + path, by_id[at["parent"]]
            found.setdefault("/".join(["experiment"] + path), []).append(span)
        return found


class Tree(Traced):
    def test_nominal(self):
        collector, target = self.collector(), Target()
        self.addCleanup(target.close)
        call = {"type": "action", "name": "touch", "provider": {"type": "http", "url": target.url + "/status/404",
                                                                "method": "GET"}}
        done = self.traced(experiment([call, action("wait", "true", background=True)], [probe("true")],
                                      [action("undo", "true")]), collector,
                           OTEL_EXPORTER_OTLP_TRACES_HEADERS="x-team=k%20ey, other=1", OTEL_SERVICE_NAME="svc",
                           OTEL_RESOURCE_ATTRIBUTES="a=b%2Cc,service.name=no")
        self.assertEqual(done.code, 0, done.said)
        (_, request), = collector.requests
        self.assertEqual((request.method, request.path), ("POST", "/v1/traces"))
        self.assertEqual(request.headers["content-type"], "application/x-protobuf")
        self.assertEqual((request.headers["x-team"], request.headers["other"]), ("k ey", "1"))
        resource = spans_of_protobuf(request.body)[0]
        self.assertEqual((resource["service.name"], resource["a"]), ("svc", "b,c"))
        tree = self.tree(collector)
        root, = tree["experiment"]
        execution = done.journal["experiment"]["extensions"][0]["execution_url"]
        for key, value in {"chaostoolkit.experiment.title": "Traced", "chaostoolkit.experiment.status": "completed",
                           "chaostoolkit.experiment.deviated": False, "reliably.execution.url": execution,
                           "reliably.experiment.name": "Traced",
                           "chaostoolkit.platform.full": done.journal["platform"]}.items():
            self.assertEqual(root["attributes"][key], value, key)
        self.assertEqual([s["attributes"] for s in tree["experiment/hypothesis"]],
                         [{"chaostoolkit.hypothesis.phase": p, "chaostoolkit.hypothesis.met": True}
                          for p in ("before", "after")])
        self.assertEqual(len(tree["experiment/hypothesis/activity: look"]), 2)
        look = tree["experiment/hypothesis/activity: look"][0]["attributes"]
        self.assertEqual(look, {
            "chaostoolkit.activity.name": "look", "chaostoolkit.activity.background": False,
            "chaostoolkit.activity.output": '{"status": 0, "stdout": "", "stderr": ""}',
            "chaostoolkit.activity.status": "succeeded"})
        wait, = tree["experiment/method/activity: wait"]
        self.assertIs(wait["attributes"]["chaostoolkit.activity.background"], True)
        self.assertIn("experiment/rollbacks/activity: undo", tree)
        sent, = tree["experiment/method/activity: touch/GET"]
        self.assertEqual((sent["kind"], sent["attributes"]["http.response.status_code"]), (3, 404))
        self.assertEqual(target.records[-1]["headers"]["traceparent"], "00-%s-%s-01" % (sent["trace"], sent["id"]))

    def test_requests_are_left_alone_on_demand(self):
        collector, target = self.collector(), Target()
        self.addCleanup(target.close)
        document = self.touching(target, controls=[
            {"name": "traces", "provider": {"type": "python", "module": "chaostracing.oltp",
                                            "arguments": {"trace_request": False}}}])
        self.traced(document, collector)
        self.assertNotIn("traceparent", target.records[-1]["headers"])
        self.assertIn("experiment/method/activity: touch", self.tree(collector))
        self.assertEqual(len(self.spans), 4)

    def test_failed_and_deviated(self):
        collector = self.collector()
        slow = {"type": "action", "name": "slow", "provider": {"type": "process", "path": "sleep", "arguments": "5",
                                                               "timeout": 0.1}}
        self.traced(experiment([slow, action("break", "touch", ["broken"])],
                               [probe("test", provider={"type": "process", "path": "test",
                                                        "arguments": ["!", "-e", "broken"]})]), collector)
        tree = self.tree(collector)
        root, = tree["experiment"]
        self.assertIs(root["attributes"]["chaostoolkit.experiment.deviated"], True)
        self.assertNotIn("reliably.execution.url", root["attributes"])  # only with headers for traces
        failed, = tree["experiment/method/activity: slow"]
        self.assertIs(failed["error"], True)
        self.assertEqual(failed["attributes"]["chaostoolkit.activity.status"], "failed")
        self.assertIn("too long", failed["attributes"]["chaostoolkit.activity.error"][-1])
        self.assertIs(tree["experiment/hypothesis"][1]["attributes"]["chaostoolkit.hypothesis.met"], False)

    def test_interrupted(self):
        for signal, member in ((2, "exit_signal"), (15, "interrupted")):
            with self.subTest(signal):
                self.fresh()
                collector = self.collector()
                plan = self.plan(experiment([action("long", "sleep", ["30"])]))
                child = self.start("service", "plan", "execute", plan["plan"],
                                   OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
                self.wait_for("results")
                child.send_signal(signal)
                self.finish(child)
                root, = self.tree(collector)["experiment"]
                self.assertEqual(root["attributes"]["chaostoolkit.experiment.status"], "interrupted")
                self.assertIs(root["attributes"]["chaostoolkit.experiment." + member], True)
                long, = self.tree(collector)["experiment/method/activity: long"]
                self.assertNotIn("chaostoolkit.activity.status", long["attributes"])

    def test_continuous_hypothesis(self):
        collector = self.collector()
        self.traced(experiment([action("wait", "sleep", ["0.3"])], [probe("true")],
                               runtime={"hypothesis": {"strategy": "during-method-only"}}), collector,
                    RELIABLY_CLI_HYPOTHESIS_STRATEGY_FREQ="0.1")
        checks = self.tree(collector)["experiment/hypothesis"]
        self.assertGreater(len(checks), 1)
        self.assertEqual([c["attributes"]["chaostoolkit.hypothesis.iteration"] for c in checks],
                         list(range(1, len(checks) + 1)))
        self.assertEqual({c["attributes"]["chaostoolkit.hypothesis.phase"] for c in checks}, {"continuous"})
        self.assertEqual(len(self.tree(collector)["experiment/hypothesis/activity: look"]), len(checks))


class Sent(Traced):
    method = [action("work", "true")]

    def test_json(self):
        collector = self.collector()
        self.traced(experiment(self.method), collector, OTEL_EXPORTER_OTLP_TRACES_PROTOCOL="http/json")
        self.assertEqual(collector.requests[0][1].headers["content-type"], "application/json")
        self.assertIn("experiment/method/activity: work", self.tree(collector, spans_of_json))

    def test_full_address_and_token_of_dynatrace(self):
        collector = self.collector()
        done = self.traced(experiment(self.method), collector, OTEL_VENDOR="dynatrace", DYNATRACE_TOKEN="dt0c01.tok",
                           OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=collector.url + "/api/v2/otlp/v1/traces")
        (_, request), = collector.requests
        self.assertEqual(request.path, "/api/v2/otlp/v1/traces")
        self.assertEqual(request.headers["authorization"], "Api-Token dt0c01.tok")
        self.assertNotIn("dt0c01.tok", done.said + done.file("run.log") + done.file("result.json"))

    def test_secrets_are_not_sent(self):
        collector = self.collector()
        done = self.traced(experiment([action("tell", "echo", ["canary-value"])]), collector,
                           OTEL_EXPORTER_OTLP_HEADERS="authorization=Basic canary-value")
        self.assertEqual(done.code, 0)
        self.assertIn("experiment/method/activity: tell", self.tree(collector))
        self.assertNotIn(b"canary-value", collector.requests[0][1].body)
        self.assertNotIn("canary-value", done.said + done.file("run.log") + done.file("result.json"))

    def test_what_is_no_secret_stays_as_it_is(self):
        collector = self.collector()
        done = self.traced(experiment([action("tell", "echo", ["a-data-set"])]), collector,
                           OTEL_EXPORTER_OTLP_HEADERS="x-honeycomb-team=canary-value,x-honeycomb-dataset=a-data-set")
        self.assertEqual(done.journal["run"][0]["output"]["stdout"], "a-data-set\n")

    def test_switched_off(self):
        for change in ({"OTEL_SDK_DISABLED": "true"}, {"OTEL_TRACES_EXPORTER": "none"}):
            collector = self.collector()
            self.assertEqual(self.traced(experiment(self.method), collector, **change).code, 0)
            self.assertEqual(collector.requests, [])

    def test_vendor_without_exporter(self):
        plan = self.plan(experiment(self.method))
        done = self.execute(plan["plan"], OTEL_VENDOR="gcp")
        self.assertEqual(done.code, 0)
        self.assertEqual(done.file("run.log").count("trace exporter of 'gcp' is not available"), 1)

    def test_asked_to_wait(self):
        collector = self.collector(lambda request, number: wire.Answer(
            503 if number == 0 else 200, b"", headers={"retry-after": "1"}))
        self.traced(experiment(self.method), collector)
        (first, _), (second, _) = collector.requests
        self.assertGreaterEqual(second - first, 0.95)

    def test_beside_a_long_run(self):
        """Batches leave while the run goes on."""
        collector = self.collector()
        plan = self.plan(experiment([action("quick", "true"), action("wait", "sleep", ["6"])]))
        self.execute(plan["plan"], OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
        self.assertEqual(len(collector.requests), 2)
        self.assertIn("experiment/method/activity: quick", self.tree(collector))


class Unavailable(Traced):
    def outcome(self, url, **changes):
        plan = self.plan(experiment([action("work%d" % i, "true") for i in range(5)]))
        done = self.execute(plan["plan"], OTEL_EXPORTER_OTLP_ENDPOINT=url, **changes)
        self.assertEqual(done.code, 0, done.said)
        self.assertEqual(done.file("run.log").count("Traces could not be delivered"), 1)
        self.assertLess(done.seconds, PATIENT)
        self.assertEqual(self.reports()[-1], "state:finished")
        journal = done.journal
        self.assertLess(journal["duration"], PATIENT)

    def test_nobody_listens(self):
        self.outcome(CLOSED)

    def test_hangs(self):
        collector = self.collector(lambda request, number: time.sleep(SILENT) or wire.Answer(200))
        self.outcome(collector.url)
        finished = [r["t"] for r in self.standin.records if kind_of(r) == "state:finished"][0]
        self.client.got("/plans")  # now
        self.assertGreater(self.standin.records[-1]["t"] - finished, 3, "the closing calls do not wait for the collector")

    def test_refuses(self):
        collector = self.collector(lambda request, number: wire.Answer(401, b"no"))
        self.outcome(collector.url)
        self.assertEqual(len(collector.requests), 1)

    def test_asks_to_wait_for_too_long(self):
        collector = self.collector(lambda request, number: wire.Answer(429, b"", headers={"retry-after": "300"}))
        self.outcome(collector.url)


class Markers(Traced):
    """Honeycomb's, which no control declares."""

    def marked(self, url):
        plan = self.plan(experiment([action("work", "true")], controls=[]))
        return self.execute(plan["plan"], HONEYCOMB_API_KEY="canary-key", PLAN_RUNNER_HONEYCOMB_URL=url)

    def test_begin_and_end(self):
        collector = self.collector(lambda request, number: wire.Answer(201, b'{"id":"m 1"}'))
        done = self.marked(collector.url)
        (_, first), (_, last) = collector.requests
        self.assertEqual([(r.method, r.path, r.headers["x-honeycomb-team"]) for r in (first, last)],
                         [("POST", "/1/markers/__all__", "canary-key"),
                          ("PUT", "/1/markers/__all__/m%201", "canary-key")])
        begun, ended = json.loads(first.body), json.loads(last.body)
        self.assertEqual(begun, {"message": "Traced", "type": "reliably-plan",
                                 "url": done.journal["experiment"]["extensions"][0]["execution_url"]})
        self.assertLessEqual(ended.pop("start_time"), ended.pop("end_time"))
        self.assertEqual(ended, begun)
        self.assertNotIn("canary-key", done.said + done.file("run.log") + done.file("result.json"))

    def test_out_of_order(self):
        for answer in (None, lambda request, number: wire.Answer(500, b"no"),
                       lambda request, number: time.sleep(SILENT) or wire.Answer(200)):
            self.fresh()
            done = self.marked(self.collector(answer).url if answer else CLOSED)
            self.assertEqual(done.code, 0, done.said)
            self.assertLess(done.seconds, PATIENT)
            self.assertIn("oneycomb", done.file("run.log"))
            self.assertEqual(self.reports()[-1], "state:finished")


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
