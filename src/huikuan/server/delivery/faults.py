"""What can go wrong on the way to a recipient."""

from __future__ import annotations

from typing import Any

from huikuan.records.errors import HuikuanError


class SendError(HuikuanError):
    """A try to send failed. `permanent`: trying again would not help."""

    def __init__(self, code: str, permanent: bool = False, **params: Any) -> None:
        super().__init__(code, **params)
        self.permanent = permanent
