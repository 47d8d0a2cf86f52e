"""Vouchers: each balances, sums are those of the records, rules choose the accounts, layouts read back the same."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from huikuan.export.files import write_report
from huikuan.export.vouchers import JDY, K3, LAYOUTS
from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.registry import build_report
from huikuan.insight.vouchers.entries import Maker
from huikuan.insight.vouchers.postings import Posting
from huikuan.records.errors import UserError
from huikuan.records.rules import Rules, VoucherRule
from huikuan.records.voucher_rules import DEFAULTS, EVENTS, Subject, VoucherRules

from .demo_source import demo_source

PERIOD = {"from": "2026-10-08", "to": "2026-10-25"}
FIRST, LAST = date(2026, 10, 8), date(2026, 10, 25)
DAY = date(2026, 10, 9)


@pytest.fixture(scope="module")
def source() -> Iterator[ReportSource]:
    with demo_source() as made:
        yield made


@pytest.fixture(scope="module")
def report(source: ReportSource) -> Any:
    return build_report("vouchers", source, PERIOD)


def entries(report: Any) -> list[dict[str, Any]]:
    table = report.sections[0]
    return [{c.key: v for c, v in zip(table.columns, row.values, strict=True)} for row in table.rows]


def moved(report: Any, code: str, name: str = "") -> D:
    """Debit less credit of an account."""
    found = [each for each in entries(report) if each["code"] == code and each["account"].startswith(name)]
    return sum(((each["debit"] or D(0)) - (each["credit"] or D(0)) for each in found), D(0))


def test_every_voucher_balances_and_no_entry_is_zero(report: Any) -> None:
    sums: dict[str, D] = defaultdict(D)
    for each in entries(report):
        assert (each["debit"] or D(0)) > 0 or (each["credit"] or D(0)) > 0
        sums[each["voucher"]] += (each["debit"] or D(0)) - (each["credit"] or D(0))
    assert len(sums) > 40
    assert set(sums.values()) == {D(0)}
    numbers = list(dict.fromkeys(int(each["number"]) for each in entries(report)))
    assert numbers == list(range(1, len(sums) + 1))


def test_accounts_move_as_the_records_do(source: ReportSource, report: Any) -> None:
    """Reckoned in plain Python from the records: every account of money, sales, fees and the receivable."""

    def inside(row: dict[str, Any]) -> bool:
        return row["business_date"] is not None and FIRST <= row["business_date"] <= LAST

    wallets: dict[str, D] = defaultdict(D)
    for row in filter(inside, source.rows(f"SELECT * FROM {source.wallet_line}")):
        wallets[row["account"]] += row["amount"]
    assert {name: moved(report, "1012", f"其他货币资金-{name}") for name in wallets} == wallets
    banks: dict[str, D] = defaultdict(D)
    for row in filter(inside, source.rows(f"SELECT * FROM {source.bank_line}")):
        banks[row["account"]] += row["amount"]
    assert {name: moved(report, "1002", f"银行存款-{name}") for name in banks} == banks

    sold = refunded = D(0)
    refunds: dict[tuple[str, str], Any] = {}
    for row in source.rows(f"SELECT shop, order_no, refunded_at FROM {source.order_line}"):
        if row["refunded_at"]:
            refunds[row["shop"], row["order_no"]] = (row["refunded_at"] + timedelta(hours=8)).date()
    for row in source.rows(f"SELECT * FROM {source.collection}"):
        received = row["received_at"]
        if not received:
            continue
        day = (received + timedelta(hours=8)).date()
        if FIRST <= day <= LAST:
            sold += row["paid"] + row["platform_borne"]
        if FIRST <= max(day, refunds.get((row["shop"], row["order_no"]), day)) <= LAST:
            refunded += row["refunded"]
    assert moved(report, "6001") == refunded - sold
    lines = [
        row for row in filter(inside, source.rows(f"SELECT * FROM {source.settlement_line}"))
        if not row["corroborating"]
    ]  # fmt: skip
    gross = sum(row["amount"] for row in lines if row["type"] in ("sale", "subsidy", "refund"))
    assert moved(report, "1122") == sold - refunded - gross
    commission = -sum(row["amount"] for row in lines if row["type"] == "commission")
    assert moved(report, "660102") == commission > 0
    for label in ("Receivables moved", "Wallets moved", "Banks moved", "Fees booked"):
        (control,) = [each for each in report.controls if each.label == label]
        assert control.found == control.expected != 0


def test_months_hold_the_same_sums_and_an_entry_opens_its_records(source: ReportSource, report: Any) -> None:
    month = build_report("vouchers", source, {**PERIOD, "by": "month", "per": "account"})
    for code in ("1122", "1012", "1002", "6001", "660102", "101209"):
        assert moved(month, code) == moved(report, code)
    assert {each["date"] for each in entries(month)} == {LAST}
    for row in report.sections[0].rows[:12:3]:
        opened = build_report("voucher-records", source, {**PERIOD, **row.drill, "by": "day", "per": "shop"})
        table = opened.sections[0]
        amount = abs(table.totals()[table.index("amount")])
        debit, credit, count = (row.values[report.sections[0].index(key)] for key in ("debit", "credit", "records"))
        assert (amount, len(table.rows)) == (debit or credit, count)
    with pytest.raises(UserError, match="no entry 1 of voucher 202610-9999"):
        build_report("voucher-records", source, {**PERIOD, "voucher": "202610-9999"})


def posting(event: str, amount: str, **more: Any) -> Posting:
    told = {"type": "", "shop": "A", "account": "", "currency": "CNY", "text": "", **more}
    return Posting(event, day=DAY, amount=D(amount), number=1, **told)


def test_rules_of_the_book_choose_accounts_and_tax_from_their_day() -> None:
    own = (
        VoucherRule("sale", "1122 应收账款", "5001 收入", "{shop} 销售", tax_rate=D("0.13")),
        VoucherRule("sale", "1122 应收账款", "5001 收入", valid_from=date(2026, 10, 10), tax_rate=D("0.06")),
        VoucherRule("fee", "5601 平台", "1221 待入账", type="commission", shop="A"),
    )
    rules = VoucherRules(own)
    assert rules.of(Subject("fee", DAY, "A", type="commission")).debit == "5601 平台"
    assert rules.of(Subject("fee", DAY, "B", type="commission")).debit == "660102 销售费用-平台佣金"
    assert rules.of(Subject("bank_other", DAY, type="not_operating", text="短信手续费")).credit.startswith("660301")
    assert rules.of(Subject("sale", date(2026, 10, 10))).tax_rate == D("0.06")
    (voucher,) = Maker(Rules(voucher_rules=own), "day", "shop", DAY).vouchers(
        [posting("sale", "113.01"), posting("refund", "10")]
    )
    told = {(each.code, each.summary): each.amount for each in voucher.entries}
    assert told["5001", "A 销售"] == D("-100.01")
    assert told["222101", "A 销售"] == D("-13.00")
    assert told["1122", "A 销售"] == D("113.01")


def test_every_event_has_a_default_for_anything() -> None:
    rules = VoucherRules(())
    assert {rules.of(Subject(event, DAY)).event for event in EVENTS} == set(EVENTS) == {each.event for each in DEFAULTS}


def read(path: Path) -> list[list[Any]]:
    return CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()


def test_layouts_hold_the_entries(report: Any, tmp_path: Path) -> None:
    told = [(e["voucher"], e["code"], e["debit"] or D(0), e["credit"] or D(0)) for e in entries(report)]
    paths = {name: tmp_path / f"{name}.{layout.ending}" for name, layout in LAYOUTS.items()}
    for name, path in paths.items():
        write_report(report, name, path)
    with paths["general"].open(encoding="utf-8-sig") as file:
        assert [(r[0], r[6], D(r[8]), D(r[9])) for r in list(csv.reader(file))[1:]] == told
    plain = [each[1:] for each in told]
    u8 = paths["u8"].read_text("gb18030").splitlines()
    assert u8[0] == "填制凭证,V800"
    cells = [line.split(",") for line in u8[1:]]
    assert {len(row) for row in cells} == {19}
    assert [(r[5], D(r[6]), D(r[7])) for r in cells] == plain
    for name, header, columns in (("k3", K3, (5, 10, 11)), ("jdy", JDY, (6, 8, 9))):
        head, *rows = read(paths[name])
        assert tuple(head) == header
        found = [(r[columns[0]], *(D(str(r[n] or 0)).quantize(D("0.01")) for n in columns[1:])) for r in rows]
        assert found == plain
    assert len(read(paths["tplus"])) == len(read(paths["general-xlsx"])) == len(told) + 1
    with pytest.raises(UserError, match="one of vouchers"):
        write_report(replace(report, name="overdue"), "u8", tmp_path / "x.txt")


def test_bean_check_accepts_the_beancount_file(report: Any, tmp_path: Path) -> None:
    path = tmp_path / "vouchers.beancount"
    write_report(report, "beancount", path)
    program = "import sys; from beancount.scripts.check import main; main()"
    checked = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stdout + checked.stderr) == (0, "")
    path.write_text(path.read_text(encoding="utf-8").replace(" CNY\n", "99 CNY\n", 1), encoding="utf-8")
    broken = subprocess.run([sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=False)
    assert broken.returncode != 0
