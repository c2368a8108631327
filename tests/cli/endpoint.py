"""An HTTP endpoint that answers as a test tells it, and remembers what it was asked."""
import http.server
import json
import threading
import time


class Endpoint:
    """`answers`: (status, body) one after the other, the last one again and again; a body that is no text is JSON."""

    def __init__(self, *answers):
        self.answers, self.seen = list(answers), []
        owner = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                owner.seen.append({"path": self.path, "auth": self.headers.get("Authorization"),
                                   "time": time.monotonic()})
                status, body = owner.answers[min(len(owner.seen), len(owner.answers)) - 1]
                text = (body if isinstance(body, str) else json.dumps(body)).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                if status in (301, 302):
                    self.send_header("Location", owner.url)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = "http://127.0.0.1:%d/ok" % self.server.server_port
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()
