"""What must hold for every document of banks, shops abroad, order systems and couriers, checked over their specimens.

The same rows, sorted the other way round and in another container, give the same records and the same money; the money
of a bank's file is that of its own columns, added up without the formats.
"""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest

from huikuan.demo.specimens import SPECIMENS, Specimen
from huikuan.demo.specimens.writing import xlsx_bytes
from huikuan.formats.headers import normalise_header
from huikuan.formats.registry import FORMATS
from huikuan.records.money import parse_amount
from tests.formats.test_hard_facts import PLATFORMS, Table, documents, keys, name_of, table_of

BANKS = {each.id for each in FORMATS if each.id.endswith(".statement")}
KNOWN = tuple(each for each in SPECIMENS if each.format.split(".")[0] not in PLATFORMS)
TABLES = tuple(
    (each, table)
    for each in KNOWN
    if each.status != "refused"
    and (table := table_of(each, sub_headings=each.format in BANKS))
    and not table.declared.shape
)
IN_AND_OUT = (("贷方发生额", "借方发生额"), ("收入", "支出"), ("存入金额", "取出金额"), ("deposit", "withdrawal"))


def test_nearly_every_source_is_looked_at() -> None:
    assert {each.format.split(".")[0] for each, _ in TABLES} >= {
        "bank", "cmb", "paypal", "stripe", "shopify", "ebay", "jushuitan", "wangdiantong",
    }  # fmt: skip


@pytest.mark.parametrize(("each", "table"), TABLES, ids=[name_of(each) for each, _ in TABLES])
def test_the_same_rows_the_other_way_round_are_the_same_records(each: Specimen, table: Table, tmp_path: Path) -> None:
    original, con = documents(each, tmp_path, each.content, each.file)
    expected, totals = keys(original, con), original[0].totals
    written = table.written(table.rows[::-1], table.below)
    ways = {
        f"{Path(each.file).stem}.xlsx": xlsx_bytes({"Sheet1": written}),
        f"{Path(each.file).stem}-tab.xls": "".join(
            "\t".join(f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row) + "\r\n" for row in written
        ).encode("utf-16"),
    }
    for name, content in ways.items():
        readings, other = documents(each, tmp_path, content, name)
        assert [reading.format for reading in readings] == [each.format], name
        assert readings[0].totals == totals, (name, [problem.text for problem in readings[0].problems])
        assert keys(readings, other) == expected, name


def _columns(table: Table) -> tuple[int, int] | None:
    header = [normalise_header(cell) for cell in table.header]
    pairs = (pair for pair in IN_AND_OUT if set(pair) <= set(header))
    return next(((header.index(one), header.index(two)) for one, two in pairs), None)


def _lines_only(each: Specimen, table: Table) -> bool:
    """Whether every row of the table is a line of the statement."""
    texts = ["".join(row) for row in table.rows]
    return not each.ignored and all(re.search("[0-9]", text) and "合计" not in text for text in texts)


TWO_COLUMNS = tuple(
    (each, table) for each, table in TABLES if each.format in BANKS and _columns(table) and _lines_only(each, table)
)


@pytest.mark.parametrize(("each", "table"), TWO_COLUMNS, ids=[name_of(each) for each, _ in TWO_COLUMNS])
def test_money_is_that_of_the_columns(each: Specimen, table: Table, tmp_path: Path) -> None:
    columns = _columns(table)
    assert columns
    sums = [
        sum((abs(parse_amount(row[at]) or 0) for row in table.rows if len(row) > at and row[at]), Decimal())
        for at in columns
    ]
    readings, _ = documents(each, tmp_path, each.content, each.file)
    assert [readings[0].totals["bank_line.in"], readings[0].totals["bank_line.out"]] == sums
