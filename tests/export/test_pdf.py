"""PDF: text and pages read back, fonts embedded, nothing a user wrote is read as markup."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import datetime
from decimal import Decimal as D
from zoneinfo import ZoneInfo

import duckdb
import pypdf
import pytest

from huikuan.export import pdf, pdf_chart
from huikuan.export.details import DETAILS
from huikuan.export.files import write_detail
from huikuan.export.printed import Printed
from huikuan.insight.reports.tables import Chart, Column, ReportTable, Row, Section, Series
from huikuan.records.errors import OperatorError, UserError

PRINTED = Printed("陈会计", datetime(2026, 11, 1, 9, 26))
COLUMNS = (Column("text", "摘要"), Column("amount", "金额", "money", True), Column("rate", "费率", "rate"))


def report(rows, language="zh-hans", **more) -> ReportTable:
    section = Section("明细", more.pop("columns", COLUMNS), tuple(rows), "合计", "CNY", **more)
    facts = (("截至", "2026-10-31"), ("单位", "元"))
    return ReportTable(
        "r",
        "回款汇总",
        "禾屿家居（演示）",
        facts,
        (section,),
        ("只作核对。",),
        ("编制", "复核", "日期"),
        language=language,
    )


def read(made: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(made))


def text_of(made: bytes) -> str:
    return "\n".join(page.extract_text() for page in read(made).pages)


def test_head_rows_totals_signature_and_foot_are_printed():
    text = text_of(pdf.render(report([Row(("平台佣金", D("-1234.5"), D("0.0624")))]), PRINTED))
    for expected in ("禾屿家居（演示）", "回款汇总", "截至 2026-10-31", "单位 元", "平台佣金", "−1,234.50", "6.24%", "合计",  # noqa: E501
                     "只作核对。", "编制", "复核", "日期", "陈会计 2026-11-01 09:26", "1 / 1"):  # fmt: skip
        assert expected in text


def test_what_users_write_is_never_markup():
    nasty = '#let x = 1; *bold* $a$ <label> @ref \\ "quote" [#read("/etc/passwd")] //'
    assert nasty in text_of(pdf.render(report([Row((nasty, D("1"), None))]))).replace("\n", "")


def test_long_tables_repeat_their_header_on_numbered_pages():
    made = read(pdf.render(report([Row((f"行 {n}", D(n), None)) for n in range(200)])))
    assert len(made.pages) == 4
    for number, page in enumerate(made.pages, 1):
        text = page.extract_text()
        assert f"{number} / 4" in text
        assert "摘要" in text or number == 4


def test_fonts_are_embedded_and_the_page_is_a4():
    made = read(pdf.render(report([Row(("文字", D("1"), None))])))
    page = made.pages[0]
    assert [round(float(side)) for side in page.mediabox[2:]] == [595, 842]
    fonts = [font.get_object() for font in page["/Resources"]["/Font"].values()]
    assert fonts
    for font in fonts:
        descriptor = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & set(descriptor)
        assert "NotoSans" in font["/BaseFont"]


def test_above_seven_columns_is_landscape():
    columns = tuple(Column(f"c{n}", f"列{n}") for n in range(8))
    made = read(pdf.render(report([Row(tuple("abcdefgh"))], columns=columns)))
    assert [round(float(side)) for side in made.pages[0].mediabox[2:]] == [842, 595]


def test_traditional_chinese_is_printed_whole():
    assert "對帳單與銀行餘額" in text_of(
        pdf.render(report([Row(("對帳單與銀行餘額", D("1"), None))], language="zh-hant"))
    )


def test_the_same_report_gives_the_same_bytes():
    made = [pdf.render(report([Row(("a", D("1"), None))]), PRINTED) for _ in range(2)]
    assert made[0] == made[1]


def test_a_moment_of_a_named_zone_is_printed_in_it():
    printed = Printed("x", datetime(2026, 7, 1, 9, 26, 5, 123456, tzinfo=ZoneInfo("Europe/Berlin")))
    assert "2026-07-01 09:26" in text_of(pdf.render(report([]), printed))


def test_zero_is_a_dash_in_lists_and_shown_in_statements():
    rows = [Row(("a", D("0"), None))]
    assert "–" in text_of(pdf.render(report(rows)))
    assert "–" not in text_of(pdf.render(report(rows, zero_shown=True)))


def test_too_many_rows_are_refused():
    with pytest.raises(UserError, match="too many for a PDF"):
        pdf.render(report([Row(("a", D("1"), None))] * (pdf.ROWS_MAX + 1)))


def test_without_a_font_the_operator_is_told(monkeypatch, tmp_path):
    class NoFonts:
        def __init__(self, *_args: object) -> None: ...

        def families(self) -> list[str]:
            return []

    pdf._fonts.cache_clear()
    monkeypatch.setattr(pdf.typst, "Fonts", NoFonts)
    with pytest.raises(OperatorError, match="No font with Chinese characters"):
        pdf.render(report([]))
    pdf._fonts.cache_clear()


def test_a_long_list_has_numbered_pages_and_sums_carried_forward(tmp_path):
    con = duckdb.connect()
    query = """SELECT 'TB' || i AS order_no, 'left' AS side, 'missing_right' AS class, 'c-O1' AS cause,
        DATE '2026-10-01' AS date, if(i < 100, 'CNY', 'USD') AS currency, 1.01::DECIMAL(18,5) AS amount,
        NULL::DATE AS due_date, i AS age_days, '' AS corrected, 'k' AS record_key,
        'd' AS document, 7::BIGINT AS source_row FROM range(110) t(i) ORDER BY i"""
    printed = Printed("陈会计", datetime(2026, 11, 1, 9, 26), "禾屿家居", "zh-hans")
    path = tmp_path / "l.pdf"
    assert write_detail(con, DETAILS["open"], query, {}, "pdf", path, (("As of", "2026-10-31"),), printed) == 110
    pages = [page.extract_text() for page in read(path.read_bytes()).pages]
    assert len(pages) == 4
    assert [text for text in ("1 / 4", "2 / 4", "3 / 4", "4 / 4") if text not in pages[int(text[0]) - 1]] == []
    assert "Carried forward CNY" in pages[0]
    assert "Total CNY" in pages[2]
    assert "101.00" in pages[2]
    assert "Total USD" in pages[3]
    assert "10.10" in pages[3]
    assert "Prepared by" in pages[3]
    assert all("Order number" in page and "禾屿家居" in page for page in pages)
    told = "".join(pages)
    assert all(told.count(f"TB{number}") for number in range(110))


def test_a_list_beyond_what_a_pdf_may_hold_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("huikuan.export.pdf_list.ROWS_MAX", 1)
    query = "SELECT NULL AS x FROM range(2)"
    columns = ", ".join(
        f"NULL::{'DECIMAL(18,5)' if key == 'amount' else 'VARCHAR'} AS {key}" for key, *_ in DETAILS["open"].columns
    )
    with pytest.raises(UserError, match=r"2 .*1"):
        write_detail(
            duckdb.connect(), DETAILS["open"], f"SELECT {columns} FROM ({query})", {}, "pdf", tmp_path / "x.pdf"
        )


def test_a_charts_marks_stand_where_its_figures_put_them():
    stacked = Chart(
        "账龄", "stacked", ("甲", "乙"), (Series("未到期", (D(60), D(20))), Series("逾期", (D(40), D(-20))))
    )
    told = pdf_chart.chart_data(stacked)
    assert [(float(share), label) for share, label in told["ticks"]] == [
        (0, "−50.00"), (0.3333, "0.00"), (0.6667, "50.00"), (1, "100.00"),
    ]  # fmt: skip
    assert [bar[:3] for bar in told["bars"]] == [
        [0, "0.3333", "0.7333"], [1, "0.3333", "0.4667"], [0, "0.7333", "1.0000"], [1, "0.3333", "0.2000"],
    ]  # fmt: skip
    assert told["totals"] == ["100.00", "0.00"]
    lines = pdf_chart.chart_data(Chart("费率", "lines", ("9", "10"), (Series("a", (D("0.05"), None)),), "rate"))
    assert lines["lines"][0]["points"] == [[0, "0.8333"]]  # of 6 %
    made = replace(report([Row(("x", D(1), None))]), charts=(stacked, Chart("无", "bars", (), ())))
    text = text_of(pdf.render(made))
    assert all(word in text for word in ("账龄", "未到期", "甲", "100.00", "−50.00"))
    assert "无" not in text
