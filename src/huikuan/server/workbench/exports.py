"""What is open and what is matched in a reconciliation, as files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huikuan.pipeline.results import Results
from huikuan.records.errors import UserError
from huikuan.server.books.models import Book
from huikuan.server.core import statuses
from huikuan.server.exports.lists import Source, exportable, named_values
from huikuan.server.workbench import filters, groups, panes
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
