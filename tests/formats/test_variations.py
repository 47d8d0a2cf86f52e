"""Specimens written as real files are: the changes of `variations` that ask most of the reader, each on a specimen that
it touches. `python -m tests.formats.variations` tries all changes on all specimens."""

from __future__ import annotations

from pathlib import Path

import pytest

from huikuan.demo.specimens import SPECIMENS
from tests.formats.variations import VARIATIONS, csv_file, outcome, table_of

TRIED = (
    ("blank column before", "alipay.ledger"),
    ("tab after each cell", "ebay.transactions"),
    ("元 behind", "kuaishou.ledger"),
    ("无 for none", "xiaohongshu.ledger"),
    ("null for no number", "wangdiantong.shipments"),
    ("-- for a needed date", "douyin.ledger"),
    ("0000-00-00 for no date", "xiaohongshu.orders"),
    ("serial dates", "kuaishou.orders"),
    ("scientific", "douyin.aftersales"),
    ("合计", "alipay.ledger"),
    ("合计", "xiaohongshu.services"),
    ("header again", "xiaohongshu.ledger"),
)


@pytest.mark.parametrize(("name", "format_id"), TRIED, ids=lambda each: each)
def test_a_file_written_otherwise_reads_as_the_specimen(name: str, format_id: str, tmp_path: Path) -> None:
    variation = next(each for each in VARIATIONS if each.name == name)
    tables = ((each, table_of(each, tmp_path)) for each in SPECIMENS if each.format == format_id)
    specimen, table = next((each, found) for each, found in tables if found)
    assert variation.change(table) != table or variation.write is not csv_file
    assert outcome(specimen, table, variation, tmp_path) == ""
