"""The live page in a browser: a run as it happens, what is left of it, and what others wrote into it."""
import json
import unittest

from page_case import BrowserCase, experiment


class Live(BrowserCase):
    """With JavaScript: nothing is loaded again, and yet it is up to date."""

    def test_a_run_is_shown_as_it_happens(self):
        plan, _ = self.plan(experiment(seconds=3))
        page = self.open()
        page.wait(lambda: page.text("#live") == "Live")
        self.assertIn("Slow disk, every night", page.text("main"))
        loads = page.loads
        running = self.run_plan(plan)
        page.wait(lambda: "Orders survive a slow disk" in page.text("main"))
        page.wait(lambda: "Running" in page.text("main"))
        self.assertEqual(page.loads, loads, "the page was loaded again")
        self.keep(page, "home-running")

        page.go(page.ask("document.querySelector('a[href^=\"/executions/view/\"]').href"))
        page.wait(lambda: "slow-the-disk-down" in page.text("main"))
        self.assertIn("To come", page.text("main"))
        self.assertIn("give-the-disk-back", page.text(".coming"))
        page.wait(lambda: page.ask("!!document.querySelector('.lane.is-running')"))
        page.ask("document.getElementById('journal').open = true")
        self.keep(page, "execution-running")
        loads = page.loads
        page.wait(lambda: "Completed" in page.text(".outcome"))
        self.assertEqual(running.wait(30), 0)
        page.wait(lambda: "To come" not in page.text("main"))
        self.assertEqual(page.loads, loads, "the page was loaded again")
        self.assertTrue(page.ask("document.getElementById('journal').open"), "what was opened is closed")
        for name in ("orders-are-taken", "measure-latency", "p99 is 212 ms", "give-the-disk-back"):
            self.assertIn(name, page.text("main"))
        self.assertIn("slow-the-disk-down", page.text("#log-text"))
        page.ask("document.getElementById('journal').open = false")
        self.keep(page, "execution-completed")
        page.dark()
        self.keep(page, "execution-completed-dark")

        page.dark(False)
        page.size(320, 700)
        self.assertLessEqual(page.ask("document.documentElement.scrollWidth"), 320)
        self.keep(page, "execution-narrow")
        page.go(self.platform.url + "/")
        self.assertLessEqual(page.ask("document.documentElement.scrollWidth"), 320)
        self.keep(page, "home-narrow")
        page.size(1180, 900)
        page.go(self.platform.url + "/plans/" + plan)
        self.assertIn("Completed", page.text("header .badge"))
        self.keep(page, "plan")

    def test_a_lost_stream_is_made_up_for(self):
        page = self.open()
        page.wait(lambda: page.text("#live") == "Live")
        page.call("Network.setBlockedURLs", urls=["*/events"])
        self.platform.stop()
        self.platform.options = ("--listen", "127.0.0.1:%d" % self.platform.port)
        page.wait(lambda: page.text("#live") != "Live")
        self.platform.start()
        page.wait(lambda: page.text("#live") == "Looking every 5 seconds")
        self.plan(experiment(), title="Made without a stream")
        page.wait(lambda: "Made without a stream" in page.text("main"))
        page.call("Network.setBlockedURLs", urls=[])
        page.faults.clear()  # the browser itself tells of connections that were refused

    def test_a_page_in_the_background_has_no_stream(self):
        page = self.open()

        def streams():
            return sum(address.endswith("/events") for address in page.requests)

        show = ("Object.defineProperty(document, 'hidden', {value: %s, configurable: true});"
                " document.dispatchEvent(new Event('visibilitychange'))")
        page.wait(lambda: page.text("#live") == "Live")
        self.assertEqual(streams(), 1)
        page.ask(show % "true")
        page.wait(lambda: page.text("#live") == "Looking every 5 seconds")
        self.plan(experiment(), title="Made behind its back")
        page.ask(show % "false")
        page.wait(lambda: page.text("#live") == "Live")
        page.wait(lambda: "Made behind its back" in page.text("main"))
        self.assertEqual(streams(), 2)

    def test_sign_out_ends_the_session(self):
        page = self.open()
        page.ask("document.querySelector('.bar button').click()")
        page.wait(lambda: "API token" in page.text("main"))
        page.go(self.platform.url + "/")
        self.assertIn("API token", page.text("main"))
        self.keep(page, "sign-in")


class Plain(BrowserCase):
    """Without JavaScript everything is to be read."""

    def test_everything_is_read_without_javascript(self):
        plan, made = self.plan(experiment(seconds=0.2))
        self.assertEqual(self.run_plan(plan).wait(30), 0)
        execution = self.platform.call("GET", "/plans/%s/executions" % plan).json["items"][0]["id"]
        page = self.browser.page(scripts=False)
        self.addCleanup(self.check, page)
        # the address that the runner printed, then the form, by the keyboard alone
        page.go("%s/executions/view/?id=%s&exp=%s" % (self.platform.url, execution, made))
        page.wait(lambda: page.ask("document.activeElement.name") == "token")
        loads = page.loads
        page.call("Input.insertText", text=self.platform.token)
        for kind in ("keyDown", "keyUp"):
            page.call("Input.dispatchKeyEvent", type=kind, key="Enter", code="Enter", text="\r",
                      windowsVirtualKeyCode=13)
        page.wait(lambda: page.loads > loads)
        for name in ("Orders survive a slow disk", "Completed", "orders-are-taken", "wait-for-the-queue",
                     "Download the journal"):
            self.assertIn(name, page.text("main"))
        page.go(self.platform.url + "/")
        self.assertIn("Slow disk, every night", page.text("main"))
        self.assertEqual([a for a in page.requests if a.endswith("/events")], [])

    def test_a_running_page_loads_itself_again(self):
        plan, made = self.plan(experiment())
        self.made("/experiments/%s/executions" % made, {"plan_id": plan, "result": {"experiment": experiment()}})
        page = self.open(scripts=False)
        loads = page.loads
        page.wait(lambda: page.loads > loads, 15)


HOSTILE = ("</title><script>window.hurt = 1</script>", "\"><img src=x onerror=\"window.hurt = 1\">",
           "<svg onload=alert(1)>", "javascript:alert(1)", "</pre></details><iframe src=//127.0.0.1:1/>",
           "<meta http-equiv=refresh content='0;url=//127.0.0.1:1/'>")


class Hostile(BrowserCase):
    """Texts of others do nothing."""

    def journal(self, bad):
        """A journal with it everywhere."""
        entry = {"activity": {"name": bad, "type": bad, "provider": {"type": bad}}, "status": "failed", "start": bad,
                 "output": bad, "exception": [bad], "duration": 0.5}
        return {"experiment": {"title": bad, "description": bad, "method": [{"name": bad}] * 3, "extensions": [
            {"name": "reliably", "extra": [{"type": "url", "topic": bad, "value": bad}]}]},
                "status": None, "start": bad, "steady_states": {}, "run": [entry], "rollbacks": [entry], "node": bad}

    def test_texts_of_others_do_nothing(self):
        page = self.open()
        for bad in HOSTILE:
            plan, made = self.plan(dict(experiment(), title=bad), title=bad)
            execution = self.made("/experiments/%s/executions" % made, {
                "plan_id": plan, "result": json.dumps(self.journal(bad)), "log": bad})["id"]
            self.platform.call("PUT", "/plans/%s/status" % plan, {"status": "error", "error": bad})
            for path in ("/", "/plans/" + plan, "/executions/view/?id=%s&exp=%s" % (execution, made)):
                page.go(self.platform.url + path)
                page.wait(lambda: page.text("#live") == "Live")
                self.assertIn(bad[:20], page.text("main"))
                self.assertFalse(page.ask("'hurt' in window"))
                self.assertEqual(page.ask("document.querySelectorAll('main script, main img, main iframe, "
                                          "main meta, [onerror], [onload], a[href^=javascript]').length"), 0)
                self.assertEqual(page.ask("location.href"), self.platform.url + path)
        self.keep(page, "hostile")


if __name__ == "__main__":
    unittest.main()
