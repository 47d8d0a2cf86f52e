"""SPDB 浦发银行: statements of personal accounts. From a real .xls (masked by its publisher), header on row 2.

Amounts are text in 存入金额 and 取出金额, times are `2025/12/03  14:06:51` with two blanks, 顺序号 begins
again in every file and is no key. Corporate files (header on row 5, 借方金额, 贷方金额) are read as those of any bank.
"""

from __future__ import annotations

from huikuan.formats.banks.bank_statement import statement
from huikuan.formats.spec import About
from huikuan.records.messages import gettext_noop

SPDB_PERSONAL = statement(
    "spdb.statement",
    About(
        title=gettext_noop("SPDB 浦发银行 personal account statement"),
        where=gettext_noop("SPDB online banking, 交易明细, 下载"),
        verified="documentation",
        note=gettext_noop("The file does not name its account: give it on import. Proved by the running balance."),
    ),
    needs=(("交易日期",), ("交易类型",), ("存入金额",), ("取出金额",), ("余额",), ("交易对手名称",)),
    currency="CNY",
)
