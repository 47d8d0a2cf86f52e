"""Vouchers in the layouts that accounting programs import, made of the report `vouchers`.

Where each layout is known from (none but Beancount's was tried in the program itself):

- general: our own, for any program; one row an entry, plain names
- u8: 用友 U8, 总账工具, 凭证引入; the text file of version V800 as many published programs write it
- tplus: 用友 / 畅捷通 T+; the words of its voucher only, for T+ asks at import which column is which
- k3: 金蝶 K/3 and KIS, 标准格式引入; the 37 columns as several published programs write them
- jdy: 金蝶 精斗云; the 25 columns of its template as a published program writes them
- beancount: its documentation; the tests put files before `bean-check`

A shop stands as auxiliary item (客户, 核算项目): it has to be known by that name in the program.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter

from huikuan.export.csv import FORMULA_STARTS
from huikuan.insight.reports.tables import ReportTable
from huikuan.insight.reports.vouchers import DETAIL, REPORT
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

ZERO = Decimal(0)
HOME_CURRENCY = "CNY"
# Where an account's number begins decides what Beancount takes it for; the longest beginning counts.
ROOTS = {
    "1": "Assets", "2": "Liabilities", "3": "Equity", "4": "Equity", "5": "Expenses", "6": "Expenses",
    "50": "Income", "51": "Income", "53": "Income", "60": "Income", "61": "Income", "62": "Income", "63": "Income",
}  # fmt: skip

register(
    {
        "export.vouchers_only": _("The format “%(format)s” is one of vouchers: ask for it with the report “vouchers”."),
        "export.currencies": _(
            "The format “%(format)s” takes one currency, and there are %(known)s. Take the general format or Beancount."
        ),
    }
)


@dataclass(frozen=True)
class Line:
    """One entry of a voucher. `line` counts within the voucher, from 1."""

    voucher: str
    date: date
    word: str
    number: str
    line: int
    summary: str
    code: str
    account: str
    debit: Decimal
    credit: Decimal
    shop: str
    currency: str


def lines_of(report: ReportTable, format: str) -> list[Line]:
    """The entries of a report of vouchers. UserError where it is another report."""
    if report.name != REPORT.name:
        raise UserError("export.vouchers_only", format=format)
    found = []
    for section in report.sections:
        if section.target != DETAIL:
            continue
        keys = [column.key for column in section.columns]
        for row in section.rows:
            told: dict[str, Any] = dict(zip(keys, row.values, strict=True))
            told.pop("records")
            told |= {"debit": told["debit"] or ZERO, "credit": told["credit"] or ZERO, "currency": section.currency}
            found.append(Line(**told))
    return found


def _home(lines: Sequence[Line], format: str) -> None:
    known = sorted({each.currency for each in lines})
    if len(known) > 1:
        raise UserError("export.currencies", format=format, known=", ".join(known))


def _text(amount: Decimal) -> str:
    return f"{amount:.2f}" if amount == amount.quantize(Decimal("0.01")) else f"{amount.normalize():f}"


GENERAL = (
    "凭证号", "日期", "凭证字", "号", "分录", "摘要", "科目编码", "科目名称", "借方金额", "贷方金额", "店铺", "币种",
)  # fmt: skip


def _general_row(each: Line) -> list[Any]:
    return [each.voucher, each.date.isoformat(), each.word, each.number, each.line, each.summary, each.code,
            each.account, each.debit, each.credit, each.shop, each.currency]  # fmt: skip


def _u8(lines: Sequence[Line], path: Path) -> None:
    """A text file in GB 18030: 填制凭证,V800, then date, word, number, papers, summary, account, debit, credit,
    quantity, foreign amount, rate, maker, settlement, cheque, its date, department, person, customer, supplier."""
    with path.open("w", encoding="gb18030", newline="") as file:
        file.write("填制凭证,V800\r\n")
        for each in lines:
            cells = [each.date.isoformat(), each.word, each.number, "0", _plain(each.summary)[:60], each.code,
                     _text(each.debit), _text(each.credit), "0", "0", "0", "", "", "", "", "", "",
                     _plain(each.shop), ""]  # fmt: skip
            file.write(",".join(cells) + "\r\n")


def _plain(text: str) -> str:
    """Text without what would end a field: this format knows no quoting."""
    return text.replace(",", "，").replace("\r", " ").replace("\n", " ").replace('"', "”")


K3 = (
    "凭证日期", "会计年度", "会计期间", "凭证字", "凭证号", "科目代码", "科目名称", "币别代码", "币别名称",
    "原币金额", "借方", "贷方", "制单", "审核", "核准", "出纳", "经办", "结算方式", "结算号", "凭证摘要",
    "数量", "数量单位", "单价", "参考信息", "业务日期", "往来业务编号", "附件数", "序号", "系统模块",
    "业务描述", "汇率类型", "汇率", "分录序号", "核算项目", "过账", "机制凭证", "现金流量",
)  # fmt: skip


def _k3_row(each: Line) -> list[Any]:
    day = each.date.isoformat()
    currency = ("RMB", "人民币") if each.currency == HOME_CURRENCY else (each.currency, each.currency)
    item = f"客户---{each.shop}---{each.shop}" if each.shop else ""
    return [
        day, each.date.year, each.date.month, each.word, int(each.number), each.code, each.account, *currency,
        each.debit + each.credit, each.debit, each.credit, "", "NONE", "NONE", "NONE", "", "*", "", each.summary,
        ZERO, "*", ZERO, "", day, "", 0, int(each.number), "", "", "公司汇率", 1, each.line - 1, item, 0, "", "",
    ]  # fmt: skip


JDY = (
    "日期", "凭证字", "凭证号", "附件数", "分录序号", "摘要", "科目代码", "科目名称", "借方金额", "贷方金额",
    "客户", "供应商", "职员", "项目", "部门", "存货", "自定义辅助核算类别", "自定义辅助核算编码",
    "自定义辅助核算类别1", "自定义辅助核算编码1", "数量", "单价", "原币金额", "币别", "汇率",
)  # fmt: skip


def _jdy_row(each: Line) -> list[Any]:
    currency = "RMB" if each.currency == HOME_CURRENCY else each.currency
    return [
        each.date.isoformat(), each.word, int(each.number), 0, each.line, each.summary, each.code, each.account,
        each.debit or None, each.credit or None, each.shop, *[""] * 9, None, None, each.debit + each.credit, currency,
        1,
    ]  # fmt: skip


TPLUS = (
    "凭证类别", "凭证编号", "制单日期", "附单据数", "摘要", "科目编码", "科目名称", "币种", "汇率", "借方金额",
    "贷方金额", "往来单位",
)  # fmt: skip


def _tplus_row(each: Line) -> list[Any]:
    currency = "人民币" if each.currency == HOME_CURRENCY else each.currency
    return [each.word, each.number, each.date.isoformat(), 0, each.summary, each.code, each.account, currency, 1,
            each.debit, each.credit, each.shop]  # fmt: skip


def _sheet(name: str, header: Sequence[str], rows: Iterable[Sequence[Any]], path: Path) -> None:
    """One sheet with the header in its first row, as importing programs want it; identifiers as text."""
    options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(str(path), options)
    sheet = book.add_worksheet(name)
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "0.00"})
    sheet.write_row(0, 0, header, bold)
    sheet.set_column(0, len(header) - 1, 14)
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, str):
                sheet.write_string(number, column, value)
            elif value is not None:
                sheet.write_number(number, column, value, money if isinstance(value, Decimal) else None)
    sheet.freeze_panes(1, 0)
    book.close()


def _as_sheet(
    name: str, header: Sequence[str], row: Callable[[Line], list[Any]]
) -> Callable[[Sequence[Line], Path], None]:
    return lambda lines, path: _sheet(name, header, (row(each) for each in lines), path)


def _general(lines: Sequence[Line], path: Path) -> None:
    """Excel where the file is called so, else CSV."""
    if path.suffix.lower() == ".xlsx":
        _sheet("凭证", GENERAL, (_general_row(each) for each in lines), path)
        return
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(GENERAL)
        for each in lines:
            row = _general_row(each)
            writer.writerow([_text(value) if isinstance(value, Decimal) else _safe(value) for value in row])


def _safe(value: Any) -> Any:
    """A cell that no spreadsheet runs as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value


def beancount_account(code: str, name: str) -> str:
    """An account as Beancount calls it.

    >>> beancount_account("1012", "其他货币资金-支付宝 A"), beancount_account("600101", "")
    ('Assets:1012-其他货币资金-支付宝-A', 'Income:600101')
    """
    root = next((ROOTS[code[:n]] for n in (2, 1) if code[:n] in ROOTS), "Equity")
    text = "-".join(part for part in (code, name) if part) or "0"
    kept = "".join(each if each.isalnum() or each == "-" else "-" for each in text).strip("-")
    return f"{root}:{kept}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ") + '"'


def _beancount(lines: Sequence[Line], path: Path) -> None:
    """Every account opened on the first day, then a transaction per voucher."""
    with path.open("w", encoding="utf-8", newline="\n") as file:
        accounts = sorted({beancount_account(each.code, each.account) for each in lines})
        first = min((each.date for each in lines), default=None)
        file.writelines(f"{first} open {account}\n" for account in accounts)
        voucher = ""
        for each in lines:
            named = f"{each.voucher} {each.currency}"
            if named != voucher:
                voucher = named
                file.write(f"\n{each.date} * {_quoted(each.shop)} {_quoted(f'{each.word}-{each.number}')}\n")
                file.write(f"  voucher: {_quoted(each.voucher)}\n")
            amount = f"{_text(each.debit - each.credit)} {each.currency}"
            file.write(
                f"  {beancount_account(each.code, each.account)}  {amount}\n    summary: {_quoted(each.summary)}\n"
            )


@dataclass(frozen=True)
class Layout:
    """A format of vouchers: what it is called, the ending of its files, how they are written; `one_currency` only."""

    title: str
    ending: str
    write: Callable[[Sequence[Line], Path], None]
    one_currency: bool = True


LAYOUTS: dict[str, Layout] = {
    "general": Layout(_("General (CSV)"), "csv", _general, one_currency=False),
    "general-xlsx": Layout(_("General (Excel)"), "xlsx", _general, one_currency=False),
    "u8": Layout("用友 U8", "txt", _u8),
    "tplus": Layout("用友 T+", "xlsx", _as_sheet("凭证", TPLUS, _tplus_row)),
    "k3": Layout("金蝶 K/3 · KIS", "xlsx", _as_sheet("Page1", K3, _k3_row)),
    "jdy": Layout("金蝶 精斗云", "xlsx", _as_sheet("凭证列表", JDY, _jdy_row)),
    "beancount": Layout("Beancount", "beancount", _beancount, one_currency=False),
}


def write(report: ReportTable, format: str, path: Path) -> None:
    """Write the vouchers. UserError for another report, or several currencies where a format takes one."""
    layout, lines = LAYOUTS[format], lines_of(report, format)
    if layout.one_currency:
        _home(lines, format)
    layout.write(lines, path)
