"""ABC 农业银行: statements of debit cards and corporate accounts.

Debit card: a real statement, taken from the bank's PDF to CSV by a third party. One signed amount (`+10000.00`), time
as `123456` or blank, rows that end early, `日 志 号` with blanks in it; the same number may stand in several lines.
Corporate: documented by third parties' importers only. 账号 on row 2, header on row 3, 收入 and 支出, the last row
counts (`5 收 91,007,497.02`). It is recognised as `abc.statement` where the file or its preamble names the bank.
"""

from __future__ import annotations

from huikuan.formats.banks.bank_statement import statement
from huikuan.formats.spec import About
from huikuan.records.messages import gettext_noop

ABC_DEBIT = statement(
    "abc.statement",
    About(
        title=gettext_noop("ABC 农业银行 debit card statement"),
        where=gettext_noop("ABC mobile banking, 交易明细 (PDF, converted to CSV)"),
        verified="real file",
        note=gettext_noop("The file does not name its account: give it on import. Proved by the running balance."),
    ),
    needs=(("交易日期",), ("交易金额",), ("本次余额",), ("日 志 号", "日志号")),
    currency="CNY",
)
