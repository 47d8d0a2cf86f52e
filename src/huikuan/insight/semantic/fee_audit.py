"""The subject of the fee audit: what the platforms charged beside what the shops' rates say, and what to claim."""

from __future__ import annotations

from dataclasses import replace

from huikuan.insight.semantic.dimensions import (
    CATEGORY,
    CLASS,
    DAY,
    FEE_TYPE,
    ORDER,
    ORDER_NO,
    PLATFORM,
    SHOP,
    month_of,
    shown,
    time_dimensions,
)
from huikuan.insight.semantic.model import Dimension, Measure, RecordColumn, Subject
from huikuan.records.codes import FEE_CLASSES
from huikuan.records.messages import gettext_noop as _

KIND = replace(CLASS, definition=_("What kind of finding it is."), blank=_("All fees judged"))
RATE_CATEGORY = replace(CATEGORY, definition=_("The category that the rate is for; * for all."))

FEE_AUDIT = Subject(
    "fee_audit",
    _("Fee audit"),
    _(
        "What the platforms charged beside what the shops' rates say, by the day of the order. Charged less expected = "
        "findings + charged twice + within tolerance."
    ),
    _("One rate of a shop on one day, or one finding; a finding has its file and row."),
    ("shop", "type", "category", "rate", "valid_from", "business_date", "item_id"),
    "SELECT * FROM {fee_audit}",
    (
        Measure(
            "charged",
            _("Charged"),
            _("What was charged of fees that a shop has a rate for, less what was given back."),
            "charged",
        ),
        Measure("expected", _("Expected fee"), _("What the shop's rate says the fee is."), "expected"),
        Measure("difference", _("Charged too much"), _("Charged less expected."), "charged - expected"),
        Measure(
            "found",
            _("Fees that differ"),
            _("Findings of fees above or below the rate, or not returned; positive is charged too much."),
            f"CASE WHEN class IN {FEE_CLASSES} THEN claim ELSE 0 END",
        ),
        Measure("copied", _("Charged twice"), _("Of the fees with a rate."), "copied"),
        Measure("within", _("Within tolerance"), _("Differences that the rate's tolerance forgives."), "within"),
        Measure(
            "claims",
            _("To claim"),
            _("All findings: fees that differ, and fees charged twice whether or not they have a rate."),
            "claim",
        ),
        Measure("findings", _("Findings"), _("Number of findings."), "class <> ''", how="count", type="count"),
        Measure(
            "judged",
            _("Fees judged"),
            _("Number of orders whose fee was judged, once for each fee."),
            "orders",
            type="count",
        ),
        Measure("base", _("Base"), _("What the rates are taken of."), "base"),
        Measure(
            "charged_rate",
            _("Effective rate"),
            _("Charged of the base."),
            how="ratio",
            type="rate",
            ratio=("charged", "base"),
        ),
        Measure(
            "expected_rate",
            _("Contract rate"),
            _("Expected of the base."),
            how="ratio",
            type="rate",
            ratio=("expected", "base"),
        ),
    ),
    (
        *time_dimensions(),
        PLATFORM,
        SHOP,
        FEE_TYPE,
        KIND,
        RATE_CATEGORY,
        Dimension("rate", _("Rate"), _("The rate of the contract."), "rate", words="rate", blank=_("By category")),
        month_of("version", _("Rate since"), _("Month from which the rate is in force."), "valid_from"),
        ORDER_NO,
    ),
    (
        shown(SHOP),
        DAY,
        shown(FEE_TYPE),
        shown(KIND),
        ORDER,
        RecordColumn("charged", _("Charged"), "charged", "money"),
        RecordColumn("expected", _("Expected fee"), "expected", "money"),
        RecordColumn("claim", _("To claim"), "claim", "money"),
    ),
    ("fee_audit",),
    controls=(("found", "SELECT currency, sum(found) AS amount FROM {fee_figures} GROUP BY currency"),),
    control_of=_("the figures of the fee audit"),
)
