"""Dates in words, zones beside them, days or months first, and currencies written beside amounts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from huikuan.formats.compile import compile_readings
from huikuan.formats.readers.delimited import open_delimited
from huikuan.formats.reading import Layout, Reading
from huikuan.formats.spec import OFFSET, About, Amount, Emit, Format, Identifier, Moment
from huikuan.records.currency import contradicts_sql
from huikuan.records.money import amount_sql, decimal_comma_sql, parse_amount
from huikuan.records.sql import sql_text
from tests.formats.support import CONTEXT, read

Times = tuple[Reading, list[tuple[datetime, date]]]


def read_times(tmp_path: Path, cells: list[str], moment: Moment, header: str = "no,when,amount") -> Times:
    """One movement per cell, read by a format that has this moment."""
    declared = Format(
        id="test.times",
        about=About("", "", "documentation"),
        needs=(("no",),),
        columns=(Identifier("no", ("no",), filled=True), moment, Amount("amount", ("amount",))),
        emits=(Emit("wallet_line", {"flow_no": "no", "component": "''", "account": "'A'", "amount": "1"}, "at_time"),),
        currency="USD",
    )
    path = tmp_path / "times.csv"
    lines = [f'{number},"{cell}",1.00' if "," not in cell or '"' not in cell else f"{number},{cell},1.00"
             for number, cell in enumerate(cells)]  # fmt: skip
    path.write_text(
        "\n".join([header, *(line + "," * (header.count(",") - 2) for line in lines), ""]), encoding="utf-8"
    )
    con = duckdb.connect()
    con.execute("SET TimeZone = 'Asia/Shanghai'")
    raw = open_delimited(path, path.name).load(con, Layout(1))
    (reading,) = compile_readings(con, declared, raw, CONTEXT)
    if not reading.tables:
        return reading, []
    table = reading.tables["wallet_line"]
    return reading, con.execute(f"SELECT occurred_at, business_date FROM {table} ORDER BY source_row").fetchall()


WORDED = Moment("at_time", ("when",), filled=True, worded=True, tz=OFFSET)


@pytest.mark.parametrize(
    ("cell", "utc"),
    [
        ("Sep 4, 2026 1:05:07 AM PDT", datetime(2026, 9, 4, 8, 5, 7)),
        ("Sep 4, 2026 12:05:07 AM PDT", datetime(2026, 9, 4, 7, 5, 7)),
        ("Sep 4, 2026 12:05:07\u202fPM PDT", datetime(2026, 9, 4, 19, 5, 7)),
        ("Sept. 4, 2026 1:05:07 p.m. PST", datetime(2026, 9, 4, 21, 5, 7)),
        ("4 sept. 2026 01:05:07 UTC", datetime(2026, 9, 4, 1, 5, 7)),
        ("1 May 2026 10:00:00 am UTC", datetime(2026, 5, 1, 10, 0, 0)),
        ("4 août 2026 23:05:07 CEST", datetime(2026, 8, 4, 21, 5, 7)),
        ("4 de septiembre de 2026 1:05:07 GMT-7", datetime(2026, 9, 4, 8, 5, 7)),
        ("04.09.2026 01:05:07 MESZ", datetime(2026, 9, 3, 23, 5, 7)),
        ("2026/09/04 01:05:07 JST", datetime(2026, 9, 3, 16, 5, 7)),
        ("2026/09/04 01:05:07JST", datetime(2026, 9, 3, 16, 5, 7)),
        ("2026-09-04 01:05:07 +0530", datetime(2026, 9, 3, 19, 35, 7)),
        ("2026-01-04 01:05:07 Europe/Berlin", datetime(2026, 1, 4, 0, 5, 7)),
    ],
)
def test_times_in_words_and_zones(tmp_path: Path, cell: str, utc: datetime) -> None:
    moment = Moment("at_time", ("when",), filled=True, worded=True, tz=OFFSET,
                    formats=(*WORDED.formats, "%d.%m.%Y %H:%M:%S"))  # fmt: skip
    reading, told = read_times(tmp_path, [cell], moment)
    assert reading.status == "imported"
    assert told[0][0] == utc


@pytest.mark.parametrize(
    "cell",
    ["Sep 31, 2026 1:05:07 AM PDT", "Sep 4, 2026 13:05:07 PM PDT", "Sep 4, 2026 1:05:07 AM",
     "Sxp 4, 2026 1:05:07 AM PDT", "2026-01-04 01:05:07 Europe/Nowhere"],
)  # fmt: skip
def test_a_time_that_cannot_be_or_names_no_known_zone_is_refused(tmp_path: Path, cell: str) -> None:
    reading, _ = read_times(tmp_path, [cell], WORDED)
    assert (reading.status, [problem.code for problem in reading.problems]) == ("refused", ["date.unreadable"])


def test_a_zone_name_that_several_zones_share_is_asked_about(tmp_path: Path) -> None:
    reading, _ = read_times(tmp_path, ["Sep 4, 2026 1:05:07 AM CST"], WORDED)
    assert (reading.status, [problem.code for problem in reading.problems]) == ("refused", ["date.zone_shared"])
    assert "-06:00" in reading.problems[0].text


@pytest.mark.parametrize(
    ("zones", "utc"),
    [
        (("CST", "CDT"), [datetime(2026, 1, 20, 16), datetime(2026, 7, 20, 15)]),
        (("GMT", "IST"), [datetime(2026, 1, 20, 10), datetime(2026, 7, 20, 9)]),
        (("ist", "IDT"), [datetime(2026, 1, 20, 8), datetime(2026, 7, 20, 7)]),
        (("-06:00", "+08:00"), [datetime(2026, 1, 20, 16), datetime(2026, 7, 20, 2)]),
        (("CST", "CST"), None),
        (("IST", "IST"), None),
    ],
)
def test_the_other_half_of_the_year_tells_which_zone_paypal_means(
    tmp_path: Path, zones: tuple[str, str], utc: list[datetime] | None
) -> None:
    path = tmp_path / "Download.CSV"
    days = ("01/20/2026", "07/20/2026")
    rows = [
        f"{day},10:00:00,{zone},Payment,Completed,USD,1.00,,T{day},1.00" for day, zone in zip(days, zones, strict=True)
    ]
    path.write_text("\n".join(["Date,Time,TimeZone,Type,Status,Currency,Gross,Fee,Transaction ID,Balance", *rows]))
    got = read(path, account="paypal")
    if utc is None:
        assert (got.reading.status, set(got.codes)) == ("refused", {"date.zone_shared"})
    else:
        assert got.rows("wallet_line", "occurred_at") == [(each,) for each in utc]


@pytest.mark.parametrize(
    ("cells", "days"),
    [
        (["10/01/2026 01:00:00", "10/19/2026 01:00:00"], [date(2026, 10, 1), date(2026, 10, 19)]),
        (["10/01/2026 01:00:00", "19/10/2026 01:00:00"], [date(2026, 1, 10), date(2026, 10, 19)]),
        # 5 January before 4 February; months first it would jump from May to April.
        (["05/01/2026 01:00:00", "04/02/2026 01:00:00", "06/02/2026 01:00:00"],
         [date(2026, 1, 5), date(2026, 2, 4), date(2026, 2, 6)]),
        (["05/05/2026 01:00:00"], [date(2026, 5, 5)]),
    ],
)  # fmt: skip
def test_the_whole_file_tells_whether_the_day_stands_first(tmp_path: Path, cells: list[str], days: list[date]) -> None:
    moment = Moment("at_time", ("when",), filled=True, day_first="seen")
    reading, told = read_times(tmp_path, cells, moment)
    assert reading.status == "imported"
    assert [day for _, day in told] == days


def test_dates_that_could_be_either_are_refused(tmp_path: Path) -> None:
    moment = Moment("at_time", ("when",), filled=True, day_first="seen", day_first_by=("heure",))
    cells = ["01/02/2026 01:00:00", "01/03/2026 01:00:00"]
    reading, _ = read_times(tmp_path, cells, moment)
    assert (reading.status, [problem.code for problem in reading.problems]) == ("refused", ["date.order_unknown"])
    _, told = read_times(tmp_path, cells, moment, header="no,when,amount,Heure")
    assert [day for _, day in told] == [date(2026, 2, 1), date(2026, 3, 1)]


@pytest.mark.parametrize(
    ("cell", "amount"),
    [("76,00 €", "76.00"), ("-1.234,56 €", "-1234.56"), ("1 234,56 €", "1234.56"), ("CA$76.00", "76.00"),
     ("-£1.44", "-1.44"), ("($25.99)", "-25.99"), ("12.50 USD", "12.50"), ("1,234.50", "1234.50")],
)  # fmt: skip
def test_currencies_beside_amounts(cell: str, amount: str) -> None:
    shown = f"(SELECT {decimal_comma_sql('c', True)} FROM (SELECT {sql_text(cell)} AS c))"
    [(text, value)] = duckdb.sql(f"SELECT t, {amount_sql('t')} FROM (SELECT {shown} AS t)").fetchall()
    assert value == Decimal(amount) == parse_amount(text)


@pytest.mark.parametrize("cell", ["1.2E+21", "12.50 ABC", "$12.50 USD", "12.50 €€", "--5"])
def test_what_is_no_amount(cell: str) -> None:
    with pytest.raises(ValueError, match="not an amount"):
        parse_amount(cell)


@pytest.mark.parametrize(
    ("cell", "currency", "wrong"),
    [("$5.00", "CAD", False), ("CA$5.00", "USD", True), ("€5.00", "USD", True), ("-£1.44", "GBP", False),
     ("5.00", "USD", False), ("5,00 EUR", "GBP", True), ("($25.99)", "EUR", True), ("¥5", "JPY", False)],
)  # fmt: skip
def test_a_symbol_may_contradict_the_currency(cell: str, currency: str, wrong: bool) -> None:
    query = f"SELECT {contradicts_sql('c', 'k')} FROM (SELECT {sql_text(cell)} AS c, '{currency}' AS k)"
    assert duckdb.sql(query).fetchall() == [(wrong,)]
