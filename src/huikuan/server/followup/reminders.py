"""What asks for attention on a day: tasks that are due, promised or to be reminded of, by person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huikuan.server.accounts.models import User
from huikuan.server.books.models import Book
from huikuan.server.collection import queries as collection
from huikuan.server.core.shortcuts import book_url
from huikuan.server.core.todo import Todo
from huikuan.server.followup import changes
from huikuan.server.followup.models import Task
from huikuan.server.followup.queries import tasks_of


@dataclass(frozen=True)
class Reminder:
    """The tasks of one person (None: of nobody) that ask for attention, the longest waiting first."""

    person: User | None
    tasks: tuple[Task, ...]
    today: date

    @property
    def late(self) -> tuple[Task, ...]:
        """Those whose day has passed."""
        return tuple(task for task in self.tasks if day_of(task) < self.today)


def day_of(task: Task) -> date:
    """The day a task asks for attention; the last of days where none is set."""
    return min((day for day in (task.due_on, task.promised_on, task.remind_on) if day), default=date.max)


def due_reminders(book: Book, day: date | None = None) -> list[Reminder]:
    """The reminders of a day (default: the book's today) by person; what nobody owns comes last. Plain reading: a
    sender of e-mails may call it each morning."""
    today = day or book.today()
    people: dict[int | None, list[Task]] = {}
    for task in sorted(tasks_of(book, "due", today=today), key=lambda task: (day_of(task), task.number)):
        people.setdefault(task.owner_id, []).append(task)
    made = [Reminder(tasks[0].owner, tuple(tasks), today) for tasks in people.values()]
    return sorted(made, key=lambda each: (each.person is None, each.person.username if each.person else ""))


def waiting(request: HttpRequest) -> tuple[int, bool]:
    """For the left bar: how many of the person's and of nobody's tasks ask for attention; whether one is late."""
    mine, today = own(request), request.scope.today  # type: ignore[attr-defined]
    return len(mine), any(day_of(task) < today for task in mine)


def own(request: HttpRequest) -> list[Task]:
    """The tasks that ask for attention and that the person owns, or nobody; asked once per request."""
    kept: list[Task] | None = getattr(request, "own_reminders", None)
    if kept is None:
        tasks = tasks_of(request.book, "due", today=request.scope.today)  # type: ignore[attr-defined]
        kept = [task for task in tasks if task.owner is None or task.owner == request.user]
        request.own_reminders = kept  # type: ignore[attr-defined]
    return kept


def todos(request: HttpRequest) -> list[Todo]:
    """Lines of the home page: the person's tasks that are due, and those of which nothing is missing any more."""
    book, today = request.book, request.scope.today  # type: ignore[attr-defined]
    lines = []
    mine = own(request)
    if mine:
        late = any(day_of(task) < today for task in mine)
        title = ngettext("%(count)s follow-up is due", "%(count)s follow-ups are due", len(mine))
        names = ", ".join(task.title for task in sorted(mine, key=day_of)[:2])
        url = book_url(request, "followup:list", query={"show": "due"})
        look = "overdue" if late else "open"
        lines.append(Todo("phone-outgoing", look, title % {"count": f"{len(mine):,}"}, url, names))
    found = collection.published(book, request.scope)  # type: ignore[attr-defined]
    cleared = [each for each in changes.standings(book, found).values() if each.cleared] if found else []
    if cleared:
        title = ngettext(
            "Of %(count)s follow-up nothing is missing any more", "Of %(count)s follow-ups nothing is missing any more",
            len(cleared),
        )  # fmt: skip
        url = book_url(request, "followup:list", query={"show": "cleared"})
        note = _("Close them, or see what came instead.")
        lines.append(Todo("circle-check", "matched", title % {"count": f"{len(cleared):,}"}, url, note))
    return lines
