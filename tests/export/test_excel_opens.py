"""Excel files open as they are: nothing in them that Excel repairs, and LibreOffice works out the same figures.

LibreOffice is asked where it is installed (`soffice`): it opens every kind of file, reckons all formulas anew and saves
them again; each figure is then the one that was written, each total the sum of its rows.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from lxml import etree
from openpyxl.utils import range_boundaries

from huikuan.demo.guide import demo_rules
from huikuan.export.details import DETAILS
from huikuan.export.excel import write_rows
from huikuan.export.files import write_detail, write_report
from huikuan.export.printed import Printed
from huikuan.insight.collection.claim import BillRow, ClaimHead, ClaimOrder, claim_report
from huikuan.insight.reports.registry import build_report
from huikuan.insight.reports.tables import Chart, Column, ReportTable, Row, Section, Series
from huikuan.insight.semantic.answer import ask
from huikuan.insight.semantic.question import question_of
from huikuan.insight.semantic.table import report_table
from huikuan.pipeline.asking import source_of
from huikuan.pipeline.results.results import Results
from huikuan.records.decisions import Decisions
from tests.demo_book import demo_book, make_demo
from tests.insight.demo_source import demo_source
from tests.shared import made_once

SOFFICE = shutil.which("soffice")
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
TEXT_MAX, URL_MAX, FOOT_MAX, NAME_MAX = 32_767, 65_530, 255, 31
ODD = "a\x00\x01\x0b\x1f\ufffe\uffff _x0041_ <&> \"' \n\t 😀 =1+1"
PRINTED = Printed("陈会计 & Co " * 40, datetime(2026, 11, 1, 9, 26))
DAY = date(2026, 10, 1)


def faults(path: Path) -> list[str]:
    """What Excel would repair or refuse in a file, in words; none is wanted."""
    found = []
    with zipfile.ZipFile(path) as archive:
        names = archive.namelist()
        parts = {name: archive.read(name) for name in names}
    found += [f"{name} stands twice" for name in set(names) if names.count(name) > 1]
    trees = {name: etree.fromstring(part) for name, part in parts.items() if name.endswith((".xml", ".rels"))}
    for name in (name for name in trees if name.endswith(".rels")):
        for link in trees[name]:
            target = posixpath.join(posixpath.dirname(posixpath.dirname(name)), str(link.get("Target"))).lstrip("/")
            if link.get("TargetMode") != "External" and posixpath.normpath(target) not in names:
                found.append(f"{name}: {target} is not there")
    book = trees["xl/workbook.xml"]
    sheets = [str(sheet.get("name")) for sheet in book.iter(f"{MAIN}sheet")]
    for sheet in sheets:
        utf16 = len(sheet.encode("utf-16-le")) // 2
        if not sheet or utf16 > NAME_MAX or re.search(r"[\[\]:*?/\\]|^'|'$", sheet) or sheet.lower() == "history":
            found.append(f"{sheet!r} is no name of a sheet")
    if len({sheet.lower() for sheet in sheets}) < len(sheets):
        found.append("two sheets of one name")
    for name in book.iter(f"{MAIN}definedName"):
        if not str(name.get("name")).startswith("_xlnm.") or "#REF" in str(name.text):
            found.append(f"{name.get('name')} is an odd name")
    for name, tree in trees.items():
        found += [f"{name}: {fault}" for fault in _of_part(tree)]
    return found


def _of_part(tree: Any) -> Iterator[str]:
    for text in tree.iter(f"{MAIN}t"):
        if len(re.sub(r"_x[0-9A-F]{4}_", "x", text.text or "")) > TEXT_MAX:
            yield "a text too long"
    for foot in tree.iter(f"{MAIN}oddFooter"):
        if len(foot.text or "") > FOOT_MAX:
            yield "a foot too long"
    if sum(1 for _link in tree.iter(f"{MAIN}hyperlink")) > URL_MAX:
        yield "too many links"
    for merged in tree.iter(f"{MAIN}mergeCell"):
        left, top, right, bottom = range_boundaries(str(merged.get("ref")))
        if (left, top) == (right, bottom):
            yield "one cell merged"
    if tree.tag == f"{MAIN}table":
        yield "a table: its header has to be held against its cells"
    rows = [int(row.get("r")) for row in tree.iter(f"{MAIN}row")]
    if rows != sorted(set(rows)):
        yield "rows out of order"


def odd_report() -> ReportTable:
    """What a person may call things by, at its worst."""
    names = ("'Couriers' charges withoutxxxx' more", "History", "😀" * 40, "\x01", "A/B: [x]*", "a/b: [x]*")
    columns = (Column("a", ODD), Column("b", "B", "money", True))
    rows = (Row((ODD + "x" * 40_000, D("1.10"))), Row((None, D("-2"))))
    chart = Chart("'Fees' & \x01", "bars", (ODD, "B"), (Series(ODD, (D(1), D(2))),))
    sections = tuple(Section(name, columns, rows, "Total", "CNY") for name in names)
    return ReportTable("r", ODD, ODD, ((ODD, "y" * 40_000),), sections, (ODD,), (ODD,), charts=(chart,))


def open_items(count: int, order_no: str) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute(
        f"""CREATE TABLE open AS SELECT {order_no} AS order_no, 'left' AS side, 'missing_right' AS class,
        'c-O1' AS cause, DATE '2026-10-01' AS date, 'CNY' AS currency, (i / 100)::DECIMAL(18,5) - 3 AS amount,
        NULL::DATE AS due_date, 11::BIGINT AS age_days, 'k' AS record_key, 'd' AS document, i::BIGINT AS source_row,
        '' AS corrected FROM range({count}) t(i)"""
    )
    return con


def test_nothing_is_repaired_however_things_are_called(tmp_path: Path) -> None:
    report, listed = tmp_path / "report.xlsx", tmp_path / "list.xlsx"
    write_report(odd_report(), "xlsx", report, PRINTED)
    columns = (Column("a", ODD), Column("b", "B", "money", True))
    write_rows(
        "'" * 40, ((ODD, "y" * 40_000),), columns, iter([(ODD * 2_000, D("1.10")), (None, D(2))]), listed, PRINTED
    )
    assert (faults(report), faults(listed)) == ([], [])
    assert openpyxl.load_workbook(report).sheetnames == [
        "Couriers' charges withoutxxxx", "History 2", "😀" * 15, "1", "A B   x", "a b   x 2", "Charts",
    ]  # fmt: skip


@pytest.mark.parametrize("order_no", ["chr(1) || chr(11) || '_x0041_<&>' || chr(65534)", "repeat('长', 40000)"])
def test_nothing_is_repaired_in_a_long_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order_no: str) -> None:
    monkeypatch.setattr("huikuan.export.files.LONG_ROWS", 0)
    con, path = open_items(3, order_no), tmp_path / "long.xlsx"
    facts = (("Filter", "y" * 40_000),)
    write_detail(con, DETAILS["open"], "SELECT * FROM open", {}, "xlsx", path, facts, PRINTED)
    assert faults(path) == []


# ---------------------------------------------------------------- LibreOffice


PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode" oor:op="fuse">
<value>0</value></prop></item></oor:items>"""


def claim() -> ReportTable:
    def order(no: str, difference: D) -> ClaimOrder:
        paid = D("100.00")
        return ClaimOrder("禾屿", no, "CNY", DAY, DAY, DAY, None, DAY, 3, paid, D(0), D(0), D("2.00"), D(0), D("98.00"),
                          D("98.00") - difference, D(0), difference, "c-O1", "=because", None, "a.csv", 7)  # fmt: skip

    bill = BillRow("禾屿", "1", "CNY", DAY, "sale", "item", D("87.70"), "W", "f", "a.csv", "", 3)
    orders = [order("4726000000450803190", D("10.30")), order("1", D("0.01"))]
    return claim_report(ClaimHead("禾屿家居", DAY, "Claim"), orders, [bill], letter=False)


def every_kind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One file of each kind: built-in reports with charts, a custom one, a claim, lists short and long, vouchers."""
    with demo_source() as source:
        span = {"from": "2026-10-01", "to": "2026-10-31"}
        for name in ("collection-summary", "net-income", "sales-comparison", "wallet-roll-forward"):
            write_report(build_report(name, source, span), "xlsx", folder / f"{name}.xlsx", PRINTED)
        vouchers = build_report("vouchers", source, span)
        for layout in ("general-xlsx", "k3", "jdy", "tplus"):
            write_report(vouchers, layout, folder / f"vouchers-{layout}.xlsx")
    asking = source_of(Results.of(demo_book(made_once("bench", make_demo) / "book"), Decisions()), demo_rules())
    asked = {"subject": "order_lines", "rows": ["month", "status"], "columns": ["shop"],
             "measures": ["net_sales", "refund_rate"]}  # fmt: skip
    custom = report_table(ask(asking, question_of(asked)), asking, "custom", "By month", "禾屿家居", "bars")
    write_report(custom, "xlsx", folder / "custom.xlsx", PRINTED)
    write_report(claim(), "xlsx", folder / "claim.xlsx", PRINTED)
    write_report(odd_report(), "xlsx", folder / "odd.xlsx", PRINTED)
    con = open_items(1_200, "lpad(i::VARCHAR, 19, '4')")
    write_detail(con, DETAILS["open"], "SELECT * FROM open", {}, "xlsx", folder / "list.xlsx", (), PRINTED)
    monkeypatch.setattr("huikuan.export.files.LONG_ROWS", 0)
    write_detail(con, DETAILS["open"], "SELECT * FROM open", {}, "xlsx", folder / "long.xlsx", (), PRINTED)


def falsified(path: Path, target: Path) -> None:
    """A copy whose stored totals are wrong, so that only who reckons anew finds the right ones."""
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(target, "w") as out:
        for name in archive.namelist():
            part = archive.read(name).decode("utf-8") if name.endswith(".xml") else archive.read(name)
            if isinstance(part, str) and name.startswith("xl/worksheets/"):
                part = re.sub(r"(<f>SUBTOTAL[^<]*</f><v>)[^<]*", r"\g<1>12345.67", part)
            out.writestr(name, part)


def cells(path: Path, values: bool) -> dict[tuple[str, str], Any]:
    """All cells that hold something, by sheet and place."""
    book = openpyxl.load_workbook(path, data_only=values)
    return {(sheet.title, cell.coordinate): cell.value for sheet in book for row in sheet.iter_rows() for cell in row
            if cell.value not in (None, "")}  # fmt: skip


def summed(formula: str, sheet: str, told: dict[tuple[str, str], Any]) -> D | None:
    """What a plain sum comes to by the cells that were written; None for another formula."""
    found = re.fullmatch(r"=(?:SUBTOTAL\(109,|SUM\()([A-Z]+)(\d+):\1(\d+)\)", formula)
    if not found:
        return None
    inside = (told.get((sheet, f"{found[1]}{row}")) for row in range(int(found[2]), int(found[3]) + 1))
    return sum((D(str(value)) for value in inside if isinstance(value, (int, float))), D(0))


def differences(written: Path, saved: Path) -> tuple[list[Any], int]:
    """Cells that LibreOffice has otherwise than they were written, and how many sums were tried."""
    told, formulas, found = cells(written, True), cells(written, False), cells(saved, True)
    wrong, sums = [], 0
    for place in told.keys() | formulas.keys() | found.keys():
        expected = told.get(place)
        formula = formulas.get(place)
        total = summed(formula, place[0], told) if isinstance(formula, str) and formula.startswith("=") else None
        if total is not None and (expected is None or isinstance(expected, (int, float))):
            sums += 1
            if expected is not None and abs(D(str(expected)) - total) > D("0.000001"):
                wrong.append((place, "stored", expected, total))
            expected = total
        got = found.get(place)
        if isinstance(got, (int, float)) and isinstance(expected, (int, float, D)):
            same = abs(D(str(got)) - D(str(expected))) <= D("0.000001")
        elif isinstance(got, str) and isinstance(expected, str):
            same = got.replace("\r\n", "\n") == expected
        else:
            same = got == expected
        if not same:
            wrong.append((place, formula, expected, got))
    return wrong, sums


@pytest.mark.skipif(not SOFFICE, reason="LibreOffice is not installed")
def test_libreoffice_works_out_the_same_figures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written, saved, profile = (tmp_path / name for name in ("written", "saved", "profile"))
    for folder in (written, saved, profile / "user"):
        folder.mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(PROFILE, "utf-8")
    every_kind(written, monkeypatch)
    assert {path.name: faults(path) for path in written.iterdir() if faults(path)} == {}
    falsified(written / "list.xlsx", written / "falsified.xlsx")
    command = [str(SOFFICE), f"-env:UserInstallation={profile.as_uri()}", "--headless", "--convert-to", "xlsx"]
    done = subprocess.run(
        [*command, "--outdir", str(saved), *map(str, sorted(written.iterdir()))],
        capture_output=True, text=True, timeout=180, check=False,
    )  # fmt: skip
    assert done.returncode == 0 and "Error" not in done.stderr + done.stdout, done.stderr
    tried = {}
    for path in sorted(written.iterdir()):
        before, after = (openpyxl.load_workbook(folder / path.name) for folder in (written, saved))
        assert after.sheetnames == before.sheetnames, path.name
        assert [len(sheet._charts) for sheet in after] == [len(sheet._charts) for sheet in before], path.name
        if path.name not in ("falsified.xlsx", "odd.xlsx"):
            wrong, tried[path.stem] = differences(path, saved / path.name)
            assert wrong == [], path.name
    assert sum(tried.values()) > 40 and tried["list"] == tried["long"] == 1
    stale, anew, right = (figures(path) for path in
                          (written / "falsified.xlsx", saved / "falsified.xlsx", written / "list.xlsx"))  # fmt: skip
    assert D("12345.67") in stale.values()
    assert anew == right, "it has reckoned anew"


def figures(path: Path) -> dict[tuple[str, str], D]:
    """All numbers, to the cent."""
    return {place: D(str(value)).quantize(D("0.01")) for place, value in cells(path, True).items()
            if isinstance(value, (int, float))}  # fmt: skip
