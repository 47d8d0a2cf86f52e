"""A crash at any moment leaves the lake as before or as after; readers never see anything else."""

from __future__ import annotations

import contextlib
import random
import threading
import time
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import crashing_import
import duckdb
import pytest
import winning_oracle
from making import compact, document, new_lake, put, shown, undo, wallet_line

from huikuan.lake import compaction, current, delta, documents
from huikuan.lake.lake import Lake
from huikuan.records.kinds import KINDS
from tests.cli.commands import PROCESSES


def start(lake: Lake, seed: str, first: int) -> tuple[Any, Connection]:
    """A process that imports without end, at its beginning, and where to hear what it says."""
    heard, said = PROCESSES.Pipe(duplex=False)
    process = PROCESSES.Process(target=crashing_import.without_end, args=(lake.folder, seed, first, said.send))
    process.start()
    said.close()
    assert heard.recv() == ("ready", "")
    return process, heard


def all_said(heard: Connection) -> Iterator[tuple[str, str]]:
    """What was said before the process ended."""
    with heard, contextlib.suppress(EOFError):
        while True:
            yield heard.recv()


def expect_whole(lake: Lake) -> None:
    """What is shown is exactly what the standing documents tell, of each kind."""
    numbers = [(told, int(told.document_id[1:5])) for told in lake.documents()]
    for place, kind in enumerate(("order_line", "wallet_line")):
        told = [(d, crashing_import.content(number)[place]) for d, number in numbers]
        assert shown(lake, kind) == winning_oracle.expected(kind, told)


@pytest.mark.slow
@pytest.mark.parametrize("seed", ["one", "two", "three"])
def test_killed_at_random_moments(tmp_path: Path, seed: str) -> None:
    lake = new_lake(tmp_path)
    chance = random.Random(seed)
    standing: set[str] = set()
    first = 0
    for kill in range(8):
        process, heard = start(lake, f"{seed}{kill}", first)
        time.sleep(chance.uniform(0.02, 0.9))
        process.kill()
        process.join()
        assert process.exitcode == -9
        done = list(all_said(heard))
        standing |= {name for what, name in done if what == "committed"}
        standing -= {name for what, name in done if what == "undone"}
        # One step may have taken place without its saying so.
        assert len(standing ^ {d.document_id for d in lake.documents()}) <= 1
        standing = {d.document_id for d in lake.documents()}
        expect_whole(lake)
        first = max((int(d.document_id[1:5]) for d in lake.documents(undone=True)), default=-1) + 1
    compact(lake)
    expect_whole(lake)
    known = {d.document_id for d in lake.documents(undone=True)}
    for kind in ("order_line", "wallet_line"):
        folders = (lake.folder / "readings" / kind).glob("document_id=*")
        assert {path.name.removeprefix("document_id=") for path in folders} == known


STEPS = [
    (delta, "write_parquet"),
    (delta, "commit_files"),
    (delta, "ensure_table"),
    (delta, "write_rows"),
    (current, "save_overlap"),
    (current, "save_manifest"),
    (compaction, "_collect_garbage"),
    (compaction, "_remove"),
    (documents, "gather_rows"),
]


class Crash(BaseException):
    """Stands for the death of the process."""


def crashing(step: Callable[..., Any], at: int, after: bool) -> Callable[..., Any]:
    """A step that dies at its `at`-th call, before or after doing its work."""
    calls = 0

    def run(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at and not after:
            raise Crash
        result = step(*args, **kwargs)
        if calls == at:
            raise Crash
        return result

    return run


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize(("module", "name"), STEPS, ids=[name for _, name in STEPS])
def test_died_between_any_two_steps(tmp_path: Path, module: Any, name: str, after: bool) -> None:
    lake = new_lake(tmp_path)
    rows = {
        "a": [wallet_line("1"), wallet_line("2")],
        "b": [wallet_line("2", "2"), wallet_line("3")],
        "c": [wallet_line("3", "3"), wallet_line("4")],
    }
    died = 0
    step = getattr(module, name)
    for at in (1, 3):
        lake = new_lake(tmp_path / str(at))
        put(lake, document("a", "wallet_line"), rows["a"], "wallet_line")
        actions: list[Callable[[], Any]] = [
            lambda lake=lake: put(lake, document("b", "wallet_line"), rows["b"], "wallet_line"),
            lambda lake=lake: compact(lake),
            lambda lake=lake: put(lake, document("c", "wallet_line"), rows["c"], "wallet_line"),
            lambda lake=lake: undo(lake, "a"),
            lambda lake=lake: compact(lake),
        ]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(documents, "SMALL_FILES_MAX", 1)
            patch.setattr(module, name, crashing(step, at, after))
            for action in actions:
                try:
                    action()
                except Crash:
                    died += 1
                    expect(lake, rows)
                    redo(lake, action)
                expect(lake, rows)
        assert {d.document_id for d in lake.documents()} == {"b", "c"}
    assert died > 0


def redo(lake: Lake, action: Callable[[], Any]) -> None:
    """Try again what died, unless it had reached its commit point."""
    before = {d.document_id: d.undone_at for d in lake.documents(undone=True)}
    try:
        action()
    except Exception as err:
        assert getattr(err, "code", "") in ("lake.document_id_used", "lake.document_undone"), err
        assert before


def expect(lake: Lake, rows: dict[str, Any]) -> None:
    told = [(d, rows[d.document_id]) for d in lake.documents()]
    assert shown(lake, "wallet_line") == winning_oracle.expected("wallet_line", told)


def test_readers_see_whole_documents_while_a_writer_works(tmp_path: Path) -> None:
    lake = new_lake(tmp_path)
    ended = threading.Event()
    faults: list[BaseException] = []

    def write() -> None:
        try:
            for number in range(6):
                crashing_import.import_one(lake, number, "x")
                if number % 3 == 2:
                    compact(lake, grace_s=3600)
                if number % 4 == 3:
                    undo(lake, lake.documents()[0].document_id)
        except BaseException as fault:
            faults.append(fault)
        finally:
            ended.set()

    writer = threading.Thread(target=write)
    writer.start()
    looks = 0
    reader = Lake(lake.folder)
    while not ended.is_set() or looks < 3:
        con = duckdb.connect(":memory:")
        reader.register_current(con, "wallet_line", "lines")
        held = con.execute("SELECT document_id, amount, count(*) FROM lines GROUP BY ALL").fetchall()
        told = [(d, crashing_import.content(int(d.document_id[1:5]))[1]) for d in reader.documents(undone=True)]
        numbers = {d.document_id: len(rows) for d, rows in told}
        assert all(count <= numbers[document_id] for document_id, _, count in held)
        # A base that is replaced meanwhile stays readable for those who have begun.
        again = con.execute("SELECT document_id, amount, count(*) FROM lines GROUP BY ALL").fetchall()
        assert sorted(again) == sorted(held)
        con.close()
        looks += 1
    writer.join()
    assert not faults
    expect_whole(lake)


def test_a_kind_that_gains_a_column_reads_older_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from huikuan.lake import lake as lake_module
    from huikuan.lake import writer as writer_module

    full = KINDS["wallet_line"]
    older = replace(full, fields=tuple(f for f in full.fields if f.name != "trade_no"))
    lake = new_lake(tmp_path)
    with monkeypatch.context() as patch:
        for module in (lake_module, writer_module):
            patch.setattr(module, "KINDS", {"wallet_line": older})
        put(lake, document("a", "wallet_line"), [wallet_line("1")], "wallet_line")
    put(lake, document("b", "wallet_line"), [wallet_line("2", trade_no="T")], "wallet_line")
    put(lake, document("c", "wallet_line"), [wallet_line("1", "2")], "wallet_line")
    for _ in range(2):
        records = shown(lake, "wallet_line")
        assert {key: record["trade_no"] for key, record in records.items()} == {
            "wallet_line:W/1//0": None,
            "wallet_line:W/2//0": "T",
        }
        compact(lake)
