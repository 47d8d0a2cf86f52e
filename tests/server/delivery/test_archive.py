"""The archive of automatic reports: who sees what in it, how long it is kept, whether its files are whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.core.maintenance import check
from huikuan.server.delivery import archive, making, queries, services
from huikuan.server.delivery.files import store_of
from huikuan.server.delivery.models import ArchiveSetting, Issue, IssueFile
from huikuan.server.reports.models import SavedReport
from tests.server.collection.conftest import english
from tests.server.delivery.conftest import make_schedule
from tests.server.delivery.test_delivery import deliver


@pytest.fixture
def issue(world: Any, book: Book) -> Issue:
    """A report with a file, as the archive keeps it."""
    made = services.issue_now(make_schedule(book, world.users["owner"]), world.users["owner"], trial=True)
    deliver(book)
    return Issue.objects.get(pk=made.pk)


def age(issue: Issue, days: int) -> None:
    Issue.objects.filter(pk=issue.pk).update(made_at=timezone.now() - timedelta(days=days))


def archive_row(book: Book) -> dict[str, Any]:
    (row,) = (each for each in check(book.name, lambda *told: None) if each["check"] == "archive")
    return row


def test_files_are_removed_when_their_time_is_over_and_the_log_says_so(world: Any, book: Book, issue: Issue) -> None:
    now, client = timezone.now(), english(world.client("accountant"))
    (file,) = issue.files.all()
    age(issue, archive.KEEP_DAYS - 1)
    assert archive.expire(now) == 0 and "Kept 3,653 days" in client.get("/b/ours/delivery/archive/").content.decode()
    assert client.post("/b/ours/delivery/archive/keep", {"keep_days": "-1"}).status_code == 422
    assert client.post("/b/ours/delivery/archive/keep", {"keep_days": "0"}).status_code == 302
    age(issue, 20_000)
    assert archive.expire(now) == 0, "0 is for ever"
    assert client.post("/b/ours/delivery/archive/keep", {"keep_days": "400"}).status_code == 302
    assert Entry.objects.filter(action="delivery.keep").first().after == {"days": 400}
    # The same content in another issue stays until that one's time is over, too.
    twin = Issue.objects.create(book=book, name="Twin", report=issue.report, due_at=now, state="made", made_at=now)
    kept = IssueFile.objects.create(issue=twin, format="csv", name="t.csv", sha256=file.sha256, size_bytes=1)
    assert archive.expire(now) == 1 and archive.expire(now) == 0
    assert store_of(book).has(file.sha256)
    issue.refresh_from_db()
    assert issue.expired_at and issue.message == {} and not issue.files.exists()
    logged = Entry.objects.get(action="delivery.expired")
    assert logged.before["files"] == [{"name": file.name, "sha256": file.sha256}]
    page = client.get(f"/b/ours/delivery/archive/{issue.pk}").content.decode()
    assert "their time was over" in page and client.get(f"/b/ours/delivery/archive/{issue.pk}/csv").status_code == 404
    age(twin, 401)
    assert archive.expire(now) == 1 and not store_of(book).has(kept.sha256)
    assert ArchiveSetting.objects.get().keep_days == 400


def test_the_check_finds_files_that_are_missing_or_altered(book: Book, issue: Issue) -> None:
    assert archive_row(book) == {"check": "archive", "book": book.name, "ok": True, "text": "1 files"}
    (file,) = issue.files.all()
    path = store_of(book).path_of(file.sha256)
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    wrong = archive_row(book)
    assert not wrong["ok"] and wrong["text"] == f"1 missing or altered: {file.name}"
    path.unlink()
    assert archive_row(book)["text"] == f"1 missing or altered: {file.name}"


def test_a_file_that_was_removed_while_it_was_made_again_is_written_anew(
    world: Any, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    schedule, real = make_schedule(book, world.users["owner"]), making.write_files

    def removed(*told: Any) -> Any:
        files = real(*told)
        store_of(book).forget(files[0].sha256)
        return files

    monkeypatch.setattr(making, "write_files", removed)
    made = services.issue_now(schedule, world.users["owner"], trial=True)
    deliver(book)
    made.refresh_from_db()
    assert (made.state, made.error_code, made.files.count()) == ("waiting", "original.missing", 0)
    monkeypatch.setattr(making, "write_files", real)
    Issue.objects.update(next_try_at=timezone.now())
    deliver(book)
    made.refresh_from_db()
    assert made.state == "made" and archive_row(book)["ok"]


def test_the_archive_shows_a_saved_report_to_whom_it_is_shown_itself(world: Any, book: Book) -> None:
    users = world.users
    private = SavedReport.objects.create(book=book, owner=users["accountant"], title="Private", shared_with=["auditor"])
    schedule = make_schedule(book, users["accountant"], name="Secret", report=private.name)
    failed = Issue.objects.create(
        book=book, schedule=schedule, name="Secret", report=private.name, due_at=timezone.now(), state="failed"
    )
    page = f"/b/ours/delivery/archive/{failed.pk}"

    def status(role: str) -> tuple[int, bool, bool]:
        client = english(world.client(role))
        listed = "Secret" in client.get("/b/ours/delivery/archive/").content.decode()
        home = "did not arrive" in client.get("/b/ours/").content.decode()
        return client.get(page).status_code, listed, home

    assert status("accountant") == status("auditor") == (200, True, True)
    assert status("clerk") == status("owner") == (404, False, False)
    owner = english(world.client("owner"))
    for address in (f"{page}/dismiss", f"{page}/again", f"/b/ours/delivery/{schedule.pk}/try"):
        assert owner.post(address).status_code == 404, address
    assert owner.get(f"/b/ours/delivery/{schedule.pk}").status_code == 404  # a recipient is not added by others
    assert "Secret" in owner.get("/b/ours/delivery/").content.decode()
    assert owner.post(f"/b/ours/delivery/{schedule.pk}/pause").status_code == 302  # but it can be stopped
    private.delete()
    assert status("owner") == (200, True, True) and status("accountant") == (404, False, False)
    assert queries.failing(book).count() == 1
