"""The built-in reconciliations, each a declarative definition the engine runs."""

from huikuan.engine.model import Definition
from huikuan.recons.balance import BALANCE
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.recons.payout_bank import PAYOUT_BANK
from huikuan.recons.settlement_wallet import SETTLEMENT_WALLET

RECONCILIATIONS: dict[str, Definition] = {
    d.name: d for d in (ORDER_SETTLEMENT, SETTLEMENT_WALLET, PAYOUT_BANK, BALANCE)
}

__all__ = ["RECONCILIATIONS"]
