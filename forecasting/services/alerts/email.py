"""A digest as an e-mail, by the mail server that the environment names."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from email.message import EmailMessage
from typing import Final

from forecasting.core.alert_variables import SMTP_FROM, SMTP_HOST, SMTP_PASSWORD, SMTP_PORT, SMTP_SECURITY, SMTP_USER
from forecasting.services.alerts.delivery import MAX_SECONDS, SECONDS, NotDelivered, ended_after, hang_up
from forecasting.services.alerts.message import Message

PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
"""How the way to the mail server is secured -> its usual port."""


def send(message: Message, mailbox: str, environment: Mapping[str, str]) -> None:
    """Sends a digest to one mailbox.

    Raises:
        NotDelivered: The environment names no mail server, or that one refused it.
        OSError: The network failed.
    """
    letter = composed(message, mailbox, _sender(environment))
    try:
        server = _connected(environment)
        try:
            with ended_after(MAX_SECONDS, lambda: hang_up(server.sock)):
                server.send_message(letter)
        finally:
            with suppress(smtplib.SMTPException, OSError):  # it has the letter, or its refusal is on its way up
                server.quit()
    except smtplib.SMTPException as error:
        raise NotDelivered(f"The mail server refused it: {_said(error)}.") from error


def composed(message: Message, mailbox: str, sender: str) -> EmailMessage:
    """A digest as a letter, in words and as a page; a second copy of it has the same id."""
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = sender, mailbox, message.subject
    letter["Date"] = message.digest.when
    letter["Message-ID"] = f"<{message.digest.id}@{sender.rpartition('@')[2].strip('<> ') or 'shelfcast'}>"
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(message.text)
    letter.add_alternative(message.html, subtype="html")
    return letter


def _connected(environment: Mapping[str, str]) -> smtplib.SMTP:
    """A mail server that was logged in to, where the environment says as whom."""
    host, security = environment.get(SMTP_HOST, "").strip(), environment.get(SMTP_SECURITY, "").strip().casefold() or "starttls"
    if not host:
        raise NotDelivered(f"{SMTP_HOST} is not set on the server: it names the mail server.")
    if security not in PORTS:
        raise NotDelivered(f"{SMTP_SECURITY} is starttls, tls or none, not {security!r}.")
    port = environment.get(SMTP_PORT, "").strip() or str(PORTS[security])
    if not port.isdecimal():
        raise NotDelivered(f"{SMTP_PORT} is a whole number, not {port!r}.")
    context = ssl.create_default_context()
    if security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, int(port), timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, int(port), timeout=SECONDS)
    try:
        if security == "starttls":
            server.starttls(context=context)
        if environment.get(SMTP_USER, "").strip():
            server.login(environment[SMTP_USER].strip(), environment.get(SMTP_PASSWORD, ""))
    except BaseException:
        server.close()
        raise
    return server


def _sender(environment: Mapping[str, str]) -> str:
    sender = environment.get(SMTP_FROM, "").strip() or environment.get(SMTP_USER, "").strip()
    if "@" not in sender or not sender.isprintable():
        raise NotDelivered(f"{SMTP_FROM} is not set on the server to an e-mail address: digests are sent from it.")
    return sender


def _said(error: smtplib.SMTPException) -> str:
    """What a mail server said, without the address of anybody."""
    said: bytes | str
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()), (550, b""))
        case smtplib.SMTPResponseException():
            code, said = error.smtp_code, error.smtp_error
        case smtplib.SMTPServerDisconnected():
            return "it ended the connection"
        case smtplib.SMTPNotSupportedError():
            return "it cannot do what is needed of it (STARTTLS, a login, or an address with letters beyond ASCII)"
        case _:
            return type(error).__name__
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}".strip()
