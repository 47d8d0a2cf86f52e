"""MT940 (SWIFT statement message) read into one raw table per account.

The grammar of the fields is that of the library `mt-940` (its tag patterns, and its splitting of structured `:86:`
details); the statements are cut apart here, because the library pours all statements of a file into one. It is lenient
where banks are loose: references longer than 16 characters (ASN), a second `:25:` in place of `:86:`, tags such as
`:12:11` inside wrapped text, balances without a currency, files that are not UTF-8.

- Sign: `C` in, `D` out; `RC` and `RD` (reversals) are inverted.
- `source_row` is the ordinal of the `:61:` in the file, from 1.
- The booking day is the entry date (`MMDD`, its year taken from the value date), else the value date. A 30 February
  (banks that count 30 days a month) is the last day of February, and said so.
- Each statement's opening balance + lines = closing balance is a control. Where a statement balances, each line
  carries the balance after it; where it does not, only its last line carries the one that is stated.
- MT942 (interim reports) has no balances and its lines may still change: it is refused.
"""

from __future__ import annotations

import calendar
import hashlib
import logging
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from huikuan.formats.readers.mixed import is_unmarked_utf16, start_text
from huikuan.records.document import CLOSING_BALANCE, Control
from huikuan.records.errors import Problem, UserError
from huikuan.records.messages import gettext_noop, register

TAG = re.compile(r"^[ \t]*:(?P<tag>20|21|25P?|28C?|34F|13D?|60[FM]|61|62[FM]|64|65|86|NS|90[CD]|940):", re.MULTILINE)
START = re.compile(r"(^|\n)[\x01{}A-Z0-9: \t]{0,80}:20:", re.MULTILINE)
MORE = re.compile(r"\n[ \t]*:(25P?|28C?|60[FM]|61):")
# The header of a SWIFT message on the line of its first field.
BLOCK = re.compile(r"\{4:[ \t]*(?=:20:)")
# A decimal point in a :61:, where the standard wants a comma.
POINT = re.compile(r"^(\d{6}(?:\d{4})?R?[DC][A-Z]?\d+)[.](\d{1,2})(?=[A-Z]|$)")
BALANCE = re.compile(r"(?P<mark>[DC])(?P<day>\d{6})(?P<currency>[A-Z]{3})?(?P<amount>\d[\d,.]*)")
INTERIM_TAGS = {"34F", "13", "13D", "90C", "90D"}
NO_REFERENCE = {"", "NONREF", "NOREF", "NOTPROVIDED"}
WRAP_CHARACTERS = 65
# The library reports each unparsable field as an error; here it becomes a rejected row.
logging.getLogger("mt940").addHandler(logging.NullHandler())
logging.getLogger("mt940").propagate = False

register(
    {
        "mt940.no_statement": gettext_noop(
            "%(file)s holds no MT940 statement: no :20: with lines (:61:) or a closing balance (:62F:). "
            "Export the statement again as MT940 and import the whole file."
        ),
        "mt940.interim": gettext_noop(
            "%(file)s is an MT942 interim report: its lines are not final and it states no balances. "
            "Import the MT940 of the day instead, which the bank gives after closing."
        ),
        "bank.30_february": gettext_noop(
            "%(place)s: the date %(found)s does not exist in the calendar (some banks count 30 days a month). "
            "It was read as %(read)s, the last day of the month. Nothing needs to be done."
        ),
    }
)


@dataclass(frozen=True)
class Balance:
    """A balance field. `amount` is signed, negative for a debit balance; `currency` is blank where it is not told."""

    amount: Decimal
    currency: str
    day: str


@dataclass(frozen=True)
class Entry:
    """One `:61:` with its details. Dates are ISO text; `amount` is signed, or as written where it is unreadable."""

    ordinal: int
    amount: Decimal | str
    booked: str = ""
    value_date: str = ""
    bank_reference: str = ""
    line_reference: str = ""  # the customer's reference as the :61: has it
    reference: str = ""  # the same, or a better one from the details
    text: str = ""
    counterparty: str = ""
    counterparty_account: str = ""
    problems: tuple[Problem, ...] = ()


@dataclass
class Statement:
    """One statement: from a `:20:` to the next. `interim` marks an MT942."""

    reference: str = ""
    account: str = ""
    number: str = ""
    opening: Balance | None = None
    closing: Balance | None = None
    entries: list[Entry] = field(default_factory=list)
    interim: bool = False

    @property
    def currency(self) -> str:
        """The currency of its balances; blank where none is told."""
        return next((each.currency for each in (self.opening, self.closing) if each and each.currency), "")

    @property
    def content(self) -> str:
        """A digest of what makes it this statement: everything but where its lines stand in the file."""
        lines = (replace(entry, ordinal=0, problems=()) for entry in self.entries)
        digest = hashlib.sha256(repr((self.reference, self.number, self.opening, self.closing)).encode())
        for line in lines:
            digest.update(repr(line).encode())
        return digest.hexdigest()

    @property
    def computed_closing(self) -> Decimal | None:
        """Opening balance + lines; None where there is no opening or a line is unreadable."""
        amounts = [entry.amount for entry in self.entries]
        if self.opening is None or any(isinstance(amount, str) for amount in amounts):
            return None
        return self.opening.amount + sum((amount for amount in amounts if isinstance(amount, Decimal)), Decimal(0))

    @property
    def balances(self) -> bool:
        """Whether opening + lines = closing, and both are stated."""
        return self.closing is not None and self.computed_closing == self.closing.amount


def is_mt940(head: bytes, name: str) -> bool:
    """Whether the first bytes of a file are those of an MT940 or MT942."""
    text = _unix(start_text(head))
    return bool(START.search(text)) and MORE.search(text) is not None


def decode(data: bytes) -> str:
    """UTF-16, UTF-8; else GB18030 where the bytes look Chinese (high bytes in pairs from 0xA1); else
    Western."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or is_unmarked_utf16(data[:4096]):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    runs = re.findall(rb"[\x80-\xff]+", data)
    if all(len(run) % 2 == 0 and min(run) >= 0xA1 for run in runs):
        try:
            return data.decode("gb18030")
        except UnicodeDecodeError:
            pass
    return data.decode("latin-1")


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse(text: str, name: str) -> Iterator[Statement]:
    """The statements of a file, one by one. Raises UserError where there is none, or only interim reports."""
    found = interim = 0
    for statement in _statements(text):
        if not (statement.account or statement.closing or statement.entries):
            continue
        found += 1
        interim += statement.interim and statement.opening is None
        yield statement
    if not found:
        raise UserError("mt940.no_statement", file=name)
    if found == interim:
        raise UserError("mt940.interim", file=name)


def _statements(text: str) -> Iterator[Statement]:
    statement: Statement | None = None
    ordinal = 0
    for tag, value in _fields(text):
        if tag == "20":
            if statement is not None:
                yield statement
            statement = Statement(reference=value)
        if statement is None:
            continue
        if tag == "61":
            ordinal += 1
            statement.entries.append(_entry(value, ordinal))
        else:
            _apply(statement, tag, value)
    if statement is not None:
        yield statement


def controls(statements: list[Statement]) -> tuple[Control, ...]:
    """The closing balance of each statement that states an opening and a closing one."""
    found = []
    for statement in statements:
        computed = statement.computed_closing
        if statement.closing is not None and computed is not None:
            label = " ".join(part for part in (CLOSING_BALANCE, statement.reference, statement.number) if part)
            found.append(Control(label, statement.closing.amount, computed))
    return tuple(found)


def running_balances(statement: Statement) -> list[Decimal | None]:
    """The balance after each line, as far as the statement proves it; see the module's docstring."""
    if not statement.entries:
        return []
    if statement.balances and statement.opening is not None:
        balance = statement.opening.amount
        result: list[Decimal | None] = []
        for entry in statement.entries:
            balance += entry.amount if isinstance(entry.amount, Decimal) else Decimal(0)
            result.append(balance)
        return result
    stated = statement.closing.amount if statement.closing else None
    return [None] * (len(statement.entries) - 1) + [stated]


def _fields(text: str) -> Iterator[tuple[str, str]]:
    """Tags with their values. Only tags of the standard, at the start of a line, begin a field."""
    cleaned = "\n".join(line.rstrip() for line in BLOCK.sub("{4:\n", _unix(text)).split("\n"))
    found = TAG.finditer(cleaned)
    match = next(found, None)
    while match is not None:
        following = next(found, None)
        lines = cleaned[match.end() : following.start() if following else len(cleaned)].split("\n")
        yield match["tag"], "\n".join(line for line in lines if line not in ("-", "-\x03", "-}", "-XXX")).strip()
        match = following


def _apply(statement: Statement, tag: str, value: str) -> None:
    """Put a field other than `:61:` into its statement."""
    if tag in ("25", "25P") and not statement.account:
        statement.account = value.partition("\n")[0].strip()
    elif tag in ("86", "25", "NS") and statement.entries and statement.closing is None:
        statement.entries[-1] = _with_details(statement.entries[-1], value)
    elif tag in ("28", "28C"):
        statement.number = value
    elif tag in ("60F", "60M") and statement.opening is None:
        statement.opening = _balance(value)
    elif tag in ("62F", "62M"):
        statement.closing = _balance(value)
    elif tag in INTERIM_TAGS:
        statement.interim = True


def _balance(value: str) -> Balance | None:
    match = BALANCE.match(value)
    amount = _decimal(match["amount"]) if match else None
    if match is None or amount is None:
        return None
    day, _ = _day(match["day"])
    return Balance(amount if match["mark"] == "C" else -amount, match["currency"] or "", day)


def _decimal(text: str) -> Decimal | None:
    """`1234,5`, `300,` and `0000,12` as a decimal; None for anything else."""
    if not re.fullmatch(r"\d+([,.]\d*)?", text, re.ASCII):
        return None
    return Decimal(text.replace(",", ".").rstrip(".") or "0")


@cache
def _line_tags() -> tuple[Any, ...]:
    from mt940 import tags

    return tags.Statement(), tags.StatementASNB()


def _entry(value: str, ordinal: int) -> Entry:
    written, _, rest = value.partition("\n")
    first = POINT.sub(r"\1,\2", written)
    for tag in _line_tags():
        match = tag.re.match(f"{first}\n{rest}" if rest else first)
        amount = _decimal(match["amount"]) if match else None
        if match is None or amount is None or first[match.end("amount") : match.end("amount") + 1] == ".":
            continue  # a point behind the amount: its rest
        problems: list[Problem] = []
        value_date, booked = _dates(match, ordinal, problems)
        inverted = match["status"].upper() in ("D", "RC")
        reference = _reference(match["customer_reference"])
        return Entry(
            ordinal=ordinal,
            amount=-amount if inverted else amount,
            booked=booked,
            value_date=value_date,
            bank_reference=_reference(match["bank_reference"]),
            line_reference=reference,
            reference=reference,
            text=" ".join((match["extra_details"] or "").split()),
            problems=tuple(problems),
        )
    return Entry(ordinal=ordinal, amount=written[:60])


def _reference(text: str | None) -> str:
    stripped = (text or "").strip()
    return "" if stripped.upper() in NO_REFERENCE else stripped


def _dates(match: re.Match[str], ordinal: int, problems: list[Problem]) -> tuple[str, str]:
    """Value date and booking day as ISO text."""
    written = match["year"] + match["month"] + match["day"]
    value_date, clamped = _day(written)
    if clamped:
        problems.append(_thirtieth(ordinal, written, value_date))
    month, day = (match["entry_month"] or "").strip(), (match["entry_day"] or "").strip()
    if not (month and day):
        return value_date, value_date
    candidates = [_day(f"{(int(written[:2]) + shift) % 100:02d}{month}{day}") for shift in (0, -1, 1)]
    try:
        value = date.fromisoformat(value_date)
        booked, clamped = min(candidates, key=lambda each: abs((date.fromisoformat(each[0]) - value).days))
    except ValueError:
        return value_date, candidates[0][0]
    if clamped:
        problems.append(_thirtieth(ordinal, month + day, booked))
    return value_date, booked


def _thirtieth(ordinal: int, written: str, read: str) -> Problem:
    return Problem(
        "bank.30_february", row=ordinal, params={"found": written, "read": read, "entry": True}, severity="flag"
    )


def _day(written: str) -> tuple[str, bool]:
    """`YYMMDD` as ISO text (years from 80 are of the last century), and whether a 29, 30 February was moved.

    An impossible day is given as it is (`2016-13-01`): the row is then rejected where dates are read.
    """
    year, month, day = int(written[:2]), int(written[2:4]), int(written[4:6])
    year += 1900 if year >= 80 else 2000
    last = calendar.monthrange(year, 2)[1]
    if month == 2 and last < day <= 30:
        return f"{year:04d}-02-{last:02d}", True
    return f"{year:04d}-{month:02d}-{day:02d}", False


def _with_details(entry: Entry, value: str) -> Entry:
    """The entry with an `:86:` (there may be several) added to it."""
    known = structured(value)
    text = known.get("text") or unwrapped(value)
    return replace(
        entry,
        text=" ".join(part for part in (entry.text, text) if part),
        counterparty=entry.counterparty or known.get("name", ""),
        counterparty_account=entry.counterparty_account or known.get("account", ""),
        reference=known.get("reference") or entry.reference,
    )


def structured(value: str) -> dict[str, str]:
    """Name, account, reference and text of details in the German (`?20..`) or Dutch (`/NAME/..`) form; else empty."""
    joined = "".join(line.strip("\n") for line in value.splitlines())
    if re.match(r"\d{3}\?\d{2}", joined):
        return _german(joined)
    if re.match(r"/[A-Z]{4}/", joined):
        parts = re.split(r"/(EREF|NAME|REMI|IBAN|CNTP|BENM|ORDP|ISDT|TRTP|BIC|MARF|CSID|RTRN|PREF)/", joined)
        by_key = dict(zip(parts[1::2], (part.strip(" /") for part in parts[2::2]), strict=True))
        account = by_key.get("IBAN") or by_key.get("CNTP", "").split("/")[0]
        return {"name": by_key.get("NAME", ""), "account": account, "reference": _reference(by_key.get("EREF"))}
    return {}


def _german(joined: str) -> dict[str, str]:
    """Subfields `?20..29` purpose, `?31` account, `?32..33` name; the purpose's own marks (`EREF+`) by the library."""
    from mt940 import models, processors

    fields = re.findall(r"\?(\d\d)([^?]*)", joined)
    details: dict[str, Any] = processors.transaction_details_post_processor(
        models.Transactions(), None, {"transaction_details": joined}, {"transaction_details": joined}
    )
    posting = "".join(value for key, value in fields if key == "00")
    purpose = "".join(value for key, value in fields if key.startswith("2") or key in ("60", "61", "62", "63"))
    return {
        "name": " ".join("".join(value for key, value in fields if key in ("32", "33")).split()),
        "account": "".join(value for key, value in fields if key == "31").strip(),
        "reference": _reference(details.get("end_to_end_reference")),
        "text": " ".join(f"{posting} {purpose}".split()),
    }


def unwrapped(value: str) -> str:
    """Free text in one line. Banks cut it after 65 characters, also within words: such lines are joined closely."""
    text = ""
    for line in value.split("\n"):
        text += line if len(line) >= WRAP_CHARACTERS else line + " "
    return " ".join(text.split())
