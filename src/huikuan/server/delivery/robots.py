"""Messages as the robots of chat programs take them, signed as each platform documents.

    WeCom      the key is part of the address, no signature; Markdown of at most 4096 bytes
               https://developer.work.weixin.qq.com/document/path/91770
    DingTalk   timestamp in ms; sign = Base64(HmacSHA256(key secret, "timestamp\\nsecret")), both in the query
               https://open.dingtalk.com/document/robots/customize-robot-security-settings
    Feishu     timestamp in s; sign = Base64(HmacSHA256(key "timestamp\\nsecret", nothing)), both in the body
               https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot
    JSON       headers X-Huikuan-Timestamp (s) and X-Huikuan-Signature = hex(HmacSHA256(key secret, "timestamp.body"))

All but JSON answer 200 with a code of their own, 0 for success.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

from huikuan.records.messages import gettext_noop, register
from huikuan.server.delivery.faults import SendError
from huikuan.server.delivery.message import Message, as_markdown, as_text
from huikuan.server.delivery.outbound import post_json

register({"robot.refused": gettext_noop("The robot refused the message: %(answer)s (%(code)s).")})
WECOM_BYTES, DINGTALK_BYTES, FEISHU_BYTES = 4096, 18_000, 18_000
# Codes for "too many messages": it helps to wait. WeCom 45009; DingTalk 130101, 410100; Feishu 9499, 11232.
BUSY = frozenset({45009, 130101, 410100, 9499, 11232, -1})
Posted = tuple[str, bytes, dict[str, str]]


def hmac_base64(key: str, content: str) -> str:
    """HMAC-SHA256 as Base64."""
    return base64.b64encode(hmac.new(key.encode(), content.encode(), hashlib.sha256).digest()).decode()


def cut(text: str, limit: int) -> str:
    """A text of at most so many bytes of UTF-8; whole lines as far as they go.

    >>> cut("一二\\n三四", 12)
    '一二\\n…'
    """
    if len(text.encode()) <= limit:
        return text
    kept: list[str] = []
    for line in text.split("\n"):
        if len("\n".join([*kept, line, "…"]).encode()) > limit:
            break
        kept.append(line)
    return "\n".join([*kept, "…"])


def _body(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def wecom(url: str, secret: str, message: Message, now: float) -> Posted:
    """For a WeCom group robot."""
    text = cut(as_markdown(message), WECOM_BYTES)
    return url, _body({"msgtype": "markdown", "markdown": {"content": text}}), {}


def dingtalk(url: str, secret: str, message: Message, now: float) -> Posted:
    """For a DingTalk robot; signed where it has a secret."""
    text = cut(as_markdown(message, "  \n"), DINGTALK_BYTES)
    body = _body({"msgtype": "markdown", "markdown": {"title": message.subject, "text": text}})
    if secret:
        stamp = str(round(now * 1000))
        sign = quote_plus(hmac_base64(secret, f"{stamp}\n{secret}"))
        url = f"{url}{'&' if '?' in url else '?'}timestamp={stamp}&sign={sign}"
    return url, body, {}


def feishu(url: str, secret: str, message: Message, now: float) -> Posted:
    """For a Feishu robot; signed where it has a secret."""
    lines = cut(as_text(message, link=False), FEISHU_BYTES).split("\n")
    paragraphs: list[list[dict[str, str]]] = [[{"tag": "text", "text": line}] for line in lines]
    if message.link:
        paragraphs.append([{"tag": "a", "text": message.link_words, "href": message.link}])
    content: dict[str, Any] = {
        "msg_type": "post",
        "content": {"post": {"zh_cn": {"title": message.subject, "content": paragraphs}}},
    }
    if secret:
        stamp = str(int(now))
        content = {"timestamp": stamp, "sign": hmac_base64(f"{stamp}\n{secret}", "")} | content
    return url, _body(content), {}


def plain_json(url: str, secret: str, message: Message, now: float) -> Posted:
    """For any program: the message as data."""
    body = _body(message.plain())
    if not secret:
        return url, body, {}
    stamp = str(int(now))
    sign = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return url, body, {"X-Huikuan-Timestamp": stamp, "X-Huikuan-Signature": sign}


KINDS: dict[str, Callable[[str, str, Message, float], Posted]] = {
    "wecom": wecom,
    "dingtalk": dingtalk,
    "feishu": feishu,
    "json": plain_json,
}


def post_message(kind: str, url: str, secret: str, message: Message) -> None:
    """Post a message to a channel of a kind. SendError where it was not taken."""
    answer = post_json(*KINDS[kind](url, secret, message, time.time()))
    if kind == "json":
        return
    code = next((answer[name] for name in ("errcode", "code", "StatusCode") if name in answer), None)
    if code != 0:
        told = str(answer.get("errmsg") or answer.get("msg") or answer.get("StatusMessage") or "")[:200]
        raise SendError("robot.refused", permanent=code not in BUSY, code=str(code), answer=told or "–")
