"""Real servers that take messages: HTTP for webhooks and Telegram, SMTP for mail."""

import json
import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar


class HttpInbox(ThreadingHTTPServer):
    """Keeps what is posted; answers with the codes that it is given, then with 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Posted)
        self.posted: SimpleQueue[tuple[str, dict[str, Any]]] = SimpleQueue()
        self.answers: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Posted(BaseHTTPRequestHandler):
    server: HttpInbox

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        code = self.server.answers.pop(0) if self.server.answers else 200
        self.send_response(code)
        self.end_headers()
        if code == 200:
            self.server.posted.put((self.path, body))

    def log_message(self, *_: object) -> None:
        pass


class MailInbox(socketserver.ThreadingTCPServer):
    """A mail server without TLS that keeps what it is given, or refuses recipients."""

    daemon_threads = True

    def __init__(self, refuse: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Delivered)
        self.mails: SimpleQueue[str] = SimpleQueue()
        self.refuse = refuse

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Delivered(socketserver.StreamRequestHandler):
    server: MailInbox

    def handle(self) -> None:
        self._say("220 ready")
        while line := self.rfile.readline().decode().strip():
            verb = line.split()[0].upper()
            if verb == "RCPT" and self.server.refuse:
                self._say(f"{self.server.refuse} not this one")
            elif verb == "DATA":
                self._say("354 go on")
                text = b""
                while (part := self.rfile.readline()) != b".\r\n":
                    text += part
                self.server.mails.put(text.decode())
                self._say("250 taken")
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


Inbox = TypeVar("Inbox", HttpInbox, MailInbox)


@contextmanager
def serving(inbox: Inbox) -> Iterator[Inbox]:
    """Run *inbox* until the end of the block."""
    worker = Thread(target=inbox.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    worker.start()
    try:
        yield inbox
    finally:
        inbox.shutdown()
        inbox.server_close()
        worker.join()
