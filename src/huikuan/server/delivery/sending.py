"""Sending to recipients: each on its own, at most once at a time, tried again with growing pauses. `attempt` is the
rule for all that goes out by itself, `send` an issue to one of its recipients."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from huikuan.records.errors import HuikuanError
from huikuan.records.messages import gettext_noop, register
from huikuan.server import keys
from huikuan.server.audit.services import plain, record
from huikuan.server.core.files import CONTENT_TYPES
from huikuan.server.delivery import mail
from huikuan.server.delivery.faults import SendError
from huikuan.server.delivery.files import open_file
from huikuan.server.delivery.making import ACTOR, BACK_OFF, LEASE
from huikuan.server.delivery.message import Message, as_text
from huikuan.server.delivery.models import Channel, Issue, Outgoing, Sending
from huikuan.server.delivery.robots import post_message

register(
    {
        "sending.interrupted": gettext_noop(
            "The program was stopped while sending. Whether it arrived is not known; ask, or send it again."
        ),
        "sending.unexpected": gettext_noop("An unexpected fault (%(fault)s), which the log names."),
        "sending.channel_gone": gettext_noop("The webhook was removed before this was sent."),
    }
)
log = logging.getLogger("huikuan.delivery")
# Mail servers commonly refuse more than 20 MB, and Base64 adds a third.
ATTACHED_BYTES = 14 * 2**20


def send(sending: Sending) -> bool:
    """Send an issue to one recipient, if no other worker has claimed it; whether this call tried."""

    def act() -> bool:
        _send(sending)
        return True

    tried = attempt(sending, act)
    if tried and sending.state == "sent":
        record(ACTOR, "delivery.sent", sending.issue, book=sending.issue.book, after={
            "kind": sending.kind, "to": sending.shown, "attempts": sending.attempts,
        })  # fmt: skip
    return tried


def attempt(row: Outgoing, act: Callable[[], bool]) -> bool:
    """Claim what waits and do `act`, which sends it, or says with False that it is not wanted any more. A fault is kept
    and tried again later, until it is given up. Whether this call tried; False where another worker has claimed it.
    Afterwards `row` is as it was left."""
    rows, now = type(row)._default_manager.filter(pk=row.pk), timezone.now()
    waiting = rows.filter(state="waiting", next_try_at__lte=now)
    if waiting.update(state="sending", claimed_at=now, attempts=F("attempts") + 1) != 1:
        return False
    row.refresh_from_db()
    try:
        values: dict[str, Any] = {"state": "sent" if act() else "stopped", "error_code": "", "error_params": {}}
        values["sent_at"] = timezone.now() if values["state"] == "sent" else None
    except SendError as error:
        values = _failed(row.attempts, error, error.permanent)
    except HuikuanError as error:
        values = _failed(row.attempts, error, permanent=False)
    except Exception as error:
        log.exception("%s %s was not sent", row._meta.model_name, row.pk)
        values = _failed(row.attempts, SendError("sending.unexpected", fault=type(error).__name__), permanent=False)
    rows.filter(state="sending", claimed_at=now).update(**values)
    for name, value in values.items():
        setattr(row, name, value)
    return True


def _failed(attempts: int, error: HuikuanError, permanent: bool) -> dict[str, Any]:
    told = {"error_code": error.code, "error_params": plain(error.params)}
    if permanent or attempts > len(BACK_OFF):
        return told | {"state": "failed"}
    return told | {"state": "waiting", "next_try_at": timezone.now() + BACK_OFF[attempts - 1]}


def _send(sending: Sending) -> None:
    issue = sending.issue
    message = Message.from_plain(issue.message)
    if sending.kind != "email":
        _post(sending, message)
        return
    server = mail.mail_server()
    if server is None:
        raise SendError("mail.none")
    files = list(issue.files.all())
    text = as_text(message)
    if sum(file.size_bytes for file in files) > ATTACHED_BYTES:
        language = issue.schedule.language if issue.schedule else settings.LANGUAGE_CODE
        with translation.override(language):
            text += "\n\n" + _("The files are too large for e-mail; take them from the archive.")
        files = []
    attached = [(file.name, _content(issue, file), CONTENT_TYPES[file.format]) for file in files]
    domain = server.sender.partition("@")[2] or "huikuan.invalid"
    mail.send_mail(server, sending.target, message.subject, text, attached, f"<huikuan.{sending.pk}@{domain}>")


def _content(issue: Issue, file) -> bytes:  # type: ignore[no-untyped-def]
    with open_file(issue.book, file) as stream:
        return stream.read()


def _post(sending: Sending, message: Message) -> None:
    if sending.channel is None:
        raise SendError("sending.channel_gone", permanent=True)
    post_to(sending.channel, message)


def post_to(channel: Channel, message: Message) -> None:
    """Post a message to a channel. SendError where it was not taken."""
    post_message(channel.kind, _secret(channel.wrapped_url), _secret(channel.wrapped_secret), message)


def _secret(wrapped: str) -> str:
    return keys.unwrap(settings.INSTALLATION_KEY, wrapped, settings.HOME).decode() if wrapped else ""


def fail_lost(now: datetime, rows: type[Outgoing] = Sending) -> None:
    """Mark those whose worker was lost. They are not tried again by themselves: they may have arrived."""
    rows._default_manager.filter(state="sending", claimed_at__lt=now - LEASE - timedelta(minutes=5)).update(
        state="failed", error_code="sending.interrupted", error_params={}
    )
