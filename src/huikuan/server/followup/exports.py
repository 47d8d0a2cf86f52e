"""Follow-up tasks, and the orders that miss money, as files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from huikuan.export.details import Detail
from huikuan.insight.words import word_of as insight_word
from huikuan.pipeline.results.results import Results
from huikuan.records.errors import UserError
from huikuan.server.accounts.models import User
from huikuan.server.books.models import Book
from huikuan.server.collection.cubes import bound
from huikuan.server.core.statuses import word_of
from huikuan.server.exports.lists import Source, Table, connected, exportable, table
from huikuan.server.followup import changes, queries
from huikuan.server.followup.changes import Standing
from huikuan.server.followup.filters import NAMES, filter_of
from huikuan.server.followup.models import Task
from huikuan.server.followup.views import TABS, fitting, tab_of
from huikuan.server.workbench.services import results

MISSING = Detail(
    "missing",
    gettext_noop("Late and short orders"),
    (
        ("order_no", gettext_noop("Order number"), "text", False), ("shop", gettext_noop("Shop"), "text", False),
        ("cause", gettext_noop("Cause"), "text", False), ("kind", gettext_noop("Kind"), "text", False),
        ("due_on", gettext_noop("Due on"), "date", False), ("days", gettext_noop("Days"), "count", False),
        ("currency", gettext_noop("Currency"), "text", False),
        ("expected", gettext_noop("Should be settled"), "money", True),
        ("settled", gettext_noop("Settled"), "money", True),
        ("missing", gettext_noop("Missing money"), "money", True), ("task", gettext_noop("Task"), "text", False),
        ("claimed_on", gettext_noop("Claimed on"), "date", False),
    ),
    {"cause": partial(insight_word, "cause"), "kind": lambda code: str(word_of("missing", code))},
)  # fmt: skip


@exportable("missing", MISSING, (*NAMES, "sort"), gettext_noop("Late and short orders"))
def missing(book: Book, asked: Mapping[str, str], _names: bool) -> Source:
    """The missing orders of a filter, in the page's order."""
    found = results(book, date.fromisoformat(asked["as_of"]) if "as_of" in asked else None)
    _form, wanted = filter_of(dict(asked), found.manifest.as_of)
    if wanted is None:
        raise UserError("followup.filter")
    name, way = wanted.sort.lstrip("-"), "DESC" if wanted.sort.startswith("-") else "ASC"
    columns = ", ".join(f"m.{key}" for key, *_rest in MISSING.columns if key not in ("task", "claimed_on"))
    sql, values = queries.source_sql(found, wanted, f"{columns}, 'F-' || h.task AS task, l.claimed_on")
    filtered = [asked[key] for key in NAMES if asked.get(key)]
    facts = [(_("Company"), book.name), (_("As of"), found.manifest.as_of.isoformat())]
    facts += [(_("Filter"), " · ".join(filtered))] if filtered else []
    stem = f"{_('Late and short orders')}-{book.name}-{found.manifest.as_of.isoformat()}"
    with queries.with_held(book, found) as cursor:
        cursor.execute(f"{sql} ORDER BY m.{name} {way} NULLS LAST, m.row", bound(sql, values))
        con = connected(cursor.fetch_arrow_table())
    return Source(con, "SELECT * FROM listed", {}, facts, stem)


@table(
    "tasks", ("show", "q", "owner"), gettext_noop("Follow-up tasks"),
    (
        ("task", gettext_noop("Task"), "text"), ("title", gettext_noop("Title"), "text"),
        ("state", gettext_noop("State"), "text"), ("owner", gettext_noop("Owner"), "text"),
        ("due_on", gettext_noop("To be done by"), "date"),
        ("promised_on", gettext_noop("The platform pays by"), "date"),
        ("promised", gettext_noop("Amount promised"), "money"), ("currency", gettext_noop("Currency"), "text"),
        ("orders", gettext_noop("Orders"), "count"), ("was", gettext_noop("Missing then"), "money"),
        ("left", gettext_noop("Missing now"), "money"), ("closing", gettext_noop("Reason"), "text"),
    ),
    added=("was", "left"),
    printed=("task", "title", "state", "owner", "due_on", "promised_on", "currency", "orders", "was", "left"),
)  # fmt: skip
def tasks(book: Book, asked: Mapping[str, str]) -> Table:
    """The tasks of a list, the newest first: a row for each currency."""
    tab, words = tab_of(asked)
    found = _found(book, asked)
    stands = changes.standings(book, found, live_only=tab != "ended") if found else {}
    owner = User.objects.filter(pk=asked["owner"]).first() if asked.get("owner", "").isdecimal() else None
    rows = fitting(book, tab, words, owner, book.today(), found).order_by("-number")
    told = (line for task in rows for line in _lines(book, task, stands.get(task.pk)))
    shown = owner.shown_name if tab == "mine" and owner else ""
    return Table(told, [(_("List"), str(TABS[tab])), (_("Owner"), shown), (_("Filter"), words)])


def _found(book: Book, asked: Mapping[str, str]) -> Results | None:
    try:
        return results(book, date.fromisoformat(asked["as_of"]) if "as_of" in asked else None)
    except UserError:  # not reconciled yet: told without money
        return None


def _lines(book: Book, task: Task, standing: Standing | None) -> Iterator[tuple[Any, ...]]:
    head = (
        task.code, task.title, str(task.get_state_display()),  # type: ignore[attr-defined]
        task.owner.shown_name if task.owner else "", task.due_on, task.promised_on,
    )  # fmt: skip
    money = [(each.currency, each.orders, each.was, each.left) for each in standing.money] if standing else []
    own = task.promised_currency or book.currency
    for currency, orders, was, left in money or [(own, 0, None, None)]:
        promised = task.promised_amount if currency == own else None
        yield (*head, promised, currency, orders, was, left, task.closing)
