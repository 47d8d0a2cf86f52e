"""The basic account's statement as camt.053.001.02: one entry per movement, opening and closing balance."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from huikuan.demo.banks import BankMove
from huikuan.demo.files import Lines
from huikuan.demo.seller import BANKS, BOC, DATES, DAY, ISO_DAYS, LEGAL_NAME, Month, moment, money


def _amount(cents: int) -> str:
    return f'<Amt Ccy="CNY">{money(abs(cents))}</Amt><CdtDbtInd>{"CRDT" if cents >= 0 else "DBIT"}</CdtDbtInd>'


def _balance(code: str, cents: int, day: int) -> str:
    kind = f"<Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
    return f"<Bal>{kind}{_amount(cents)}<Dt><Dt>{ISO_DAYS[day]}</Dt></Dt></Bal>\n"


def _entry(move: BankMove) -> str:
    day = ISO_DAYS[move.at // DAY]
    time = moment(move.at).replace(" ", "T") + "+08:00"
    party = ""
    if move.party[0]:
        role, other = ("Dbtr", "DbtrAcct") if move.cents >= 0 else ("Cdtr", "CdtrAcct")
        account = f"<{other}><Id><Othr><Id>{move.party[1]}</Id></Othr></Id></{other}>" if move.party[1] else ""
        party = f"<RltdPties><{role}><Nm>{escape(move.party[0])}</Nm></{role}>{account}</RltdPties>"
    text = escape(f"{move.summary} {move.memo}".strip())
    return (
        f"<Ntry>{_amount(move.cents)}<Sts>BOOK</Sts><BookgDt><DtTm>{time}</DtTm></BookgDt><ValDt><Dt>{day}</Dt></ValDt>"
        f"<AcctSvcrRef>{move.ref}</AcctSvcrRef><BkTxCd><Prtry><Cd>{escape(move.summary)}</Cd></Prtry></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><AcctSvcrRef>{move.ref}</AcctSvcrRef><EndToEndId>NOTPROVIDED</EndToEndId></Refs>"
        f"{party}<RmtInf><Ustrd>{text}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
    )


def write_camt(folder: Path, moves: list[BankMove], month: Month, opening: int) -> tuple[str, list[int]]:
    """Write the statement of a month; its document name and the ordinal of every movement. `opening`: the balance
    before the month."""
    bank = BANKS[BOC]
    closing = moves[-1].balance if moves else opening
    first, last, number = ISO_DAYS[month.first], ISO_DAYS[month.last], f"{DATES[month.first]:%Y%m}"
    created = f"{ISO_DAYS[month.last + 1]}T06:30:00+08:00"
    span = f"<FrDtTm>{first}T00:00:00+08:00</FrDtTm><ToDtTm>{last}T23:59:59+08:00</ToDtTm>"
    lines = Lines(folder, f"BOC_{bank.account}_{number}.xml", "utf-8")
    for text in (
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>\n',
        f"<GrpHdr><MsgId>BOC{bank.account}{number}</MsgId><CreDtTm>{created}</CreDtTm></GrpHdr>\n",
        f"<Stmt><Id>{bank.account}-{number}</Id><ElctrncSeqNb>{DATES[month.first].month}</ElctrncSeqNb>"
        f"<CreDtTm>{created}</CreDtTm>\n",
        f"<FrToDt>{span}</FrToDt>\n",
        f"<Acct><Id><Othr><Id>{bank.account}</Id></Othr></Id><Ccy>CNY</Ccy><Ownr><Nm>{LEGAL_NAME}</Nm></Ownr></Acct>\n",
        _balance("OPBD", opening, month.first),
        _balance("CLBD", closing, month.last),
        *(_entry(move) for move in moves),
        "</Stmt></BkToCstmrStmt></Document>\n",
    ):
        lines.line(text)
    lines.close()
    return lines.document, list(range(1, len(moves) + 1))
