#!/usr/bin/env python3
"""`plan-runner doctor`: what is looked at, what is found, and that nothing is changed."""
import email.utils
import http.server
import json
import os
import threading
import time
import unittest

from platform_case import CLOSED, PlatformCase
from kube_api import certificate
from standin import StandIn


class Answering(http.server.ThreadingHTTPServer):
    """Answers every GET, also through it as a proxy, in the same way."""

    def __init__(self, status, headers=(), body=b'{"status":"ok"}'):
        outer = self
        self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                outer.seen.append(self.path)
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_CONNECT = do_GET

            def log_message(self, *args):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        self.url = "http://127.0.0.1:%d" % self.server_port
        threading.Thread(target=self.serve_forever, daemon=True).start()


class DoctorCase(PlatformCase):
    def answering(self, *args, **more):
        server = Answering(*args, **more)
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return server

    def doctor(self, *args, **changes):
        """{check: (verdict, detail, remedy)} of the first line of each check, and the exit code."""
        done = self.run_program("doctor", "--output", "json", *args, **changes)
        self.assertEqual(done.err, "")
        report = json.loads(done.out)
        self.assertEqual(done.code, 0 if report["healthy"] else 1, report)
        self.assertEqual(report["healthy"], "failed" not in [c["verdict"] for c in report["checks"]])
        for check in report["checks"]:
            self.assertEqual(set(check), {"check", "verdict", "detail", "remedy"})
            if check["verdict"] in ("failed", "warning"):
                self.assertTrue(check["remedy"], check)
        found = {}
        for c in report["checks"]:
            found.setdefault(c["check"], (c["verdict"], c["detail"], c["remedy"]))
        return found


class Healthy(DoctorCase):
    def test_a_plan_that_can_be_run_has_no_failed_line_and_nothing_is_changed(self):
        made = self.seeded("nominal")
        done = self.run_program("doctor", made["plan"])
        self.assertEqual(done.code, 0, done.said)
        verdicts = [line.split()[0] for line in done.out.splitlines()]
        self.assertEqual(set(verdicts), {"ok"}, done.out)
        names = [line.split()[1] for line in done.out.splitlines()]
        self.assertEqual(names, ["settings", "proxy", "name", "connection", "tls", "clock", "platform", "token",
                                 "organisation", "plan", "environment", "experiment", "files", "files", "spool",
                                 "interpreter"])
        self.assertEqual({r["method"] for r in self.standin.records}, {"GET"})
        self.assertEqual(self.stored_plan(made)["status"], "created")
        self.assertNotIn(self.standin.token, done.said)

    def test_json_has_the_same_lines(self):
        made = self.seeded("nominal")
        found = self.doctor(made["plan"])
        self.assertEqual({v[0] for v in found.values()}, {"ok"}, found)
        self.assertIn(self.standin.org, found["settings"][1])

    def test_without_a_plan_the_plan_is_skipped(self):
        found = self.doctor()
        self.assertEqual(found["plan"][0], "skipped")
        self.assertEqual(found["token"][0], "ok")

    def test_what_is_no_uuid_is_a_wrong_command_line(self):
        self.assertEqual(self.run_program("doctor", "nonsense").code, 2)


class Sick(DoctorCase):
    def test_settings(self):
        for changes, remedy in (({"RELIABLY_SERVICE_TOKEN": None}, "RELIABLY_SERVICE_TOKEN"),
                                ({"RELIABLY_ORGANIZATION_ID": None}, "RELIABLY_ORGANIZATION_ID"),
                                ({"RELIABLY_ORGANIZATION_ID": "x"}, "variable"),
                                ({"RELIABLY_SERVICE_HOST": "ftp://x"}, "variable")):
            with self.subTest(changes=changes):
                found = self.doctor(**changes)
                self.assertEqual(found["settings"][0], "failed")
                self.assertIn(remedy, found["settings"][2])

    def test_a_name_without_an_address(self):
        found = self.doctor(RELIABLY_SERVICE_HOST="http://no-such-name.invalid")
        self.assertEqual(found["name"][0], "failed")
        self.check_skipped(found, "name")

    def test_nobody_listens(self):
        found = self.doctor(RELIABLY_SERVICE_HOST=CLOSED)
        self.assertEqual(found["connection"][0], "failed")
        self.check_skipped(found, "connection")

    def check_skipped(self, found, failed):
        """Each check that the failed one stands in the way of has one line, in the order of the healthy."""
        checks = ["name", "connection", "tls", "clock", "platform", "token", "organisation", "plan"]
        later = checks[checks.index(failed) + 1:]
        self.assertEqual([found.get(c, (None,))[0] for c in later], ["skipped"] * len(later), found)
        self.assertEqual([c for c in found if c in checks], checks)

    def test_a_host_that_nobody_named(self):
        found = self.doctor(RELIABLY_SERVICE_HOST=None)
        self.assertIn("http://localhost:8090 (the default: RELIABLY_SERVICE_HOST is not set)", found["settings"][1])
        self.assertNotIn("default", self.doctor()["settings"][1])
        found = self.doctor(RELIABLY_SERVICE_HOST=None, RELIABLY_SERVICE_TOKEN=None)
        self.assertIn("RELIABLY_SERVICE_HOST is not set", found["settings"][1])

    def test_an_authority_that_is_not_trusted_or_is(self):
        both, pem = certificate(self.folder)
        secure = StandIn(tls=(both,))
        self.addCleanup(secure.close)
        who = {"RELIABLY_SERVICE_HOST": secure.url, "RELIABLY_SERVICE_TOKEN": secure.token,
               "RELIABLY_ORGANIZATION_ID": secure.org}
        found = self.doctor(**who)
        self.assertEqual(found["tls"][0], "failed")
        self.assertIn("PLAN_RUNNER_CA_FILE", found["tls"][2])
        self.check_skipped(found, "tls")
        self.assertEqual(self.doctor(PLAN_RUNNER_CA_FILE=pem, **who)["tls"][0], "ok")
        self.assertEqual(self.doctor("--ca-file", pem, **who)["token"][0], "ok")
        self.assertEqual(self.doctor(RELIABLY_VERIFY_TLS="0", **who)["tls"][0], "warning")

    def test_another_clock(self):
        for seconds, verdict in ((10, "ok"), (100, "warning"), (-100, "warning"), (4000, "failed"), (-4000, "failed")):
            with self.subTest(seconds=seconds):
                date = email.utils.formatdate(time.time() + seconds, usegmt=True)
                found = self.doctor(RELIABLY_SERVICE_HOST=self.answering(200, [("Date", date)]).url)
                self.assertEqual(found["clock"][0], verdict, found["clock"])

    def test_something_else_answers(self):
        found = self.doctor(RELIABLY_SERVICE_HOST=self.answering(404).url)
        self.assertEqual(found["platform"][0], "failed")
        self.assertIn("404", found["platform"][1])
        found = self.doctor(RELIABLY_SERVICE_HOST=self.answering(200, body=b"<html>").url)
        self.assertEqual((found["platform"][0], found["token"][0]), ("ok", "failed"))

    def test_a_proxy_that_wants_credentials(self):
        proxy = self.answering(407, [("Proxy-Authenticate", "Basic realm=x")])
        login = proxy.url.replace("://", "://me:canary-of-proxy@")
        for host in ("http://platform.invalid", "https://platform.invalid"):
            with self.subTest(host=host):
                done = self.run_program("doctor", RELIABLY_SERVICE_HOST=host, http_proxy=login, https_proxy=login)
                self.assertEqual(done.code, 1)
                self.assertRegex(done.out, "(?m)^failed +proxy .*credentials")
                self.assertNotIn("canary-of-proxy", done.said)
        self.assertTrue(proxy.seen)

    def test_a_token_that_is_not_taken(self):
        found = self.doctor(RELIABLY_SERVICE_TOKEN="0" * 32)
        self.assertEqual(found["token"][0], "failed")
        self.assertEqual(found["organisation"][0], "skipped")

    def test_an_organisation_of_others(self):
        found = self.doctor(RELIABLY_ORGANIZATION_ID="11111111-1111-4111-8111-111111111111")
        self.assertEqual(found["organisation"][0], "failed")
        self.assertIn(self.standin.org, found["organisation"][1])

    def test_a_plan_that_is_not_there(self):
        found = self.doctor("11111111-1111-4111-8111-111111111111")
        self.assertEqual(found["plan"][0], "failed")
        self.assertNotIn("experiment", found)

    def test_an_experiment_that_needs_an_interpreter(self):
        provider = {"type": "python", "module": "chaosaws.ec2.actions", "func": "stop_instance"}
        made = self.plan({"title": "t", "description": "d", "rollbacks": [],
                          "method": [{"type": "action", "name": "a", "provider": provider}]})
        found = self.doctor(made["plan"])
        self.assertEqual(found["experiment"][0], "failed")
        self.assertIn("chaosaws.ec2.actions", found["experiment"][1])

    def test_hostile_texts_stay_on_their_line(self):
        made = self.plan({"title": "t\x1b[31m\nok       fake", "description": "d", "rollbacks": [], "method": [
            {"type": "probe", "name": "p", "provider": {"type": "http", "url": "http://127.0.0.1:1/"}}]})
        done = self.run_program("doctor", made["plan"])
        self.assertNotIn("\x1b", done.out)
        self.assertNotIn("\nok       fake", done.out)

    def test_reports_that_wait_are_named(self):
        spool = os.path.join(self.folder, "spool")
        made = self.seeded("noop")
        self.standin.fault(method="PUT", path="*/results", times=None, do="status", status=503)
        self.execute(made["plan"], PLAN_RUNNER_SPOOL=spool, PLAN_RUNNER_REPORT_DEADLINE="1s")
        found = self.doctor(PLAN_RUNNER_SPOOL=spool)
        self.assertEqual(found["reports"][0], "warning")
        self.assertIn("resend", found["reports"][2])
        self.assertEqual(len(os.listdir(spool)), 1)

    def test_no_home_and_no_place_to_write(self):
        found = self.doctor(PLAN_RUNNER_SPOOL="/proc/spool")
        self.assertEqual(found["spool"][0], "warning")


if __name__ == "__main__":
    unittest.main()
