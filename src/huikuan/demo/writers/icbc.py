"""ICBC's corporate statement, first layout of FORMATS 9.2: `[HISTORYDETAIL]`, GBK, quoted thousands, oldest first."""

from __future__ import annotations

from pathlib import Path

from huikuan.demo.banks import BankMove
from huikuan.demo.files import Lines
from huikuan.demo.seller import BANKS, COMPACT_DAYS, ICBC, Month, moment

HEADER = "凭证号,本方账号,对方账号,交易时间,借/贷,借方发生额,贷方发生额,对方行号,摘要,用途,对方单位名称,余额,个性化信息"


def grouped(cents: int) -> str:
    """Cents with thousands separators, in quotes where there is one.

    >>> grouped(123456789)
    '"1,234,567.89"'
    """
    text = f"{cents // 100:,}.{cents % 100:02d}"
    return f'"{text}"' if "," in text else text


def write_icbc(folder: Path, moves: list[BankMove], month: Month, opening: int) -> tuple[str, list[int]]:
    """Write the statement of a month; its document name and the line of every movement (0 for the hidden one). It tells
    no opening balance."""
    lines = Lines(folder, f"historydetail{COMPACT_DAYS[month.last + 1]}.csv", "gbk")
    lines.line("[HISTORYDETAIL]\r\n")
    lines.line(HEADER + "\r\n")
    rows: list[int] = []
    for move in moves:
        if move.hidden:
            rows.append(0)
            continue
        out = grouped(-move.cents) if move.cents < 0 else ""
        into = grouped(move.cents) if move.cents >= 0 else ""
        side = "贷" if move.cents >= 0 else "借"
        rows.append(
            lines.line(
                f"{move.ref}\t,{BANKS[ICBC].account}\t,{move.party[1]}\t,{moment(move.at)},{side},"
                f"{out},{into},,{move.summary},{move.memo},{move.party[0]},{grouped(move.balance)},\r\n"
            )
        )
    lines.close()
    return lines.document, rows
