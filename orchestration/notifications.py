"""Notifies people that a refresh has failed: by webhook, e-mail or both, as the environment configures. No customer and no secret is named."""

import http.client
import json
import os
import re
import signal
import smtplib
import ssl
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage

from orchestration.errors import WinbackError
from orchestration.outcome import has_published, received, words

TIMEOUT = 20  # seconds
# Where a database message begins to quote values, which may identify people. The quoted text may itself contain quotes.
QUOTES = re.compile(r"""['"`(\[{<]|\S+@""")
LONGEST = 300


@dataclass(frozen=True)
class Mailbox:
    """The SMTP configuration.

    Attributes:
        host: the mail server.
        port: its port; on 465, TLS from the start.
        user: the login; empty for none.
        password: the login's password.
        sender: the mail's From.
        recipients: its To.
    """

    host: str
    port: int
    user: str
    password: str
    sender: str
    recipients: list[str]


def _given(name: str) -> str:
    return os.environ.get(f"WINBACK_{name}", "").strip()


def webhook() -> str:
    """Read the webhook from the environment.

    Returns:
        `WINBACK_WEBHOOK_URL`, an address that accepts a JSON body with a `text`, as Slack, Mattermost and others do; empty for none.

    Raises:
        WinbackError: it is not a valid address.
    """
    address = _given("WEBHOOK_URL")
    if address and not re.match(r"https?://[^/]", address):
        raise WinbackError("WINBACK_WEBHOOK_URL is no http or https address.")
    return address


def mailbox() -> Mailbox | None:
    """Read the SMTP configuration from the environment.

    Returns:
        `WINBACK_SMTP_HOST`, `_PORT`, `_USER`, `_PASSWORD`, `_FROM`, `_TO`; None without a host.

    Raises:
        WinbackError: a value is invalid or missing.
    """
    host, port = _given("SMTP_HOST"), _given("SMTP_PORT") or "25"
    recipients = [address.strip() for address in _given("SMTP_TO").split(",") if address.strip()]
    if not host:
        return None
    if not port.isdigit() or not 0 < int(port) < 65_536:
        raise WinbackError(f"WINBACK_SMTP_PORT is '{port}': give a port, such as 587.")
    if not recipients:
        raise WinbackError("WINBACK_SMTP_HOST is set, but WINBACK_SMTP_TO names nobody to write to.")
    return Mailbox(host, int(port), _given("SMTP_USER"), _given("SMTP_PASSWORD"), _given("SMTP_FROM") or recipients[0], recipients)


def notify(subject: str, text: str) -> list[str]:
    """Send a message on every configured channel.

    Args:
        subject: one line.
        text: the whole message.

    Returns:
        The channels used; empty if none is configured.

    Raises:
        WinbackError: a channel failed or is misconfigured. The message has been sent on the others by then.
    """
    told, problems = [], []
    for name, find, send in (("webhook", webhook, _post), ("e-mail", mailbox, _mail)):
        try:
            if where := find():
                send(where, subject, text)
                told.append(name)
        except WinbackError as error:
            problems.append(str(error))
        except (OSError, http.client.HTTPException, smtplib.SMTPException, ValueError) as error:
            problems.append(f"The {name} could not be sent ({_reason(error)}): see {'WINBACK_WEBHOOK_URL' if name == 'webhook' else 'WINBACK_SMTP_*'}.")
    if problems:
        raise WinbackError(" ".join(problems))
    return told


def failure_words(run: str, message: str) -> tuple[str, str]:
    """Write the notification of a failed refresh.

    Args:
        run: the run; empty if there was none.
        message: why it failed; it may quote values.

    Returns:
        Subject and text: the first line of the message, up to the first quoted value.
    """
    first = next((line.strip() for line in message.splitlines() if line.strip()), "It stopped without a word.")
    begins = QUOTES.search(first)
    reason = (first[: begins.start()] + "…" if begins else first)[:LONGEST]
    base = os.environ.get("WINBACK_DAGSTER_URL", "").strip().rstrip("/")
    see = f"See {base}/runs/{run}" if base and run else f"See run {run} in Dagster" if run else "See its log"
    subject = "Winback: the refresh failed"
    return subject, f"{subject}. {reason}\nWhat is published is whole. {see}."


@contextmanager
def notify_of_failure(warn: Callable[[str], None]) -> Iterator[None]:
    """Notify of a failure inside, for refreshes that no daemon watches. Ctrl-C is not reported, because the user knows; SIGTERM is.

    Args:
        warn: called if the notification itself could not be sent.

    Yields:
        Nothing.

    Raises:
        BaseException: the original failure.
    """
    try:
        yield
    except BaseException as failure:
        was_stopped = received() == signal.SIGTERM and not has_published()
        if isinstance(failure, WinbackError) or was_stopped:
            try:
                notify(*failure_words("", words() if was_stopped else str(failure)))
            except WinbackError as error:
                warn(f"WARNING: this failure could not be reported. {error}")
        raise


def _post(address: str, _subject: str, text: str) -> None:
    body = json.dumps({"text": text}).encode()
    request = urllib.request.Request(address, data=body, headers={"Content-Type": "application/json; charset=utf-8"}, method="POST")
    with urllib.request.urlopen(request, timeout=TIMEOUT):
        pass


def _mail(where: Mailbox, subject: str, text: str) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = subject, where.sender, ", ".join(where.recipients)
    mail.set_content(text)
    context = ssl.create_default_context()
    direct = where.port == 465
    with smtplib.SMTP_SSL(where.host, where.port, timeout=TIMEOUT, context=context) if direct else smtplib.SMTP(where.host, where.port, timeout=TIMEOUT) as server:
        if not direct:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
                direct = True
        if where.user:
            if not direct:
                raise ValueError("the server offers no TLS, and a password is not sent without")
            server.login(where.user, where.password)
        server.send_message(mail)


def _reason(error: Exception) -> str:
    """Describe an error without the address, which may contain a secret."""
    code = getattr(error, "code", None) or getattr(error, "smtp_code", None)
    if code:
        return f"it answered {code}"
    return str(error) if type(error) is ValueError else str(getattr(error, "reason", None) or getattr(error, "strerror", None) or type(error).__name__)
