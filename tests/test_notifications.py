"""The notifications of a failed refresh, sent to real local servers: a web server for webhooks, and a mail server."""

import http.server
import json
import re
import socket
import threading
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller

from orchestration.errors import WinbackError
from orchestration.notifications import failure_words, notify
from projects import Project


class Hook(http.server.ThreadingHTTPServer):
    """Accepts webhooks, and answers with the status in the path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.taken: list[tuple[str, dict]] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, status: int = 200) -> str:
        return f"http://127.0.0.1:{self.server_port}/{status}/a-secret"


class Answers(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.taken.append((self.headers["Content-Type"], json.loads(body)))
        self.send_response(int(self.path.split("/")[1]))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Do not log to the terminal."""


class Mailbox:
    """Keeps the mails that a mail server receives."""

    def __init__(self) -> None:
        self.mails: list = []

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802 - as aiosmtpd calls it
        self.mails.append(envelope)
        return "250 OK"


@pytest.fixture
def hook() -> Iterator[Hook]:
    server = Hook()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    monkeypatch.setenv("WINBACK_SMTP_HOST", "127.0.0.1")
    monkeypatch.setenv("WINBACK_SMTP_PORT", str(port))
    monkeypatch.setenv("WINBACK_SMTP_FROM", "winback@example.com")
    monkeypatch.setenv("WINBACK_SMTP_TO", "ops@example.com, data@example.com")
    yield box
    controller.stop()


def test_nothing_is_set_and_nobody_is_told() -> None:
    assert notify("subject", "text") == []


def test_a_webhook_takes_a_text(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_WEBHOOK_URL", hook.url())
    assert notify("subject", "It failed: é") == ["webhook"]
    assert hook.taken == [("application/json; charset=utf-8", {"text": "It failed: é"})]


def test_a_mail_is_delivered_to_all(mailbox: Mailbox) -> None:
    assert notify("Winback: the refresh failed", "Why: é") == ["e-mail"]
    (mail,) = mailbox.mails
    assert mail.mail_from == "winback@example.com" and mail.rcpt_tos == ["ops@example.com", "data@example.com"]
    assert b"Subject: Winback: the refresh failed" in mail.content


def test_a_channel_that_fails_is_named_without_its_secret_and_keeps_no_other_from_being_told(hook: Hook, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_WEBHOOK_URL", hook.url(404))
    with pytest.raises(WinbackError) as raised:
        notify("subject", "text")
    assert str(raised.value) == "The webhook could not be sent (it answered 404): see WINBACK_WEBHOOK_URL."
    assert len(mailbox.mails) == 1


def test_a_password_is_not_sent_in_the_open(mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_SMTP_USER", "winback")
    monkeypatch.setenv("WINBACK_SMTP_PASSWORD", "a-secret")
    with pytest.raises(WinbackError, match="the server offers no TLS, and a password is not sent without"):
        notify("subject", "text")
    assert mailbox.mails == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"WINBACK_WEBHOOK_URL": "hooks.example.com/secret"}, "WINBACK_WEBHOOK_URL is no http or https address."),
        ({"WINBACK_SMTP_HOST": "mail"}, "WINBACK_SMTP_TO names nobody"),
        ({"WINBACK_SMTP_HOST": "mail", "WINBACK_SMTP_TO": "a@b.c", "WINBACK_SMTP_PORT": "smtp"}, "WINBACK_SMTP_PORT is 'smtp'"),
    ],
)
def test_a_channel_set_wrongly_is_named(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], message: str) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(WinbackError, match=message):
        notify("subject", "text")


def test_a_channel_set_wrongly_keeps_no_other_from_being_told(hook: Hook, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WINBACK_WEBHOOK_URL", hook.url())
    monkeypatch.setenv("WINBACK_SMTP_HOST", "mail")
    with pytest.raises(WinbackError, match="WINBACK_SMTP_TO names nobody"):
        notify("subject", "text")
    assert len(hook.taken) == 1


def test_what_a_database_quotes_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    message = 'Model stg_events: could not convert "cust-4711" of ann@example.com (key 4711) to \'int\'\nOriginal Line: e1,shop,cust-4711'
    _, text = failure_words("", message)
    assert "Model stg_events: could not convert …\n" in text and "4711" not in text and "ann" not in text
    for quoting in ("Could not convert string 'O'Brien' to INT32", "Can't read 'anna' and 'bob'", '"Anna\nSmith" is no number'):
        assert not re.search("Brien|anna|bob|Anna|Smith", failure_words("", quoting)[1])
    monkeypatch.setenv("WINBACK_DAGSTER_URL", "https://dagster.example.com/")
    assert "See https://dagster.example.com/runs/abc." in failure_words("abc", message)[1]


def test_the_command_line_tells_as_well_and_says_where_it_could_not(bare_toy: Project, hook: Hook) -> None:
    bare_toy.environment["WINBACK_WEBHOOK_URL"] = hook.url()
    message = bare_toy.refused("refresh")
    assert "There is no landing at" in message and "could not be reported" not in message
    ((_, body),) = hook.taken
    assert body["text"].startswith("Winback: the refresh failed. There is no landing at") and "What is published is whole. See its log." in body["text"]
    bare_toy.environment["WINBACK_WEBHOOK_URL"] = hook.url(500)
    message = bare_toy.refused("refresh")
    assert "WARNING: this failure could not be reported. The webhook could not be sent (it answered 500)" in message
    assert "There is no landing at" in message and "a-secret" not in message
