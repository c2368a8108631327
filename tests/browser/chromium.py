"""Headless Chromium, driven over a pipe by its DevTools protocol.

    with Browser() as browser:
        page = browser.page()
        page.go("http://127.0.0.1:8090/")
        page.text("main")
        page.faults            # console errors, exceptions, violations of the policy
        page.requests          # every address that was asked for

The program is $CHROMIUM, else `chromium` of the PATH. It gets a profile of its own, and is ended by its pid.
"""
import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

PROGRAM = os.environ.get("CHROMIUM") or shutil.which("chromium")
PATIENCE = 30
OPTIONS = ("--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-extensions",
           "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
           "--disable-default-apps", "--no-default-browser-check", "--metrics-recording-only", "--mute-audio",
           "--force-color-profile=srgb", "--hide-scrollbars", "--lang=en", "--password-store=basic")


class Browser:
    """One process of the browser."""

    def __init__(self):
        self.profile = tempfile.mkdtemp(prefix="chromium-")
        self.number, self.waiting, self.pages = 0, b"", {}
        to_read, self.to = os.pipe()
        self.source, to_write = os.pipe()
        options = OPTIONS + (("--no-sandbox",) if os.geteuid() == 0 else ())

        def put_pipes():  # the browser reads commands from 3 and writes answers to 4
            ends = os.dup(to_read), os.dup(to_write)
            os.dup2(ends[0], 3)
            os.dup2(ends[1], 4)

        # pylint: disable-next=consider-using-with,subprocess-popen-preexec-fn
        self.process = subprocess.Popen(
            [PROGRAM, *options, "--user-data-dir=" + self.profile, "about:blank"], preexec_fn=put_pipes,
            close_fds=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"PATH": os.environ["PATH"], "HOME": self.profile, "TMPDIR": self.profile, "LANG": "C.UTF-8"})
        os.close(to_read)
        os.close(to_write)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the process and removes its profile."""
        try:
            self.call("Browser.close")
        except (OSError, EOFError, TimeoutError):
            pass
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        os.close(self.to)
        os.close(self.source)
        for _ in range(20):  # its children write for a moment longer
            shutil.rmtree(self.profile, ignore_errors=True)
            if not os.path.exists(self.profile):
                break
            time.sleep(0.1)

    def send(self, method, session=None, **params):
        """Sends a command; its number."""
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.to, data):]
        return self.number

    def receive(self, deadline):
        """The next message of the browser, None when there is none until the deadline."""
        while b"\0" not in self.waiting:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self.source], [], [], left)[0]:
                return None
            piece = os.read(self.source, 1 << 16)
            if not piece:
                raise EOFError("the browser has ended")
            self.waiting += piece
        message, _, self.waiting = self.waiting.partition(b"\0")
        return json.loads(message)

    def call(self, method, session=None, **params):
        """One command and what it answered."""
        number = self.send(method, session, **params)
        deadline = time.monotonic() + PATIENCE
        while True:
            message = self.receive(deadline)
            if message is None:
                raise TimeoutError(method)
            if message.get("id") != number:
                self.note(message)
            elif "error" in message:
                raise ValueError("%s: %s" % (method, message["error"]["message"]))
            else:
                return message["result"]

    def note(self, message):
        """Hands an event to its page."""
        page = self.pages.get(message.get("sessionId"))
        if page:
            page.note(message["method"], message["params"])

    def listen(self, seconds):
        """Takes the events of some time, at least those that are there."""
        deadline = time.monotonic() + seconds
        while True:
            message = self.receive(deadline)
            if message is None:
                return
            self.note(message)

    def page(self, scripts=True, width=1180, height=900):
        """A new page, with cookies of its own."""
        context = self.call("Target.createBrowserContext")["browserContextId"]
        target = self.call("Target.createTarget", url="about:blank", browserContextId=context)["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self.pages[session] = Page(self, session)
        for domain in ("Page", "Runtime", "Network", "Log", "Audits"):
            page.call(domain + ".enable")
        page.call("Page.setLifecycleEventsEnabled", enabled=True)
        page.call("Emulation.setFocusEmulationEnabled", enabled=True)
        page.size(width, height)
        if not scripts:
            page.call("Emulation.setScriptExecutionDisabled", value=True)
        return page


class Page:
    """One page. What went wrong in it, and what it asked for, is kept."""

    def __init__(self, browser, session):
        self.browser, self.session = browser, session
        self.faults, self.requests, self.loads, self.loaded = [], [], 0, set()

    def call(self, method, **params):
        """One command for this page."""
        return self.browser.call(method, self.session, **params)

    def note(self, method, params):
        """Keeps what matters of an event."""
        if method == "Network.requestWillBeSent":
            self.requests.append(params["request"]["url"])
        elif method == "Runtime.exceptionThrown":
            self.faults.append(params["exceptionDetails"])
        elif method == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning", "assert"):
            self.faults.append(params["args"])
        elif method == "Log.entryAdded" and params["entry"]["level"] in ("error", "warning"):
            self.faults.append(params["entry"])
        elif method == "Audits.issueAdded" and params["issue"]["code"] == "ContentSecurityPolicyIssue":
            self.faults.append(params["issue"])
        elif method == "Page.javascriptDialogOpening":
            self.faults.append(params)
            self.browser.send("Page.handleJavaScriptDialog", self.session, accept=False)
        elif method == "Page.loadEventFired":
            self.loads += 1
        elif method == "Page.lifecycleEvent" and params["name"] == "load":
            self.loaded.add(params["loaderId"])

    def size(self, width, height):
        """Sets the window's size."""
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)

    def dark(self, is_dark=True):
        """Sets what the reader prefers."""
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}])

    def go(self, address):
        """Opens an address and waits until it is loaded."""
        answer = self.call("Page.navigate", url=address)
        if answer.get("errorText"):
            raise ValueError("%s: %s" % (address, answer["errorText"]))
        self.wait(lambda: answer["loaderId"] in self.loaded)

    def wait(self, condition, seconds=PATIENCE):
        """Waits until a function says so."""
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise TimeoutError("it did not happen within %d s" % seconds)
            self.browser.listen(0.05)

    def ask(self, expression):
        """The value of an expression of JavaScript, which works also where the page may have none."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in answer:
            raise ValueError(answer["exceptionDetails"]["exception"].get("description"))
        return answer["result"].get("value")

    def text(self, selector="body"):
        """What is to be read in an element; "" where there is none."""
        return self.ask("(document.querySelector(%s) || {}).innerText" % json.dumps(selector)) or ""

    def screenshot(self, path):
        """The whole page as a file."""
        os.makedirs(os.path.dirname(path), exist_ok=True)
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 6000), "scale": 1}
        data = self.call("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)["data"]
        with open(path, "wb") as stream:
            stream.write(base64.b64decode(data))
