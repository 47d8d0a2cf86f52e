"""The basic account's statement as camt.053.001.02: one entry per movement, opening and closing balance."""

from __future__ import annotations

from pathlib import Path
from xml.sax.saxutils import escape

from huikuan.demo.banks import BankMove
from huikuan.demo.files import Lines
from huikuan.demo.seller import BANKS, BOC, DAY, ISO_DAYS, LAST_DAY, LEDGER_DAY, LEGAL_NAME, moment, money


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


def write_camt(folder: Path, moves: list[BankMove], name: str) -> tuple[str, list[int]]:
    """Write the statement; its document name and the ordinal of every movement."""
    bank = BANKS[BOC]
    closing = moves[-1].balance if moves else bank.opening
    created = f"{ISO_DAYS[LAST_DAY + 1]}T06:30:00+08:00"
    span = f"<FrDtTm>{ISO_DAYS[LEDGER_DAY]}T00:00:00+08:00</FrDtTm><ToDtTm>{ISO_DAYS[LAST_DAY]}T23:59:59+08:00</ToDtTm>"
    lines = Lines(folder, name, "utf-8")
    for text in (
        '<?xml version="1.0" encoding="UTF-8"?>\n',
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>\n',
        f"<GrpHdr><MsgId>BOC{bank.account}202610</MsgId><CreDtTm>{created}</CreDtTm></GrpHdr>\n",
        f"<Stmt><Id>{bank.account}-202610</Id><ElctrncSeqNb>10</ElctrncSeqNb><CreDtTm>{created}</CreDtTm>\n",
        f"<FrToDt>{span}</FrToDt>\n",
        f"<Acct><Id><Othr><Id>{bank.account}</Id></Othr></Id><Ccy>CNY</Ccy><Ownr><Nm>{LEGAL_NAME}</Nm></Ownr></Acct>\n",
        _balance("OPBD", bank.opening, LEDGER_DAY),
        _balance("CLBD", closing, LAST_DAY),
        *(_entry(move) for move in moves),
        "</Stmt></BkToCstmrStmt></Document>\n",
    ):
        lines.line(text)
    lines.close()
    return lines.document, list(range(1, len(moves) + 1))
