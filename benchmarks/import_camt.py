"""Importing a camt.053 of 1,000,000 entries, against lxml's iterparse taking out the same bytes' entries.

    python benchmarks/import_camt.py [ENTRIES] [ROUNDS]

Two rivals: `iterparse` over every element, which does nothing with them, and one over the entries alone, which takes
out the texts of amount, direction, dates, reference, other party and remittance. Ours is the whole import into an
empty book. The limit is 3 times the quicker of them.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from measuring import OURS, judge, measure

ENTRIES = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
ROUNDS = int(sys.argv[2]) if len(sys.argv) > 2 else 3
RATIO_MAX = 3

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr><MsgId>M1</MsgId>
<CreDtTm>2026-11-01T06:00:00</CreDtTm></GrpHdr><Stmt><Id>S1</Id><CreDtTm>2026-11-01T06:00:00</CreDtTm>
<FrToDt><FrDtTm>2026-10-01T00:00:00</FrDtTm><ToDtTm>2026-10-31T23:59:59</ToDtTm></FrToDt>
<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
{opening}{closing}
"""
BALANCE = (
    '<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd>'
    "<Dt><Dt>{day}</Dt></Dt></Bal>"
)
ENTRY = (
    '<Ntry><NtryRef>{n}</NtryRef><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>'
    "<BookgDt><Dt>{day}</Dt></BookgDt><ValDt><Dt>{day}</Dt></ValDt><AcctSvcrRef>R{n:012d}</AcctSvcrRef>"
    "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
    "<NtryDtls><TxDtls><Refs><EndToEndId>E2E-{n}</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>Buyer {party}</Nm></Pty>"
    "</Dbtr><DbtrAcct><Id><IBAN>DE89370400440532013000</IBAN></Id></DbtrAcct></RltdPties>"
    "<RmtInf><Ustrd>Order {order} payment of goods</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
)


def cents_of(number: int) -> int:
    """The signed amount of an entry in cents."""
    return -(50 + number * 31 % 900) if number % 5 == 4 else 1_000 + number * 7919 % 50_000


def write_statement(path: Path, entries: int) -> None:
    """A statement whose opening balance and entries give its closing balance."""
    closing = 1_000_000 + sum(map(cents_of, range(entries)))
    balances = [
        BALANCE.format(code=code, amount=f"{cents / 100:.2f}", day=day)
        for code, cents, day in (("OPBD", 1_000_000, "2026-10-01"), ("CLBD", closing, "2026-10-31"))
    ]
    with path.open("w", encoding="utf-8") as out:
        out.write(HEAD.format(opening=balances[0], closing=balances[1]))
        for n in range(entries):
            cents = cents_of(n)
            out.write(
                ENTRY.format(
                    n=n, amount=f"{abs(cents) / 100:.2f}", sign="DBIT" if cents < 0 else "CRDT",
                    day=f"2026-10-{1 + n * 31 // entries:02d}", party=n % 5000, order=3100982053977276192 + n,
                )
            )  # fmt: skip
        out.write("</Stmt></BkToCstmrStmt></Document>\n")


PLAIN = (
    "from lxml import etree\n",
    """
rows = 0
for _, element in etree.iterparse(sys.argv[1]):
    rows += element.tag.endswith("}Ntry")
    element.clear()
""",
)
TAKING = (
    "from lxml import etree\n",
    """
paths = ("Amt", "CdtDbtInd", "BookgDt/Dt", "ValDt/Dt", "AcctSvcrRef", "NtryDtls/TxDtls/Refs/EndToEndId",
         "NtryDtls/TxDtls/RltdPties/Dbtr/Pty/Nm", "NtryDtls/TxDtls/RmtInf/Ustrd")
space = "{urn:iso:std:iso:20022:tech:xsd:camt.053.001.08}"
paths = ["/".join(space + step for step in path.split("/")) for path in paths]
cells = []
for _, element in etree.iterparse(sys.argv[1], tag=space + "Ntry"):
    cells.append([element.findtext(path) for path in paths])
    element.clear()
rows = len(cells)
""",
)


def main() -> int:
    """Write the statement, measure all, print the ratio; 1 when the limit is not kept."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "camt.xml"
        write_statement(path, ENTRIES)
        print(f"{ENTRIES:,} entries, {path.stat().st_size / 2**20:.0f} MiB")
        plain, taking, ours = (measure(code, path, ROUNDS) for code in (PLAIN, TAKING, OURS))
        for name, found in (("iterparse, every element", plain), ("iterparse, entries' texts", taking), ("ours", ours)):
            print(found.line(name))
        return 0 if judge(ours, min(plain, taking, key=lambda found: found.seconds), RATIO_MAX) else 1


if __name__ == "__main__":
    sys.exit(main())
