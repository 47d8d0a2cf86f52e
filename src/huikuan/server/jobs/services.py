"""Starting, running and cancelling background work.

A kind of job is a function with the decorator, in the `tasks.py` of its app:

    @handler("import")
    def import_files(context: JobContext, files: list[str]) -> dict:
        for number, file in enumerate(files):
            context.progress(number, len(files), gettext_noop("Reading %(file)s"), file=file)   # raises Cancelled
            ...
        return {"documents": [...]}

and is started by `start(book, "import", {"files": [...]}, title=gettext_noop("Import"), by=request)`. Handlers must be
safe to run again from the start. What they raise ends the job as failed, with a sentence for the user.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from django.db import connections, transaction
from django.utils import timezone
from django_tasks import task

from huikuan.records.errors import HuikuanError, UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.audit.services import plain
from huikuan.server.core.modules import load_of_each_app
from huikuan.server.jobs.models import Job

register(
    {
        "job.unexpected": gettext_noop(
            "An unexpected fault. The log names it under %(number)s. Try again; if it stays, report it."
        ),
        "job.interrupted": gettext_noop(
            "The program was stopped while this was running. Start it again; nothing is half done."
        ),
    }
)
log = logging.getLogger("huikuan.jobs")
HEARTBEAT_SECONDS = 5.0
# A running job that was not heard of for so long has lost its worker.
LOST_AFTER = timedelta(seconds=60)
PROGRESS_STEP_SECONDS = 0.4


class Cancelled(Exception):
    """The user cancelled the job."""


class JobContext:
    """What a handler sees of its job."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.book = job.book
        self._written_at = timezone.now() - timedelta(days=1)

    def progress(self, done: int, total: int, stage: str = "", **params: Any) -> None:
        """Say how far it is; `stage` is a msgid. Written every 0.4 s at most. Raises Cancelled if asked to."""
        now = timezone.now()
        if (now - self._written_at).total_seconds() < PROGRESS_STEP_SECONDS and done < total:
            return
        self._written_at = now
        values = {"done": done, "total": total, "heartbeat_at": now}
        if stage:
            values |= {"stage": stage, "stage_params": plain(params)}
        Job.objects.filter(pk=self.job.pk).update(**values)
        self.check_cancelled()

    def check_cancelled(self) -> None:
        """Raise Cancelled if the user cancelled."""
        if Job.objects.filter(pk=self.job.pk, cancel_requested=True).exists():
            raise Cancelled

    def show_result_at(self, url: str) -> None:
        """Where the outcome is shown; the job's name leads there."""
        Job.objects.filter(pk=self.job.pk).update(result_url=url)


Handler = Callable[..., Any]
HANDLERS: dict[str, Handler] = {}


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Register the function that does jobs of a kind. A kind has one handler."""

    def decorate(function: Handler) -> Handler:
        if HANDLERS.setdefault(kind, function) is not function:
            raise ValueError(f"job kind registered twice: {kind}")
        return function

    return decorate


def load_handlers() -> None:
    """Know the handlers in `tasks.py` of every app."""
    load_of_each_app("tasks")


def start(
    book: Any,
    kind: str,
    params: Mapping[str, Any] | None = None,
    *,
    title: str,
    title_params: Mapping[str, Any] | None = None,
    by: Any = None,
    delay_s: float = 0,
) -> Job:
    """Put a job into the queue; it runs once the transaction has committed, `delay_s` seconds later at the earliest."""
    load_handlers()
    if kind not in HANDLERS:
        raise KeyError(f"no handler for job kind {kind}")
    user = getattr(by, "user", by)
    job = Job.objects.create(
        book=book,
        kind=kind,
        params=plain(params or {}),
        title=title,
        title_params=plain(title_params or {}),
        created_by=user if getattr(user, "pk", None) else None,
    )
    transaction.on_commit(lambda: enqueue(job, delay_s))
    return job


def enqueue(job: Job, delay_s: float = 0) -> None:
    """Have the worker take a waiting job; one that is queued twice is done once."""
    queued = run_job
    if delay_s and run_job.get_backend().supports_defer:
        queued = run_job.using(run_after=timezone.now() + timedelta(seconds=delay_s))
    queued.enqueue(str(job.pk))


@task()
def run_job(job_id: str) -> None:
    """Claim a waiting job, do it, record the outcome. A job that is not waiting any more is left alone."""
    load_handlers()
    now = timezone.now()
    claimed = Job.objects.filter(pk=job_id, state="waiting").update(state="running", started_at=now, heartbeat_at=now)
    if claimed != 1:
        return
    job = Job.objects.select_related("book").get(pk=job_id)
    stop = threading.Event()
    heart = threading.Thread(target=_beat, args=(job.pk, stop), daemon=True)
    heart.start()
    try:
        _do(job)
    finally:
        stop.set()
        heart.join(timeout=HEARTBEAT_SECONDS)


def _do(job: Job) -> None:
    try:
        result = HANDLERS[job.kind](JobContext(job), **job.params)
    except Cancelled:
        _finish(job, state="cancelled")
    except UserError as error:
        _finish(job, state="failed", error_code=error.code, error_params=plain(error.params))
    except Exception as error:
        from huikuan.server.core.middleware import error_number

        number = error_number()
        log.exception("%s job %s (%s) failed", number, job.pk, job.kind)
        if isinstance(error, HuikuanError):
            code, params = error.code, plain(error.params)
        else:
            code, params = "job.unexpected", {"number": number}
        _finish(job, state="failed", error_code=code, error_params=params, error_number=number)
    else:
        _finish(job, state="done", result=plain(result))


def _finish(job: Job, **values: Any) -> None:
    Job.objects.filter(pk=job.pk).update(finished_at=timezone.now(), **values)


def _beat(job_id: Any, stop: threading.Event) -> None:
    try:
        while not stop.wait(HEARTBEAT_SECONDS):
            Job.objects.filter(pk=job_id).update(heartbeat_at=timezone.now())
    finally:
        connections.close_all()


def cancel(job: Job, by: Any = None) -> None:
    """Ask a job to stop: a waiting one at once, a running one at its next step."""
    ended = Job.objects.filter(pk=job.pk, state="waiting").update(state="cancelled", finished_at=timezone.now())
    if not ended:
        Job.objects.filter(pk=job.pk, state="running").update(cancel_requested=True)


def fail_interrupted(every: bool = False) -> int:
    """Mark jobs whose worker is gone as failed; returns how many. `every`: all running ones."""
    lost = Job.objects.filter(state="running")
    if not every:
        lost = lost.filter(heartbeat_at__lt=timezone.now() - LOST_AFTER)
    return lost.update(state="failed", error_code="job.interrupted", finished_at=timezone.now())


def enqueue_waiting() -> int:
    """Queue every waiting job again, in case a crash came between row and task; claiming makes this harmless."""
    waiting = list(Job.objects.filter(state="waiting").order_by("created_at"))
    for job in waiting:
        enqueue(job)
    return len(waiting)
