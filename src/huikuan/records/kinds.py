"""All record kinds by name."""

from huikuan.records.bank_line import BANK_LINE
from huikuan.records.kind import Kind
from huikuan.records.order_line import ORDER_LINE
from huikuan.records.settlement_line import SETTLEMENT_LINE
from huikuan.records.wallet_line import WALLET_LINE

KINDS: dict[str, Kind] = {kind.name: kind for kind in (ORDER_LINE, SETTLEMENT_LINE, WALLET_LINE, BANK_LINE)}
