"""The installation's mail server, and sending by it.

The environment goes before the settings page: HUIKUAN_SMTP_HOST and, with it, HUIKUAN_SMTP_PORT, HUIKUAN_SMTP_SECURITY
(tls, starttls, none), HUIKUAN_SMTP_USER, HUIKUAN_SMTP_PASSWORD, HUIKUAN_SMTP_FROM.
"""

from __future__ import annotations

import contextlib
import os
import smtplib
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server import keys
from huikuan.server.delivery.faults import SendError
from huikuan.server.delivery.models import MailServer

register(
    {
        "mail.none": gettext_noop("No mail server is set up. The administrator enters it under Mail server."),
        "mail.unreachable": gettext_noop("The mail server %(host)s could not be reached: %(why)s."),
        "mail.login": gettext_noop("The mail server %(host)s refused user name or password: %(why)s"),
        "mail.refused": gettext_noop("The mail server %(host)s refused the message: %(why)s"),
        "mail.port": gettext_noop("HUIKUAN_SMTP_PORT is %(port)s, which is no port."),
    }
)
PORTS = {"tls": 465, "starttls": 587, "none": 25}
TIMEOUT_S = 30
BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@dataclass(frozen=True)
class Server:
    """A mail server to send by. `of_environment`: the page cannot change it."""

    host: str
    port: int
    security: str
    user: str
    password: str = field(repr=False)
    sender: str
    of_environment: bool = False


def mail_server() -> Server | None:
    """The mail server of the environment, else of the settings page; None where there is neither."""
    host = os.environ.get("HUIKUAN_SMTP_HOST")
    if host:
        return _of_environment(host)
    row = MailServer.objects.first()
    if row is None:
        return None
    password = (
        keys.unwrap(settings.INSTALLATION_KEY, row.wrapped_password, settings.HOME).decode()
        if row.wrapped_password
        else ""
    )
    return Server(row.host, row.port, row.security, row.user, password, row.sender)


def _of_environment(host: str) -> Server:
    security = os.environ.get("HUIKUAN_SMTP_SECURITY", "tls")
    port = os.environ.get("HUIKUAN_SMTP_PORT") or str(PORTS.get(security, 465))
    if not port.isdecimal():
        raise UserError("mail.port", port=port[:20])
    user = os.environ.get("HUIKUAN_SMTP_USER", "")
    return Server(
        host, int(port), security, user, os.environ.get("HUIKUAN_SMTP_PASSWORD", ""),
        os.environ.get("HUIKUAN_SMTP_FROM") or user, of_environment=True,
    )  # fmt: skip


def address() -> str:
    """Where people open this installation, without the last slash; blank where nobody has said it."""
    row = None if settings.ADDRESS else MailServer.objects.first()
    return (settings.ADDRESS or (row.address if row else "")).rstrip("/")


def send_mail(
    server: Server, to: str, subject: str, text: str, files: Iterable[tuple[str, bytes, str]] = (), message_id: str = ""
) -> None:
    """Send one message to one address. `files`: (name, content, type). SendError where the server did not take it.

    The server's certificate is checked, with TLS and STARTTLS alike.
    """
    connection = get_connection(
        BACKEND, host=server.host, port=server.port, username=server.user, password=server.password,
        use_tls=server.security == "starttls", use_ssl=server.security == "tls", timeout=TIMEOUT_S,
    )  # fmt: skip
    headers = {"Auto-Submitted": "auto-generated"} | ({"Message-ID": message_id} if message_id else {})
    message = EmailMessage(" ".join(subject.split()), text, server.sender, [to], connection=connection, headers=headers)
    for name, content, kind in files:
        message.attach(name, content, kind.partition(";")[0])
    try:
        message.send()
    except smtplib.SMTPAuthenticationError as error:
        raise SendError("mail.login", host=server.host, why=_answer(error.smtp_error)) from error
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise SendError("mail.refused", permanent=code >= 500, host=server.host, why=_answer(answer)) from error
    except smtplib.SMTPResponseException as error:
        permanent = error.smtp_code >= 500
        raise SendError("mail.refused", permanent, host=server.host, why=_answer(error.smtp_error)) from error
    except (OSError, smtplib.SMTPException) as error:
        why = str(error)[:200] or type(error).__name__
        raise SendError("mail.unreachable", host=server.host, why=why) from error
    finally:
        with contextlib.suppress(smtplib.SMTPException, OSError):
            connection.close()  # still open after a login that was refused


def _answer(told: bytes | str) -> str:
    text = told.decode("utf-8", "replace") if isinstance(told, bytes) else told
    return " ".join(text.split())[:200]
