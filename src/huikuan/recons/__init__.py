"""The built-in reconciliations, each a declarative definition the engine runs."""

from huikuan.engine.model import Definition
from huikuan.recons.balance import BALANCE
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.recons.payout_bank import PAYOUT_BANK

RECONCILIATIONS: dict[str, Definition] = {d.name: d for d in (ORDER_SETTLEMENT, PAYOUT_BANK, BALANCE)}

__all__ = ["RECONCILIATIONS"]
