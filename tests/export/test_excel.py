"""Excel files read back: values, number formats, formulas with their values, frozen header, filter, page set-up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal as D

import duckdb
import openpyxl
import pytest

from huikuan.export.csv import write_rows as write_csv_rows
from huikuan.export.details import DETAILS
from huikuan.export.excel import write, write_rows
from huikuan.export.files import write_detail, write_report
from huikuan.export.printed import Printed
from huikuan.insight.reports.tables import Chart, Column, ReportTable, Row, Section, Series
from huikuan.records.errors import UserError

PRINTED = Printed("陈会计", datetime(2026, 11, 1, 9, 26))
LIST = Section(
    "By shop",
    (Column("shop", "Shop"), Column("orders", "Orders", "count", True), Column("fees", "Fees", "money", True),
     Column("gross", "Gross", "money", True), Column("rate", "Fee rate", "rate", ratio=("fees", "gross")),
     Column("day", "Day", "date")),
    (Row(("禾屿旗舰店", 3, D("6.24"), D("100.00"), D("0.0624"), date(2026, 10, 1))),
     Row(("=1+1", 0, D("-1.50"), D("200.10"), None, None))),
    "Total", "CNY",
)  # fmt: skip
STATEMENT = Section(
    "",
    (Column("a", "Books"), Column("b", "Amount", "money")),
    (Row(("Balance", D("100"))), Row(("Less", D("30"))), Row(("Adjusted", D("70")), "total", adds=((0, 1), (1, -1)))),
    currency="CNY", detail=False, zero_shown=True,
)  # fmt: skip
REPORT = ReportTable(
    "r", "Report", "禾屿家居", (("As of", "2026-10-31"),), (LIST, STATEMENT), ("A note.",), ("Prepared by",)
)


@pytest.fixture
def books(tmp_path):
    path = tmp_path / "r.xlsx"
    write(REPORT, path, PRINTED)
    return openpyxl.load_workbook(path), openpyxl.load_workbook(path, data_only=True)


def test_values_and_number_formats(books):
    sheet = books[1]["By shop"]
    assert sheet["A1"].value == "禾屿家居"
    assert [cell.value for cell in sheet[5]] == ["Shop", "Orders", "Fees", "Gross", "Fee rate", "Day"]
    assert [cell.value for cell in sheet[6]] == ["禾屿旗舰店", 3, 6.24, 100, 0.0624, datetime(2026, 10, 1)]
    assert sheet["C6"].number_format == '#,##0.00;\u2212#,##0.00;"–"'
    assert sheet["E6"].number_format.startswith("0.00%")
    assert sheet["F6"].number_format == "yyyy-mm-dd"


def test_text_never_becomes_a_formula(books):
    cell = books[0]["By shop"]["A7"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_totals_are_formulas_with_values(books):
    formulas, values = books[0]["By shop"], books[1]["By shop"]
    assert [formulas.cell(8, column).value for column in (2, 3, 5)] == [
        "=SUBTOTAL(109,B6:B7)", "=SUBTOTAL(109,C6:C7)", '=IF(D8=0,"",C8/D8)',
    ]  # fmt: skip
    assert [values.cell(8, column).value for column in (1, 2, 3, 4)] == ["Total", 3, 4.74, 300.1]
    assert values.cell(8, 5).value == pytest.approx(4.74 / 300.1, abs=1e-6)


def test_a_total_above_subtotals_adds_up_the_rows_alone(tmp_path):
    first, second = LIST.rows
    rows = (first, Row(("Sub", 3, D("6.24"), D("100.00"), None, None), "subtotal"), second)
    write(replace(REPORT, sections=(replace(LIST, rows=rows),)), tmp_path / "s.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "s.xlsx")["By shop"]
    assert sheet["C9"].value == "=SUBTOTAL(109,C6:C6,C8:C8)"


def test_statement_rows_add_up_by_formula(books):
    formulas, values = books[0]["Report"], books[1]["Report"]
    assert (formulas["B8"].value, values["B8"].value) == ("=B6-B7", 70)
    assert values["B6"].number_format.endswith(";0.00")


def test_header_is_frozen_and_filtered_and_the_page_is_set(books):
    sheet = books[0]["By shop"]
    assert sheet.freeze_panes == "B6"
    assert sheet.auto_filter.ref == "A5:F7"
    assert sheet.print_title_rows == "$5:$5"
    assert sheet.page_setup.paperSize == 9
    assert sheet.page_setup.fitToHeight == 0
    assert "陈会计" in sheet.oddFooter.left.text
    assert sheet.column_dimensions["A"].width >= 12


def test_above_seven_columns_is_landscape(tmp_path):
    wide = Section("Wide", tuple(Column(f"c{n}", f"C{n}") for n in range(8)), (Row(tuple("abcdefgh")),))
    write(ReportTable("w", "W", "", (), (wide,)), tmp_path / "w.xlsx")
    assert openpyxl.load_workbook(tmp_path / "w.xlsx")["Wide"].page_setup.orientation == "landscape"


def test_an_empty_report_is_still_a_file(tmp_path):
    write(ReportTable("e", "Empty", "禾屿", (), (Section("S", LIST.columns, (), "Total", "CNY"),)), tmp_path / "e.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "e.xlsx")["S"]
    assert [sheet["A6"].value, sheet["B6"].value] == ["Total", 0]
    write(ReportTable("e", "Empty", "禾屿", (), ()), tmp_path / "n.xlsx")
    assert openpyxl.load_workbook(tmp_path / "n.xlsx").sheetnames == ["Empty"]


def test_sheet_names_are_allowed_and_each_once(tmp_path):
    sections = tuple(Section("A/B: [x]*" + "长" * 40, (Column("a", "A"),), (Row(("1",)),)) for _ in range(2))
    write(ReportTable("s", "S", "", (), sections), tmp_path / "s.xlsx")
    names = openpyxl.load_workbook(tmp_path / "s.xlsx").sheetnames
    assert len(set(names)) == 2
    assert all(len(name) <= 31 for name in names)


COLUMNS = (Column("no", "Order"), Column("amount", "Amount", "money", True), Column("day", "Day", "date"))


def test_a_long_list_is_streamed(tmp_path):
    rows = ((f"{n:020}", D(n) / 100, date(2026, 10, 1)) for n in range(1200))
    assert write_rows("List", (("As of", "2026-10-31"),), COLUMNS, rows, tmp_path / "l.xlsx", PRINTED) == 1200
    book = openpyxl.load_workbook(tmp_path / "l.xlsx", data_only=True)["List"]
    assert (book["A4"].value, book["A1203"].value) == ("0" * 20, "00000000000000001199")
    assert (book["A1204"].value, book["B1204"].value) == ("Total", 7194)
    assert book.auto_filter.ref == "A3:C1203"
    formula = openpyxl.load_workbook(tmp_path / "l.xlsx")["List"]["B1204"].value
    assert formula == "=SUBTOTAL(109,B4:B1203)"


def test_a_list_too_long_for_a_sheet_goes_on_to_the_next(tmp_path, monkeypatch):
    monkeypatch.setattr("huikuan.export.excel.ROWS_PER_SHEET", 1000)
    rows = ((str(n), D(1), None) for n in range(2000))
    assert write_rows("List", (), COLUMNS, rows, tmp_path / "m.xlsx") == 2000
    book = openpyxl.load_workbook(tmp_path / "m.xlsx", data_only=True)
    assert [(name, book[name]["B1004"].value) for name in book.sheetnames] == [("List", 1000), ("List 2", 1000)]


def test_an_empty_list_has_its_header(tmp_path):
    assert write_rows("List", (), COLUMNS, iter(()), tmp_path / "n.xlsx") == 0
    assert openpyxl.load_workbook(tmp_path / "n.xlsx")["List"]["A3"].value == "Order"


def test_open_items_with_words_for_codes(tmp_path):
    con = duckdb.connect()
    con.execute(
        """CREATE TABLE open AS SELECT '2110' AS order_no, 'left' AS side, 'missing_right' AS class, 'c-O1' AS cause,
        DATE '2026-10-01' AS date, 'CNY' AS currency, 12.30::DECIMAL(18,5) AS amount, DATE '2026-10-20' AS due_date,
        11::BIGINT AS age_days,
        'order_line:A/2110/1' AS record_key, 'd' AS document, 7::BIGINT AS source_row, '' AS corrected, 'x' AS extra"""
    )
    query, values = "SELECT * FROM open WHERE class = $class", {"class": "missing_right"}
    assert write_detail(con, DETAILS["open"], query, values, "xlsx", tmp_path / "o.xlsx") == 1
    row = openpyxl.load_workbook(tmp_path / "o.xlsx")["Open items"][4]
    assert [cell.value for cell in row][:6] == [
        "2110",
        "Ours",
        "Not settled",
        "Overdue",
        datetime(2026, 10, 1),
        "CNY",
    ]
    assert write_detail(con, DETAILS["open"], query, values, "csv", tmp_path / "o.csv") == 1
    text = (tmp_path / "o.csv").read_bytes().decode("utf-8-sig").splitlines()
    assert text[1] == "2110,Ours,Not settled,Overdue,2026-10-01,CNY,12.30,2026-10-20,11,,order_line:A/2110/1,d,7"


def test_a_very_long_list_looks_and_reads_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("huikuan.export.files.LONG_ROWS", 0)
    monkeypatch.setattr("huikuan.export.excel_long.ROWS_PER_SHEET", 1000)
    con = duckdb.connect()
    values = {"least": 5}
    write_detail(con, DETAILS["open"], OPEN_SQL.format(currency="'CNY'"), values, "xlsx", tmp_path / "l.xlsx")
    book = openpyxl.load_workbook(tmp_path / "l.xlsx")
    assert book.sheetnames == ["Open items", "Open items 2", "Open items 3"]
    first, last = book.worksheets[0], book.worksheets[2]
    assert [cell.value for cell in first[3]][:4] == ["Order number", "Side", "Kind", "Cause"]
    assert [cell.value for cell in first[4]][:7] == [
        "=1+2499", "Ours", "Not settled", "Overdue", datetime(2026, 10, 1), "CNY", 24.99,
    ]  # fmt: skip
    assert (first["A4"].data_type, first["G4"].number_format) == ("s", '#,##0.00;\u2212#,##0.00;"–"')
    assert (first.freeze_panes, first.auto_filter.ref) == ("B4", "A3:M1003")
    assert (last["A498"].value, last["A499"].value, last["G499"].value) == ("=1+5", "Total", "=SUM(G4:G498)")
    amounts = [row[6] for sheet in book for row in sheet.iter_rows(min_row=4, values_only=True) if row[0] != "Total"]
    assert sum(D(str(amount)) for amount in amounts) == sum(D(i) / 100 for i in range(5, 2500))


def test_money_of_several_currencies_is_not_added_up(tmp_path):
    con = duckdb.connect()
    query = OPEN_SQL.format(currency="if(i % 2 = 0, 'CNY', 'USD')")
    write_detail(con, DETAILS["open"], query, {"least": 2490}, "xlsx", tmp_path / "m.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "m.xlsx").active
    assert "Amount: 124.70 CNY    Amount: 124.75 USD" in sheet["A2"].value
    assert sheet.max_row == 13


OPEN_SQL = """SELECT '=1+' || i AS order_no, 'left' AS side, 'missing_right' AS class, 'c-O1' AS cause,
    DATE '2026-10-01' AS date, {currency} AS currency, (i / 100)::DECIMAL(18,5) AS amount, NULL::DATE AS due_date,
    11::BIGINT AS age_days, 'k' AS record_key, 'd' AS document, 7::BIGINT AS source_row, '' AS corrected
    FROM range(2500) t(i) WHERE i >= $least ORDER BY i DESC"""


def test_csv_is_safe_to_open_in_a_spreadsheet(tmp_path):
    rows = [("=cmd|' /C calc'!A0", D("-5"), None), ("-x", D("0.00325"), date(2026, 1, 2))]
    write_csv_rows(COLUMNS, rows, tmp_path / "c.csv")
    text = (tmp_path / "c.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert text.decode("utf-8-sig").splitlines() == [
        "Order,Amount,Day",
        "'=cmd|' /C calc'!A0,-5.00,",
        "'-x,0.00325,2026-01-02",
    ]


def test_report_as_csv_and_json(tmp_path):
    import json

    write_report(REPORT, "csv", tmp_path / "r.csv")
    lines = (tmp_path / "r.csv").read_text("utf-8-sig").splitlines()
    assert "Total,3,4.74,300.10,0.015795," in lines
    named = replace(REPORT, title="=1+1", company="＝1+1", notes=("@x",), facts=(("Filter", "+1"),))
    write_report(named, "csv", tmp_path / "n.csv")
    told = (tmp_path / "n.csv").read_text("utf-8-sig").splitlines()
    assert [*told[:3], told[-1]] == ["'=1+1", "'＝1+1", "Filter,'+1", "'@x"]
    write_report(REPORT, "json", tmp_path / "r.json")
    data = json.loads((tmp_path / "r.json").read_text("utf-8"))
    assert data["rows"][0] == {"section": "By shop", "currency": "CNY", "style": "", "shop": "禾屿旗舰店", "orders": 3,
                               "fees": "6.24", "gross": "100.00", "rate": "0.0624", "day": "2026-10-01"}  # fmt: skip
    assert [row["style"] for row in data["rows"]] == ["", "", "total", "", "", "total"]


def test_an_unknown_format_says_what_is_possible(tmp_path):
    with pytest.raises(UserError, match=r"“doc” is no export format\. Possible: xlsx, pdf, csv, json"):
        write_report(REPORT, "doc", tmp_path / "r.doc")


def test_a_report_brings_its_charts_along(tmp_path):
    chart = Chart(
        "Late money", "stacked", ("A", "B"),
        (Series("1–3 days", (D("10.5"), D("0"))), Series("over 60", (D("-2"), D("7")), "--overdue")), unit="CNY",
    )  # fmt: skip
    write(replace(REPORT, charts=(chart, Chart("Nothing", "bars", (), ()))), tmp_path / "c.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "c.xlsx")["Charts"]
    (drawn,) = sheet._charts
    assert (drawn.grouping, drawn.type, len(drawn.series)) == ("stacked", "bar", 2)
    assert [row[:3] for row in sheet.iter_rows(min_row=2, max_row=4, values_only=True)] == [
        (None, "1–3 days", "over 60"), ("A", 10.5, -2), ("B", 0, 7),
    ]  # fmt: skip
    assert drawn.series[1].val.numRef.f == "Charts!$C$3:$C$4"
