"""Posting JSON to an address a user gave, without letting it reach into the own network.

Only https to public addresses is allowed, on any host that the operator has not named in HUIKUAN_WEBHOOK_HOSTS; those
may be inside the network, and http. Where the name leads is checked at the connection itself, so no later answer of a
name server can send it elsewhere. Redirects are not followed. An answer is read up to 64 KiB.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.delivery.faults import SendError

register(
    {
        "webhook.address": gettext_noop("This is no address of a webhook. It begins with https://."),
        "webhook.inside": gettext_noop(
            "%(host)s is not a public address. Whoever runs the installation may allow it (HUIKUAN_WEBHOOK_HOSTS)."
        ),
        "webhook.unreachable": gettext_noop("%(host)s could not be reached: %(why)s."),
        "webhook.refused": gettext_noop("%(host)s answered %(status)s: %(answer)s"),
        "webhook.redirect": gettext_noop("%(host)s sends elsewhere (%(status)s), which is not followed."),
    }
)
TIMEOUT_S = 15
ANSWER_BYTES = 65_536
SHOWN = 200
TOO_MANY, TIMED_OUT = 429, 408


def checked_url(url: str) -> SplitResult:
    """The parts of an address that may be posted to. UserError `webhook.address` or `webhook.inside`."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError as error:
        raise UserError("webhook.address") from error
    if not host or parts.username or parts.scheme not in ("http", "https") or any(mark in url for mark in " \r\n\t"):
        raise UserError("webhook.address")
    if host in settings.WEBHOOK_HOSTS:
        return parts
    if parts.scheme != "https":
        raise UserError("webhook.address")
    try:
        public = ipaddress.ip_address(host).is_global
    except ValueError:
        public = "." in host and not host.endswith((".local", ".internal", ".localhost"))
    if not public:
        raise UserError("webhook.inside", host=host)
    return parts


class _Connection(http.client.HTTPConnection):
    """Ends at once where the name leads to an address that is not public, before a byte is sent."""

    def connect(self) -> None:
        super().connect()
        peer = ipaddress.ip_address(self.sock.getpeername()[0])
        if self.host not in settings.WEBHOOK_HOSTS and not peer.is_global:
            self.close()
            raise SendError("webhook.inside", permanent=True, host=self.host)


class _SecureConnection(http.client.HTTPSConnection, _Connection):
    """The same with TLS: its own `connect` runs that of `_Connection` before the handshake."""


def post_json(url: str, body: bytes, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Post a JSON body; the answer as a mapping (empty where it is no JSON object).

    SendError: not reached, redirected, or a status other than 2xx. A 4xx other than 408 and 429 is permanent.
    """
    parts = checked_url(url)
    host = str(parts.hostname)
    connection = _open(parts, host)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        told = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Huikuan", **(headers or {})}
        connection.request("POST", target, body, told)
        answer = connection.getresponse()
        text = answer.read(ANSWER_BYTES).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException) as error:
        raise SendError("webhook.unreachable", host=host, why=str(error)[:SHOWN] or type(error).__name__) from error
    finally:
        connection.close()
    if answer.status // 100 == 3:
        raise SendError("webhook.redirect", permanent=True, host=host, status=answer.status)
    if answer.status // 100 != 2:
        permanent = answer.status // 100 == 4 and answer.status not in (TOO_MANY, TIMED_OUT)
        raise SendError("webhook.refused", permanent, host=host, status=answer.status, answer=text[:SHOWN])
    try:
        told_back = json.loads(text)
    except ValueError:
        return {}
    return told_back if isinstance(told_back, dict) else {}


def _open(parts: SplitResult, host: str) -> http.client.HTTPConnection:
    if parts.scheme == "http":
        return _Connection(host, parts.port, timeout=TIMEOUT_S)
    return _SecureConnection(host, parts.port, timeout=TIMEOUT_S, context=ssl.create_default_context())
