"""The collection list as a file: the orders of exactly its filter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huikuan.export.details import DETAILS
from huikuan.pipeline.results.results import Results
from huikuan.records.errors import UserError
from huikuan.records.messages import register
from huikuan.server.books.models import Book
from huikuan.server.collection import queries
from huikuan.server.collection.filters import Wanted
from huikuan.server.collection.shown import FILTER_NAMES
from huikuan.server.core.statuses import look_of
from huikuan.server.exports.lists import Source, exportable
from huikuan.server.followup import holding
from huikuan.server.workbench.services import results

register({"export.filter": gettext_noop("The list's filter cannot be read: %(faults)s")})
COLUMNS = ", ".join(key for key, *_rest in DETAILS["collection"].columns)


@exportable("collection", "collection", (*FILTER_NAMES, "sort"), gettext_noop("Collection by order"))
def collection(book: Book, asked: Mapping[str, str], _names: bool) -> Source:
    """The orders of a filter, in the page's order."""
    found = results(book, date.fromisoformat(asked["as_of"]) if "as_of" in asked else None)
    form, wanted = queries.asked(book, found, dict(asked))
    if wanted is None:
        faults = "; ".join(f"{name}: {fault}" for name, told in form.errors.items() for fault in told)
        raise UserError("export.filter", faults=faults)
    query, values = queries.list_sql(found, wanted, COLUMNS)
    stem = f"{_('Collection')}-{book.name}-{found.manifest.as_of.isoformat()}"
    return Source(found.run.cursor(), query, values, _facts(book, found, wanted), stem)


def _facts(book: Book, found: Results, wanted: Wanted) -> list[tuple[str, str]]:
    """The head of the file: company, day, what was filtered."""
    told = [(_("Company"), book.name), (_("As of"), found.manifest.as_of.isoformat())]
    if wanted.figure:
        told.append((_("Figure"), str(wanted.figure.title)))
    if wanted.status:
        told.append((_("Status"), str(look_of("collection", wanted.status)[1])))
    if wanted.shop:
        told.append((_("Shop"), wanted.shop))
    if wanted.task:
        told.append((_("Follow-up"), holding.words(wanted.task)))
    if wanted.first or wanted.last:
        told.append((_("Period"), f"{wanted.first or ''} – {wanted.last or ''}"))
    return told
