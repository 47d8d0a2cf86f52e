"""What people decide, as the engine is given it. The server's database holds them; these are plain values."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True)
class Member:
    """One record's share in a manual match. `amount` is signed as on its side; `fact_amount` is the record's
    whole amount when it was decided: if the fact has changed since, the decision is in conflict."""

    side: str  # left | right
    record_key: str
    amount: Decimal
    fact_amount: Decimal


@dataclass(frozen=True)
class ManualMatch:
    """Records said by a person to be the same thing. `group_id` is the match's identity for ever."""

    group_id: str
    reconciliation: str
    members: tuple[Member, ...]
    difference_reason: str = ""  # one of DIFFERENCE_REASONS when the sides differ
    reason: str = ""
    forced: bool = False
    by: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class NotThese:
    """An automatic link taken apart: these records are not to be put into one group by the engine again."""

    reconciliation: str
    record_keys: tuple[str, ...]


@dataclass(frozen=True)
class Exclusion:
    """A record that takes no part in a reconciliation (blank: in any), with the reason."""

    record_key: str
    reconciliation: str
    reason: str


@dataclass(frozen=True)
class Correction:
    """A field as a person says it is, laid over the fact while reading; in conflict when the fact is not `before`."""

    record_key: str
    field: str
    before: str
    after: str
    reason: str


@dataclass(frozen=True)
class ManualRecord:
    """A record entered by hand: kind and its fields as plain text."""

    kind: str
    record_key: str
    values: dict[str, str]
    reason: str


@dataclass(frozen=True)
class BillItem:
    """What a platform's wording of a bill item is, where no table knows it: `type` is one of SETTLEMENT_TYPES."""

    source: str  # the platform: the part of a format's id before the point
    item: str
    type: str


@dataclass(frozen=True)
class Decisions:
    """Everything people have decided in a book."""

    matches: tuple[ManualMatch, ...] = ()
    not_these: tuple[NotThese, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()
    corrections: tuple[Correction, ...] = ()
    manual_records: tuple[ManualRecord, ...] = ()
    bill_items: tuple[BillItem, ...] = ()
    disputed_orders: tuple[tuple[str, str], ...] = field(default=())  # (shop, order_no)

    def corrected(self) -> dict[str, str]:
        """What has been corrected: record key → the names of its corrected fields, separated by commas."""
        fields: dict[str, list[str]] = {}
        for each in self.corrections:
            fields.setdefault(each.record_key, []).append(each.field)
        return {record_key: ", ".join(sorted(names)) for record_key, names in fields.items()}

    def about(self, name: str) -> Decisions:
        """What of them one reconciliation is decided by: its matches, what was taken apart in it, and exclusions from
        it or from all. What is said of facts and orders stays."""
        return replace(
            self,
            matches=tuple(match for match in self.matches if match.reconciliation == name),
            not_these=tuple(apart for apart in self.not_these if apart.reconciliation == name),
            exclusions=tuple(each for each in self.exclusions if each.reconciliation in ("", name)),
        )
