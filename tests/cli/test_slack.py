"""What the control chaosslack.control tells a Slack channel (docs/protocol.md 4.4)."""
import json
import sys
import time
import unittest
from urllib.parse import parse_qs

from platform_case import CLOSED, PlatformCase
from recorder import Recorder, wire

TOKEN = "xoxb-canary-token"
PATIENT = 30  # more than any run here needs, also on a busy machine
SILENT = 60   # less than who waits for a silent peer


def control(**arguments):
    return {"name": "slack", "provider": {"type": "python", "module": "chaosslack.control", "arguments": arguments}}


def action(name, path, *arguments):
    return {"type": "action", "name": name, "provider": {"type": "process", "path": path, "arguments": list(arguments)}}


def experiment(method, **more):
    probe = {"type": "probe", "name": "look", "tolerance": 0, "provider": {"type": "process", "path": "true"}}
    return dict({"title": "Told", "description": "To a channel", "controls": [control()],
                 "configuration": {"slack_extra": ["<http://x|More>"]},
                 "steady-state-hypothesis": {"title": "steady", "probes": [probe]},
                 "method": method, "rollbacks": [action("undo", "true")]}, **more)


class Slack(Recorder):
    """As much of the API as is used; `fault(name, number)` may answer instead."""

    def __init__(self, fault=lambda name, number: None):
        self.calls, self.files, self.fault = [], {}, fault
        super().__init__(self.api)

    def api(self, request, number):
        name = request.path.strip("/")
        if name.startswith("upload/"):
            self.files[name[7:]] = request.body.decode()
            return wire.Answer(200, b"OK - 10", "text/plain")
        kind = request.headers.get("content-type", "")
        if request.method == "GET":
            given = {k: v[0] for k, v in parse_qs(request.query).items()}
        elif "json" in kind:
            given = json.loads(request.body)
        else:
            given = {k: v[0] for k, v in parse_qs(request.body.decode()).items()}
        fault = self.fault(name, number)
        if fault:
            return fault
        if request.headers.get("authorization") != "Bearer " + TOKEN:
            return wire.Answer(200, b'{"ok":false,"error":"invalid_auth"}')
        self.calls.append((name, given))
        extra = {"chat.postMessage": {"channel": "C1", "ts": "1.%d" % number}, "chat.update": {"channel": "C1"},
                 "files.getUploadURLExternal": {"upload_url": "%s/upload/F%d" % (self.url, number),
                                                "file_id": "F%d" % number}}.get(name, {})
        return wire.Answer(200, wire.dumps(dict(extra, ok=True)))


class Told(PlatformCase):
    def slack(self, *args):
        made = Slack(*args)
        self.addCleanup(made.close)
        return made

    def told(self, document, slack, **changes):
        plan = self.plan(document)
        given = {"PLAN_RUNNER_SLACK_URL": slack if isinstance(slack, str) else slack.url, "SLACK_CHANNEL": "#chaos",
                 "SLACK_BOT_TOKEN": TOKEN}
        return self.execute(plan["plan"], **dict(given, **changes))


class Thread(Told):
    def test_nominal(self):
        slack = self.slack()
        done = self.told(experiment([action("work", "echo", "made")]), slack)
        self.assertEqual(done.code, 0, done.said)
        self.assertNotIn(TOKEN, done.said + done.file("run.log") + done.file("result.json"))
        first, last = slack.calls[0][1], [c for n, c in slack.calls if n == "chat.update"][0]
        self.assertEqual((first["channel"], first["text"]), ("#chaos", "Experiment is starting"))
        (shown,), (shown_last,) = first["attachments"], last["attachments"]
        node = done.journal["node"]
        self.assertEqual(shown["color"], "#222831")
        self.assertEqual(shown["blocks"][0], {"type": "section", "text": {"type": "mrkdwn", "text": "*Told*"}})
        self.assertEqual(shown["blocks"][1]["elements"][0]["text"], "*Host:* %s\n*State:* Running" % node)
        self.assertIn({"type": "section", "text": {"type": "mrkdwn", "text": "<http://x|More>"}}, shown["blocks"])
        self.assertEqual((last["channel"], last["text"], last["ts"]), ("C1", "Experiment is finished", "1.0"))
        self.assertEqual(shown_last["color"], "#06FF00")
        self.assertIn("*State:* Completed successfully", shown_last["blocks"][1]["elements"][0]["text"])
        said = [c.get("text", c.get("initial_comment")) for n, c in slack.calls if n != "files.getUploadURLExternal"]
        self.assertEqual(said, [
            "Experiment is starting",
            "Steady state hypothesis is being evaluated", "Activity `look` is starting",
            "Activity `look` finished with status `succeeded`", "Steady state hypothesis finished and did not deviate",
            "Method is starting", "Activity `work` is starting", "Activity `work` finished with status `succeeded`",
            "Method is finished",
            "Steady state hypothesis is being evaluated", "Activity `look` is starting",
            "Activity `look` finished with status `succeeded`", "Steady state hypothesis finished and did not deviate",
            "Rollback is starting", "Activity `undo` is starting", "Activity `undo` finished with status `succeeded`",
            "Rollback is finished",
            "Experiment is finished", "Experiment is finished with status `completed successfully`"])
        for name, call in slack.calls[1:]:
            if name in ("chat.postMessage", "files.completeUploadExternal"):
                self.assertEqual(call["thread_ts"], "1.0")
        self.uploads(slack)

    def uploads(self, slack):
        asked = [c for n, c in slack.calls if n == "files.getUploadURLExternal"]
        ended = [c for n, c in slack.calls if n == "files.completeUploadExternal"]
        self.assertEqual(len(asked), 6)
        for ask, end in zip(asked, ended):
            (file,) = json.loads(end["files"])
            self.assertEqual((ask["filename"], file["title"], end["channel_id"]), ("state.yaml", "state.yaml", "C1"))
            self.assertEqual(int(ask["length"]), len(slack.files[file["id"]]))
        work = slack.files[json.loads(ended[2]["files"])[0]["id"]]
        self.assertIn("made", work)
        self.assertIn("status: succeeded", work)

    def test_ends(self):
        for document, words, colour in (
                (experiment([action("break", "touch", "broken")], **{"steady-state-hypothesis": {
                    "title": "steady", "probes": [{
                        "type": "probe", "name": "test", "tolerance": 0,
                        "provider": {"type": "process", "path": "test", "arguments": ["!", "-e", "broken"]}}]}}),
                 "deviated", "#FF1700"),
                (experiment([action("x", "true")], **{"steady-state-hypothesis": {
                    "title": "steady", "probes": [{
                        "type": "probe", "name": "test", "tolerance": 0,
                        "provider": {"type": "process", "path": "sleep", "arguments": "5", "timeout": 0.05}}]}}),
                 "failed to complete", "#FF8E00")):
            with self.subTest(words):
                self.fresh()
                slack = self.slack()
                self.told(document, slack)
                self.assertEqual(slack.calls[-1][1]["text"], "Experiment is finished with status `%s`" % words)
                self.assertEqual(slack.calls[-2][1]["attachments"][0]["color"], colour)

    def test_interrupted(self):
        slack = self.slack()
        plan = self.plan(experiment([action("long", "sleep", "30")]))
        child = self.start("service", "plan", "execute", plan["plan"], PLAN_RUNNER_SLACK_URL=slack.url,
                           SLACK_CHANNEL="#chaos", SLACK_BOT_TOKEN=TOKEN)
        end = time.monotonic() + 20
        while not any(c.get("text") == "Activity `long` is starting" for _, c in slack.calls):
            self.assertLess(time.monotonic(), end)
            time.sleep(0.01)
        child.send_signal(15)
        self.finish(child)
        self.assertEqual(slack.calls[-1][1]["text"],
                         "Experiment is finished with status `interrupted by operator or signal`")
        self.assertEqual(slack.calls[-2][1]["attachments"][0]["color"], "#CEAB93")

    def test_own_channel_and_token_of_the_secrets(self):
        slack = self.slack()
        secrets = {"slack": {"token": {"type": "env", "key": "OTHER"}}}
        self.told(experiment([action("x", "true")], secrets=secrets, controls=[control(channel="#own")]), slack,
                  SLACK_BOT_TOKEN="xoxb-wrong-token", OTHER=TOKEN)
        self.assertEqual(slack.calls[0][1]["channel"], "#own")

    def test_secrets_are_not_told(self):
        slack = self.slack()
        plan = self.plan(experiment([action("tell", "sh", "-c", "echo is $CANARY")]),
                         secrets=[{"key": "c", "var_name": "CANARY", "value": "canary-value"}])
        done = self.execute(plan["plan"], PLAN_RUNNER_SLACK_URL=slack.url, SLACK_CHANNEL="#chaos",
                            SLACK_BOT_TOKEN=TOKEN)
        self.assertEqual(done.code, 0, done.said)
        self.assertTrue(any("is **********" in text for text in slack.files.values()))
        self.assertEqual([int(c["length"]) for n, c in slack.calls if n == "files.getUploadURLExternal"],
                         [len(text) for text in slack.files.values()])
        self.assertNotIn("canary-value", "".join(slack.files.values()) + json.dumps(slack.calls))

    def test_asked_to_wait(self):
        slack = self.slack(lambda name, number: wire.Answer(
            429, b"", headers={"retry-after": "1"}) if number == 2 else None)
        self.told(experiment([action("x", "true")]), slack)
        self.assertEqual(slack.calls[-1][1]["text"], "Experiment is finished with status `completed successfully`")
        times = [t for t, _ in slack.requests]
        self.assertGreaterEqual(times[3] - times[2], 0.95)
        texts = [c.get("text") for _, c in slack.calls]
        self.assertEqual(texts[1:3], ["Steady state hypothesis is being evaluated", "Activity `look` is starting"])


def page(items, name, cursor=""):
    return wire.Answer(200, wire.dumps({"ok": True, name: items, "response_metadata": {"next_cursor": cursor}}))


class Captured(Told):
    """What was said in the channel, for the platform's page of the execution."""

    MESSAGES = [{"type": "message", "user": "U1", "text": "Experiment is on, all well?", "ts": "5.1", "thread_ts": "5.1"},
                {"type": "message", "bot_id": "B1", "user": "U2", "text": "Experiment is starting", "ts": "5.2",
                 "thread_ts": "5.2"},
                {"type": "message", "user": "U1", "text": "yes", "ts": "5.3"}]
    USER = {"id": "U1", "name": "ann", "real_name": "Ann", "profile": {
        "display_name_normalized": "ann", "image_24": "http://i", "email": "no"}}

    def answer(self, name, request):
        given = {k: v[0] for k, v in parse_qs(request.query).items()}
        self.asked.append((name, given))
        if name == "conversations.list":
            return page([{"id": "C0", "name": "chaos-too"}], "channels", "more") if "cursor" not in given else page(
                [{"id": "C1", "name": "chaos"}], "channels", "even more")
        if name == "conversations.history":
            return page(self.MESSAGES[:2], "messages", "more") if "cursor" not in given else page(
                self.MESSAGES[2:], "messages")
        if name == "conversations.replies":
            return page([m for m in self.MESSAGES if m.get("thread_ts") == given["ts"]], "messages")
        if name == "users.info":
            return wire.Answer(200, wire.dumps({"ok": True, "user": self.USER}))
        return None

    def captured(self, answer, name="reliably-integration-slack"):
        self.asked = []
        slack = self.slack(lambda method, number: answer(method, slack.requests[number][1]))
        done = self.told(experiment([action("x", "true")], controls=[dict(control(), name=name)]), slack)
        self.assertEqual(done.code, 0, done.said)
        self.assertLess(done.seconds, PATIENT)
        stored = self.standin.records[-1]
        self.assertEqual(self.reports()[-1], "state:finished", stored)
        return done.journal["experiment"]["extensions"][0]["captures"]["slack"]

    def test_conversation_threads_and_users(self):
        found = self.captured(self.answer)
        self.assertEqual(found["users"], {"U1": {"id": "U1", "name": "ann", "real_name": "Ann", "display_name": "ann",
                                                 "image": "http://i"}})
        (channel,) = found["channels"]
        self.assertEqual((channel["id"], channel["name"]), ("C1", "chaos"))
        self.assertEqual(channel["conversation"], self.MESSAGES)
        self.assertEqual(channel["threads"], {"5.1": self.MESSAGES[:1]})
        self.assertEqual([n for n, _ in self.asked if n.startswith(("conv", "users"))],
                         ["conversations.list"] * 2 + ["conversations.history"] * 2 + ["conversations.replies"] * 2
                         + ["users.info"])
        history = [g for n, g in self.asked if n == "conversations.history"][0]
        self.assertEqual((history["channel"], history["limit"]), ("C1", "300"))
        self.assertLess(abs(float(history["oldest"]) - time.time()), 60)

    def test_endless_and_slow_channels_are_cut(self):
        def endless(name, request):
            return page([], "messages", "more") if name == "conversations.history" else self.answer(name, request)

        def slow(name, request):
            return time.sleep(SILENT) if name == "users.info" else self.answer(name, request)

        self.assertEqual(self.captured(endless)["channels"][0]["conversation"], [])
        self.fresh()
        found = self.captured(slow)
        self.assertEqual((found["users"], len(found["channels"][0]["conversation"])), ({}, 3))

    def test_odd_answers(self):
        for name, odd in (("conversations.list", b'{"ok":true,"channels":[7,{"name":"chaos","id":7}]}'),
                          ("conversations.list", b'{"ok":true,"channels":{"name":"chaos"}}'),
                          ("conversations.history", b'{"ok":true,"messages":[null,{"thread_ts":7,"user":[]},[]]}'),
                          ("conversations.replies", b'{"ok":true,"messages":"x"}'),
                          ("users.info", b'{"ok":true,"user":[]}'), ("users.info", b'[]')):
            with self.subTest(name=name, odd=odd):
                self.fresh()
                found = self.captured(lambda asked, request, name=name, odd=odd: wire.Answer(200, odd)
                                      if asked == name else self.answer(asked, request))
                self.assertEqual(len(found["channels"]), name != "conversations.list")

    def test_declared_twice(self):
        self.asked = []
        slack = self.slack(lambda method, number: self.answer(method, slack.requests[number][1]))
        twice = [dict(control(), name="reliably-integration-slack")] * 2
        done = self.told(experiment([action("x", "true")], controls=twice), slack)
        self.assertEqual(done.code, 0, done.said)
        self.assertEqual([n for n, _ in self.asked].count("users.info"), 1)

    def test_only_of_the_integration(self):
        self.assertIsNone(self.captured(self.answer, "slack"))


class Upset(Told):
    def outcome(self, slack, **changes):
        done = self.told(experiment([action("x", "true")]), slack, **changes)
        self.assertEqual(done.code, 0, done.said)
        self.assertLess(done.seconds, PATIENT)
        self.assertLess(done.journal["duration"], PATIENT)
        self.assertEqual(self.reports()[-1], "state:finished")
        return "".join(line for line in done.file("run.log").splitlines(True) if " DEBUG]" not in line)

    def test_nobody_listens(self):
        self.assertEqual(self.outcome(CLOSED).count("Slack messages could not be delivered"), 1)

    def test_hangs(self):
        slack = self.slack(lambda name, number: time.sleep(SILENT))
        self.assertEqual(self.outcome(slack).count("Slack messages could not be delivered"), 1)

    def test_refuses_the_token(self):
        slack = self.slack()
        log = self.outcome(slack, SLACK_BOT_TOKEN="xoxb-wrong-token")
        self.assertIn("invalid_auth", log)
        self.assertEqual(len(slack.requests), 1)

    def test_no_channel_or_token(self):
        for name, words in (("SLACK_CHANNEL", "the channel"), ("SLACK_BOT_TOKEN", "the token")):
            self.fresh()
            self.assertEqual(self.outcome(CLOSED, **{name: None}).count("Slack is told nothing: %s" % words), 1)

    def test_one_message_fails(self):
        slack = self.slack(lambda name, number: wire.Answer(500, b"oops") if number == 3 else None)
        self.outcome(slack)
        self.assertEqual(slack.calls[-1][1]["text"], "Experiment is finished with status `completed successfully`")


if __name__ == "__main__":
    unittest.main(argv=sys.argv)
