"""What bank statements have in common: the columns of a statement message (MT940, camt) as a raw table, the values
every bank format shares (cleaned balance, identity of a line), and the flag for what nothing can prove.

Identity of a bank line. A bank's own running number of the line (CCB's 交易流水号) identifies it. The references of
MT940 and camt do not by themselves: banks repeat them within a file and across days. So a line's identity is the
reference together with the line's date, value date, amount and customer reference, all as the line itself states
them (never what is read out of free text); equal ones are counted (`n`).
Chinese bank files without a running number take date, time, amount, running balance and counterparty.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from huikuan.formats.readers.rows import BATCH_ROWS, append_rows, create_rows
from huikuan.formats.reading import RawTable, ReadContext
from huikuan.formats.spec import BOOK, Amount, Choice, Column, Day, Emit, Expression, Moment, Reject, Text
from huikuan.records.document import Control
from huikuan.records.errors import Problem, UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.money import BLANKS, CURRENCY_CODES, amount_sql, no_amount_sql
from huikuan.records.sql import sql_text

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
    "line_reference",
    "reference",
    "counterparty",
    "counterparty_account",
    "text",
)
ACCOUNTS_MAX = 1000  # of one file
BYTES_MAX = 128 << 20  # of a message that is read as a whole: a million lines
INTERIM = "INTERIM"  # the status of a line that is booked, and told before the final statement
_numbers = itertools.count(1)

STATEMENT_COLUMNS: tuple[Column, ...] = (
    Moment("booked", ("date",), formats=("%Y-%m-%d %H:%M:%S",), tz=BOOK, date_formats=("%Y-%m-%d",)),
    Day("value", ("value_date",), formats=("%Y-%m-%d",)),
    Amount("amount", ("amount",), filled=True),
    Text("currency", ("currency",)),
    Amount("balance", ("balance",)),
    Text("status", ("status",)),
    Text("bank_reference", ("bank_reference",)),
    Text("line_reference", ("line_reference",)),
    Text("reference", ("reference",)),
    Text("counterparty", ("counterparty",), scrub=True),
    Text("counterparty_account", ("counterparty_account",)),
    Text("text", ("text",), scrub=True),
)
STATEMENT_REF = Expression(
    "ref",
    "concat_ws('|', coalesce(bank_reference, ''), booked_date::VARCHAR, coalesce(value_date::VARCHAR, ''), "
    "amount::VARCHAR, coalesce(line_reference, ''))",
    "text",
)
# A line whose amount cannot be read has no date either: one fault is told, not two.
STATEMENT_REJECT = Reject("cell.empty", "booked_date IS NULL AND amount IS NOT NULL", "date")
# A line told within the day has nothing but the bank's reference to be known by in the final statement.
NO_BANK_REFERENCE = Reject(
    "bank.no_bank_reference",
    f"starts_with(status, '{INTERIM}') AND bank_reference IS NULL AND amount IS NOT NULL",
    "bank_reference",
)


def bank_emit(*, moment: str = "moment", ref: str = "ref", value_date: str = "NULL", reference: str = "NULL") -> Emit:
    """The bank line of a row whose values have the usual names."""
    return Emit(
        "bank_line",
        {
            "ref": ref,
            "amount": "amount",
            "balance": "balance",
            "value_date": value_date,
            "counterparty": "counterparty",
            "counterparty_account": "counterparty_account",
            "reference": reference,
            "text": "text",
        },
        moment=moment,
    )


STATEMENT_EMIT = bank_emit(moment="booked", value_date="value_date", reference="reference")


@dataclass
class AccountDocument:
    """All that a file tells about one account: its lines, what proves them, and what is known of the document.

    Lines go into the raw table `table` of `con` by batches, so that a long statement never stands in memory.
    """

    account: str
    con: duckdb.DuckDBPyConnection
    table: str = field(default_factory=lambda: f"statement_{next(_numbers)}")
    controls: list[Control] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    _waiting: list[tuple[int, Sequence[str]]] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        create_rows(self.con, self.table, columns=len(HEADER))

    def add(self, row: int, cells: Sequence[str]) -> None:
        """Add a line: its ordinal in the file, ascending, and its cells in the order of `HEADER`."""
        self._waiting.append((row, cells))
        if len(self._waiting) >= BATCH_ROWS:
            self.flush()

    def flush(self) -> None:
        """Put what waits into the table."""
        append_rows(self.con, self.table, self._waiting, columns=len(HEADER))
        self._waiting.clear()

    def is_new(self, content: str, has_lines: bool, label: str) -> bool:
        """Whether a statement is to be kept; `content` stands for all it says. One that stands in the file already,
        line for line, is not: it would double its money; that is said."""
        if has_lines and content in self._seen:
            self.problems.append(Problem("bank.statement_repeated", params={"what": label}, severity="flag"))
            return False
        self._seen.add(content)
        return True

    def take_back(self, first: int) -> None:
        """Remove the lines from an ordinal on."""
        self.flush()
        self.con.execute(f"DELETE FROM {self.table} WHERE source_row >= {first}")

    def only_last_balance(self, first: int, last: int, closing: Decimal | None) -> None:
        """Take the running balances of the lines from `first` on back, as they do not lead to the closing one; the
        line `last` bears the one that is stated."""
        self.flush()
        at = HEADER.index("balance")
        self.con.execute(
            f"UPDATE {self.table} SET c{at} = CASE WHEN source_row = ? THEN ? ELSE '' END WHERE source_row >= ?",
            [last, amount_text(closing), first],
        )

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


class AccountDocuments:
    """The documents of a statement message while it is read, one per account, in the order of the file.

    A context manager: what an error has left half read is removed."""

    def __init__(self, con: duckdb.DuckDBPyConnection, name: str, context: ReadContext) -> None:
        self.con = con
        self.name = name
        self.context = context
        self.by_account: dict[str, AccountDocument] = {}

    def __enter__(self) -> AccountDocuments:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            for document in self.by_account.values():
                self.con.execute(f"DROP TABLE IF EXISTS {document.table}")

    def of(self, account: str) -> AccountDocument:
        """The document of an account; a new one where it was not met before."""
        if account not in self.by_account:
            if len(self.by_account) >= ACCOUNTS_MAX:
                raise UserError("bank.too_many_accounts", file=self.name, limit=ACCOUNTS_MAX)
            self.by_account[account] = AccountDocument(account, self.con)
        return self.by_account[account]

    def raw_tables(self) -> list[RawTable]:
        """One raw table per account.

        Raises UserError where the user names one account for a file of several: their lines would become one.
        """
        documents = list(self.by_account.values())
        if self.context.account and len(documents) > 1:
            names = ", ".join(document.account or "?" for document in documents[:3])
            raise UserError("bank.several_accounts", file=self.name, count=len(documents), names=names)
        return [self._raw_table(document) for document in documents]

    def _raw_table(self, document: AccountDocument) -> RawTable:
        document.flush()
        return RawTable(
            table=document.table,
            header=HEADER,
            member=self.name,
            entries=True,
            facts=({"account": document.account} if document.account else {}) | document.facts,
            controls=tuple(document.controls),
            problems=tuple(document.problems),
        )


def unproved(what: str) -> Problem:
    """The flag of a document (`what`: which, or which statement in it) whose reading nothing in it can prove."""
    return Problem("unproved", params={"what": what}, severity="flag")


# ---------------------------------------------------------------- bank files that are tables
# Currencies as Chinese banks name them. An unknown name rejects the row: an amount without a currency is none.
CURRENCIES: dict[str, str] = {
    "人民币": "CNY", "人民币元": "CNY", "人民幣": "CNY", "RMB": "CNY", "CNY": "CNY", "CNH": "CNH", "元": "CNY",
    "美元": "USD", "USD": "USD", "港币": "HKD", "港幣": "HKD", "港元": "HKD", "HKD": "HKD",
    "欧元": "EUR", "歐元": "EUR", "EUR": "EUR", "英镑": "GBP", "英鎊": "GBP", "GBP": "GBP",
    "日元": "JPY", "日圓": "JPY", "JPY": "JPY",
    "澳大利亚元": "AUD", "澳元": "AUD", "AUD": "AUD", "加拿大元": "CAD", "加元": "CAD", "CAD": "CAD",
    "新加坡元": "SGD", "SGD": "SGD", "澳门元": "MOP", "MOP": "MOP", "台币": "TWD", "新台币": "TWD", "TWD": "TWD",
    "韩元": "KRW", "KRW": "KRW", "瑞士法郎": "CHF", "CHF": "CHF", "泰铢": "THB", "THB": "THB",
} | {code: code for code in sorted(CURRENCY_CODES)}  # fmt: skip
BALANCE_TEXT = f"trim(balance_text, {sql_text(BLANKS)})"
BALANCE = Expression("balance", amount_sql(BALANCE_TEXT), "money")
# A balance hidden by the bank (`xx,yyyy.zz`, `****`) tells nothing and is no fault of the row.
BALANCE_FAULT = (
    f"balance IS NULL AND NOT {no_amount_sql(BALANCE_TEXT)} AND NOT regexp_matches(balance_text, '[xyzXYZ*#]')"
)
# Spreadsheet programs cut the seconds off: the minute identifies a line in both files.
MINUTE = "date_trunc('minute', moment)"
CURRENCY_CODE = Expression("currency_code", "coalesce(currency, 'CNY')", "text")

register(
    {
        "bank.balance_unreadable": gettext_noop(
            "%(place)s, column “%(column)s”: the balance “%(value)s” is not an amount. Expected digits such as "
            "1,234.50, or a balance hidden by the bank (xx,yyyy.zz). "
            "Mend the cell, or import the rest and set this row aside."
        ),
        "bank.no_amount": gettext_noop(
            "%(place)s, column “%(column)s”: the line states no amount, neither in nor out. "
            "Mend the line, or import the rest and set this row aside."
        ),
        "bank.statement_repeated": gettext_noop(
            "The statement %(what)s stands in the file more than once, line for line; it was read once. "
            "If both are meant, ask the bank: a statement has one number."
        ),
        "bank.no_bank_reference": gettext_noop(
            "%(place)s has no reference of the bank (AcctSvcrRef), and such an interim report is not final: the "
            "statement of the day would count the same money again. Import the final statement of the day instead."
        ),
        "bank.too_many_accounts": gettext_noop(
            "%(file)s names more than %(limit)s accounts, far more than a statement holds. "
            "If it is genuine, ask the bank for one file per account."
        ),
        "bank.several_accounts": gettext_noop(
            "%(file)s holds statements of %(count)s accounts (%(names)s), but one account was given for all. "
            "Leave the account out: each of them becomes a document of its own."
        ),
    }
)


# Two columns: money in, and money out, which some banks write with a minus.
IN_AND_OUT = Expression("amount", "coalesce(money_in, 0) - abs(coalesce(money_out, 0))", "money")


def no_amount(header: str) -> Reject:
    """The reject of a line that states no amount; `header` is the first name of the column to be shown."""
    return Reject("bank.no_amount", "money_in IS NULL AND money_out IS NULL", header)


def balance_fault(header: str) -> Reject:
    """The reject of an unreadable balance; `header` is the first name of the balance column."""
    return Reject("bank.balance_unreadable", BALANCE_FAULT, header)


def balance_column(*headers: str) -> Text:
    """The running balance as text; `BALANCE` makes an amount of it."""
    return Text("balance_text", headers)


def currency_column(*headers: str) -> Choice:
    """The currency's name or code."""
    return Choice("currency", headers, CURRENCIES)


def moment_column(headers: tuple[str, ...], also: tuple[str, ...] = ()) -> Moment:
    """When a line happened, in Chinese time; a date alone is accepted."""
    return Moment("moment", headers, filled=True, also=also)


def identity(*parts: str) -> Expression:
    """`ref` from identity columns: the parts (SQL over values) as text, joined by |."""
    texts = ", ".join(f"coalesce(({part})::VARCHAR, '')" for part in parts)
    return Expression("ref", f"concat_ws('|', {texts})", "text")


def joined_text(*names: str) -> Expression:
    """`text`: what the bank and the payer say, in the order of the columns."""
    return Expression("text", f"nullif(concat_ws(' ', {', '.join(names)}), '')", "text")
