"""Reading of documents and uploads for pages."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from os.path import commonprefix
from typing import Any

import duckdb
from django.db.models import Count, QuerySet
from django.utils.translation import gettext as _

from huikuan.formats.registry import FORMATS
from huikuan.formats.spec import Format
from huikuan.pipeline.compute import connect
from huikuan.records.kind import record_key_parts
from huikuan.records.kinds import KINDS
from huikuan.records.messages import translated
from huikuan.records.sql import dict_rows
from huikuan.server.books.models import Book
from huikuan.server.core import numbers, statuses
from huikuan.server.documents.coverage import coverage_of
from huikuan.server.documents.library import library_book
from huikuan.server.documents.models import DocumentRow, Upload

SAMPLE_ROWS = 20
# Fields that hold a code, and the family of its words.
CODED = {"status": "order", "type": "type"}
# Who stands on the other side of a bank line.
PARTY_FIELDS = ("counterparty", "counterparty_account")
# What a list of records shows of each kind.
SHOWN_FIELDS: dict[str, tuple[str, ...]] = {
    "order_line": ("source_row", "order_no", "line_no", "status", "title", "paid", "refunded", "paid_at"),
    "settlement_line": ("source_row", "flow_no", "order_no", "type", "item", "amount", "occurred_at"),
    "wallet_line": ("source_row", "flow_no", "item", "order_no", "amount", "balance", "occurred_at"),
    "bank_line": ("source_row", "ref", "counterparty", "text", "amount", "balance", "business_date"),
    "erp_order": ("source_row", "erp_order_no", "order_no", "status", "sku", "qty", "amount", "created_at"),
    "shipment_line": ("source_row", "tracking_no", "courier", "order_no", "sku", "qty", "shipped_at"),
    "tracking_event": ("source_row", "tracking_no", "event_time", "code", "item", "place"),
    "return_line": ("source_row", "return_no", "order_no", "status", "sku", "qty_claimed", "refund_amount"),
    "courier_charge": ("source_row", "tracking_no", "item", "direction", "weight", "zone", "amount"),
    "product": ("source_row", "sku", "title", "weight", "cost"),
    "stock_move": ("source_row", "move_no", "item", "sku", "qty", "order_no", "business_date"),
    "stock_count": ("source_row", "warehouse", "sku", "qty", "count_date"),
    "ledger_line": ("source_row", "voucher_no", "account_code", "debit", "credit", "text", "business_date"),
}


def documents(book: Book, *, undone: bool = False, text: str = "", status: str = "") -> QuerySet[DocumentRow]:
    """Documents of a book: those that stand, or those undone."""
    found = DocumentRow.objects.filter(book=book, undone_at__isnull=not undone)
    if text:
        found = found.filter(file_name__icontains=text)
    return found.filter(status=status) if status and not undone else found


def listed(book: Book, text: str, status: str, stream: str, day: str, as_of: date) -> QuerySet[DocumentRow]:
    """The documents of the list's filter; `stream` and `day` (ISO) narrow it to those of a shop's or account's."""
    rows = documents(book, undone=status == "undone", text=text, status=status)
    chosen = next((each for each in coverage_of(book, as_of) if each.key == stream), None) if stream else None
    if chosen is None:
        return rows
    try:
        told = chosen.of_day(date.fromisoformat(day))
    except ValueError:
        told = (*(each.document_id for each in chosen.documents), *chosen.undated)
    return rows.filter(document_id__in=told)


def recent_uploads(book: Book, limit: int = 50) -> list[Upload]:
    """The latest uploads, the newest first."""
    return list(Upload.objects.filter(book=book).select_related("job")[:limit])


def counts(book: Book) -> dict[str, Any]:
    """How many standing documents have which status, in all (`all`), and how many are undone."""
    found = documents(book).values("status").annotate(count=Count("id"))
    told = {row["status"]: row["count"] for row in found}
    return told | {"all": sum(told.values()), "undone": documents(book, undone=True).count()}


def format_titles() -> dict[str, str]:
    """The name of each format in the active language, by id. Where several layouts share an id: what their names begin
    with alike."""
    titles: dict[str, list[str]] = {}
    for each in FORMATS:
        titles.setdefault(each.id, []).append(translated(each.about.title))
    shared = {name: commonprefix(found).strip(" ,(（") for name, found in titles.items()}  # noqa: RUF071 - of names
    return {name: shared[name] if len(shared[name]) > 3 else found[0] for name, found in titles.items()}


@dataclass(frozen=True)
class FormatRow:
    """What the page of formats tells of one format, in the active language."""

    id: str
    title: str
    where: str
    note: str
    kinds: tuple[str, ...]
    real: bool  # checked against a real file, not documentation only
    columns: tuple[str, ...]  # by their first names; none for messages, which have no columns


@dataclass(frozen=True)
class FormatGroup:
    """Formats of one sort of source."""

    title: str
    rows: list[FormatRow]


def format_groups() -> list[FormatGroup]:
    """All formats, by sort of source; each in the registry's order."""
    titles = {
        "platform": _("Platforms"),
        "wallet": _("Wallets and payments"),
        "abroad": _("Cross-border"),
        "bank": _("Banks"),
        "erp": _("Order systems and ledgers"),
        "courier": _("Couriers"),
        "public": _("Public data sets"),
    }
    found: dict[str, list[FormatRow]] = {name: [] for name in titles}
    for each in FORMATS:
        about = each.about
        group = _group_of(each)
        title, where, note = (translated(text) if text else "" for text in (about.title, about.where, about.note))
        found[group].append(
            FormatRow(each.id, title, where, note, each.kinds, about.verified == "real file", columns_of(each))
        )
    return [FormatGroup(titles[name], rows) for name, rows in found.items() if rows]


def _group_of(declared: Format) -> str:
    source, kinds = declared.id.partition(".")[0], set(declared.kinds)
    if source in ("olist", "uci"):
        return "public"
    if source in ("jushuitan", "wangdiantong") or kinds <= {"erp_order", "product", "stock_count", "ledger_line"}:
        return "erp"
    if "courier_charge" in kinds or kinds == {"bank_line"}:
        return "courier" if "courier_charge" in kinds else "bank"
    if source in _WALLETS or declared.id.endswith(".personal"):
        return "wallet"
    return "abroad" if source in _ABROAD else "platform"


_WALLETS = ("alipay", "wechatpay")
_ABROAD = ("amazon", "ebay", "etsy", "tiktok", "shopify", "stripe", "paypal")


def columns_of(declared: Format) -> tuple[str, ...]:
    """The columns a format uses, each by the first of its names."""
    return () if declared.read else tuple(dict.fromkeys(column.headers[0] for column in declared.columns))


@functools.cache
def _readers() -> duckdb.DuckDBPyConnection:
    """The database in which pages look at documents, each on a cursor of its own: to make one takes longer than to
    read. It holds nothing."""
    con = connect()
    con.execute("SET parquet_metadata_cache = true")  # files of the lake never change
    return con


def first_records(book: Book, document: DocumentRow, names: bool, limit: int = SAMPLE_ROWS) -> list[dict[str, Any]]:
    """The document's first records, per kind: `kind`, `fields`, `rows` (dicts, in the order of the file). `names`: the
    other parties of bank lines may be shown in full."""
    lake = library_book(book).lake
    samples = []
    con = _readers().cursor()
    try:
        for kind in document.kinds:
            fields = SHOWN_FIELDS.get(kind, tuple(KINDS[kind].key))
            lake.register_document(con, kind, document.document_id, "readings")
            rows = con.execute(
                f"SELECT record_key, {', '.join(fields)} FROM readings ORDER BY source_row, record_key LIMIT ?",
                [limit],
            )
            title = translated(KINDS[kind].title)
            samples.append({"kind": kind, "title": title, "fields": fields, "rows": masked(dict_rows(rows), names)})
    finally:
        con.close()
    return samples


def masked(rows: list[dict[str, Any]], names: bool) -> list[dict[str, Any]]:
    """Rows as they may be shown: unless `names`, no more than the first letter of another party."""
    if names:
        return rows
    return [_without_party(row) for row in rows]


def _without_party(row: dict[str, Any]) -> dict[str, Any]:
    """The row without names; `hidden`: what must not be shown of its original either."""
    shown = row | {"hidden": [row[name] for name in PARTY_FIELDS if row.get(name)]}
    for name in PARTY_FIELDS:
        if party := row.get(name):
            shown[name] = f"{party[0]}**"
            # A line without a number of its own is named by what it says.
            shown["ref"] = (shown.get("ref") or "").replace(party, shown[name])
    return shown


def records_of(book: Book, key: str) -> list[str]:
    """The records that a key stands for: the record itself; of a payout the lines that are paid as its sum."""
    kind, parts = record_key_parts(key)
    if kind != "payout" or len(parts) != 2:
        return [key]
    con, lake = connect(), library_book(book).lake
    try:
        asked = []
        for told, own, chosen in (("wallet_line", "payout_id", "movement"), ("settlement_line", "batch", "type")):
            lake.register_current(con, told, told)
            number = f"coalesce(nullif({own}, ''), flow_no)"
            asked.append(
                f"SELECT record_key FROM {told} WHERE account = $account AND {number} = $number AND {chosen} = 'payout'"
            )
        rows = con.execute(" UNION ".join(asked) + " ORDER BY 1", {"account": parts[0], "number": parts[1]}).fetchall()
    finally:
        con.close()
    return [row[0] for row in rows]


def history(book: Book, record_key: str, names: bool) -> list[dict[str, Any]]:
    """Every reading of a record, standing or not, the latest import first, with its document; `names` as above."""
    con = _readers().cursor()
    try:
        readings = masked(library_book(book).lake.history(con, record_key), names)
    finally:
        con.close()
    ids = {reading["document_id"] for reading in readings}
    told = {row.document_id: row for row in DocumentRow.objects.filter(book=book, document_id__in=ids)}
    return [
        reading | {"document": told.get(reading["document_id"]), "shown": _shown(book, record_key, reading)}
        for reading in reversed(readings)
    ]


def _shown(book: Book, record_key: str, reading: dict[str, Any]) -> list[tuple[str, Any]]:
    """The fields a reading tells, for people: no keys, hashes or blanks."""
    kind = KINDS[record_key_parts(record_key)[0]]
    names = [each.name for each in kind.all_fields if not each.name.endswith(("_hash", "_key", "_id", "_rank"))]
    hidden = ("source_row", "source_sheet", "seq", "n")
    return [(n, in_words(book, n, reading[n])) for n in names if n not in hidden and reading.get(n) not in (None, "")]


def in_words(book: Book, name: str, value: Any) -> Any:
    """A field's value as people read it: amounts and dates in their usual form, moments in the book's time zone, codes
    as words."""
    if name in CODED:
        return statuses.word_of(CODED[name], value)
    if name == "ref":
        return numbers.reference(value)
    if name == "qty":
        return numbers.quantity(value)
    if isinstance(value, Decimal):
        return numbers.money_exact(value)
    if isinstance(value, datetime):
        return numbers.moment(book.local(value))
    return numbers.day(value) if isinstance(value, date) else value
