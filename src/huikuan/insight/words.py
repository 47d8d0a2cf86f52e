"""What codes are called: classes of open items, passes, sides, states of links. Registered as `group.code`.

Also the one place where evidence (`engine.evidence`: JSON with a code and parameters) is put into words.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from huikuan import recons as _recons  # noqa: F401 - registers the sentences of `evidence.CODE`
from huikuan.engine import evidence as _evidence  # noqa: F401 - the same
from huikuan.records.codes import FEE_CLASSES
from huikuan.records.messages import MESSAGES, register, text_of, translated
from huikuan.records.messages import gettext_noop as _
from huikuan.records.money import plain
from huikuan.records.rules import BEGINNING

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
    "quantity_short": _("Too few pieces"),
    "quantity_over": _("Too many pieces"),
    "wrong_item": _("Another item"),
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
# Of a comparison with other rules (`pipeline.proposals.what_if`): what happens to a row, of which list, in which field.
CHANGES = {"new": _("New"), "gone": _("Gone"), "changed": _("Changed")}
PARTS = {"links": _("Matches"), "open": _("Open items")}
CHANGED_FIELDS = {
    "status": _("State"), "group_id": _("Match"), "pass": _("Matched by"), "class": _("Kind"),
    "allocated": _("Allocated"), "residual": _("Difference"), "reason": _("Reason"), "evidence": _("Why matched"),
    "amount": _("Amount"), "needs_work": _("Needs work"), "due_date": _("Due on"), "cause": _("Cause"),
    "suggestion": _("Suggested"), "cause_evidence": _("Why it is open"),
}  # fmt: skip
YES_NO = {"true": _("Yes"), "false": _("No")}

TYPES = {
    "sale": _("Sale"),
    "subsidy": _("Subsidy"),
    "refund": _("Refund"),
    "commission": _("Commission"),
    "service_fee": _("Service fee"),
    "payment_fee": _("Payment fee"),
    "influencer_commission": _("Influencer commission"),
    "affiliate_commission": _("Affiliate commission"),
    "marketing": _("Marketing"),
    "freight_insurance": _("Freight insurance"),
    "freight": _("Freight"),
    "installment_fee": _("Instalment fee"),
    "penalty": _("Penalty"),
    "compensation": _("Compensation"),
    "deposit": _("Deposit"),
    "adjustment": _("Adjustment"),
    "tax": _("Tax"),
    "payout": _("Payout"),
    "transfer": _("Transfer"),
    "unclassified": _("Unclassified"),
}
# Why something is open (`records.codes.CAUSES`), or what a person said it is (DIFFERENCE_REASONS).
CAUSES = {
    "c-T1": _("Not yet due"),
    "c-T2": _("Where the days are cut"),
    "c-T3": _("Payout on its way"),
    "c-T4": _("Crosses into another period"),
    "c-O1": _("Overdue"),
    "c-F1": _("Platform fee"),
    "c-F2": _("Fee above the contract"),
    "c-F3": _("Fee not returned after a refund"),
    "c-F4": _("Penalty or compensation"),
    "c-F5": _("Insurance, freight, promotion"),
    "c-S1": _("Platform subsidy not counted"),
    "c-S2": _("Subsidy taken back"),
    "c-R1": _("Refund before shipping"),
    "c-R2": _("Refund after shipping"),
    "c-R3": _("Refund without goods coming back"),
    "c-R4": _("Goods back without a refund"),
    "c-R5": _("Part refund or small payment"),
    "c-R6": _("Refund failed"),
    "c-P1": _("Settled in part"),
    "c-P2": _("Several paid as one"),
    "c-P3": _("Deducted or booked twice"),
    "c-P4": _("Payout bounced"),
    "c-P5": _("Deposit"),
    "c-D1": _("Order number missing or changed"),
    "c-D2": _("Orders split or joined"),
    "c-D3": _("Rounding"),
    "c-D4": _("Another currency"),
    "c-D5": _("File incomplete or damaged"),
    "c-W1": _("Bank fee or interest"),
    "c-W2": _("Unknown receipt"),
    "c-G1": _("Shipped otherwise than ordered"),
    "c-G2": _("Shipped, parcel does not move"),
    "c-G3": _("Paid, not shipped"),
    "unknown": _("Cause not known"),
    "fee": _("Fee"),
    "rounding": _("Rounding"),
    "refund": _("Refund"),
    "freight": _("Freight"),
    "subsidy": _("Subsidy"),
    "exchange": _("Exchange rate"),
    "penalty": _("Penalty"),
    "timing": _("Timing"),
    "write_off": _("Write-off"),
    "other": _("Other"),
}

for _group, _words in (
    ("class", CLASSES),
    ("cause", CAUSES),
    ("item", ITEMS),
    ("pass", PASSES),
    ("side", SIDES),
    ("link", LINK_STATES),
    ("type", TYPES),
    ("change", CHANGES),
    ("part", PARTS),
    ("changed_field", CHANGED_FIELDS),
    ("yes", YES_NO),
):
    register({f"{_group}.{code}": sentence for code, sentence in _words.items()})


def word_of(group: str, code: str) -> str:
    """A code of a group (class, cause, item, pass, side, link, type) in the active language; an unknown as itself."""
    key = f"{group}.{code}"
    return text_of(key, {}) if key in MESSAGES else code


def changed_value(value: str) -> str:
    """A value of a comparison in words: evidence as a sentence, a code of any list by its name, else as it is."""
    if value.startswith("{"):
        return because(value)
    for group in ("link", "pass", "class", "cause", "yes"):
        if f"{group}.{value}" in MESSAGES:
            return word_of(group, value)
    return value


AMOUNT = re.compile(r"-?\d+\.\d{5}")

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
    if code in FEE_CLASSES:
        return f"{fee_sentence(told)} {reason}".strip()
    if "type" in told:
        told["fee"] = word_of("type", told["type"])
    key = f"evidence.{ALIASES.get(code, code)}"
    sentence = text_of(key, _figures(told)) if key in MESSAGES else word_of("pass", code)
    return f"{sentence} {reason}".strip()


def _figures(told: dict[str, Any]) -> dict[str, Any]:
    """The parameters of evidence as people read them: amounts, told with five decimals, with as many as they need and
    commas between thousands."""
    return {name: _figure(Decimal(value)) if AMOUNT.fullmatch(str(value)) else value for name, value in told.items()}


def _figure(amount: Decimal) -> str:
    return f"{Decimal(plain(amount)):,f}"


def link_reason(evidence: str, reason: str) -> str:
    """The reason of a link as lists tell it: what the person said, else why it was made."""
    return reason or because(evidence)


def fee_sentence(told: Mapping[str, Any]) -> str:
    """The evidence of a finding of the fee audit in words and figures."""
    less = told["difference"].startswith("-")
    figures = ("base", "expected", "charged", "refunded", "returnable", "returned", "difference")
    return text_of(
        f"evidence.{told['code']}{'_less' if less else ''}",
        {
            name: _figure(Decimal(told[name]).copy_abs() if name == "difference" else Decimal(told[name]))
            for name in figures
        }
        | {
            "fee": word_of("type", told["type"]),
            "rate": percent(told["rate"]) or translated(_("the rates of its categories")),
            "version": rate_version(told["from"], told["category"]),
        },
    )


def percent(rate: str) -> str:
    """A rate, a fraction as text, in per cent; blank stays blank.

    >>> percent("0.006000"), percent("")
    ('0.6%', '')
    """
    return f"{(Decimal(rate) * 100).normalize():f}%" if rate else ""


def rate_version(valid_from: str, category: str) -> str:
    """Which version of a rate: its first day, its category unless it is for all."""
    first = translated(_("the beginning")) if valid_from in ("", BEGINNING.isoformat()) else valid_from
    return first if category in ("", "*") else f"{first}, {category}"
