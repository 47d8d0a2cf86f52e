"""A demo book with decisions of every kind, reconciled by DuckDB, and Spark as small as it gets."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from huikuan.pipeline.compute import connect, literal
from huikuan.pipeline.runs.published import Manifest
from huikuan.pipeline.runs.reconciling import run
from huikuan.pipeline.runs.spark import new_session, require_spark
from huikuan.records.decisions import Correction, Decisions, Exclusion, ManualMatch, ManualRecord, Member, NotThese
from huikuan.records.errors import OperatorError
from huikuan.records.kind import record_key
from tests.pipeline.conftest import DemoBook, demo

__all__ = ["demo"]

# Little to compute: what counts is how long Java takes to get going.
SMALL = """\
spark.driver.memory 1g
spark.driver.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.executor.memory 512m
spark.executor.extraJavaOptions -XX:TieredStopAtLevel=1 -XX:+UseSerialGC
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.shuffle.partitions 2
"""


@pytest.fixture(scope="session", autouse=True)
def _spark_is_there(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Without Java or PySpark nothing here can be proved: the run ends, saying what to install."""
    try:
        require_spark()
    except OperatorError as error:
        pytest.exit(str(error), returncode=1)
    folder = tmp_path_factory.mktemp("spark-conf")
    (folder / "spark-defaults.conf").write_text(SMALL)
    os.environ["SPARK_CONF_DIR"] = str(folder)


@pytest.fixture(scope="session")
def new_spark(_spark_is_there: None) -> Callable[[str], Any]:
    """Starts a Spark session with a master; a process can have one at a time."""
    return new_session


@dataclass(frozen=True)
class Decided:
    """The demo with what people decided since, and DuckDB's run of it."""

    demo: DemoBook
    decisions: Decisions
    manifest: Manifest

    @property
    def folder(self) -> Path:
        """The files of DuckDB's run."""
        return self.demo.book.results_folder / self.manifest.run


@pytest.fixture(scope="session")
def decided(demo: DemoBook) -> Iterator[Decided]:
    decisions = decisions_about(demo.book.results_folder / demo.manifest.run)
    yield Decided(demo, decisions, run(demo.book, demo.rules, decisions))


def decisions_about(folder: Path) -> Decisions:
    """Decisions of every kind about what a run has found."""
    con = connect()

    def first(file: str, where: str, columns: str = "record_key, amount") -> list[tuple[Any, ...]]:
        path = literal(folder / f"{file}.parquet")
        return con.execute(f"SELECT {columns} FROM read_parquet({path}) WHERE {where} ORDER BY record_key").fetchall()

    missing = first("order-settlement.open", "class = 'missing_right'")
    unknown = first("order-settlement.open", "side = 'right' AND record_key <> ''")
    linked = first("payout-bank.links", "side = 'right' AND pass <> 'decision'", "record_key, group_id")
    apart = first("payout-bank.links", f"group_id = {literal(linked[0][1])}", "record_key")
    receipts = first("payout-bank.open", "side = 'right'")
    whole = Member("left", missing[0][0], missing[0][1], missing[0][1])
    part = Member("right", unknown[0][0], Decimal("1"), unknown[0][1])
    gone = Member("left", "order_line:nobody/1/1", Decimal("5"), Decimal("5"))
    changed = Member("right", unknown[1][0], Decimal("2"), Decimal("2"))
    return Decisions(
        matches=(
            ManualMatch("one", "order-settlement", (whole, part), difference_reason="other", reason='"so" \\ be it'),
            ManualMatch("two", "order-settlement", (gone, changed), forced=True),
        ),
        not_these=(NotThese("payout-bank", tuple(row[0] for row in apart)),),
        exclusions=(Exclusion(receipts[0][0], "payout-bank", "not ours"),),
        corrections=(Correction(missing[1][0], "paid", str(missing[1][1]), "77.70", "typed wrongly"),),
        manual_records=tuple(_odd_bank_lines(str(receipts[0][0]).split(":")[1].split("/")[0])),
    )


def _odd_bank_lines(account: str) -> Iterator[ManualRecord]:
    """Bank lines on whose words libraries differ: capitals, borders of words, quotes; and several of one amount."""
    texts = (
        "服务tax 2026", "taxi fare", "FİNANZAMT straße", "ﬁnal ıſ", 'quo"te \\ back', "KONTOFÜHRUNG", "", "İnterest",
        "no fee", "Bank-Fee",
    )  # fmt: skip
    for number, text in enumerate(texts):
        values = {
            "account": account, "ref": f'by"hand\\{number}', "n": "0", "currency": "CNY", "text": text,
            "amount": "8.88", "business_date": "2026-10-20",
        }  # fmt: skip
        yield ManualRecord("bank_line", record_key("bank_line", account, values["ref"], 0), values, "from the paper")
