"""The installation's key: where it lies, how it is made, what is derived from it.

It comes from HUIKUAN_KEY, else from a file *outside* the home folder (HUIKUAN_KEY_FILE, default `HOME.key` beside
it), which is made on first use. Book keys are wrapped by it, so a backup of the home alone reveals no hashes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken

from huikuan.records.errors import OperatorError
from huikuan.records.messages import gettext_noop, register

register(
    {
        "keys.wrong": gettext_noop(
            "The installation's key does not fit this data. Put back the key file %(path)s, or set HUIKUAN_KEY."
        ),
    }
)


def key_file(home: Path) -> Path:
    """Where the key of a home folder lies when HUIKUAN_KEY does not give it."""
    given = os.environ.get("HUIKUAN_KEY_FILE")
    return Path(given).expanduser() if given else home.with_name(home.name + ".key")


def installation_key(home: Path) -> bytes:
    """The installation's key; made and written with owner-only rights where there is none yet."""
    given = os.environ.get("HUIKUAN_KEY")
    if given:
        return given.encode()
    path = key_file(home)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _read(path)
        with os.fdopen(descriptor, "w", encoding="ascii") as handle:
            handle.write(secrets.token_urlsafe(48))
    return _read(path)


def _read(path: Path) -> bytes:
    return path.read_text(encoding="ascii").strip().encode()


def derived(key: bytes, purpose: str) -> str:
    """A key for one purpose, as text; knowing it does not tell the installation's key."""
    return hmac.new(key, purpose.encode(), hashlib.sha256).hexdigest()


def _fernet(key: bytes) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(bytes.fromhex(derived(key, "wrap-book-keys"))))


def wrap(key: bytes, secret: bytes) -> str:
    """A secret, encrypted by the installation's key, as text for the database."""
    return _fernet(key).encrypt(secret).decode("ascii")


def unwrap(key: bytes, wrapped: str, home: Path) -> bytes:
    """The secret of `wrap`. OperatorError `keys.wrong` if it was wrapped by another key."""
    try:
        return _fernet(key).decrypt(wrapped.encode("ascii"))
    except InvalidToken as error:
        raise OperatorError("keys.wrong", path=str(key_file(home))) from error
