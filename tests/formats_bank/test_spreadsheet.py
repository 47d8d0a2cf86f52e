# ruff: noqa: E501 - cells have no time zone
"""Cells as exact text, physical rows, lies about the sheet's size."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from pathlib import Path

import duckdb
import pytest
import xlsxwriter

from huikuan.formats.readers.container import nature_of
from huikuan.formats.readers.spreadsheet import open_sheets
from huikuan.formats.readers.workbook import cell_text
from huikuan.formats.reading import Layout
from huikuan.records.errors import UserError
from tests.formats_bank import material
from tests.formats_bank.material import ccb_corporate, workbook
from tests.formats_bank.reading import codes, read_bytes


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (67.0, "67"),
        (13.4, "13.4"),
        (-0.01, "-0.01"),
        (0.1 + 0.2, "0.3"),
        (1234567.89, "1234567.89"),
        (2495760.6099999994, "2495760.61"),
        (0.00001, "0.00001"),
        (4503599627370496.0, "4503599627370496"),
        (2.02606e27, "2.02606E+27"),
        (1.2e21, "1.2E+21"),
        (3985734, "3985734"),
        (True, "True"),
        (float("nan"), "nan"),
        ("00123", "00123"),
        (dt.datetime(2026, 1, 5, 9, 15), "2026-01-05 09:15:00"),
        (dt.date(2026, 1, 5), "2026-01-05"),
        (dt.time(9, 15), "09:15:00"),
        (dt.timedelta(hours=30, minutes=5), "30:05:00"),
        (None, ""),
    ],
)
def test_cell_as_text(value: object, text: str) -> None:
    assert cell_text(value) == text


def write(folder: Path, content: bytes, name: str = "a.xlsx") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def book_from_row(row: int, column: int) -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    page = book.add_worksheet("明细")
    page.write_row(row, column, ["日期", "金额"])
    page.write_row(row + 2, column, ["2026-01-05", 12.5])
    book.add_worksheet("空")
    book.close()
    return data.getvalue()


def test_rows_are_physical_and_blank_ones_left_out(tmp_path: Path) -> None:
    sheets = open_sheets(write(tmp_path, book_from_row(6, 2)), "a.xlsx", "xlsx")
    assert [sheet.sheet for sheet in sheets] == ["明细"]
    assert sheets[0].rows == ((7, ("", "", "日期", "金额")), (9, ("", "", "2026-01-05", "12.5")))


def test_dimension_is_not_believed(tmp_path: Path) -> None:
    data = io.BytesIO()
    plain = io.BytesIO(material.workbook([["a", "b"], ["1", "2"], ["3", "4"]]))
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(data, "w") as out:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("sheet1.xml"):
                content = re.sub(rb'<dimension ref="[^"]*"/>', b'<dimension ref="A1"/>', content)
                assert b'ref="A1"' in content
            out.writestr(name, content)
    sheet = open_sheets(write(tmp_path, data.getvalue()), "a.xlsx", "xlsx")[0]
    assert [cells for _, cells in sheet.rows] == [("a", "b"), ("1", "2"), ("3", "4")]


def test_load_gives_text_cells_in_order_and_tells_of_cells_beside(tmp_path: Path) -> None:
    content = material.workbook(
        [["标题"], ["日期", "金额"], ["2026-01-05", "1.5"], ["2026-01-06", "2", "", "pivot"], ["", "", "", "99"]]
    )
    con = duckdb.connect()
    raw = open_sheets(write(tmp_path, content), "a.xlsx", "xlsx")[0].load(con, Layout(header_row=2))
    assert raw.header == ("日期", "金额")
    assert [(line.row, line.text) for line in raw.preamble] == [(1, "标题")]
    assert con.execute(f"SELECT * FROM {raw.table}").fetchall() == [("2026-01-05", "1.5", 3), ("2026-01-06", "2", 4)]
    assert [(problem.code, problem.row, problem.params) for problem in raw.problems] == [
        ("sheet.beside", 4, {"count": 2, "column": "C"})
    ]


def test_web_page_with_spanning_cells_and_entities(tmp_path: Path) -> None:
    page = "<table><tr><td colspan=2>账单&nbsp;2026</td></tr><tr><th>日期<th>金额</tr><tr><td>5&amp;6</td><td>1<br>2</td></tr></table>"
    sheet = open_sheets(write(tmp_path, page.encode()), "a.xls", "html")[0]
    assert [cells for _, cells in sheet.rows] == [("账单 2026", ""), ("日期", "金额"), ("5&6", "1\n2")]


def test_xml_workbook_of_2003(tmp_path: Path) -> None:
    book = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet">'
        '<Worksheet ss:Name="S"><Table><Row><Cell ss:MergeAcross="1"><Data ss:Type="String">账单</Data></Cell></Row>'
        '<Row ss:Index="3"><Cell><Data ss:Type="String">日期</Data></Cell><Cell><Data ss:Type="String">金额</Data></Cell></Row>'
        '<Row><Cell ss:Index="2"><Data ss:Type="Number">12.5</Data></Cell></Row></Table></Worksheet>'
        '<Worksheet ss:Name="T"><Table><Row ss:Index="1"><Cell><Data ss:Type="String">次页</Data></Cell></Row></Table>'
        "</Worksheet></Workbook>"
    )
    path = write(tmp_path, book.encode(), "a.xls")
    assert nature_of(path, "a.xls") == "html"
    sheet = open_sheets(path, "a.xls", "html")[0]
    assert sheet.rows == ((1, ("账单", "")), (3, ("日期", "金额")), (4, ("", "12.5")), (5, ("次页", "")))


def test_workbook_is_known_by_its_content_whatever_its_name(tmp_path: Path) -> None:
    path = write(tmp_path, material.workbook([["a"], ["1"]]), "really_xlsx.xls")
    assert len(open_sheets(path, path.name, "xlsx")[0].rows) == 2


def test_stray_cell_in_the_last_corner_takes_no_memory_of_ours(tmp_path: Path) -> None:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    page = book.add_worksheet()
    page.write(0, 0, "日期")
    page.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(UserError) as raised:
        open_sheets(write(tmp_path, data.getvalue()), "a.xlsx", "xlsx")
    assert raised.value.code == "file.workbook_broken"


def test_table_that_begins_in_another_column_reads_as_one_in_the_first(tmp_path: Path) -> None:
    plain = [[str(cell) for cell in row] for row in ccb_corporate()]
    moved = [["", "", *row] for row in plain]
    first = read_bytes(tmp_path, "plain.xlsx", workbook(plain))
    second = read_bytes(tmp_path, "moved.xlsx", workbook([[], [], *moved]))
    fields = "record_key, amount, balance, counterparty"
    assert (first.only.status, second.only.status) == ("imported", "imported")
    assert second.rows(fields) == first.rows(fields)


def test_open_document_workbook_is_read(tmp_path: Path) -> None:
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in ccb_corporate()
    )
    space = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<office:document-content xmlns:office="{space}:office:1.0" xmlns:text="{space}:text:1.0" '
        f'xmlns:table="{space}:table:1.0"><office:body><office:spreadsheet><table:table table:name="S1">{cells}'
        "</table:table></office:spreadsheet></office:body></office:document-content>"
    )
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
    found = read_bytes(tmp_path, "statement.ods", data.getvalue())
    assert (found.only.format, found.only.status, found.only.rows) == ("ccb.statement", "imported", 5)


def test_word_document_is_called_one(tmp_path: Path) -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    found = read_bytes(tmp_path, "bill.docx", data.getvalue())
    assert codes(found.only) == ["file.unreadable_kind"]
    assert "Word" in found.only.problems[0].text
