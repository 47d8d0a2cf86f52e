"""What happens in the other world, free of any file format. Money is Decimal, times are local (UTC+8)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

START = date(2026, 1, 1)  # of the book
FIRST = date(2025, 12, 8)  # of the orders
CUT = date(2026, 3, 31)  # the last day any file tells of
GROSS = ("sale", "subsidy", "refund", "freight")
NOUGHT = Decimal(0)
Place = tuple[str, int]


@dataclass(eq=False)
class Told:
    """Something told by rows of files; the first place is its name, more are the same record told again."""

    places: list[Place] = field(default_factory=list)

    @property
    def is_told(self) -> bool:
        return bool(self.places)


@dataclass(frozen=True)
class Label:
    """What is wrong with an order or a record, by class, cause and signed amount."""

    code: str
    cause: str
    amount: Decimal


@dataclass(eq=False, kw_only=True)
class Order(Told):
    """A sales order; `lines` are (sub-order number, sku, pieces, amount)."""

    shop: str
    no: str
    created: datetime
    paid_at: datetime | None = None
    shipped: datetime | None = None
    received: datetime | None = None
    closed: datetime | None = None
    lines: list[tuple[str, str, int, Decimal]]
    borne: Decimal = NOUGHT
    refunded: Decimal = NOUGHT
    refunded_at: datetime | None = None
    silent: bool = False  # no export of the platform says that it was refunded
    moves: list[Move] = field(default_factory=list)
    due: date | None = None  # the day its settlement is due, where that is known
    story: str = "plain"
    labels: list[Label] = field(default_factory=list)  # of its residual
    findings: list[Label] = field(default_factory=list)  # of its fees
    same_number: bool = False  # another shop uses the number too
    paid_by: str = ""  # which of its shop's ways of paying
    rows: dict[str, tuple[Decimal, list[Place]]] = field(default_factory=dict)  # of its lines, where told one by one

    def told_line(self, number: str, brings: Decimal, place: Place) -> None:
        """A line of it stands in a row of its own."""
        self.places = self.places or [place]
        self.rows.setdefault(number, (brings, []))[1].append(place)

    @property
    def total(self) -> Decimal:
        return sum((line[3] for line in self.lines), NOUGHT)

    @property
    def paid(self) -> Decimal:
        return self.total if self.paid_at else NOUGHT

    @property
    def expected(self) -> Decimal:
        return self.paid + (self.borne if self.paid_at else NOUGHT) - self.refunded


@dataclass(eq=False, kw_only=True)
class Move(Told):
    """One movement in a wallet. `number` is the order number as it is written, `where` in which column."""

    wallet: str
    at: datetime
    kind: str
    amount: Decimal
    order: Order | None = None
    number: str = ""
    where: str = "field"  # field | prefix | remark | nowhere | damaged
    flow: str = ""
    remark: str = ""
    booked: datetime | None = None  # in the wallet, where that is later and told by another bill
    again: bool = False  # a second payment of the same order
    batch: str = ""  # what it is paid into the wallet, or to the bank, with
    sub: str = ""  # the sub-order it is of, where it has a row of its own
    says: str = ""  # a remark in somebody's words
    label: Label | None = None  # of the record, when it cannot be linked
    wallet_label: Label | None = None  # in settlement-wallet
    payout: Payout | None = None
    balance: Decimal = NOUGHT
    in_wallet: list[Place] = field(default_factory=list)  # where the wallet's own bill tells it, if another does too


@dataclass(eq=False, kw_only=True)
class Payout:
    """What left a wallet for a bank: the movements out, the lines in, and whether anybody could tell."""

    moves: list[Move]
    lines: list[BankLine] = field(default_factory=list)
    state: str = "credited"  # credited | in_transit | missing | returned
    named: bool = False  # the bank line names it
    identifiable: bool = True
    batch: list[Move] = field(default_factory=list)  # what a settlement straight to the bank is the sum of


@dataclass(eq=False, kw_only=True)
class BankLine(Told):
    """One line of a bank statement."""

    bank: str
    at: datetime
    amount: Decimal
    party: str = ""
    party_account: str = ""
    memo: str = ""
    kind: str = "payout"  # payout | salary | rent | interest | fee | own_transfer | receipt | payment
    payout: Payout | None = None
    balance: Decimal = NOUGHT


@dataclass(eq=False, kw_only=True)
class ErpLine(Told):
    """A line of an order in the merchant's own order system; `orders` are those it is of."""

    shop: str
    number: str
    online: str
    sku: str
    qty: int
    amount: Decimal
    status: str
    created: datetime
    orders: list[Order] = field(default_factory=list)
    label: Label | None = None  # of the line, when it cannot be linked


@dataclass
class World:
    """Everything that happened, and the rules a bookkeeper would state."""

    orders: list[Order] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)
    payouts: list[Payout] = field(default_factory=list)
    lines: list[BankLine] = field(default_factory=list)
    erp: list[ErpLine] = field(default_factory=list)
    erp_labels: list[tuple[Order, Label]] = field(default_factory=list)  # what order and order system differ by
    files: list[tuple[str, str, str]] = field(default_factory=list)  # name, shop, account
    openings: dict[str, Decimal] = field(default_factory=dict)


def after(moment: datetime, days: float) -> datetime:
    """Some days later, to the second."""
    return (moment + timedelta(days=days)).replace(microsecond=0)


def in_book(moment: datetime | None) -> bool:
    """Whether it lies in the days the files tell of."""
    return moment is not None and START <= moment.date() <= CUT
