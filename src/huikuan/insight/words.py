"""What codes are called: classes of open items, passes, sides, states of links. Registered as `group.code`.

Also the one place where evidence (`engine.evidence`: JSON with a code and parameters) is put into words.
"""

import json

from huikuan.engine import evidence as _evidence  # noqa: F401 - registers the sentences of `evidence.CODE`
from huikuan.records.messages import MESSAGES, register, text_of
from huikuan.records.messages import gettext_noop as _

CLASSES = {
    "key_damaged": _("Number damaged"),
    "key_missing": _("Number missing"),
    "other_shop": _("Another shop's"),
    "other_period": _("Another period's"),
    "duplicate": _("Booked twice"),
    "refund_twice": _("Refunded twice"),
    "refund_missing": _("Refund missing"),
    "fee_not_returned": _("Fee not returned"),
    "fee_rate": _("Fee differs"),
    "unexpected_settlement": _("Settlement not expected"),
    "missing_left": _("Order unknown"),
    "not_due": _("Not due"),
    "missing_right": _("Not settled"),
    "short": _("Too little"),
    "over": _("Too much"),
    "payout_in_transit": _("In transit"),
    "payout_missing": _("Payout not arrived"),
    "payout_returned": _("Payout came back"),
    "unidentified_receipt": _("Receipt not identified"),
    "unidentified_payment": _("Payment not identified"),
    "own_transfer": _("Own transfer"),
    "not_operating": _("Not operating"),
    "balance_break": _("Balance break"),
    "total_mismatch": _("Total disagrees"),
    "possible_duplicate": _("Possibly twice"),
    "late": _("Late"),
    "unknown": _("Not classified"),
}
# Why a line of one side of a balance reconciliation is not on the other, where the class does not say it.
ITEMS = {
    "difference": _("Difference of a match"),
    "unknown_order": _("Names no known order"),
    "payout_not_arrived": _("Payout not found in the bank"),
}
PASSES = {
    "decision": _("a person"),
    "key": _("number"),
    "reference": _("reference"),
    "amount": _("amount and date"),
    "batch": _("batch"),
    "subset": _("sum of a few"),
    "suggest": _("suggestion"),
}
SIDES = {"left": _("Ours"), "right": _("Theirs")}
LINK_STATES = {
    "matched": _("Matched"),
    "difference": _("Difference"),
    "manual": _("Matched by hand"),
    "forced": _("Forced"),
}

for _group, _words in (
    ("class", CLASSES),
    ("item", ITEMS),
    ("pass", PASSES),
    ("side", SIDES),
    ("link", LINK_STATES),
):
    register({f"{_group}.{code}": sentence for code, sentence in _words.items()})


def word_of(group: str, code: str) -> str:
    """A code of a group (class, item, pass, side, link) in the active language; an unknown code as itself."""
    key = f"{group}.{code}"
    return text_of(key, {}) if key in MESSAGES else code


# Matches made since the run carry the code of their pass.
ALIASES = {"decision": "manual"}


def because(evidence: str, reason: str = "") -> str:
    """Why records were put together, as a sentence, then what the person said; blank where nothing is told."""
    try:
        told = json.loads(evidence) if evidence else {}
    except ValueError:
        return evidence
    code = str(told.get("code", ""))
    if not code:
        return reason
    key = f"evidence.{ALIASES.get(code, code)}"
    sentence = text_of(key, told) if key in MESSAGES else word_of("pass", code)
    return f"{sentence} {reason}".strip()


def link_reason(evidence: str, reason: str) -> str:
    """The reason of a link as lists tell it: what the person said, else why it was made."""
    return reason or because(evidence)
