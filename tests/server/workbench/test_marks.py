"""What people changed is marked wherever it counts, and shown in conflict once a file tells otherwise."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

import pytest
from django.test import Client

from huikuan.pipeline.compute import connect
from huikuan.pipeline.results.results import Filter
from huikuan.pipeline.runs import facts
from huikuan.records.kinds import KINDS
from huikuan.server.books.models import Book
from huikuan.server.workbench import services
from huikuan.server.workbench.models import Correction, ManualRecord
from tests.server.workbench.test_exports import rows_of
from tests.server.workbench.test_reading import text

NAME = "payout-bank"


def bank_lines(demo: Book) -> tuple[dict[str, Any], dict[str, Any]]:
    """An open and a linked row whose record is a bank line."""
    found = services.results(demo)
    opened = found.open_items(NAME, Filter(side="right"), limit=50).rows
    linked = next(row for row in found.told_links(NAME) if row["record_key"].startswith("bank_line:"))
    return next(row for row in opened if row["record_key"].startswith("bank_line:")), linked


def test_corrected_records_are_marked_in_links_open_lists_and_files(clerk: Client, demo: Book, world: Any) -> None:
    bank, linked = bank_lines(demo)
    assert "corrected" not in linked  # the contract's columns alone, while nothing is
    services.correct(demo, "test", bank["record_key"], "text", "rent", "asked the bank")
    services.correct(demo, "test", linked["record_key"], "text", "", "no words")
    services.correct(demo, "test", linked["record_key"], "value_date", "2026-10-02", "as the bank says")
    found = services.results(demo)
    links = {row["record_key"]: row["corrected"] for row in found.told_links(NAME) if row["corrected"]}
    opened = {row["record_key"]: row["corrected"] for row in found.told_open(NAME) if row["corrected"]}
    assert (links, opened) == ({linked["record_key"]: "text, value_date"}, {bank["record_key"]: "text"})
    assert "Corrected by hand" in text(clerk.get(f"/b/ours/workbench/{NAME}/item/{bank['item_id']}/"))
    assert "Corrected by hand" in text(clerk.get(f"/b/ours/workbench/{NAME}/group/{linked['group_id']}/"))
    address, client = f"/b/{demo.slug}/export/", world.client("accountant")
    for part, words in (("open", "Text"), ("links", "Text, Value date")):
        answer = client.get(f"{address}{part}/?name={NAME}&show=all&format=csv")
        assert [row["Corrected by hand"] for row in rows_of(answer) if row["Corrected by hand"]] == [words]


def test_what_was_entered_and_a_file_tells_too_is_in_conflict_until_taken_back(
    clerk: Client, demo: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Under the same key what was entered counts; under another both do. Neither is dropped or doubled in silence."""
    same, alike = (row["record_key"] for row in bank_lines(demo))
    library = services.library_book(demo)
    for key, ref in ((same, None), (alike, "by hand")):
        told = facts.told_record(library, key, services.decisions_of(demo))
        assert told is not None
        names = ("account", "ref", "amount", "business_date", "currency", "n")
        values = {name: facts.as_text(told[name]) for name in names} | ({"ref": ref, "n": "0"} if ref else {})
        services.add_record(demo, "test", "bank_line", values, "the file lacked it")
    services.correct(demo, "test", alike, "counterparty", "Somebody", "asked")
    Correction.objects.update(before="as an earlier file said")
    with connect() as con:
        found = facts.register_kind(con, library.lake, KINDS["bank_line"], services.decisions_of(demo))
        counted = con.execute("SELECT count(*) FROM bank_line").fetchall()[0][0]
        told_count = con.execute("SELECT count(*) FROM bank_line_told").fetchall()[0][0]
    entered = dict(ManualRecord.objects.values_list("pk", "record_key"))
    other = next(key for key in entered.values() if key != same)
    pairs = {(each.sort, each.record_key, each.now) for each in found if each.sort == "record"}
    assert pairs == {("record", same, same), ("record", other, alike)}
    assert counted == told_count + 1
    assert [each.record_key for each in found if each.sort == "correction"] == [alike]

    run = services.results(demo).run
    monkeypatch.setattr(run, "manifest", replace(run.manifest, conflicts=tuple(asdict(each) for each in found)))
    page = text(clerk.get("/b/ours/reconciliations/"))
    assert "3 corrections or records by hand no longer fit the files." in page
    assert "What was entered counts" in page and "Both count until one is taken out" in page
    assert "Somebody" not in page  # names are not for everybody who sees the page
    assert "Take back" in text(clerk.get(f"/b/ours/records/correct/{same}/"))
    for pk in entered:
        assert clerk.post(f"/b/ours/records/take-back/record/{pk}/").status_code == 302
    assert not ManualRecord.objects.filter(live=True).exists()
    page = text(clerk.get("/b/ours/reconciliations/"))
    assert "1 correction or record by hand no longer fits the files." in page and "Both count" not in page
