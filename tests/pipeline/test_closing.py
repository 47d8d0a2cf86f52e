"""Closed periods: what is frozen never changes, proves itself, and what comes after is told as late."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from huikuan.pipeline.book import Book
from huikuan.pipeline.documents.importing import ImportOptions, ImportRow, import_file, undo_document
from huikuan.pipeline.periods import closed, closing, late
from huikuan.pipeline.periods.closed import Closed, closed_periods, faults_of, period_of
from huikuan.pipeline.periods.closing import Deed
from huikuan.pipeline.periods.figures import closed_figures, figures_by_month
from huikuan.pipeline.results.results import Results
from huikuan.records.decisions import Decisions
from huikuan.records.errors import UserError
from huikuan.records.rules import Rules
from tests.pipeline.conftest import DemoBook

OCTOBER = period_of("2026-10")
DEED = Deed("tests", datetime(2026, 11, 5, 9, tzinfo=UTC), "month end")


STATEMENT = "historydetail20261101.csv"


@dataclass(frozen=True)
class Shut:
    """A demo book of which October was closed."""

    book: Book
    rules: Rules
    october: Closed
    files: Path

    def bring_late(self, folder: Path) -> Decimal:
        """Import a bank statement that has one line of October more; its amount."""
        text = (self.files / STATEMENT).read_text(encoding="gb18030")
        line = next(row for row in text.splitlines() if ",贷," in row)
        number, amount = line.split("\t")[0].strip(), next(part for part in line.split('"') if "." in part)
        more = line.replace(number, number[:-3] + "999")
        (folder / STATEMENT).write_text(text.replace(line, f"{line}\n{more}"), encoding="gb18030")
        account = next(each.account for each in self.book.lake.documents() if each.format == "icbc.statement")
        (row,) = import_file(self.book, folder / STATEMENT, ImportOptions(account=account), self.rules).rows
        assert [(each.left_out, each.late, each.periods) for each in row.closed] == [(0, 1, ("2026-10",))]
        return Decimal(amount.replace(",", ""))


def close(book: Book, rules: Rules, name: str) -> Closed:
    return closing.close(book, period_of(name), rules, Decisions(), DEED, lambda made: None)


def frozen(period: Closed) -> dict[str, str]:
    """The bytes of a frozen copy, as hashes."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(period.folder.iterdir())}


@pytest.fixture(scope="module")
def shut(demo: DemoBook, tmp_path_factory: pytest.TempPathFactory) -> Shut:
    folder = tmp_path_factory.mktemp("closing") / "book"
    shutil.copytree(demo.book.folder, folder)
    book = replace(demo.book, folder=folder)
    return Shut(book, demo.rules, close(book, demo.rules, "2026-10"), demo.files)


@pytest.fixture
def own(shut: Shut, tmp_path: Path) -> Shut:
    """A copy to change."""
    folder = tmp_path / "book"
    shutil.copytree(shut.book.folder, folder)
    book = replace(shut.book, folder=folder)
    return replace(shut, book=book, october=closed_periods(book)[0])


def test_the_copy_has_the_figures_of_the_run_and_proves_itself(shut: Shut) -> None:
    assert faults_of(shut.october) == []
    assert len(shut.october.content_hash) == 64
    by_run = figures_by_month(Results.of(shut.book, Decisions()))["2026-10"]
    assert closed_figures(shut.october) == by_run
    assert by_run[0].sold > 0 < by_run[0].collected
    for row in shut.october.statement:
        assert row["total"] == row["matched"] + row["difference"] + row["open"]
    assert {told["document"] for told in shut.october.manifest["documents"] if told["used"]} == {
        each.document_id for each in shut.book.lake.documents()
    }


def test_any_change_of_the_copy_is_found(own: Shut) -> None:
    with (own.october.folder / "rules.json").open("a", encoding="utf-8") as file:
        file.write(" ")
    assert faults_of(own.october) == ["rules.json"]
    manifest = own.october.folder / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"month end"', '"never"'), encoding="utf-8")
    assert faults_of(closed_periods(own.book)[0]) == ["manifest.json", "rules.json"]


def test_what_comes_late_is_told_and_lands_in_the_next_period(own: Shut, tmp_path: Path) -> None:
    before = frozen(own.october)
    assert late.late_records(own.book, Decisions(), own.october) == []
    amount = own.bring_late(tmp_path)
    (came,) = late.late_records(own.book, Decisions(), own.october)
    assert (came["kind"], came["amount"], came["landed"]) == ("bank_line", amount, "")
    (row,) = [each for each in late.control(own.book, Decisions(), own.october) if each.late_count]
    assert (row.kind, row.late_count, row.late, row.changed_count) == ("bank_line", 1, amount, 0)
    assert (row.now_count, row.now) == (row.closed_count + 1, row.closed + amount)

    later = replace(own.book, fixed_today=date(2026, 11, 30))
    with pytest.raises(UserError, match="not up to date"):
        closing.check_current(later, period_of("2026-11"), own.rules, Decisions())
    november = close(later, own.rules, "2026-11")  # with a run of its own
    closing.check_current(later, period_of("2026-11"), own.rules, Decisions())
    assert faults_of(november) == []
    taken = pq.read_table(november.path("records"), filters=[("late", "=", True)])
    assert taken["record_key"].to_pylist() == [came["record_key"]]
    assert [each["landed"] for each in late.late_records(later, Decisions(), own.october)] == ["2026-11"]
    told = [row for row in november.statement if row["late"] and (row["name"], row["side"]) == ("payout-bank", "right")]
    assert [each["total"] for each in told] == [amount]
    assert frozen(own.october) == before


def test_a_document_of_a_closed_period_stays(own: Shut) -> None:
    used, before = own.book.lake.documents()[0], frozen(own.october)
    with pytest.raises(UserError, match="closed period 2026-10") as refused:
        undo_document(own.book, used.document_id, "tests")
    assert refused.value.code == "period.uses_document"
    closing.reopen(own.book, "2026-10", DEED, lambda found: None)
    undo_document(own.book, used.document_id, "tests")
    assert closed_periods(own.book) == []
    (aside,) = (own.book.closed_folder / "reopened").iterdir()
    kept = frozen(replace(own.october, folder=aside))
    assert kept.pop("reopened.json")
    assert kept == before


def test_a_file_that_says_otherwise_leaves_closed_records_alone(own: Shut, tmp_path: Path) -> None:
    before = frozen(own.october)
    name = "ExportOrderList202611010938_禾屿家居工厂店.csv"
    text = (own.files / name).read_text(encoding="gb18030")
    line = next(row for row in text.splitlines() if "4738600000132844530" in row)
    changed, later = (
        line.replace("69.90", "68.90"),
        line.replace("132844530", "132844539").replace("2026-10", "2026-11"),
    )
    again = name.replace("0938", "1938")  # exported later, so that it is the one that counts
    (tmp_path / again).write_text(text.replace(line, f"{changed}\n{later}"), encoding="gb18030")

    def bring(*, hold: bool = False) -> ImportRow:
        options = ImportOptions(shop="禾屿家居工厂店", hold_changes=hold)
        (row,) = import_file(own.book, tmp_path / again, options, own.rules).rows
        return row

    row = bring(hold=True)
    assert row.status != "held", "nothing of an open period changes"
    assert [(each.left_out, each.late, each.periods) for each in row.closed] == [(1, 0, ("2026-10",))]
    assert [p["code"] for p in row.problems if p["code"].startswith("import.closed")] == ["import.closed_left_out"]
    assert (row.new, row.updated) == (1, 0)
    assert {each.changed_count for each in late.control(own.book, Decisions(), own.october)} == {0}
    assert frozen(own.october) == before
    closing.reopen(own.book, "2026-10", DEED, lambda found: None)
    again = bring()
    assert (again.new, again.updated, again.closed) == (0, 1, ())


def test_what_cannot_be_closed(own: Shut) -> None:
    for name, code in (
        ("2026-10-31", "close.closed"),
        ("2026-10", "close.closed"),
        ("2026-11", "close.not_ended"),
        ("2026-08", "close.before_start"),
    ):
        with pytest.raises(UserError) as refused:
            close(own.book, own.rules, name)
        assert refused.value.code == code
    with pytest.raises(UserError, match="is no period"):
        period_of("2026-13")


def test_a_day_inside_a_closed_month_cannot_be_reopened_alone(own: Shut) -> None:
    closing.reopen(own.book, "2026-10", DEED, lambda found: None)
    close(own.book, own.rules, "2026-10-31")
    close(own.book, own.rules, "2026-10")
    with pytest.raises(UserError, match="Reopen 2026-10 first"):
        closing.reopen(own.book, "2026-10-31", DEED, lambda found: None)


def test_nothing_is_closed_where_it_cannot_be_kept(own: Shut) -> None:
    def fail(made: Closed) -> None:
        raise UserError("close.changed", period=made.name)

    closing.reopen(own.book, "2026-10", DEED, lambda found: None)
    with pytest.raises(UserError, match="try again"):
        closing.close(own.book, OCTOBER, own.rules, Decisions(), DEED, fail)
    assert closed_periods(own.book) == []
    assert not [path for path in (own.book.closed_folder / "reopened").iterdir() if path.name.startswith("tmp-")]


def test_guards_name_the_period_and_the_way_out(shut: Shut) -> None:
    keys = pq.read_table(shut.october.path("keys")).to_pylist()
    frozen_key = next(row["record_key"] for row in keys if row["reconciliation"] == "" and row["frozen"])
    settled = next(row["record_key"] for row in keys if row["reconciliation"] == "payout-bank" and row["settled"])
    waiting = next(
        row["record_key"]
        for row in keys
        if row["reconciliation"] == "payout-bank" and not row["settled"] and row["frozen"]
    )
    closed.refuse_records(shut.book, ["order_line:nobody/1/1"])
    closed.refuse_settled(shut.book, "payout-bank", [waiting])
    closed.refuse_day(shut.book, date(2026, 11, 1))
    for refuse in (
        lambda: closed.refuse_records(shut.book, ["order_line:nobody/1/1", frozen_key]),
        lambda: closed.refuse_settled(shut.book, "payout-bank", [settled]),
        lambda: closed.refuse_day(shut.book, OCTOBER.last),
    ):
        with pytest.raises(UserError, match="owner to reopen 2026-10"):
            refuse()
    assert Decimal(0) == sum((row["count"] for row in shut.october.records if row["late"]), Decimal(0))
