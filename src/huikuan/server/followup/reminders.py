"""What asks for attention on a day: tasks that are due, promised or to be reminded of, by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.http import HttpRequest

from huikuan.server.accounts.models import User
from huikuan.server.books.models import Book
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
    book, today = request.book, request.scope.today  # type: ignore[attr-defined]
    mine = own(tasks_of(book, "due", today=today), request)
    return len(mine), any(day_of(task) < today for task in mine)


def own(tasks: Sequence[Task], request: HttpRequest) -> list[Task]:
    """Those of the tasks that the person owns, or nobody."""
    return [task for task in tasks if task.owner_id in (None, request.user.pk)]
