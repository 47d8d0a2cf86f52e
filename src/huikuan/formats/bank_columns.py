"""What bank statements have in common: the columns of a statement message (MT940, camt) as a raw table, the values
every bank format shares (cleaned balance, identity of a line), and the flag for what nothing can prove.

Identity of a bank line. A bank's own running number of the line (CCB's 交易流水号) identifies it. The references of
MT940 and camt do not by themselves: banks repeat them within a file and across days. So a line's identity is the
reference together with the line's date, value date, amount and customer reference; equal ones are counted (`n`).
Chinese bank files without a running number take date, time, amount, running balance and counterparty.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from huikuan.formats.readers.spreadsheet import load_rows
from huikuan.formats.reading import RawTable
from huikuan.formats.spec import Amount, Column, Day, Emit, Expression, Identifier, Text
from huikuan.records.document import Control
from huikuan.records.errors import Problem

if TYPE_CHECKING:
    import duckdb

HEADER = (
    "date",
    "value_date",
    "amount",
    "currency",
    "balance",
    "status",
    "bank_reference",
    "reference",
    "counterparty",
    "counterparty_account",
    "text",
)
_numbers = itertools.count(1)

STATEMENT_COLUMNS: tuple[Column, ...] = (
    Day("booked", ("date",), filled=True),
    Day("value", ("value_date",)),
    Amount("amount", ("amount",), filled=True),
    Text("currency", ("currency",)),
    Amount("balance", ("balance",)),
    Text("status", ("status",)),
    Text("bank_reference", ("bank_reference",)),
    Text("reference", ("reference",)),
    Text("counterparty", ("counterparty",)),
    Text("counterparty_account", ("counterparty_account",)),
    Text("text", ("text",), scrub=True),
)
STATEMENT_REF = Expression(
    "ref",
    "concat_ws('|', coalesce(bank_reference, ''), booked_date::VARCHAR, coalesce(value_date::VARCHAR, ''), "
    "amount::VARCHAR, coalesce(reference, ''))",
    "text",
)
STATEMENT_EMIT = Emit(
    "bank_line",
    {
        "ref": "ref",
        "amount": "amount",
        "balance": "balance",
        "value_date": "value_date",
        "counterparty": "counterparty",
        "counterparty_account": "counterparty_account",
        "reference": "reference",
        "text": "text",
    },
    moment="booked",
)


@dataclass(frozen=True)
class Line:
    """One line of a statement message, all text. `row` is its ordinal in the file; the rest in the order of HEADER."""

    row: int
    cells: tuple[str, ...]


@dataclass
class AccountDocument:
    """All that a file tells about one account: its lines, what proves them, and what is known of the document."""

    account: str
    lines: list[Line] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)

    def extend_period(self, first: str, last: str) -> None:
        """Widen the stated period; blanks tell nothing."""
        if first:
            self.facts["period_from"] = min(first, self.facts.get("period_from", first))
        if last:
            self.facts["period_to"] = max(last, self.facts.get("period_to", last))


def amount_text(amount: Decimal | str | None) -> str:
    """An amount as a raw cell: plain text, an unreadable one as written, none as blank."""
    if amount is None:
        return ""
    return amount if isinstance(amount, str) else f"{amount:f}"


def raw_tables(con: duckdb.DuckDBPyConnection, name: str, documents: Sequence[AccountDocument]) -> list[RawTable]:
    """One raw table per account of a statement message, in the order of the file."""
    tables = []
    for document in documents:
        table = f"statement_{next(_numbers)}"
        load_rows(con, table, [(line.row, line.cells) for line in document.lines], columns=len(HEADER))
        tables.append(
            RawTable(
                table=table,
                header=HEADER,
                member=name,
                facts={"account": document.account, **document.facts},
                controls=tuple(document.controls),
                problems=tuple(document.problems),
            )
        )
    return tables


def unproved(what: str, why: str) -> Problem:
    """The flag of a document whose complete reading nothing in it can prove."""
    return Problem("unproved", params={"what": what, "why": why}, severity="flag")


# ---------------------------------------------------------------- bank files that are tables
# A balance hidden by the bank (`xx,yyyy.zz`) or crossed out tells nothing and is no fault of the row.
MASKED_BALANCE = "regexp_matches(balance_text, '[xXyYzZ*#]')"


def two_column_amount(inward: str = "money_in", outward: str = "money_out") -> Expression:
    """`in − abs(out)`: banks write the out column with and without a minus."""
    return Expression("amount", f"coalesce({inward}, 0) - abs(coalesce({outward}, 0))", "money")


def bank_emit(moment: str = "moment", *, ref: str = "ref", reference: str = "NULL") -> Emit:
    """The bank line of a row whose values have the usual names."""
    return Emit(
        "bank_line",
        {
            "ref": ref,
            "amount": "amount",
            "balance": "balance",
            "counterparty": "counterparty",
            "counterparty_account": "counterparty_account",
            "reference": reference,
            "text": "text",
        },
        moment=moment,
    )


def identity(*parts: str) -> Expression:
    """`ref` from identity columns: the parts (SQL over values) as text, joined by |."""
    texts = ", ".join(f"coalesce(({part})::VARCHAR, '')" for part in parts)
    return Expression("ref", f"concat_ws('|', {texts})", "text")


def account_number(*headers: str) -> Identifier:
    """The own account, where each row names it."""
    return Identifier("own_account", headers)
