"""What is open and what is matched in a reconciliation, as files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huikuan.pipeline.results.results import Results
from huikuan.records.errors import UserError
from huikuan.server.books.models import Book
from huikuan.server.core import numbers, statuses
from huikuan.server.exports.lists import Source, Table, exportable, named_values, table
from huikuan.server.workbench import approvals, bill_items, filters, groups, panes, queries
from huikuan.server.workbench.services import results
from huikuan.server.workbench.words import title_of

CORRECTED = "list_extract($c_fields::VARCHAR[], list_position($c_keys::VARCHAR[], record_key)) AS corrected"


@exportable("open", "open", ("name", "show", "cause", "lq", "rq", "lclass", "rclass"), gettext_noop("Open items"))
def open_items(book: Book, asked: Mapping[str, str], names: bool) -> Source:
    """The open items of both sides that the workbench shows."""
    found = _results(book, asked)
    name = asked["name"]
    panes.prepare_texts(book, found, name)
    clauses, values = [], []
    for side in ("left", "right"):
        clause, bound = panes.where(_wanted(found, side, asked, names), everything=False)
        clauses.append(f"({clause.removeprefix('WHERE ')})")
        values += bound
    condition, told = named_values(" OR ".join(clauses), values)
    source = panes.source(found, name, panes.Wanted("left", names=names))
    query = f"SELECT *, {CORRECTED} FROM {source} WHERE {condition} ORDER BY side, date DESC NULLS LAST, item_id"
    told |= _corrected(found)
    return Source(
        found.run.cursor(), query, told, _facts(book, found, asked), _stem(book, found, name, _("Open items"))
    )


@exportable("links", "links", ("name", "q", "pass", "status"), gettext_noop("Matches"))
def links(book: Book, asked: Mapping[str, str], _names: bool) -> Source:
    """The records of the matched groups that the page shows."""
    found = _results(book, asked)
    name = asked["name"]
    typed = filters.read(asked.get("q", "")[:200], found.manifest.as_of)
    chosen, bound = groups.chosen(found, name, typed, asked.get("pass", ""), asked.get("status", ""))
    condition, told = named_values(chosen, bound)
    rows = found.run.now(name, "links", found.decisions)
    query = (
        f"SELECT l.*, {CORRECTED}, d.document FROM {rows} l LEFT JOIN documents d USING (document_id) "
        f"WHERE l.group_id IN (SELECT group_id FROM {found.groups(name)} {condition}) "
        "ORDER BY l.group_id, l.side, l.date, l.record_key"
    )
    told |= _corrected(found)
    return Source(found.run.cursor(), query, told, _facts(book, found, asked), _stem(book, found, name, _("Matches")))


def _corrected(found: Results) -> dict[str, Any]:
    """The parameters of CORRECTED: corrected records, and the words of their corrected fields."""
    words = [
        ", ".join(str(statuses.word_of("field", field)) for field in fields.split(", "))
        for fields in found.corrected.values()
    ]
    return {"c_keys": list(found.corrected), "c_fields": words}


def _results(book: Book, asked: Mapping[str, str]) -> Results:
    found = results(book, date.fromisoformat(asked["as_of"]) if "as_of" in asked else None)
    if asked.get("name", "") not in found.manifest.names:
        raise UserError("reconcile.name_unknown", name=asked.get("name", ""), names=", ".join(found.manifest.names))
    return found


def _wanted(found: Results, side: str, asked: Mapping[str, str], names: bool) -> panes.Wanted:
    show = asked.get("show", "")
    return panes.Wanted(
        side=side,
        show=show if show in panes.SHOWS else "work",
        typed=filters.read(asked.get(f"{side[0]}q", "")[:200], found.manifest.as_of),
        classes=tuple(code for code in asked.get(f"{side[0]}class", "").split(",") if code),
        cause=asked.get("cause", ""),
        names=names,
    )


def _facts(book: Book, found: Results, asked: Mapping[str, str]) -> list[tuple[str, str]]:
    """The head of the file: company, day, reconciliation, what was filtered."""
    told = [
        (_("Company"), book.name),
        (_("As of"), found.manifest.as_of.isoformat()),
        (_("Reconciliation"), str(title_of(asked["name"], found.manifest).title)),
    ]
    filtered = [asked[key] for key in asked if key not in ("name", "as_of") and asked[key]]
    return [*told, *([(_("Filter"), " · ".join(filtered))] if filtered else [])]


def _stem(book: Book, found: Results, name: str, what: str) -> str:
    title = title_of(name, found.manifest).title
    return f"{what}-{title}-{book.name}-{found.manifest.as_of.isoformat()}".replace("/", "-")


@table(
    "items", (), gettext_noop("Bill items that are not known"),
    (
        ("platform", gettext_noop("Platform"), "text"), ("item", gettext_noop("As the bill words it"), "text"),
        ("currency", gettext_noop("Currency"), "text"), ("lines", gettext_noop("Lines"), "count"),
        ("money_in", gettext_noop("Money in"), "money"), ("money_out", gettext_noop("Money out"), "money"),
        ("orders", gettext_noop("Orders named"), "count"), ("first", gettext_noop("From"), "date"),
        ("last", gettext_noop("To"), "date"), ("proposal", gettext_noop("Looks like"), "text"),
    ),
    added=("money_in", "money_out"),
)  # fmt: skip
def items(book: Book, _asked: Mapping[str, str]) -> Table:
    """What no table knows, the most money first."""
    return Table(
        (
            each.platform, each.sum.item, each.sum.currency, each.sum.lines, each.sum.money_in, each.sum.money_out,
            each.sum.orders, each.sum.first, each.sum.last,
            str(statuses.word_of("type", each.proposal)) if each.proposal else "",
        )
        for each in bill_items.unknown(book)
    )  # fmt: skip


@table(
    "approvals", (), gettext_noop("Matches that wait for a second person"),
    (
        ("match", gettext_noop("Match"), "text"), ("reconciliation", gettext_noop("Reconciliation"), "text"),
        ("left", gettext_noop("Left side"), "text"), ("right", gettext_noop("Right side"), "text"),
        ("currency", gettext_noop("Currency"), "text"), ("difference", gettext_noop("Difference"), "money"),
        ("by", gettext_noop("Who"), "text"), ("at", gettext_noop("When"), "text"),
        ("reason", gettext_noop("Reason"), "text"),
    ),
    added=("difference",),
    printed=("reconciliation", "left", "right", "currency", "difference", "by", "at", "reason"),
)  # fmt: skip
def waiting(book: Book, _asked: Mapping[str, str]) -> Table:
    """Forced matches that nobody has answered yet, the oldest first."""
    return Table(
        (
            each.group_id, str(title_of(each.reconciliation).title), ", ".join(each.keys("left")),
            ", ".join(each.keys("right")), each.currency, each.difference, queries.shown_name(each),
            numbers.moment(book.local(each.created_at)), each.reason,
        )
        for each in approvals.waiting_of(book)
    )  # fmt: skip
