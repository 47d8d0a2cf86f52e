"""Following up: tasks made of selected orders, changed, ended, opened again; many at once.

Every service checks the actor's right (`cases`), works in one transaction and writes the audit log, which is a task's
history. Web and jobs call these.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huikuan.pipeline.results.results import Results
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.accounts.access import require
from huikuan.server.accounts.models import User
from huikuan.server.audit.services import Deed, record, record_many
from huikuan.server.books.models import Book
from huikuan.server.core.statuses import word_of
from huikuan.server.followup.chosen import Chosen, Picked, read, sums
from huikuan.server.followup.models import LIVE_STATES, Task, TaskOrder
from huikuan.server.followup.queries import KEY, people_of
from huikuan.server.workbench.services import author_of

register(
    {
        "followup.nothing_missing": gettext_noop("Of these orders nothing is missing, so there is nothing to chase."),
        "followup.all_held": gettext_noop("All of these orders are in a task already."),
        "followup.owner": gettext_noop("Choose somebody of this book who may follow up."),
        "followup.ended": gettext_noop("The task %(task)s has ended. Open it again first."),
        "followup.live": gettext_noop("The task %(task)s has not ended."),
        "followup.unknown": gettext_noop("There is no task F-%(number)s that is still open."),
        "followup.why": gettext_noop("Say why the task is given up."),
        "followup.promise": gettext_noop("A promise needs a day."),
    }
)
SPLITS = ("one", "shop", "cause")
BATCH = 1_000
ENDS = ("done", "given_up")
FIGURES = ("missing", "expected", "settled", "status", "kind", "cause", "due_on")  # of an order when handed over
FIELDS = ("title", "owner", "due_on", "remind_on", "promised_on", "promised_amount", "promised_currency")


@dataclass(frozen=True)
class Handing:
    """What becomes of selected orders: added to the live task `task` (a number), or new tasks by `split` (`one`; one
    for each `shop`; one for each shop and `cause`) with a title (blank: made of what is in it), an owner, due day."""

    task: int | None = None
    title: str = ""
    owner: int | None = None
    due_on: date | None = None
    split: str = "one"


@dataclass
class Handed:
    """What a handing over came to: the tasks, orders handed over, left in the task they had, with nothing missing."""

    tasks: list[Task] = field(default_factory=list)
    orders: int = 0
    held: int = 0
    nothing: int = 0

    @property
    def sentence(self) -> str:
        """What happened, nothing left out."""
        codes = ", ".join(task.code for task in self.tasks[:3]) + (" …" if len(self.tasks) > 3 else "")
        told = [
            ngettext("%(count)s order handed to %(tasks)s.", "%(count)s orders handed to %(tasks)s.", self.orders)
            % {"count": f"{self.orders:,}", "tasks": codes}
        ]
        if self.held:
            told.append(
                ngettext("%(count)s was in a task already.", "%(count)s were in a task already.", self.held)
                % {"count": f"{self.held:,}"}
            )
        if self.nothing:
            told.append(
                ngettext("Of %(count)s nothing is missing.", "Of %(count)s nothing is missing.", self.nothing)
                % {"count": f"{self.nothing:,}"}
            )
        return " ".join(told)


@transaction.atomic
def hand(book: Book, actor: Any, found: Results, chosen: Chosen, handing: Handing) -> Handed:
    """Hand selected orders to a task, or make tasks of them. An order that a live task has stays there; one of which
    nothing is missing is left out; both are counted. UserError when nothing is left, or the task or owner is none."""
    require(book, actor, "cases")
    Book.objects.select_for_update().get(pk=book.pk)  # whoever hands over in this book waits for us
    picked = read(book, found, chosen)
    if not picked.rows:
        raise UserError("followup.all_held" if picked.held else "followup.nothing_missing")
    handed = Handed(orders=len(picked.rows), held=picked.held, nothing=picked.nothing)
    if handing.task is not None:
        handed.tasks.append(_add(book, actor, handing.task, picked))
    else:
        handed.tasks += _make(book, actor, handing, picked)
    return handed


def _add(book: Book, actor: Any, number: int, picked: Picked) -> Task:
    task = Task.objects.filter(book=book, number=number, state__in=LIVE_STATES).first()
    if task is None:
        raise UserError("followup.unknown", number=number)
    _hold(task, picked.rows)
    task.save(update_fields=["changed_at"])
    record(actor, "followup.add", task, book=book, after=_told(picked.rows))
    return task


def _make(book: Book, actor: Any, handing: Handing, picked: Picked) -> list[Task]:
    owner = member(book, handing.owner)
    number = Task.objects.filter(book=book).aggregate(last=Max("number"))["last"] or 0
    made = []
    for number, rows in enumerate(_split(picked.rows, handing.split), number + 1):  # noqa: B020 - goes on from the last
        task = Task.objects.create(
            book=book, number=number, title=(handing.title.strip() or title_of(rows))[:200], owner=owner,
            due_on=handing.due_on, **author_of(actor),
        )  # fmt: skip
        _hold(task, rows)
        after = {"title": task.title, "owner": owner.username if owner else "", "due_on": handing.due_on}
        record(actor, "followup.create", task, book=book, after=after | _told(rows))
        made.append(task)
    return made


def _split(rows: list[dict[str, Any]], split: str) -> list[list[dict[str, Any]]]:
    names = {"shop": ("shop",), "cause": ("shop", "cause")}.get(split, ())
    parts: dict[tuple[Any, ...], list[dict[str, Any]]] = {}
    for row in rows:
        parts.setdefault(tuple(row[name] for name in names), []).append(row)
    return [parts[key] for key in sorted(parts)]


def title_of(rows: Sequence[dict[str, Any]]) -> str:
    """A title of what is in a task: its shop and cause where there is one, and how many orders."""
    shops, causes = {row["shop"] for row in rows}, {row["cause"] for row in rows}
    parts = [*shops] if len(shops) == 1 else [_("%(count)s shops") % {"count": len(shops)}]
    if len(causes) == 1:
        parts.append(str(word_of("cause", next(iter(causes)))))
    count = ngettext("%(count)s order", "%(count)s orders", len(rows)) % {"count": f"{len(rows):,}"}
    return " · ".join([*parts, count])


def _hold(task: Task, rows: Sequence[dict[str, Any]]) -> None:
    """Put orders into a task with their figures; one that it once had is taken up again with those of now."""
    TaskOrder.objects.bulk_create(
        [
            TaskOrder(
                task=task, book_id=task.book_id, live=True, **{name: row[name] for name in KEY},
                **{name: row[name] for name in FIGURES},
            )
            for row in rows
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["task", *KEY],
        update_fields=["live", *FIGURES],
    )  # fmt: skip


def _told(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Orders and money for the audit log."""
    return {"orders": len(rows), "missing": {currency: money for currency, _count, money in sums(rows)}}


def member(book: Book, pk: int | None) -> User | None:
    """Somebody of the book who may follow up; None for nobody. UserError for anybody else."""
    if pk is None:
        return None
    found = next((user for user in people_of(book) if user.pk == pk), None)
    if found is None:
        raise UserError("followup.owner")
    return found


# Changing ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def edit(task: Task, actor: Any, **values: Any) -> Task:
    """Change fields of a live task (`FIELDS`; `owner` a user's number or None). A promised day or amount makes it
    `promised`, none makes it `open`. UserError for an ended task, a stranger, an amount without a day."""
    require(task.book, actor, "cases")
    locked = _live(task)
    if "owner" in values:
        values["owner"] = member(task.book, values["owner"])
    before = {name: _plain(getattr(locked, name)) for name in values}
    for name, value in values.items():
        setattr(locked, name, value)
    if locked.promised_amount is not None and locked.promised_on is None:
        raise UserError("followup.promise")
    locked.promised_currency = (locked.promised_currency or task.book.currency) if locked.promised_amount else ""
    locked.state = "promised" if locked.promised_on else "open"
    after = {name: _plain(getattr(locked, name)) for name in values}
    changed = [name for name in after if after[name] != before[name]]
    locked.save()
    if changed:
        action = "followup.assign" if changed == ["owner"] else "followup.edit"
        was, now = ({name: told[name] for name in changed} for told in (before, after))
        record(actor, action, locked, book=task.book, before=was, after=now)
    return locked


def _plain(value: Any) -> Any:
    return value.username if isinstance(value, User) else value


def _live(task: Task) -> Task:
    locked = Task.objects.select_for_update(of=("self",)).select_related("book", "owner").get(pk=task.pk)
    if not locked.live:
        raise UserError("followup.ended", task=locked.code)
    return locked


@transaction.atomic
def end(task: Task, actor: Any, state: str = "done", closing: str = "") -> Task:
    """End a live task as `done` or `given_up`; giving up needs a reason. Its orders may be handed over again."""
    require(task.book, actor, "cases")
    if state == "given_up" and not closing.strip():
        raise UserError("followup.why")
    locked = _live(task)
    locked.state, locked.closing = ("given_up" if state == "given_up" else "done"), closing.strip()[:500]
    locked.closed_at, locked.closed_actor = timezone.now(), author_of(actor)["actor"]
    locked.save()
    TaskOrder.objects.filter(task=locked, live=True).update(live=False)
    record(actor, f"followup.{locked.state}", locked, book=task.book, after={"reason": locked.closing})
    return locked


@transaction.atomic
def reopen(task: Task, actor: Any) -> int:
    """Chase an ended task again. Orders that another task has by now stay there: how many. UserError if it is live."""
    require(task.book, actor, "cases")
    Book.objects.select_for_update().get(pk=task.book_id)
    locked = Task.objects.select_for_update().get(pk=task.pk)
    if locked.live:
        raise UserError("followup.live", task=locked.code)
    locked.state, locked.closing = ("promised" if locked.promised_on else "open"), ""
    locked.closed_at, locked.closed_actor = None, ""
    locked.save()
    held = set(TaskOrder.objects.filter(book=task.book_id, live=True).values_list(*KEY))
    own = TaskOrder.objects.filter(task=locked).only("pk", *KEY)
    back = [each.pk for each in own if (each.shop, each.order_no, each.currency) not in held]
    for start in range(0, len(back), BATCH):
        TaskOrder.objects.filter(pk__in=back[start : start + BATCH]).update(live=True)
    left = len(own) - len(back)
    record(actor, "followup.reopen", locked, book=task.book, after={"orders": len(back), "in_other_tasks": left})
    return left


@transaction.atomic
def drop(task: Task, actor: Any, keys: Sequence[tuple[str, str, str]]) -> int:
    """Take orders out of a live task; how many it had. They may be handed over again."""
    require(task.book, actor, "cases")
    locked, wanted = _live(task), set(keys)
    own = TaskOrder.objects.filter(task=locked).only("pk", *KEY)
    gone = [each for each in own if (each.shop, each.order_no, each.currency) in wanted]
    for start in range(0, len(gone), BATCH):
        TaskOrder.objects.filter(pk__in=[each.pk for each in gone[start : start + BATCH]]).delete()
    if gone:
        locked.save(update_fields=["changed_at"])
        names = [f"{each.shop}/{each.order_no}" for each in gone[:50]]
        record(actor, "followup.drop", locked, book=task.book, before={"orders": len(gone), "examples": names})
    return len(gone)


@transaction.atomic
def many(book: Book, actor: Any, numbers: Sequence[int], do: str, values: dict[str, Any]) -> tuple[int, int]:
    """Do one thing with many tasks: `assign` (owner), `due` (due_on), `promise` (promised_on), `done`, `given_up`
    (closing). How many were changed, and how many had ended already and were left. All or none, in a few queries for
    each thousand. UserError as `edit` and `end`."""
    require(book, actor, "cases")
    changed = ended = 0
    new, action = _new(book, actor, do, values)
    for start in range(0, len(numbers), BATCH):
        part = Task.objects.filter(book=book, number__in=numbers[start : start + BATCH])
        tasks = list(part.select_for_update(of=("self",)).select_related("owner"))
        live = [task for task in tasks if task.live]
        told = [deed for task in live if (deed := _deed(task, do, new))]
        keys = [deed.subject.pk for deed in told]
        Task.objects.filter(pk__in=keys).update(changed_at=timezone.now(), **new)
        if do in ENDS:
            TaskOrder.objects.filter(task__in=keys, live=True).update(live=False)
        record_many(actor, action, told, book=book)
        changed, ended = changed + len(live), ended + len(tasks) - len(live)
    return changed, ended


def _new(book: Book, actor: Any, do: str, values: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """The fields that many tasks get, and the action's name in the audit log."""
    if do in ENDS:
        closing = str(values.get("closing", "")).strip()[:500]
        if do == "given_up" and not closing:
            raise UserError("followup.why")
        end = {"closed_at": timezone.now(), "closed_actor": author_of(actor)["actor"]}
        return {"state": do, "closing": closing} | end, f"followup.{do}"
    if do == "assign":
        return {"owner": member(book, values["owner"])}, "followup.assign"
    if do == "due":
        return {"due_on": values["due_on"]}, "followup.edit"
    day = values["promised_on"]
    taken_back = {} if day else {"promised_amount": None, "promised_currency": ""}
    return {"promised_on": day, "state": "promised" if day else "open"} | taken_back, "followup.edit"


def _deed(task: Task, do: str, new: dict[str, Any]) -> Deed | None:
    """A task's line of the audit log; None where it stays as it is."""
    if do in ENDS:
        return Deed(task, {}, {"reason": new["closing"]})
    names = [name for name in new if name in FIELDS and getattr(task, name) != new[name]]
    before = {name: _plain(getattr(task, name)) for name in names}
    return Deed(task, before, {name: _plain(new[name]) for name in names}) if names else None
