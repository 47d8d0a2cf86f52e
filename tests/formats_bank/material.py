# ruff: noqa: E501 - headers as banks write them
"""Bank files in layouts known from documentation only, written by code with true running balances."""

from __future__ import annotations

import csv
import io
from decimal import Decimal

import xlsxwriter

LINES = (  # day, time, signed amount, other party, its account, text
    ("2026-01-05", "09:15:00", "1200.00", "支付宝（中国）网络技术有限公司", "2088000000000001", "提现 20260105"),
    ("2026-01-05", "09:15:00", "1200.00", "支付宝（中国）网络技术有限公司", "2088000000000001", "提现 20260105"),
    ("2026-01-06", "14:00:01", "-35.50", "某某物流有限公司", "11020000000000000002", "运费"),
    ("2026-01-07", "08:30:00", "88.88", "财付通支付科技有限公司", "1000000001", "结算款"),
    ("2026-01-07", "23:59:59", "-1000.00", "房东", "6222000000000003", "房租"),
)
OPENING = Decimal("500.00")
IN, OUT = Decimal("2488.88"), Decimal("1035.50")
CLOSING = Decimal("1953.38")
OWN = "4000023309200000001"


def balances() -> list[Decimal]:
    balance, result = OPENING, []
    for line in LINES:
        balance += Decimal(line[2])
        result.append(balance)
    return result


def with_balances(newest_first: bool) -> list[tuple[tuple[str, ...], Decimal]]:
    rows = list(zip(LINES, balances(), strict=True))
    return rows[::-1] if newest_first else rows


def amounts(signed: str) -> tuple[str, str]:
    """(in, out), the other blank."""
    amount = Decimal(signed)
    return (f"{amount:,.2f}", "") if amount > 0 else ("", f"{-amount:,.2f}")


def delimited(rows: list[list[str]], delimiter: str = ",", encoding: str = "gb18030", end: str = "\r\n") -> bytes:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=end).writerows(rows)
    return out.getvalue().encode(encoding)


def icbc_both_turnovers(newest_first: bool = False) -> list[list[str]]:
    """Layout 1: 借方发生额 and 贷方发生额, own account in each row."""
    header = [
        "凭证号",
        "本方账号",
        "对方账号",
        "交易时间",
        "借/贷",
        "借方发生额",
        "贷方发生额",
        "对方行号",
        "摘要",
        "用途",
        "对方单位名称",
        "余额",
    ]
    rows = []
    for (day, time, amount, party, account, text), balance in with_balances(newest_first):
        money_in, money_out = amounts(amount)
        way = "贷" if money_in else "借"
        rows.append(
            [
                "0",
                f"{OWN}\t",
                f"{account}\t",
                f"{day} {time}",
                way,
                money_out,
                money_in,
                "",
                text,
                "",
                party,
                f"{balance:,.2f}",
            ]
        )
    return [["[HISTORYDETAIL]"], header, *rows]


def icbc_direction(newest_first: bool = False) -> list[list[str]]:
    """Layout 2: 借贷标志 and 发生额, no own account."""
    header = [
        "对方账号",
        "交易时间",
        "借贷标志",
        "对方单位",
        "对方行号",
        "用途",
        "摘要",
        "附言",
        "发生额",
        "余额",
        "币种",
    ]
    rows = []
    for (day, time, amount, party, account, text), balance in with_balances(newest_first):
        way = "贷" if Decimal(amount) > 0 else "借"
        shown = f"{abs(Decimal(amount)):.2f}"
        rows.append(
            [
                account,
                f"{day.replace('-', '/')} {time}",
                way,
                party,
                "",
                text,
                "",
                "",
                shown,
                f"{balance:.2f}",
                "人民币",
            ]
        )
    return [["[HISTORYDETAIL]"], header, *rows]


def icbc_in_and_out(newest_first: bool = False) -> list[list[str]]:
    """Layout 3: 转出金额 and 转入金额."""
    header = [
        "对方账号",
        "交易时间",
        "对方单位",
        "用途",
        "摘要",
        "附言",
        "回单个性化信息",
        "余额",
        "转出金额",
        "转入金额",
    ]
    rows = []
    for (day, time, amount, party, account, text), balance in with_balances(newest_first):
        money_in, money_out = amounts(amount)
        rows.append([account, f"{day} {time}", party, text, "", "", "", f"{balance:,.2f}", money_out, money_in])
    return [["[HISTORYDETAIL]"], header, *rows]


def ccb_corporate(newest_first: bool = False) -> list[list[object]]:
    header = [
        "账号",
        "账户名称",
        "交易时间",
        "借方发生额（支取）",
        "贷方发生额（收入）",
        "余额",
        "币种",
        "对方户名",
        "对方账号",
        "对方开户机构",
        "记账日期",
        "摘要",
        "备注",
        "账户明细编号-交易流水号",
        "企业流水号",
        "凭证种类",
        "凭证号",
        "关联账户",
        "交易介质编号",
    ]
    rows: list[list[object]] = []
    for at, ((day, time, amount, party, account, text), balance) in enumerate(with_balances(newest_first)):
        number = len(LINES) - at if newest_first else at + 1
        value = Decimal(amount)
        money_in, money_out = (float(value), 0.0) if value > 0 else (0.0, float(-value))
        plain_day = day.replace("-", "")
        rows.append(
            [
                OWN,
                "某某商贸有限公司",
                f"{plain_day} {time}",
                money_out,
                money_in,
                float(balance),
                "人民币元",
                party,
                account,
                "",
                plain_day,
                text,
                "",
                f"2026-{number}",
                "",
                "",
                "",
                "",
                "",
            ]
        )
    return [header, *rows]


BOC_ENGLISH = {
    "交易类型": "Transaction Type", "业务类型": "Business type", "付款人账号": "Debit Account No.", "付款人名称": "Payer's Name",
    "收款人账号": "Payee's Account Number", "收款人名称": "Payee's Name", "交易日期": "Transaction Date",
    "交易时间": "Transaction time", "交易货币": "Trade Currency", "交易金额": "Trade Amount",
    "交易后余额": "After-transaction balance", "摘要": "Reference", "用途": "Purpose",
}  # fmt: skip


def boc_corporate(newest_first: bool = False, bilingual: bool = False) -> list[list[str]]:
    header = [f"{name}[ {english} ]" if bilingual else name for name, english in BOC_ENGLISH.items()]
    rows = []
    for (day, time, amount, party, account, text), balance in with_balances(newest_first):
        way, other = (
            ("来账", [account, party, OWN, "我公司"])
            if Decimal(amount) > 0
            else ("往账", [OWN, "我公司", account, party])
        )
        rows.append(
            [
                way,
                "转账",
                *other,
                day.replace("-", ""),
                time,
                "CNY",
                f"{Decimal(amount):.2f}",
                f"{balance:.2f}",
                text,
                "",
            ]
        )
    preamble = [
        ["对公账户交易明细"],
        ["查询账号[ Inquirer account number ]", OWN],
        ["查询账户名称", "我公司"],
        [""],
        [""],
        [""],
        [""],
    ]
    return [*preamble, header, *rows]


def workbook(rows: list[list[object]] | list[list[str]], sheet: str = "Sheet1") -> bytes:
    data = io.BytesIO()
    book = xlsxwriter.Workbook(data, {"in_memory": True})
    page = book.add_worksheet(sheet)
    for at, cells in enumerate(rows):
        page.write_row(at, 0, cells)
    book.close()
    return data.getvalue()


def html(rows: list[list[str]]) -> bytes:
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in cells) + "</tr>" for cells in rows)
    return f"<html><head><meta charset='gbk'></head><body><table border=1>{body}</table></body></html>".encode(
        "gb18030"
    )
