"""Every specimen goes through: recognised by itself, all rows accounted for, totals to the cent."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from huikuan.demo.specimens import SPECIMENS, Specimen
from huikuan.formats.read_file import read_file
from tests.formats.support import CONTEXT


@pytest.mark.parametrize("specimen", SPECIMENS, ids=lambda each: f"{each.format}-{each.layout or each.file}")
def test_specimen(specimen: Specimen, tmp_path: Path) -> None:
    path = tmp_path / specimen.file
    path.write_bytes(specimen.content)
    context = replace(CONTEXT, shop=specimen.shop, account=specimen.account)
    readings = [each for each in read_file(path, specimen.file, context, duckdb.connect()) if each.format]
    assert {each.format for each in readings} == {specimen.format}
    problems = [problem.text for each in readings for problem in each.problems]
    assert [each.status for each in readings] == [specimen.status] * len(readings), problems
    assert sum(each.rows for each in readings) == specimen.rows
    assert sum(each.ignored for each in readings) == specimen.ignored
    accepted = specimen.rows - specimen.ignored if specimen.accepted < 0 else specimen.accepted
    assert sum(each.accepted for each in readings) == accepted
    totals = {name: sum(each.totals.get(name, 0) for each in readings) for name in specimen.totals}
    assert totals == dict(specimen.totals)
