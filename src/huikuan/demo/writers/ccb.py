"""CCB's corporate statement (FORMATS 9.2) as a workbook: header in row 1, amounts as text, newest first."""

from __future__ import annotations

from datetime import datetime, time
from pathlib import Path

import xlsxwriter

from huikuan.demo.banks import BankMove
from huikuan.demo.seller import BANKS, CCB, COMPACT_DAYS, DATES, DAY, LEGAL_NAME, Month, compact, money

HEADER = (
    "账号", "账户名称", "交易时间", "借方发生额（支取）", "贷方发生额（收入）", "余额", "币种", "对方户名", "对方账号",
    "对方开户机构", "记账日期", "摘要", "备注", "账户明细编号-交易流水号", "企业流水号", "凭证种类", "凭证号",
    "关联账户", "交易介质编号",
)  # fmt: skip


def write_ccb(folder: Path, moves: list[BankMove], month: Month, opening: int) -> tuple[str, list[int]]:
    """Write the workbook of a month; its document name and the sheet row of every movement. It tells no opening
    balance."""
    name = f"建设银行交易明细_{COMPACT_DAYS[month.first]}_{COMPACT_DAYS[month.last]}.xlsx"
    workbook = xlsxwriter.Workbook(folder / name, {"strings_to_numbers": False})
    workbook.set_properties({"created": datetime.combine(DATES[month.last + 1], time(9))})
    sheet = workbook.add_worksheet("交易明细")
    sheet.write_row(0, 0, HEADER)
    rows = [0] * len(moves)
    for n, move in enumerate(reversed(moves)):
        sheet.write_row(n + 1, 0, _cells(move))
        rows[len(moves) - 1 - n] = n + 2
    workbook.close()
    return name, rows


def _cells(move: BankMove) -> list[str]:
    bank = BANKS[CCB]
    at = compact(move.at)
    out = money(-move.cents) if move.cents < 0 else "0.00"
    into = money(move.cents) if move.cents >= 0 else "0.00"
    return [
        bank.account, LEGAL_NAME, f"{at[:8]} {at[8:10]}:{at[10:12]}:{at[12:]}", out, into, money(move.balance),
        "人民币元", move.party[0], move.party[1], "", COMPACT_DAYS[move.at // DAY], move.summary, move.memo,
        f"{bank.account[-6:]}-{move.ref}", "", "", "", "", "",
    ]  # fmt: skip
