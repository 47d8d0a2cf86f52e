"""The items of a balance reconciliation: what only the books know, and what only the statement knows.

Bank account: the books know the payouts sent to it, and those of its lines that need nobody (own transfers, no
operating flow, lines matched with payouts). Wallet: the books know the settlement lines of known orders and the
payouts that reached a bank. Everything else on the statement is not in the books yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.reports.base import ReportSource

ZERO = Decimal(0)
IDENTIFIER = re.compile(r"[0-9A-Za-z]{6,}")
# Open lines of a bank that the company knows of.
KNOWN_CLASSES = ("own_transfer", "not_operating", "payout_returned")


@dataclass(frozen=True)
class Item:
    """One item; `amount` is positive. `part`: theirs_in, theirs_out, ours_in or ours_out. `reason`: a code."""

    part: str
    date: date | None
    reference: str
    text: str
    reason: str
    amount: Decimal
    record_key: str = ""


@dataclass(frozen=True)
class Balance:
    """Two balances and what lies between them."""

    books: Decimal
    stated: Decimal
    is_stated: bool
    items: tuple[Item, ...]

    def of(self, part: str) -> list[Item]:
        """Items of one part by date."""
        found = [item for item in self.items if item.part == part]
        return sorted(found, key=lambda item: (item.date or date.min, item.reference, item.record_key))

    def sum(self, part: str) -> Decimal:
        """Their amount."""
        return sum((item.amount for item in self.items if item.part == part), ZERO)

    @property
    def adjusted_books(self) -> Decimal:
        """Books, plus what only the statement received, less what only it paid."""
        return self.books + self.sum("theirs_in") - self.sum("theirs_out")

    @property
    def adjusted_stated(self) -> Decimal:
        """Statement, plus what only the books received, less what only they paid."""
        return self.stated + self.sum("ours_in") - self.sum("ours_out")

    @property
    def difference(self) -> Decimal:
        """What nothing explains; 0 where the statement is whole."""
        return self.adjusted_stated - self.adjusted_books


def theirs(amount: Decimal, day: date | None, reference: str, text: str, reason: str, key: str = "") -> Item:
    """An item of the statement alone from its signed amount."""
    return Item("theirs_in" if amount > 0 else "theirs_out", day, reference, text, reason, abs(amount), key)


def ours(amount: Decimal, day: date | None, reference: str, text: str, reason: str, key: str = "") -> Item:
    """An item of the books alone from its signed amount."""
    return Item("ours_in" if amount > 0 else "ours_out", day, reference, text, reason, abs(amount), key)


def short_reference(reference: str) -> str:
    """A bank line's reference as shown. Where the bank gives none, the key is made of identity columns joined by `|`:
    the last that looks like a number of its own, else nothing (date and text stand beside it).

    >>> short_reference("2026-10-16|5860.00000|39410001040027711|261016100001527")
    '261016100001527'
    >>> short_reference("2026-10-16|5860.00000|"), short_reference("FT-1")
    ('', 'FT-1')
    """
    if "|" not in reference:
        return reference
    return next((part for part in reversed(reference.split("|")) if IDENTIFIER.fullmatch(part)), "")


# --- bank ---------------------------------------------------------------------------------------------------------

BANK_LINES_SQL = """
WITH matched AS (
    SELECT record_key, sum(allocated) AS allocated FROM {links}
    WHERE side = 'right' AND date <= $as_of GROUP BY record_key
), called AS (SELECT record_key, any_value("class") AS class FROM {open} WHERE record_key <> '' GROUP BY record_key)
SELECT b.business_date, b.ref, trim(concat_ws(' ', b.counterparty, b.text)), b.amount - coalesce(m.allocated, 0),
    c.class, b.record_key
FROM {bank_line} b LEFT JOIN matched m USING (record_key) LEFT JOIN called c USING (record_key)
WHERE b.account = $account AND b.currency = $currency AND b.business_date <= $as_of
  AND b.amount <> coalesce(m.allocated, 0)
"""
# What a match leaves: its bank lines less its payouts, shown with the account of its bank lines.
RESIDUAL_SQL = """
WITH groups AS (
    SELECT group_id, coalesce(sum(allocated) FILTER (side = 'right'), 0) AS theirs,
        coalesce(sum(allocated) FILTER (side = 'left'), 0) AS ours, max(date) FILTER (side = 'right') AS day,
        min(record_key) FILTER (side = 'right') AS first_line
    FROM {links} GROUP BY group_id
    HAVING max(date) FILTER (side = 'right') <= $as_of
)
SELECT g.day, b.ref, coalesce(b.counterparty, ''), g.theirs - g.ours, b.record_key
FROM groups g JOIN {bank_line} b ON b.record_key = g.first_line
WHERE b.account = $account AND b.currency = $currency AND g.theirs <> g.ours
"""


def bank_balance(source: ReportSource, account: str, currency: str, as_of: date) -> Balance:
    """The reconciliation of a bank account."""
    values = {"account": account, "currency": currency, "as_of": as_of}
    tables = {"bank_line": source.bank_line, "links": _links(source), "open": _open(source)}
    items: list[Item] = []
    for day, ref, text, amount, reason, key in source.con.execute(BANK_LINES_SQL.format(**tables), values).fetchall():
        if reason not in KNOWN_CLASSES:
            default = "unidentified_receipt" if amount > 0 else "unidentified_payment"
            items.append(theirs(amount, day, short_reference(ref), text, reason or default, key))
    for day, ref, text, amount, key in source.con.execute(RESIDUAL_SQL.format(**tables), values).fetchall():
        items.append(theirs(amount, day, short_reference(ref), text, "difference", key))
    for payout in payouts_not_arrived(source, as_of):
        if payout["bank"] == account and payout["currency"] == currency:
            reason = payout["reason"] or "payout_in_transit"
            items.append(ours(payout["amount"], payout["date"], payout["payout"], payout["wallet"], reason))
    return _balance(source, source.bank_line, values, items)


def _links(source: ReportSource) -> str:
    return source.payout_links or (
        "(SELECT '' AS group_id, '' AS side, '' AS record_key, DATE '1900-01-01' AS date,"
        " 0::DECIMAL(18,5) AS allocated WHERE false)"
    )


def _open(source: ReportSource) -> str:
    return source.payout_open or "(SELECT '' AS record_key, '' AS \"class\" WHERE false)"


def _balance(source: ReportSource, table: str, values: dict[str, Any], items: Iterable[Item]) -> Balance:
    """Opening and movements make the books with the items taken away; the last stated balance is the statement."""
    days = balance_days(source, table)
    moved, opening, stated = opening_and_stated(source, days, values)
    found = tuple(items)
    between = sum((item.amount * (1 if item.part in ("ours_in", "theirs_out") else -1) for item in found), ZERO)
    added_up = opening + moved
    return Balance(added_up + between, added_up if stated is None else stated, stated is not None, found)


ORDER = "business_date, occurred_at NULLS FIRST, seq, record_key"
# Each day of an account: what moved, and what its first and last line with a balance say the day began with.
BALANCE_DAYS_SQL = f"""
CREATE OR REPLACE TEMP TABLE {{name}} AS
SELECT account, currency, business_date, sum(amount)::DECIMAL(38,5) AS moved,
    first(balance - so_far ORDER BY {ORDER}) FILTER (balance IS NOT NULL)::DECIMAL(38,5) AS first_begun,
    last(balance - so_far ORDER BY {ORDER}) FILTER (balance IS NOT NULL)::DECIMAL(38,5) AS last_begun
FROM (
    SELECT account, currency, business_date, occurred_at, seq, record_key, amount, balance, sum(amount) OVER (
        PARTITION BY account, currency, business_date ORDER BY {ORDER} ROWS UNBOUNDED PRECEDING) AS so_far
    FROM {{lines}} WHERE business_date IS NOT NULL
) GROUP BY account, currency, business_date
"""


def balance_days(source: ReportSource, lines: str) -> str:
    """Make the table of accounts' lines (a table) by day; its name. Key: account, currency, business_date."""
    name = f"r_{lines}_balance"
    of = ("wallet_line",) if lines == source.wallet_line else ()
    source.keep_made(name, BALANCE_DAYS_SQL.format(name=name, lines=lines), "business_date", of=of)
    return name


def opening_and_stated(
    source: ReportSource, days: str, values: dict[str, Any]
) -> tuple[Decimal, Decimal, Decimal | None]:
    """Sum of the movements; balance before the first; the last balance that the account's files state, or None. `days`:
    the table of `balance_days`."""
    row = source.con.execute(
        f"""WITH day AS (
            SELECT *, sum(moved) OVER (ORDER BY business_date) - moved AS before FROM {days}
            WHERE account = $account AND currency = $currency AND business_date <= $as_of
        )
        SELECT coalesce(sum(moved), 0)::DECIMAL(18,5),
            (first(first_begun - before ORDER BY business_date) FILTER (first_begun IS NOT NULL))::DECIMAL(18,5),
            (sum(moved) + last(last_begun - before ORDER BY business_date) FILTER (last_begun IS NOT NULL))
                ::DECIMAL(18,5)
        FROM day""",
        values,
    ).fetchone() or (ZERO, None, None)
    opening = source.rules.opening_balances.get(values["account"], row[1] if row[1] is not None else ZERO)
    return row[0], opening, row[2]


# --- payouts ------------------------------------------------------------------------------------------------------

NOT_ARRIVED_SQL = """
WITH payout AS (
    SELECT account, currency, business_date, payout_id, flow_no, -amount AS amount, record_key,
        'payout:' || replace(account, '/', '%2F') || '/'
            || replace(coalesce(nullif(payout_id, ''), flow_no), '/', '%2F') AS payout_key
    FROM {wallet_line} WHERE movement = 'payout' AND business_date <= $as_of
), arrived AS (
    SELECT DISTINCT l.record_key FROM {links} l JOIN {links} r ON r.group_id = l.group_id AND r.side = 'right'
    WHERE l.side = 'left' AND r.date <= $as_of
), called AS (SELECT record_key, any_value("class") AS class FROM {open} WHERE record_key <> '' GROUP BY record_key)
SELECT p.account, p.currency, p.business_date, coalesce(nullif(p.payout_id, ''), p.flow_no), p.amount,
    c.class, p.record_key
FROM payout p LEFT JOIN called c ON c.record_key IN (p.payout_key, p.record_key)
WHERE p.payout_key NOT IN (SELECT record_key FROM arrived) AND p.record_key NOT IN (SELECT record_key FROM arrived)
ORDER BY ALL
"""
LAST_BANK_SQL = """
SELECT p.account, last(b.account ORDER BY r.date, r.record_key)
FROM {links} l JOIN {links} r ON r.group_id = l.group_id AND r.side = 'right'
JOIN {bank_line} b ON b.record_key = r.record_key
JOIN (SELECT DISTINCT account FROM {wallet_line}) p
    ON l.record_key LIKE 'payout:' || replace(p.account, '/', '%2F') || '/%'
WHERE l.side = 'left' GROUP BY p.account
"""


def payouts_not_arrived(source: ReportSource, as_of: date) -> list[dict[str, Any]]:
    """Payouts without a bank line as of the day, each with the bank account it should reach: the rule's, else where
    that wallet's last payout arrived, else the first bank account. Returned payouts are not expected any more."""
    if not source.wallet_line:
        return []
    tables = {
        "wallet_line": source.wallet_line,
        "bank_line": source.bank_line,
        "links": _links(source),
        "open": _open(source),
    }
    rows = source.con.execute(NOT_ARRIVED_SQL.format(**tables), {"as_of": as_of}).fetchall()
    targets: dict[str, str] = {}
    if source.bank_line:
        first = source.con.execute(f"SELECT min(account) FROM {source.bank_line}").fetchone()
        targets = dict.fromkeys({row[0] for row in rows}, first[0] if first else "")
        targets |= dict(source.con.execute(LAST_BANK_SQL.format(**tables)).fetchall())
    targets |= {account.name: account.pays_into[0] for account in source.rules.accounts if account.pays_into}
    names = ("wallet", "currency", "date", "payout", "amount", "reason", "record_key")
    return [
        {**dict(zip(names, row, strict=True)), "bank": targets.get(row[0], "")}
        for row in rows
        if row[5] != "payout_returned"
    ]


# --- wallet -------------------------------------------------------------------------------------------------------

# A wallet line is in the books where a settlement line of a known order stands behind it (same flow, or the order or
# trade that it names), and where it is a transfer or top-up of one's own.
ALONE_SQL = """
CREATE OR REPLACE TEMP TABLE {name} AS
WITH known AS (
    SELECT DISTINCT s.account, s.flow_no, s.order_no, s.trade_no FROM {settlement_line} s
    WHERE s.business_date <= $as_of AND s.record_key IN (SELECT record_key FROM {order_links} WHERE side = 'right')
), keys AS (
    SELECT DISTINCT account, key FROM (SELECT account, unnest([flow_no, order_no, trade_no]) AS key FROM known)
    WHERE key <> ''
)
SELECT w.account, w.currency, w.business_date, w.flow_no, trim(concat_ws(' ', w.item, w.text)) AS text, w.amount,
    w.record_key
FROM {wallet_line} w
ANTI JOIN keys f ON f.account = w.account AND f.key = w.flow_no
ANTI JOIN keys o ON o.account = w.account AND o.key = w.order_no
ANTI JOIN keys t ON t.account = w.account AND t.key = w.trade_no
WHERE w.business_date <= $as_of
  AND coalesce(w.movement, '') NOT IN ('payout', 'payout_returned', 'topup', 'transfer', 'deposit')
"""
ALONE_OF_SQL = """
SELECT business_date, flow_no, text, amount, record_key FROM {name} WHERE account = $account AND currency = $currency
"""


def _alone(source: ReportSource, as_of: date) -> str:
    """Make the table of wallet lines that are not in the books as of a day; its name."""
    name = f"r_wallet_alone_{as_of:%Y%m%d}"
    tables = {
        "settlement_line": source.settlement_line,
        "wallet_line": source.wallet_line,
        "order_links": source.order_links,
    }
    query = ALONE_SQL.format(name=name, **tables)

    def make() -> None:
        source.con.execute(query, {"as_of": as_of})

    source.keep(name, make, "account", hold=as_of == source.as_of)
    return name


def wallet_balance(source: ReportSource, account: str, currency: str, as_of: date) -> Balance:
    """The reconciliation of a platform wallet."""
    values = {"account": account, "currency": currency, "as_of": as_of}
    items: list[Item] = []
    if source.settlement_line and source.order_links:
        told = {"account": account, "currency": currency}
        query = ALONE_OF_SQL.format(name=_alone(source, as_of))
        for day, flow, text, amount, key in source.con.execute(query, told).fetchall():
            items.append(theirs(amount, day, flow, text, "unknown_order", key))
    for payout in payouts_not_arrived(source, as_of):
        if payout["wallet"] == account and payout["currency"] == currency:
            items.append(
                theirs(-payout["amount"], payout["date"], payout["payout"], payout["bank"], "payout_not_arrived")
            )
    return _balance(source, source.wallet_line, values, items)
