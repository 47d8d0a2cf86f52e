"""Chase (US): checking account activity as CSV. From a real file (masked by its publisher).

`Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #,` with a comma at the end; signed amounts, dates
month first, newest first; the file does not name its account.
"""

from __future__ import annotations

from huikuan.formats.banks.bank_statement import statement
from huikuan.formats.spec import About
from huikuan.records.messages import gettext_noop

CHASE_STATEMENT = statement(
    "chase.statement",
    About(
        title=gettext_noop("Chase checking account activity"),
        where=gettext_noop("chase.com, account activity, Download, CSV"),
        verified="real file",
        note=gettext_noop("The file does not name its account: give it on import. Proved by the running balance."),
    ),
    needs=(("Details",), ("Posting Date",), ("Description",), ("Amount",), ("Balance",), ("Check or Slip #",)),
    order="month",
    currency="USD",
)
