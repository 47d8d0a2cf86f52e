"""What the built-in reconciliations, their sides and the steps of a run are called."""

from __future__ import annotations

from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

NAMES = {
    "order-settlement": _("Orders and settlement"),
    "settlement-wallet": _("Settlement and wallet"),
    "payout-bank": _("Payouts and bank"),
    "balance": _("Balances"),
    "order-erp": _("Orders and ERP"),
}
SIDES = {
    "order-settlement": (_("Sales orders"), _("Settlement lines")),
    "settlement-wallet": (_("Settlement lines"), _("Wallet lines")),
    "payout-bank": (_("Payouts"), _("Bank lines")),
    "balance": (_("Opening and movements"), _("Closing balance")),
    "order-erp": (_("Sales orders"), _("ERP orders")),
}


STEPS = {"collection": _("where each order's money is"), "publish": _("writing the results")}


def step_word(name: str) -> str:
    """What a run is at: a reconciliation, or what follows them all."""
    return translated(STEPS[name]) if name in STEPS else recon_word(name)


def recon_word(name: str) -> str:
    """A reconciliation in the active language; one of the book's own by its name."""
    return translated(NAMES[name]) if name in NAMES else name


def side_word(name: str, side: str) -> str:
    """A side of a reconciliation in the active language."""
    words = SIDES.get(name, (_("Left"), _("Right")))
    return translated(words[0 if side == "left" else 1])
