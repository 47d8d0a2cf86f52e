"""Plain values to JSON and to hashes: one way for manifests, the command line and caches.

Decimals become plain decimal text, dates and times ISO 8601, bytes never leave.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from huikuan.records import money

plain_decimal = money.plain


def plain(value: Any) -> Any:  # noqa: PLR0911 - one case per type
    """A value as JSON takes it."""
    if isinstance(value, Decimal):
        return plain_decimal(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds") if not value.microsecond else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v) for v in value]
    return value


def hash_of(value: Any) -> str:
    """The identity of a plain value: SHA-256 of its canonical JSON, 32 hexadecimal digits."""
    text = json.dumps(plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]
