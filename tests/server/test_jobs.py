"""Background jobs: claimed once, finished, failed, cancelled, interrupted; and how they are shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from huikuan.records.errors import UserError
from huikuan.server.jobs import services
from huikuan.server.jobs.models import Job
from tests.server.world import World


@pytest.fixture
def handlers() -> Iterator[dict[str, Any]]:
    services.load_handlers()
    before = dict(services.HANDLERS)
    yield services.HANDLERS
    services.HANDLERS.clear()
    services.HANDLERS.update(before)


def run(world: World, capture: Any, **params: Any) -> Job:
    with capture(execute=True):
        job = services.start(world.ours.book, "test", params, title="Import", by=world.users["clerk"])
    job.refresh_from_db()
    return job


def test_a_job_runs_after_the_commit_and_keeps_its_result(
    world: World, handlers: Any, django_capture_on_commit_callbacks: Any
) -> None:
    handlers["test"] = lambda context, amount: {"twice": amount * 2, "book": context.book.name}
    job = run(world, django_capture_on_commit_callbacks, amount=21)
    assert (job.state, job.result) == ("done", {"twice": 42, "book": "Ours"})
    assert job.finished_at is not None and job.created_by == world.users["clerk"]


def test_two_workers_claim_a_job_once(world: World, handlers: Any, django_capture_on_commit_callbacks: Any) -> None:
    calls: list[int] = []
    handlers["test"] = lambda context: calls.append(1)
    job = run(world, django_capture_on_commit_callbacks)
    services.run_job.func(str(job.pk))
    assert calls == [1]


def test_a_users_fault_is_told_in_words(world: World, handlers: Any, django_capture_on_commit_callbacks: Any) -> None:
    def fails(context: Any) -> None:
        raise UserError("book.exists", name="Ours")

    handlers["test"] = fails
    job = run(world, django_capture_on_commit_callbacks)
    page = world.client("clerk").get(f"/b/ours/jobs/{job.pk}", headers={"Accept-Language": "en"}).content.decode()
    assert job.state == "failed"
    assert "There is already a book named Ours." in page


def test_an_unexpected_fault_shows_a_number_and_no_traceback(
    world: World, handlers: Any, django_capture_on_commit_callbacks: Any, caplog: Any
) -> None:
    def breaks(context: Any) -> None:
        raise ZeroDivisionError("secret detail")

    handlers["test"] = breaks
    job = run(world, django_capture_on_commit_callbacks)
    page = world.client("clerk").get(f"/b/ours/jobs/{job.pk}").content.decode()
    assert job.error_number in page and "secret detail" not in page
    assert job.error_number in caplog.text


def test_a_running_job_stops_at_its_next_step(
    world: World, handlers: Any, django_capture_on_commit_callbacks: Any
) -> None:
    def works(context: services.JobContext) -> None:
        services.cancel(context.job)
        context.progress(1, 2, "Reading %(file)s", file="a.csv")
        raise AssertionError("must not come so far")

    handlers["test"] = works
    assert run(world, django_capture_on_commit_callbacks).state == "cancelled"


def test_a_waiting_job_is_cancelled_at_once_and_never_runs(world: World, handlers: Any) -> None:
    handlers["test"] = lambda context: pytest.fail("ran")
    job = services.start(world.ours.book, "test", title="Import")
    assert world.client("clerk").post(f"/b/ours/jobs/{job.pk}/cancel").status_code == 302
    services.run_job.func(str(job.pk))
    job.refresh_from_db()
    assert job.state == "cancelled"


def test_jobs_of_a_dead_worker_are_marked(world: World) -> None:
    now = timezone.now()
    values = {"book": world.ours.book, "kind": "test", "title": "Import", "state": "running"}
    lost = Job.objects.create(**values, heartbeat_at=now - timedelta(seconds=90))
    alive = Job.objects.create(**values, heartbeat_at=now)
    assert services.fail_interrupted() == 1
    lost.refresh_from_db()
    alive.refresh_from_db()
    assert (lost.state, lost.error_code, alive.state) == ("failed", "job.interrupted", "running")


def test_a_crash_between_row_and_task_loses_no_job(world: World, handlers: Any) -> None:
    calls: list[int] = []
    handlers["test"] = lambda context: calls.append(1)
    services.start(world.ours.book, "test", title="Import")  # the commit's callback never comes
    assert services.enqueue_waiting() == 1
    assert calls == [1]


def test_progress_polls_while_it_runs_and_only_then(world: World) -> None:
    job = world.ours.job
    client = world.client("clerk")
    Job.objects.filter(pk=job.pk).update(
        state="running", done=3, total=4, started_at=timezone.now(), heartbeat_at=timezone.now()
    )
    running = client.get(f"/b/ours/jobs/{job.pk}", headers={"X-Poll": "1", "HX-Request": "true"})
    assert 'hx-trigger="every 2s"' in running.content.decode() and "75%" in running.content.decode()
    assert "HX-Trigger" not in running
    Job.objects.filter(pk=job.pk).update(state="done")
    done = client.get(f"/b/ours/jobs/{job.pk}", headers={"X-Poll": "1", "HX-Request": "true"})
    assert "every 2s" not in done.content.decode()
    assert done["HX-Trigger"] == "job:finished"


def test_a_kind_without_handler_is_a_fault_of_the_program(world: World) -> None:
    with pytest.raises(KeyError):
        services.start(world.ours.book, "nothing", title="Import")
