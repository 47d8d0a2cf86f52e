"""Words for the codes of rules: batch days, reconciliations."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

BATCHES = [
    ("none", _("none")),
    ("daily", _("daily")),
    ("weekly:1", _("Mondays")),
    ("weekly:2", _("Tuesdays")),
    ("weekly:3", _("Wednesdays")),
    ("weekly:4", _("Thursdays")),
    ("weekly:5", _("Fridays")),
    ("weekly:6", _("Saturdays")),
    ("weekly:7", _("Sundays")),
    ("monthly:1", _("first of the month")),
    ("monthly:15", _("15th of the month")),
    ("monthly:31", _("last of the month")),
]
# How well a platform's own cycle is sourced (`records.platforms`).
GRADES = {
    "A": _("the platform's own documentation"),
    "B": _("a practitioner"),
    "C": _("a third party"),
    "D": _("a mirror of documentation: check it"),
    "unsourced": _("general knowledge: check it"),
}
# Reconciliations whose parameters can be edited, with their names.
RECONCILIATIONS = [
    ("order-settlement", _("Orders ↔ settlement")),
    ("settlement-wallet", _("Settlement ↔ wallet")),
    ("payout-bank", _("Payouts ↔ bank")),
    ("balance", _("Balances")),
    ("order-erp", _("Orders ↔ ERP")),
]
