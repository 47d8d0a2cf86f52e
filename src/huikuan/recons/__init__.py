"""The reconciliations of a book: the built-in ones and those its rules declare, each a definition the engine runs."""

from huikuan.engine.model import Definition
from huikuan.recons.balance import BALANCE
from huikuan.recons.order_erp import ORDER_ERP
from huikuan.recons.order_settlement import ORDER_SETTLEMENT
from huikuan.recons.payout_bank import PAYOUT_BANK
from huikuan.recons.settlement_wallet import SETTLEMENT_WALLET
from huikuan.recons.user_defined import definition_of
from huikuan.records.rules import Rules

RECONCILIATIONS: dict[str, Definition] = {
    d.name: d for d in (ORDER_SETTLEMENT, SETTLEMENT_WALLET, PAYOUT_BANK, BALANCE, ORDER_ERP)
}


def definitions(rules: Rules) -> dict[str, Definition]:
    """All reconciliations of a book with these rules, by name: the built-in ones, then the user's."""
    return RECONCILIATIONS | {own.name: definition_of(own) for own in rules.user_reconciliations}


__all__ = ["RECONCILIATIONS", "definition_of", "definitions"]
