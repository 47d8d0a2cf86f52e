"""A reconciliation that a user declares: plain data, as a rules file and the database hold it.

Two sides, each the records of one kind that fulfil some conditions; how they meet (by key, by a key named in a text, by
amount); how far they may differ; how what stays open is called. `recons.user_defined` makes a `Definition` of it.
How it is read from plain values, and every fault found: `user_reconciliation_file`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from huikuan.records.kind import Field, Kind

# Names that are or will be the program's own (DESIGN section 6).
BUILT_IN_NAMES = (
    "order-settlement", "settlement-wallet", "payout-bank", "balance", "order-erp", "order-shipment", "return-courier",
    "courier-bill", "order-stock", "settlement-ledger",
)  # fmt: skip
MODES = ("applies", "suggests", "off")
PASS_NAMES = ("key", "reference", "amount", "batch", "subset")
GROUPINGS = ("none", "day", "week", "month")
# What a class of open items may be called by, where a user gives it another name of the closed list.
CALLED = ("waiting", "overdue", "unknown", "short", "over")
# Tests of a condition, by the type of the field.
TEXT_TESTS = ("is", "is_not", "in", "not_in", "starts_with", "contains", "blank", "not_blank")
NUMBER_TESTS = ("is", "is_not", "at_least", "at_most", "blank", "not_blank")
TESTS: dict[str, tuple[str, ...]] = {
    "text": TEXT_TESTS,
    "money": NUMBER_TESTS,
    "rate": NUMBER_TESTS,
    "quantity": NUMBER_TESTS,
    "int": NUMBER_TESTS,
    "date": NUMBER_TESTS,
    "time": ("blank", "not_blank"),
    "bool": ("is", "blank", "not_blank"),
}
WITHOUT_VALUE = ("blank", "not_blank")
SEVERAL_VALUES = ("in", "not_in")

# What a record's field may be used for, by its type.
USES: dict[str, tuple[str, ...]] = {
    "key": ("text", "int", "date"),
    "amount": ("money", "quantity"),
    "date": ("date", "time"),
    "scope": ("text",),
    "texts": ("text",),
    "where": tuple(TESTS),
}
_IDENTITY = ("record_key", "document_id", "source_sheet", "source_row")
# Names of other parties are masked for some roles, and a key is shown to all.
_NO_KEY = {("bank_line", "counterparty"), ("bank_line", "counterparty_account")}


def record_kinds() -> dict[str, Kind]:
    """All record kinds by name. They bring pyarrow, without which the command line starts: so only when asked for."""
    from huikuan.records.kinds import KINDS

    return KINDS


def usable_fields(kind: str, use: str) -> dict[str, Field]:
    """The fields of a record kind that may be used as `use` (a key of USES), by name; {} for an unknown kind."""
    from huikuan.records.kind import COMMON, Field

    if kind not in record_kinds():
        return {}
    fields = [*record_kinds()[kind].fields, *COMMON]
    if kind == "order_line":
        fields.append(Field("brings", "money", "paid + platform_borne - refunded, 0 where unpaid or cancelled"))
    taken = (f for f in fields if f.type in USES[use] and f.name not in _IDENTITY)
    return {f.name: f for f in taken if not (use == "key" and (kind, f.name) in _NO_KEY)}


@dataclass(frozen=True)
class Condition:
    """One thing that holds of a record's field. Values are plain text; a blank field is no value but `blank`."""

    field: str
    test: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class UserSide:
    """One side. What is compared is `plus` - `minus` (fields; blank: none); neither: the records are counted.

    `key`: the fields that together are the key. `texts`: the fields in which the other side's key is looked for.
    `scope`: the field within whose equal values alone records meet (shop, account); blank: everywhere.
    """

    kind: str
    where: tuple[Condition, ...] = ()
    key: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    plus: str = ""
    minus: str = ""
    date: str = "business_date"
    scope: str = ""

    @property
    def amounts(self) -> tuple[str, ...]:
        """The fields that make what is compared."""
        return tuple(name for name in (self.plus, self.minus) if name)

    @property
    def counts_pieces(self) -> bool:
        """Whether what is compared is a quantity, not money."""
        fields = usable_fields(self.kind, "amount")
        return any(fields[name].type == "quantity" for name in self.amounts if name in fields)


@dataclass(frozen=True)
class UserReconciliation:
    """A reconciliation as a user declares it. `name` is unique within the book and none of BUILT_IN_NAMES.

    `passes`: pass → applies, suggests or off; a pass not named is off. `grouping`: the sums of a day, week or month
    are compared (within equal keys, where there are keys). `waiting_days`: how long a left record may wait. `called`:
    waiting, overdue, unknown, short, over → a class of the closed list, where it is not the usual one. `no_work`: the
    classes that need nobody's work.
    """

    name: str
    title: str
    left: UserSide
    right: UserSide
    passes: dict[str, str] = field(default_factory=lambda: {"key": "applies"})
    tolerance: Decimal = Decimal(0)
    window_days: int = 5
    lead_days: int = 0
    waiting_days: int = 3
    grouping: str = "none"
    called: dict[str, str] = field(default_factory=dict)
    no_work: tuple[str, ...] = ()

    def mode(self, name: str) -> str:
        """Whether a pass applies, only suggests, or is off."""
        return self.passes.get(name, "off")

    def side(self, name: str) -> UserSide:
        """The side called left or right."""
        return self.left if name == "left" else self.right
