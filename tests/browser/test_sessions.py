"""Signing in and out, and what the pages answer, without a browser."""
import http.client
import json
import unittest
from urllib.parse import urlsplit

from page_case import PageCase, experiment

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Sessions(PageCase):
    """Who may see the pages, and by what."""

    def ask(self, method, path, headers=None, body=None):
        """One call as a browser makes it, without a token."""
        connection = http.client.HTTPConnection(urlsplit(self.platform.url).netloc, timeout=30)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read().decode()
        finally:
            connection.close()

    def sign_in(self, **headers):
        """The answer to the form with our token."""
        return self.ask("POST", "/sign-in", {**FORM, **headers}, "token=" + self.platform.token)

    def cookie(self):
        """The header of somebody who has signed in."""
        return {"Cookie": self.sign_in()[1]["set-cookie"].partition(";")[0]}

    def test_the_form_takes_a_token(self):
        status, headers, _ = self.sign_in()
        self.assertEqual((status, headers["location"]), (303, "/"))
        for part in ("HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=43200"):
            self.assertIn(part, headers["set-cookie"])
        self.assertNotIn(self.platform.token, headers["set-cookie"])
        self.assertEqual(self.ask("GET", "/", self.cookie())[0], 200)

    def test_nothing_else_is_a_token(self):
        for body in ("", "token=", "token=x", "token=%00", "token=%zz", "tok", "token=" + "a" * 9000,
                     "x=" + self.platform.token, "token=%27+OR+1%3D1"):
            status, headers, text = self.ask("POST", "/sign-in", FORM, body)
            self.assertEqual(status, 403, body[:40])
            self.assertNotIn("set-cookie", headers)
            self.assertIn("no valid token", text)

    def test_strangers_are_sent_to_the_form_and_come_back(self):
        plan = "00000000-0000-4000-8000-000000000001"
        for path, next_ in (("/", ""), ("/plans/" + plan, "?next=/plans/" + plan), ("/plans/x", ""),
                            ("/executions/%s/%s/journal.json" % (plan, plan), ""),
                            ("/executions/view/?id=%s&exp=%s" % (plan, plan),
                             "?next=/executions/view/%%3Fid=%s%%26exp=%s" % (plan, plan)),
                            ("/executions/view/?id=//evil.example&exp=x", "")):
            status, headers, text = self.ask("GET", path)
            self.assertEqual((status, headers["location"], text), (303, "/sign-in" + next_, ""))
        self.assertEqual(self.ask("GET", "/events")[0], 401)
        body = "next=%2Fplans%2F" + plan + "&token=" + self.platform.token
        self.assertEqual(self.ask("POST", "/sign-in", FORM, body)[1]["location"], "/plans/" + plan)

    def test_one_comes_back_to_this_server_alone(self):
        for bad in ("https://evil.example/", "//evil.example", "/%5Cevil.example", "%2F%2Fevil.example",
                    "/%0d%0aSet-Cookie:x", "javascript:alert(1)", "/" + "a" * 400, "%09/evil", "/%09/evil.example"):
            body = "token=%s&next=%s" % (self.platform.token, bad)
            status, headers, _ = self.ask("POST", "/sign-in", FORM, body)
            self.assertEqual((status, headers["location"]), (303, "/"), bad)
            self.assertNotIn("evil", self.ask("GET", "/sign-in?next=" + bad)[2])

    def test_forms_of_other_sites_are_refused(self):
        host = urlsplit(self.platform.url).netloc
        for headers, ours in (({"Origin": "https://evil.example"}, False), ({"Origin": "null"}, False),
                              ({"Sec-Fetch-Site": "cross-site"}, False), ({"Sec-Fetch-Site": "same-site"}, False),
                              ({"Origin": "http://%s.evil.example" % host}, False),
                              ({"Origin": "http://" + host, "Sec-Fetch-Site": "cross-site"}, False),
                              ({"Origin": "http://" + host}, True), ({"Sec-Fetch-Site": "same-origin"}, True)):
            status, answered, _ = self.sign_in(**headers)
            self.assertEqual((status, "set-cookie" in answered), (303, True) if ours else (403, False), headers)
        cookie = self.cookie()
        self.ask("POST", "/sign-out", {**cookie, "Sec-Fetch-Site": "cross-site"})
        self.assertEqual(self.ask("GET", "/", cookie)[0], 200)

    def test_a_link_is_of_use_once(self):
        path = urlsplit(self.link()).path
        self.assertEqual(self.ask("HEAD", path)[0], 405)
        self.assertEqual(self.ask("POST", path)[0], 405)
        status, headers, _ = self.ask("GET", path)
        self.assertEqual((status, headers["location"]), (303, "/"))
        cookie = {"Cookie": headers["set-cookie"].partition(";")[0]}
        self.assertEqual(self.ask("GET", "/", cookie)[0], 200)
        status, headers, text = self.ask("GET", path)
        self.assertEqual((status, "set-cookie" in headers), (403, False))
        self.assertIn("used before", text)
        self.assertNotIn(path.rpartition("/")[2], self.platform.said())

    def test_links_are_for_members(self):
        self.assertEqual(self.platform.call("POST", "/links", headers={"Authorization": "Bearer x"}).status, 401)
        other = "/api/v1/organization/00000000-0000-4000-8000-000000000001/links"
        self.assertEqual(self.platform.ask("POST", other).status, 404)

    def test_sign_out_ends_the_session(self):
        cookie = self.cookie()
        status, headers, _ = self.ask("POST", "/sign-out", cookie)
        self.assertEqual((status, headers["location"]), (303, "/sign-in"))
        self.assertIn("Max-Age=0", headers["set-cookie"])
        self.assertEqual(self.ask("GET", "/", cookie)[0], 303)

    def test_no_other_cookie_is_a_session(self):
        good = self.cookie()["Cookie"]
        for bad in ("", "plan-deployer=", good[:-1], good + "0", "x" + good, good.upper(),
                    "plan-deployer=" + self.platform.token, "plan-deployer=" + "0" * 64):
            self.assertEqual(self.ask("GET", "/", {"Cookie": bad})[0], 303, bad)
        for same in ("a=b; " + good, good + "; a=b", "xplan-deployer=1; " + good):
            self.assertEqual(self.ask("GET", "/", {"Cookie": same})[0], 200, same)

    def test_every_answer_is_strict(self):
        cookie = self.cookie()
        for path in ("/", "/plans/x", "/sign-in", "/assets/page.css", "/executions/view/", "/enter/x"):
            headers = self.ask("GET", path, cookie)[1]
            self.assertIn("default-src 'none'", headers["content-security-policy"], path)
            self.assertEqual(headers["x-content-type-options"], "nosniff")
            self.assertEqual(headers["x-frame-options"], "DENY")
            self.assertEqual(headers["referrer-policy"], "same-origin")
            self.assertEqual(headers["cache-control"], "no-cache" if "assets" in path else "no-store")

    def test_assets_are_not_sent_twice(self):
        for path in ("/assets/page.css", "/assets/report.css", "/assets/page.js", "/assets/icon.svg"):
            status, headers, text = self.ask("GET", path)
            self.assertEqual((status, bool(text)), (200, True))
            status, _, text = self.ask("GET", path, {"If-None-Match": headers["etag"]})
            self.assertEqual((status, text), (304, ""))
        self.assertEqual(self.ask("GET", "/assets/none.css")[0], 404)
        self.assertEqual(self.ask("POST", "/assets/page.css")[0], 405)

    def test_what_is_not_there_is_said(self):
        plan, made = self.plan(experiment())
        cookie = self.cookie()
        none = "00000000-0000-4000-8000-000000000001"
        for path in ("/plans/" + none, "/plans/x", "/plans/" + plan + "x", "/executions/view/",
                     "/executions/view/?id=%s&exp=%s" % (none, made), "/executions/view/?id=x&exp=" + made,
                     "/executions/%s/%s/journal.json" % (made, none), "/executions/%s/%s/log.txt" % (none, none)):
            status, headers, text = self.ask("GET", path, cookie)
            self.assertEqual(status, 404, path)
            self.assertEqual(headers["content-type"], "text/html; charset=utf-8")
            self.assertIn("There is no such page", text)
        for page in ("0", "-1", "x", "99999999999999999999", "2"):
            self.assertEqual(self.ask("GET", "/?plans=%s&executions=%s" % (page, page), cookie)[0], 200)
        for method in ("PUT", "DELETE", "POST"):
            self.assertEqual(self.ask(method, "/", cookie)[0], 405)
        self.assertEqual(self.ask("HEAD", "/", cookie)[0], 200)

    def test_journals_and_logs_are_downloads_of_their_organisation(self):
        plan, made = self.plan(experiment())
        execution = self.made("/experiments/%s/executions" % made, {
            "plan_id": plan, "result": json.dumps({"experiment": {}, "note": "<b>"}), "log": "one\ntwo"})["id"]
        cookie = self.cookie()
        status, headers, text = self.ask("GET", "/executions/%s/%s/journal.json" % (made, execution), cookie)
        self.assertEqual((status, headers["content-disposition"]), (200, "attachment; filename=\"journal.json\""))
        self.assertEqual(json.loads(text)["note"], "<b>")
        status, headers, text = self.ask("GET", "/executions/%s/%s/log.txt" % (made, execution), cookie)
        self.assertEqual((status, headers["content-type"], text), (200, "text/plain; charset=utf-8", "one\ntwo"))

        reply = self.platform.ask("POST", "/api/v1/organization", {"name": "another"})
        token = self.platform.ask("POST", "/api/v1/organization/%s/tokens" % reply.json["id"], {"name": "t"})
        other = self.ask("POST", "/sign-in", FORM, "token=" + token.json["token"])[1]["set-cookie"].partition(";")[0]
        for path in ("/plans/" + plan, "/executions/view/?id=%s&exp=%s" % (execution, made),
                     "/executions/%s/%s/journal.json" % (made, execution)):
            self.assertEqual(self.ask("GET", path, {"Cookie": other})[0], 404, path)
        self.assertNotIn("Orders survive", self.ask("GET", "/", {"Cookie": other})[2])


if __name__ == "__main__":
    unittest.main()
