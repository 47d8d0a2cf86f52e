"""Search of the top bar for money: order numbers, references, amounts."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huikuan.pipeline.results.inside import PAYOUTS
from huikuan.pipeline.results.results import Results
from huikuan.records.kind import record_key, record_key_parts
from huikuan.server.core import numbers, statuses
from huikuan.server.core.search import Hit
from huikuan.server.core.shortcuts import book_url
from huikuan.server.workbench import order_facts, services
from huikuan.server.workbench.overview import published
from huikuan.server.workbench.rows import short_account
from huikuan.server.workbench.words import title_of

AT_MOST = 8
LEAST_LETTERS = 4
ROW_ICONS = {
    "bank_line": "building-bank",
    "wallet_line": "wallet",
    "settlement_line": "receipt-2",
    "order_line": "shopping-cart",
}


def find(request: HttpRequest, text: str) -> list[Hit]:
    """Orders by number, records by their own number, amounts; nothing for who may not see money."""
    if not request.membership.may("view_money"):  # type: ignore[attr-defined]
        return []
    text = unicodedata.normalize("NFKC", text).strip()
    from dataclasses import replace

    found = published(request.book, replace(request.scope, chosen_period=False))  # type: ignore[attr-defined]
    amount = _amount(text)
    hits = list(_orders(request, found, text)) if found and len(text) >= LEAST_LETTERS else []
    if amount is not None and found:
        hits += _amounts(request, found, amount)
    if not hits and len(text) >= LEAST_LETTERS and (amount is None or len(text) > 9):
        known = {hit.url for hit in hits}
        hits += [hit for hit in _references(request, found, text) if hit.url not in known]
    return hits[: AT_MOST * 3]


def _amount(text: str) -> Decimal | None:
    """An amount typed with or without separators; numbers of more than nine digits are no amounts."""
    plain = text.replace(",", "").replace("¥", "").replace(numbers.MINUS, "-")
    try:
        value = Decimal(plain)
    except InvalidOperation:
        return None
    return value if value.is_finite() and abs(value) < Decimal(10) ** 9 else None


def _orders(request: HttpRequest, found: Results, text: str) -> Iterator[Hit]:
    rows = found.run.query(
        f"SELECT order_no, shop, status, receivable, business_date FROM {found.run.table('', 'collection')} "
        f"WHERE order_no >= ? AND order_no < ? ORDER BY order_no LIMIT {AT_MOST}",
        [text, text + "\U0010ffff"],
    )
    for row in rows:
        note = f"{row['shop']} · {numbers.day(row['business_date'])} · {statuses.word_of('collection', row['status'])}"
        url = book_url(request, "workbench:order", row["order_no"])
        yield Hit(url, row["order_no"], "shopping-cart", note, numbers.money_exact(row["receivable"]))


def _amounts(request: HttpRequest, found: Results, amount: Decimal) -> list[Hit]:
    size = abs(amount)
    hits: list[Hit] = []
    for name in found.manifest.names:
        rows = found.run.query(
            f"SELECT item_id, record_key, order_no, side, class, date, amount "
            f"FROM {found.run.now(name, 'open', found.decisions)} "
            f"WHERE abs(amount) = ?::DECIMAL(18,5) ORDER BY needs_work DESC, date DESC LIMIT {AT_MOST}",
            [size],
        )
        for row in rows:
            side = "lq" if row["side"] == "left" else "rq"
            url = book_url(request, "workbench:bench", name, query={"show": "all", side: f"={size.normalize():f}"})
            title = title_of(name, found.manifest).title
            note = f"{title} · {numbers.day(row['date'])} · {statuses.word_of('class', row['class'])}"
            hits.append(
                Hit(
                    url,
                    row["order_no"] or _number_of(row["record_key"]),
                    "circle-dashed",
                    note,
                    numbers.money_exact(row["amount"]),
                )
            )
    hits += _matched_money(request, found, size)
    paid = found.run.query(
        f"SELECT order_no, shop, status, paid, business_date FROM {found.run.table('', 'collection')} "
        f"WHERE paid = ?::DECIMAL(18,5) OR receivable = ?::DECIMAL(18,5) "
        f"ORDER BY business_date DESC, order_no LIMIT {AT_MOST}",
        [size, size],
    )
    for row in paid:
        note = f"{row['shop']} · {numbers.day(row['business_date'])} · {statuses.word_of('collection', row['status'])}"
        hits.append(
            Hit(
                book_url(request, "workbench:order", row["order_no"]),
                row["order_no"],
                "shopping-cart",
                note,
                numbers.money_exact(row["paid"]),
            )
        )
    return hits


def _matched_money(request: HttpRequest, found: Results, size: Decimal) -> Iterator[Hit]:
    """Matched bank lines and payouts of an amount; their pages list the orders inside."""
    if PAYOUTS not in found.manifest.names:
        return
    rows = found.run.query(
        f"SELECT record_key, side, scope, date, amount FROM {found.run.now(PAYOUTS, 'links', found.decisions)} "
        f"WHERE abs(amount) = ?::DECIMAL(18,5) ORDER BY date DESC, record_key LIMIT {AT_MOST}",
        [size],
    )
    for row in rows:
        words = statuses.word_of("kind", "bank_line") if row["side"] == "right" else _("Payout")
        note = f"{words} · {short_account(row['scope'] or '')} · {numbers.day(row['date'])}"
        url = book_url(request, "workbench:inside", row["record_key"])
        yield Hit(url, _number_of(row["record_key"]), "building-bank", note, numbers.money_exact(row["amount"]))


def _number_of(key: str) -> str:
    parts = record_key_parts(key)[1] if key else []
    return parts[1] if len(parts) > 1 else key


# Which fields of a kind are numbers a person may hold in hand.
REFERENCES = {
    "settlement_line": ("flow_no", "trade_no", "batch"),
    "wallet_line": ("flow_no", "trade_no", "payout_id"),
    "bank_line": ("ref", "reference"),
    "order_line": ("order_no", "payment_no"),
}


def _references(request: HttpRequest, found: Results | None, text: str) -> Iterator[Hit]:
    """Records whose own number is the text."""
    book = request.book  # type: ignore[attr-defined]
    cursor = order_facts.cursor_of(book, services.decisions_of(book))
    try:
        for kind, fields in REFERENCES.items():
            amount = "paid" if kind == "order_line" else "amount"
            account = "shop" if kind == "order_line" else "account"
            order = "''" if kind == "bank_line" else "order_no"
            # A query for each field: the files' bounds then tell where its value cannot be.
            chosen = f"record_key, {amount} AS amount, {account} AS account, {order} AS order_no, business_date"
            chosen += ", payout_id" if kind == "wallet_line" else ", '' AS payout_id"
            each = [f"(SELECT {chosen} FROM {kind} WHERE {field} = ? LIMIT {AT_MOST})" for field in fields]
            asked = " UNION ".join(each)
            rows = order_facts.rows(
                cursor, f"SELECT * FROM ({asked}) ORDER BY record_key LIMIT {AT_MOST}", [text] * len(fields)
            )
            for row in rows:
                yield _record_hit(request, found, kind, row)
    finally:
        cursor.close()


def _inside_key(found: Results | None, kind: str, row: dict[str, Any]) -> str:
    """The bank line or payout whose orders can be looked at; blank for other records and those no run has seen."""
    key = record_key("payout", row["account"], row["payout_id"]) if row["payout_id"] else row["record_key"]
    if found is None or PAYOUTS not in found.manifest.names or not (row["payout_id"] or kind == "bank_line"):
        return ""
    return key if any(found.of_record(PAYOUTS, key)) else ""


def _record_hit(request: HttpRequest, found: Results | None, kind: str, row: dict[str, Any]) -> Hit:
    account, day = short_account(row["account"] or ""), numbers.day(row["business_date"])
    note = f"{statuses.word_of('kind', kind)} · {account} · {day}"
    if row["order_no"]:
        note = " · ".join([note, _("order %(order_no)s") % {"order_no": row["order_no"]}])
        url = book_url(request, "workbench:order", row["order_no"])
    else:
        inside = _inside_key(found, kind, row)
        url = book_url(request, "workbench:inside" if inside else "documents:source", inside or row["record_key"])
    return Hit(url, _number_of(row["record_key"]), ROW_ICONS[kind], note, numbers.money_exact(row["amount"]))
