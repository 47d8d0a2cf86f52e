"""What is known of one order before it is put into words; shared by the parts of its page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Gathered:
    """What is known of the order, before it is put into words."""

    order_no: str
    shop: str
    currency: str
    money: Mapping[str, Any]
    lines: list[dict[str, Any]]
    settled: list[dict[str, Any]]
    wallet: list[dict[str, Any]]
    parcels: list[dict[str, Any]] = field(default_factory=list)
    shares: list[dict[str, Any]] = field(default_factory=list)
    payouts: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: list[dict[str, Any]] = field(default_factory=list)
    open: list[dict[str, Any]] = field(default_factory=list)
    wallet_open: list[dict[str, Any]] = field(default_factory=list)  # what settlement-wallet does not find
    wallet_unnamed: list[tuple[dict[str, Any], bool]] = field(default_factory=list)  # links; whether the order's alone
