"""CCB's corporate statement (FORMATS 9.2) as a workbook: header in row 1, amounts as text, newest first."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import xlsxwriter

from huikuan.demo.banks import BankMove
from huikuan.demo.seller import BANKS, CCB, COMPACT_DAYS, DAY, LEGAL_NAME, compact, money

HEADER = (
    "账号", "账户名称", "交易时间", "借方发生额（支取）", "贷方发生额（收入）", "余额", "币种", "对方户名", "对方账号",
    "对方开户机构", "记账日期", "摘要", "备注", "账户明细编号-交易流水号", "企业流水号", "凭证种类", "凭证号",
    "关联账户", "交易介质编号",
)  # fmt: skip


def write_ccb(folder: Path, moves: list[BankMove], name: str) -> tuple[str, list[int]]:
    """Write the workbook; its document name and the sheet row of every movement."""
    workbook = xlsxwriter.Workbook(folder / name, {"strings_to_numbers": False})
    workbook.set_properties({"created": datetime(2026, 11, 1, 9, 0)})  # noqa: DTZ001  workbooks know no zone
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
    time = compact(move.at)
    out = money(-move.cents) if move.cents < 0 else "0.00"
    into = money(move.cents) if move.cents >= 0 else "0.00"
    return [
        bank.account, LEGAL_NAME, f"{time[:8]} {time[8:10]}:{time[10:12]}:{time[12:]}", out, into, money(move.balance),
        "人民币元", move.party[0], move.party[1], "", COMPACT_DAYS[move.at // DAY], move.summary, move.memo,
        f"{bank.account[-6:]}-{move.ref}", "", "", "", "", "",
    ]  # fmt: skip
