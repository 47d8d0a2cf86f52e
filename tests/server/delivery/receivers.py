"""A real mail server and a real web server on this machine, which check what the platforms document."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

USER, SECRET = "reports", "correct horse"


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """A certificate for 127.0.0.1 that signs itself: its file, and a server's context with it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file, keys = folder / "cert.pem", folder / "key.pem"
    file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    keys.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, keys)
    return file, context


class Mailbox:
    """What the mail server took. `refuse`: recipient → the answer it gives; `pause_s`: how long it thinks."""

    def __init__(self) -> None:
        self.got: list[tuple[str, EmailMessage]] = []
        self.refuse: dict[str, str] = {}
        self.pause_s = 0.0

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        time.sleep(self.pause_s)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.got += [(to, message) for to in envelope.rcpt_tos]
        return "250 taken"


def _login(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (USER.encode(), SECRET.encode()), handled=False)


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None) -> Iterator[tuple[Mailbox, int]]:
    """A mail server on a free port; with `tls` it takes mail only after STARTTLS and login."""
    box = Mailbox()
    wanted = {"tls_context": tls, "require_starttls": True, "authenticator": _login, "auth_required": True}
    controller = Controller(box, hostname="127.0.0.1", port=_free_port(), **(wanted if tls else {}))
    controller.start()
    try:
        yield box, controller.port
    finally:
        controller.stop()


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Robots:
    """The robots' side: `/dingtalk`, `/feishu`, `/wecom`, `/json` check their signature and keep the message.
    `/broken` answers 503 until `mended`; `/away` redirects."""

    def __init__(self) -> None:
        self.got: list[tuple[str, Any]] = []
        self.mended = False
        self.posts: list[str] = []

    def answer(self, path: str, headers: Any, raw: bytes) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(path)
        kind, query = parts.path.strip("/"), {name: values[0] for name, values in parse_qs(parts.query).items()}
        self.posts.append(kind)
        body = json.loads(raw)
        if kind == "broken" and not self.mended:
            return 503, {}
        fault = getattr(self, f"_{kind}", lambda *told: None)(query, headers, raw, body)
        if fault:
            return 200, fault
        self.got.append((kind, body))
        return 200, {"feishu": {"code": 0, "msg": "success"}}.get(kind, {"errcode": 0, "errmsg": "ok"})

    def _dingtalk(self, query: dict[str, str], headers: Any, raw: bytes, body: Any) -> dict[str, Any] | None:
        """The sign is the HMAC of timestamp, line feed, secret under the secret; an hour old at most."""
        content = f"{query['timestamp']}\n{SECRET}".encode()
        sign = base64.b64encode(hmac.new(SECRET.encode(), content, hashlib.sha256).digest()).decode()
        fresh = abs(time.time() * 1000 - int(query["timestamp"])) < 3_600_000
        wrong = (
            query["sign"] != sign
            or not fresh
            or query["access_token"] != "t0ken-of-dingtalk"
            or body["msgtype"] != "markdown"
        )
        return {"errcode": 310000, "errmsg": "sign not match"} if wrong else None

    def _feishu(self, query: dict[str, str], headers: Any, raw: bytes, body: Any) -> dict[str, Any] | None:
        """The sign is the HMAC of nothing under the key timestamp, line feed, secret."""
        key = f"{body['timestamp']}\n{SECRET}".encode()
        sign = base64.b64encode(hmac.new(key, b"", hashlib.sha256).digest()).decode()
        fresh = abs(time.time() - int(body["timestamp"])) < 3600
        post = body["content"]["post"]["zh_cn"]
        wrong = body["sign"] != sign or not fresh or body["msg_type"] != "post" or not post["title"]
        return {"code": 19021, "msg": "sign match fail"} if wrong else None

    def _wecom(self, query: dict[str, str], headers: Any, raw: bytes, body: Any) -> dict[str, Any] | None:
        if query.get("key") != "kEy-of-wecom":
            return {"errcode": 93000, "errmsg": "invalid webhook url"}
        assert body["msgtype"] == "markdown" and len(body["markdown"]["content"].encode()) <= 4096
        return None

    def _json(self, query: dict[str, str], headers: Any, raw: bytes, body: Any) -> dict[str, Any] | None:
        signed = headers["X-Huikuan-Timestamp"].encode() + b"." + raw
        assert headers["X-Huikuan-Signature"] == hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        return None


@contextmanager
def web_server() -> Iterator[tuple[Robots, str]]:
    """A web server on a free port with the robots behind it; gives its address."""
    robots = Robots()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/away":
                self.send_response(302)
                self.send_header("Location", "/json")
                self.end_headers()
                return
            status, told = robots.answer(self.path, self.headers, raw)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, format: str, *args: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield robots, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
