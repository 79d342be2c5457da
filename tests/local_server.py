"""A server of JSON in a thread of its own, for accounts that tests write from a vendor's documentation."""

import json
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


class LocalServer:
    """What a vendor's API answers is `answer`, of a subclass. Requests that it holds back go on with `going_on`."""

    def __init__(self) -> None:
        self.going_on = Event()
        account = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.do_POST()

            def do_POST(self) -> None:
                status, headers, answer = account.answer(self.path, self.headers, self.rfile.read(int(self.headers["Content-Length"] or 0)))
                sent = json.dumps(answer).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Type": "application/json", "Content-Length": str(len(sent))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.handle_error = lambda *_: None  # Whoever asked may have been killed.
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def answer(self, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, Mapping[str, str], Any]:
        """Return status, headers and content."""
        raise NotImplementedError

    def stop(self) -> None:
        self.going_on.set()
        self._server.shutdown()
        self._server.server_close()
