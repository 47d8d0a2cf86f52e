"""Importing, undoing and compacting in any order: what is read follows from the standing documents alone."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import winning_oracle
from hypothesis import given, settings
from hypothesis import strategies as st
from making import compact, document, new_lake, order_line, put, shown, undo, wallet_line

from huikuan.lake import compaction, current
from huikuan.lake.lake import Lake
from huikuan.records.document import Document
from huikuan.records.kinds import KINDS

Told = tuple[Document, list[dict[str, Any]]]


def overlapping() -> dict[str, Told]:
    """Four documents of orders that overlap each other: three snapshots and a header."""

    def exported(day: int) -> dict[str, Any]:
        return {"exported_at": datetime(2026, 1, day, tzinfo=UTC)}

    def line(order: int, number: int, status: str, **more: Any) -> dict[str, Any]:
        return order_line(str(order), str(number), status=status, paid=Decimal(order), **more)

    return {
        "a": (document("a", **exported(1)), [line(1, 1, "paid", province="P"), line(1, 2, "paid"), line(2, 1, "paid")]),
        "b": (document("b", **exported(3)), [line(1, 1, "shipped"), line(3, 1, "paid")]),
        "c": (
            document("c", **exported(2)),
            [line(1, 1, "unpaid"), line(2, 1, "closed", city="C"), line(3, 1, "closed")],
        ),
        "d": (
            document("d", order_grain="header", **exported(4)),
            [order_line("2", "", status="refunded"), order_line("4", "", status="paid", postcode="1")],
        ),
    }


def expect(lake: Lake, told: dict[str, Told], standing: set[str]) -> None:
    wanted = winning_oracle.expected("order_line", [told[name] for name in sorted(standing)])
    assert shown(lake) == wanted


def build(folder: Path, told: dict[str, Told], order: tuple[str, ...], compact_after: int = -1) -> Lake:
    lake = new_lake(folder)
    for place, name in enumerate(order):
        put(lake, *told[name])
        if place == compact_after:
            compact(lake)
    return lake


@pytest.mark.slow
def test_any_order_of_import_shows_the_same(tmp_path: Path) -> None:
    told = overlapping()
    for place, order in enumerate(itertools.islice(itertools.permutations(told), 0, None, 2)):
        lake = build(tmp_path / str(place), told, order, compact_after=place % 4)
        expect(lake, told, set(told))


@pytest.mark.slow
@pytest.mark.parametrize("compacted", [-1, 1, 3], ids=["never", "half-way", "at the end"])
def test_undoing_in_every_order_leaves_what_the_rest_would_give(tmp_path: Path, compacted: int) -> None:
    told = overlapping()
    build(tmp_path / "full", told, ("c", "a", "d", "b"), compact_after=compacted)
    seen: set[frozenset[str]] = set()
    for place, order in enumerate(itertools.permutations(told)):
        shutil.copytree(tmp_path / "full", tmp_path / str(place))
        lake = new_lake(tmp_path / str(place))
        standing = set(told)
        for name in order[: 2 + place % 3]:
            undo(lake, name)
            standing.discard(name)
            expect(lake, told, standing)
            seen.add(frozenset(standing))
    assert len(seen) == 15  # every set of remaining documents but the full one


def test_undo_leaves_what_others_tell_and_an_older_snapshot_comes_back(tmp_path: Path) -> None:
    told = overlapping()
    lake = build(tmp_path, told, ("a", "b", "c", "d"))
    assert shown(lake)["order_line:S/1/1"]["status"] == "shipped"
    undo(lake, "b")
    assert shown(lake)["order_line:S/1/1"]["status"] == "unpaid"
    undo(lake, "c")
    assert shown(lake)["order_line:S/1/1"]["status"] == "paid"
    assert shown(lake)["order_line:S/1/2"]["status"] == "paid"


@pytest.mark.parametrize("earlier", [(), ("a",)], ids=["no base yet", "a base"])
@pytest.mark.parametrize("undone", ["", "c"], ids=["standing", "undone since"])
def test_a_look_that_began_before_compaction_finds_its_files(
    tmp_path: Path, earlier: tuple[str, ...], undone: str
) -> None:
    told = overlapping()
    lake = build(tmp_path, told, (*earlier, *(name for name in told if name not in earlier)), len(earlier) - 1)
    touched = current.touched_sql(lake.state(KINDS["order_line"]))
    assert touched is not None
    with lake.connect() as con:
        before = con.execute(touched).fetchall()
        if undone:
            undo(lake, undone)
        compact(lake, grace_s=3600)
        assert con.execute(touched).fetchall() == before != []
    expect(lake, told, set(told) - {undone})


operations = st.lists(
    st.tuples(st.sampled_from(["import", "import", "undo", "compact", "forget"]), st.integers(0, 10_000)),
    min_size=1,
    max_size=8,
)


@settings(max_examples=15, deadline=None)
@given(operations)
def test_any_history_reads_as_its_standing_documents(steps: list[tuple[str, int]]) -> None:
    folder = Path(tempfile.mkdtemp())
    lake = new_lake(folder)
    told: dict[str, Told] = {}
    standing: list[str] = []
    try:
        for place, (step, number) in enumerate(steps):
            if step == "import":
                name = f"d{place}"
                exported = datetime(2026, 1, 1 + number % 5, tzinfo=UTC)
                flows = [number % 7, (number + 1) % 7, (number + 3) % 7]
                rows = [wallet_line(str(flow), str(number % 3)) for flow in sorted(set(flows))]
                told[name] = (document(name, "wallet_line", exported_at=exported), rows)
                before = winning_oracle.expected("wallet_line", [told[n] for n in standing])
                counts = put(lake, *told[name], "wallet_line")
                standing.append(name)
                after = winning_oracle.expected("wallet_line", [told[n] for n in standing])
                assert counts == counted(before, after, rows)
            elif step == "undo" and standing:
                undo(lake, standing.pop(number % len(standing)))
            elif step == "compact":
                compact(lake)
            elif step == "forget":
                shutil.rmtree(lake.folder / "current", ignore_errors=True)
            wanted = winning_oracle.expected("wallet_line", [told[name] for name in standing])
            assert shown(lake, "wallet_line") == wanted
    finally:
        shutil.rmtree(folder)


def counted(before: dict[str, Any], after: dict[str, Any], rows: list[dict[str, Any]]) -> tuple[int, int, int]:
    new = sum(row["record_key"] not in before for row in rows)
    known = [row["record_key"] for row in rows if row["record_key"] in before]
    updated = sum(before[key]["amount"] != after[key]["amount"] for key in known)
    return new, updated, len(known) - updated


def test_splitting_a_document_changes_nothing(tmp_path: Path) -> None:
    rows = [order_line(str(n // 2), str(n % 2), status="paid", paid=Decimal(n)) for n in range(20)]
    whole, parts = new_lake(tmp_path / "whole"), new_lake(tmp_path / "parts")
    put(whole, document("w"), rows)
    for part in range(5):
        put(parts, document(f"p{part}"), rows[part * 4 : part * 4 + 4])
    assert [{**r, "document_id": ""} for _, r in sorted(shown(whole).items())] == [
        {**r, "document_id": ""} for _, r in sorted(shown(parts).items())
    ]


def test_compaction_writes_untouched_readings_only_once(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    put(lake, document("a", "wallet_line"), [wallet_line("1"), wallet_line("2")], "wallet_line")
    put(lake, document("b", "wallet_line"), [wallet_line("8")], "wallet_line")
    compact(lake)
    files = lake.folder / "current/wallet_line/files"
    assert not list(files.glob("*.parquet"))
    put(lake, document("c", "wallet_line"), [wallet_line("8", "2")], "wallet_line")
    compact(lake)
    assert len(list(files.glob("*.parquet"))) == 1  # the new winner; the readings of document a serve as they are
    assert len(shown(lake, "wallet_line")) == 3


@pytest.mark.slow
def test_many_small_documents_are_gathered(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    for number in range(60):
        put(lake, document(f"d{number:02}", "wallet_line"), [wallet_line(str(number))], "wallet_line")
        if number == 20:
            undo(lake, "d03")
    before = shown(lake, "wallet_line")
    version = lake.version()
    compact(lake)
    assert len(lake.state(KINDS["wallet_line"]).base) == 1
    assert shown(lake, "wallet_line") == before
    assert len(lake.documents()) == 59
    assert lake.version() == version
    assert len(list((lake.folder / "documents").glob("*.parquet"))) == 61
    undo(lake, "d04")
    assert shown(lake, "wallet_line").keys() == before.keys() - {"wallet_line:W/4//0"}


def test_files_of_an_old_base_stay_as_long_as_a_reader_may_hold_them(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    put(lake, document("a", "wallet_line"), [wallet_line("1")], "wallet_line")
    put(lake, document("b", "wallet_line"), [wallet_line("1", "2")], "wallet_line")
    compact(lake)
    files = lake.folder / "current/wallet_line/files"
    first = set(files.iterdir())
    undo(lake, "b")
    compact(lake, grace_s=3600)
    assert first <= set(files.iterdir())
    compact(lake, grace_s=0)
    assert not first & set(files.iterdir())


def test_tidying_waits_until_much_is_to_be_decided_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = new_lake(tmp_path)
    monkeypatch.setattr(compaction, "TOUCHED_MAX", 2)
    put(lake, document("a"), [order_line("1"), order_line("2"), order_line("3")])
    put(lake, document("b"), [order_line("1"), order_line("2")])
    assert not lake.tidy()
    put(lake, document("c"), [order_line("3"), order_line("4")])
    before = shown(lake)
    assert lake.tidy()
    assert shown(lake) == before
    assert len(lake.state(KINDS["order_line"]).folded) == 3
    assert not lake.tidy()
    undo(lake, "a")
    after_undo = shown(lake)
    assert lake.tidy()
    assert shown(lake) == after_undo


def test_tidying_is_left_to_the_next_time_while_another_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lake = new_lake(tmp_path)
    monkeypatch.setattr(compaction, "ADDED_FILES_MAX", 0)
    put(lake, document("a"), [order_line("1")])
    with lake.writer(timeout_s=5):
        assert not lake.tidy()
    assert lake.tidy()
