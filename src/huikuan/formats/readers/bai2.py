"""BAI2 (cash management balance reporting) as a stream of accounts and their transactions.

Records: 01 file, 02 group, 03 account (balances and totals), 16 transaction, 88 continuation of the one before, 49, 98
and 99 trailers with totals and counts.

- A record ends with `/`, blanks may follow; the text of a 16 may hold commas and `/`, and need not end with one.
  Several records may stand in one line, and a text may run on in a line without a record code.
- Amounts have no decimal point: they are in the currency's minor unit. The currency is that of the account, else of the
  group, else US dollars, as the standard says.
- Sign by type code: 100 to 399 and 920 to 959 into the account, 400 to 699 and 960 to 999 out of it. 890 is a note
  without money. Other codes say neither.
- The funds type shifts the fields behind it: V by a value date and time, S by three amounts, D by a count of pairs.
- The booking day is the group's as-of date: a 16 has no date of its own but the value date.
- Opening (010) + transactions = closing (015) is a control of an account; so are the totals of credits (100) and debits
  (400), and every total and count of the trailers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from huikuan.formats.readers.mixed import start_text
from huikuan.records.currency import decimals
from huikuan.records.document import CLOSING_BALANCE, Control
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

CODES = "01|02|03|16|49|88|98|99"
_START = re.compile(r"01,[^,\n]*,[^,\n]*,\d{6},")
_GROUP = re.compile(r"(?:^|[\n/])\s*0[23],")
_RECORD = re.compile(rf"^[ \t]*(?:{CODES}),")
_NEXT = re.compile(rf"/[ \t]+(?=(?:{CODES}),)")
_AMOUNT = re.compile(r"[+-]?\d+", re.ASCII)
_LINE_AMOUNT = re.compile(r"\+?\d+", re.ASCII)
NO_MOVEMENTS = ("2", "4")  # group statuses: deletion, test
# A record is some hundred characters long, and has some dozen continuations.
RECORD_CHARACTERS_MAX = 32 << 10
CONTINUATIONS_MAX = 2000
INTERIM = ("1", "3")  # as-of date modifiers of reports within the day
OPENING, CLOSING, CREDITS, DEBITS = "010", "015", "100", "400"

register(
    {
        "bai2.no_account": gettext_noop(
            "%(file)s is a BAI2 file without an account (record 03). Export the statement again and import the "
            "whole file."
        ),
        "bai2.status": gettext_noop(
            "%(file)s holds a group of status %(found)s (2: deletion, 4: test): its lines are no movements. "
            "Ask the bank for the report itself."
        ),
        "bai2.record": gettext_noop(
            "%(place)s of %(file)s does not fit in a BAI2 file: “%(found)s”. The file is damaged: download it again."
        ),
    }
)


@dataclass(frozen=True)
class Transaction:
    """One record 16. `amount` is signed, in the currency's unit, or as written where it is unreadable."""

    amount: str
    direction: int  # 1 in, -1 out, 0 unknown
    type_code: str
    value_date: str = ""
    bank_reference: str = ""
    customer_reference: str = ""
    text: str = ""


@dataclass
class Account:
    """One record 03 with its transactions. Balances and totals are signed, in the currency's unit."""

    number: str
    currency: str
    as_of: str  # ISO date
    interim: bool
    stated: dict[str, Decimal] = field(default_factory=dict)
    transactions: list[Transaction] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)  # of the account's own trailer
    closed: bool = False

    @property
    def opening(self) -> Decimal | None:
        """The opening ledger balance."""
        return self.stated.get(OPENING)

    @property
    def closing(self) -> Decimal | None:
        """The closing ledger balance."""
        return self.stated.get(CLOSING)

    def moved(self) -> Decimal | None:
        """What the transactions add up to; None where one is unreadable."""
        if any(each.direction == 0 or not _is_number(each.amount) for each in self.transactions):
            return None
        return sum((Decimal(each.amount) for each in self.transactions), Decimal(0))

    def own_controls(self) -> list[Control]:
        """Closing balance, credits and debits, as far as they are stated and computable, and the trailer's."""
        moved = self.moved()
        found = []
        if moved is not None:
            label = f"{CLOSING_BALANCE} {self.as_of}".strip()
            if self.opening is not None and self.closing is not None:
                found.append(Control(label, self.closing, self.opening + moved))
            for code, name, sign in ((CREDITS, "credits", 1), (DEBITS, "debits", -1)):
                if code in self.stated:
                    amounts = [Decimal(each.amount) for each in self.transactions if each.direction == sign]
                    found.append(Control(f"{name} {self.as_of}", self.stated[code], abs(sum(amounts, Decimal(0)))))
        return found + self.controls

    @property
    def balances(self) -> bool:
        """Whether opening + transactions = closing, and both are stated."""
        moved = self.moved()
        if moved is None or self.opening is None or self.closing is None:
            return False
        return self.opening + moved == self.closing


@dataclass
class File:
    """What the trailers of groups and file state, once the whole file is read: controls of every account in them."""

    controls: list[Control] = field(default_factory=list)
    complete: bool = False  # it ends with its trailer


def is_bai2(head: bytes, name: str) -> bool:
    """Whether the first bytes of a file are those of a BAI2 file."""
    text = start_text(head).lstrip("\ufeff \t\r\n")
    return _START.match(text) is not None and _GROUP.search(text[3:]) is not None


def records(text: str) -> Iterator[tuple[int, str]]:
    """The physical records with the lines they begin in; a line without a record code continues the one before."""
    waiting: tuple[int, str] | None = None
    for number, line in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n"), start=1):
        if not line.strip(" \t\x1a"):
            continue
        for place, piece in enumerate(_NEXT.split(line)):
            if place or _RECORD.match(piece):
                if waiting:
                    yield waiting
                waiting = (number, piece.strip())
            elif waiting and len(waiting[1]) < RECORD_CHARACTERS_MAX:
                waiting = (waiting[0], f"{_unended(waiting[1])} {piece.strip()}")
            else:
                yield number, piece.strip()
    if waiting:
        yield waiting


def parse(text: str, name: str, file: File) -> Iterator[Account]:
    """The accounts of a file, each whole; `file` tells the rest when they are through. Raises UserError `bai2.*`."""
    return _Parser(name, file).accounts(text)


class _Parser:
    """Follows the records; holds the totals and counts that trailers are compared with."""

    def __init__(self, name: str, file: File) -> None:
        self.name = name
        self.file = file
        self.account: Account | None = None
        self.group_currency = self.group_date = ""
        self.interim = False
        self.unit = Decimal(1)
        self.logical: tuple[int, list[str]] | None = None  # a record 03 or 16 with its continuations
        self.sums = {"49": 0, "98": 0, "99": 0}
        self.counts = {"49": 0, "98": 0, "99": 0}
        self.parts = {"98": 0, "99": 0}
        self.groups_closed = True

    def accounts(self, text: str) -> Iterator[Account]:
        found = 0
        for number, record in records(text):
            code = record[:2]
            if code == "88":
                self._count()
                if self.logical:
                    self.logical[1].append(_unended(record[3:]))
                    if len(self.logical[1]) > CONTINUATIONS_MAX:
                        raise self._fault(number, record)
                continue
            self._settle()
            if code in ("01", "02", "03") and self.account is not None:  # its trailer is missing
                found += 1
                yield self._take()
            if code in ("49", "98", "99"):
                self._trailer(code, number, record)
                if code == "49" and self.account is not None:
                    found += 1
                    yield self._take()
            else:
                self._begin(code, number, record)
        self._settle()
        if self.account is not None:
            found += 1
            yield self._take()
        if not found:
            raise UserError("bai2.no_account", file=self.name)

    def _take(self) -> Account:
        account, self.account = self.account, None
        assert account is not None  # noqa: S101 - asked before
        return account

    def _count(self) -> None:
        for level in self.counts:
            self.counts[level] += 1

    def _begin(self, code: str, number: int, record: str) -> None:
        if code not in ("01", "02", "03", "16"):
            raise self._fault(number, record)
        if code == "03":
            self.counts["49"] = self.sums["49"] = 0
        elif code == "02":
            self._group(_unended(record).split(","))
        self._count()
        if code in ("03", "16"):
            if code == "16" and self.account is None:
                raise self._fault(number, record)
            self.logical = (number, [_unended(record)])

    def _group(self, fields: list[str]) -> None:
        fields += [""] * 8
        status = fields[3].strip()
        if status in NO_MOVEMENTS:
            raise UserError("bai2.status", file=self.name, found=status)
        self.group_date = _day(fields[4])
        self.group_currency = fields[6].strip().upper()
        self.interim = fields[7].strip() in INTERIM
        self.counts["98"] = self.sums["98"] = self.parts["98"] = 0
        self.groups_closed = False

    def _settle(self) -> None:
        """Read the record 03 or 16 that is complete now."""
        if self.logical is None:
            return
        (number, pieces), self.logical = self.logical, None
        if pieces[0].startswith("03"):
            self._open_account(number, ",".join(pieces).split(","))
        elif self.account is not None:
            self.account.transactions.append(self._transaction(pieces))

    def _open_account(self, number: int, fields: list[str]) -> None:
        fields += ["", ""]
        currency = fields[2].strip().upper() or self.group_currency or "USD"
        self.unit = Decimal(1).scaleb(-decimals(currency))
        self.account = Account(fields[1].strip(), currency, self.group_date, self.interim)
        at = 3
        while at < len(fields) - 2:
            code = fields[at].strip()
            amount = fields[at + 1].strip() if at + 1 < len(fields) else ""
            if code and not code.isdigit():
                raise self._fault(number, ",".join(fields[at : at + 2]))
            if code and amount:
                if not _AMOUNT.fullmatch(amount):
                    raise self._fault(number, ",".join(fields[at : at + 2]))
                self.sums["49"] += int(amount)
                self.account.stated.setdefault(code, int(amount) * self.unit)
            at = _behind_funds(fields, at + 3)

    def _transaction(self, pieces: list[str]) -> Transaction:
        written = pieces[0]
        at = _text_at(written)
        for piece in pieces[1:]:
            begun = at is not None and written.count(",") >= at
            written += (" " if begun else ",") + piece
            at = _text_at(written)
        fields = written.split(",")
        at = at if at is not None else len(fields)
        fields += [""] * (at + 1 - len(fields)) + [""] * 4
        amount = fields[2].strip() or "0"
        direction = _direction(fields[1].strip())
        value_date = _day(fields[4]) if fields[3].strip().upper() == "V" else ""
        readable = _LINE_AMOUNT.fullmatch(amount) is not None
        if readable:
            self.sums["49"] += int(amount)
        return Transaction(
            amount=f"{int(amount) * self.unit * (direction or 1):f}" if readable else f"{amount} (no plain number)",
            direction=direction,
            type_code=fields[1].strip(),
            value_date=value_date,
            bank_reference=fields[at - 2].strip(),
            customer_reference=fields[at - 1].strip(),
            text=" ".join(",".join(fields[at:]).rstrip(",").split()),
        )

    def _trailer(self, code: str, number: int, record: str) -> None:
        """Compare what a trailer states with what was read, and hand its total to the level above."""
        self._count()
        stated = [each.strip() for each in _unended(record).split(",")[1:]]
        if not stated or any(each and not _AMOUNT.fullmatch(each) for each in stated):
            raise self._fault(number, record)
        names = {"49": "account", "98": "group", "99": "file"}
        computed = [self.sums[code], *([] if code == "49" else [self.parts[code]]), self.counts[code]]
        labels = ["control total", *([] if code == "49" else ["parts"]), "records"]
        controls = [
            Control(f"{names[code]} {label}", Decimal(int(value)), Decimal(ours))
            for label, value, ours in zip(labels, stated, computed, strict=False)
            if value
        ]
        if code == "49":
            if self.account is not None:
                self.account.controls += controls
                self.account.closed = True
            self.sums["98"] += self.sums["49"]
            self.parts["98"] += 1
        else:
            self.file.controls += controls
        if code == "98":
            self.sums["99"] += self.sums["98"]
            self.parts["99"] += 1
            self.groups_closed = True
        elif code == "99":
            self.file.complete = self.groups_closed

    def _fault(self, number: int, record: str) -> UserError:
        return UserError("bai2.record", file=self.name, row=number, found=record[:60])


def _unended(record: str) -> str:
    """A record without the `/` that ends it."""
    return record.strip().removesuffix("/").rstrip() if record.rstrip().endswith("/") else record.strip()


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(\.\d+)?", text, re.ASCII) is not None


def _direction(code: str) -> int:
    number = int(code) if re.fullmatch(r"\d{3}", code, re.ASCII) else 0
    if 100 <= number <= 399 or 920 <= number <= 959:
        return 1
    return -1 if 400 <= number <= 699 or 960 <= number <= 999 else 0


def _behind_funds(fields: list[str], at: int) -> int:
    """The place behind a funds type and what belongs to it; the type stands at `at`."""
    kind = fields[at].strip().upper() if at < len(fields) else ""
    if kind == "D":
        pairs = fields[at + 1].strip() if at + 1 < len(fields) else ""
        return at + 2 + 2 * (int(pairs) if re.fullmatch(r"\d{1,3}", pairs, re.ASCII) else 0)
    return at + 1 + {"V": 2, "S": 3}.get(kind, 0)


def _text_at(record: str) -> int | None:
    """Which field of a record 16 is its text; None while the record is too short to tell."""
    fields = record.split(",", 200)
    if len(fields) < 4:
        return None
    return _behind_funds(fields, 3) + 2


def _day(text: str) -> str:
    """`YYMMDD` as ISO text; anything else as written."""
    text = text.strip()
    if re.fullmatch(r"\d{6}", text, re.ASCII):
        century = "19" if int(text[:2]) >= 80 else "20"
        return f"{century}{text[:2]}-{text[2:4]}-{text[4:6]}"
    return text
