"""Subjects of the reconciliations themselves: the records they matched, and what they left open."""

from __future__ import annotations

from dataclasses import replace

from huikuan.insight.semantic.dimensions import (
    AMOUNT,
    CAUSE,
    CLASS,
    DAY,
    ORDER,
    ORDER_NO,
    OWN_ACCOUNT,
    OWN_PLATFORM,
    OWN_SHOP,
    RECONCILIATION,
    SCOPE,
    SIDE,
    shown,
    time_dimensions,
)
from huikuan.insight.semantic.model import Dimension, Measure, RecordColumn, Subject
from huikuan.records.messages import gettext_noop as _

OWNERS = (SCOPE, OWN_PLATFORM, OWN_SHOP, OWN_ACCOUNT)
PASS = Dimension("pass", _("Matched by"), _("What put the records together."), "pass", words="pass")
STATUS = Dimension(
    "status", _("State"), _("Whether the sides agree, and whether a person said so."), "status", words="link"
)
PERSON = Dimension(
    "person", _("Person"), _("Who matched them by hand."), "person", blank=_("Nobody: matched by the program")
)


def matched_total(side: str) -> str:
    """The query of what all statements say is matched of a side, by currency."""
    return (
        "SELECT currency, sum(matched + difference) AS amount FROM {statements} "
        f"WHERE side = '{side}' GROUP BY currency"
    )


MATCHES = Subject(
    "matches",
    _("Matches"),
    _(
        "What the reconciliations put together, with state, kind, cause and person. The same money is in several "
        "reconciliations: split by reconciliation, or choose one."
    ),
    _("One record in a match: a sale, a settlement line, a payout, a bank line."),
    ("reconciliation", "link_id"),
    "SELECT * FROM {matches}",
    (
        Measure(
            "matches",
            _("Matches"),
            _("Number of matches; one is counted once in each line its records stand in."),
            "(reconciliation, group_id)",
            how="distinct",
            type="count",
            apart=(
                "side",
                *(each.name for each in OWNERS),
                "order_no",
                *(each.name for each in time_dimensions()),
            ),
        ),
        Measure("records", _("Matched records"), _("Number of records in matches."), how="count", type="count"),
        Measure(
            "ours",
            _("Ours, matched"),
            _("Matched records of our side."),
            "CASE WHEN side = 'left' THEN allocated ELSE 0 END",
        ),
        Measure(
            "theirs",
            _("Theirs, matched"),
            _("Matched records of the other side."),
            "CASE WHEN side = 'right' THEN allocated ELSE 0 END",
        ),
        Measure(
            "gap",
            _("Ours less theirs"),
            _("Matched records of our side less those of the other, with fees and all that is not compared."),
            "CASE WHEN side = 'left' THEN allocated ELSE -allocated END",
        ),
        Measure(
            "residual",
            _("Left over"),
            _("What the matches leave over of what is compared: ours less theirs, once for each match."),
            "CASE WHEN first THEN residual ELSE 0 END",
        ),
        Measure(
            "agreed",
            _("Ours, agreed"),
            _("Records of our side in matches whose sides agree."),
            "CASE WHEN side = 'left' AND status IN ('matched', 'manual') THEN allocated ELSE 0 END",
        ),
        Measure(
            "by_hand",
            _("Records by hand"),
            _("Number of records that a person matched."),
            "pass = 'decision'",
            how="count",
            type="count",
        ),
        Measure(
            "agreed_rate",
            _("Agreed rate"),
            _("Agreed of what is matched of our side."),
            how="ratio",
            type="rate",
            ratio=("agreed", "ours"),
        ),
    ),
    (
        RECONCILIATION,
        PASS,
        STATUS,
        replace(CLASS, blank=_("No difference")),
        replace(CAUSE, blank=_("No difference")),
        Dimension(
            "reason", _("Reason given"), _("What the person who matched them said."), "reason", blank=_("None said")
        ),
        PERSON,
        SIDE,
        *OWNERS,
        *time_dimensions(),
        ORDER_NO,
    ),
    (
        shown(RECONCILIATION),
        ORDER,
        shown(SCOPE),
        DAY,
        shown(SIDE),
        shown(STATUS),
        shown(PERSON),
        RecordColumn("allocated", _("Allocated"), "allocated", "money"),
        RecordColumn("residual", _("Left over"), "residual", "money"),
    ),
    ("matches",),
    controls=(("ours", matched_total("left")), ("theirs", matched_total("right"))),
    control_of=_("the statements of the reconciliations"),
)

OPEN_ITEMS = Subject(
    "open_items",
    _("Open items"),
    _("What the reconciliations left open, with its kind and cause."),
    _("One open record, or what is left of a match or found about one."),
    ("reconciliation", "item_id"),
    "SELECT *, CASE WHEN record_key <> '' THEN 'record' WHEN side = 'left' THEN 'left_over' ELSE 'finding' END "
    "AS what, "
    "CASE WHEN needs_work THEN 'true' ELSE 'false' END AS work FROM {open_items}",
    (
        Measure("items", _("Open items"), _("Number of open items."), how="count", type="count"),
        Measure(
            "to_do", _("To do"), _("Number of open items that need a person."), "needs_work", how="count", type="count"
        ),
        Measure(
            "ours",
            _("Ours, missing there"),
            _("Open records of our side: what the other side does not have."),
            "CASE WHEN what = 'record' AND side = 'left' THEN amount ELSE 0 END",
        ),
        Measure(
            "theirs",
            _("Theirs, missing here"),
            _("Open records of the other side: what ours does not have."),
            "CASE WHEN what = 'record' AND side = 'right' THEN amount ELSE 0 END",
        ),
        Measure(
            "left_over",
            _("Left over"),
            _("What matches leave over: ours less theirs."),
            "CASE WHEN what = 'left_over' THEN amount ELSE 0 END",
        ),
        Measure(
            "findings",
            _("Findings"),
            _("Findings about matched records, such as fees that differ; signed as on the other side."),
            "CASE WHEN what = 'finding' THEN amount ELSE 0 END",
        ),
    ),
    (
        RECONCILIATION,
        CLASS,
        CAUSE,
        SIDE,
        Dimension("what", _("What it is"), _("A record, what a match left over, or a finding."), "what", words="what"),
        Dimension("work", _("Needs a person"), _("Whether a person has to look at it."), "work", words="yes"),
        *OWNERS,
        *time_dimensions(),
        ORDER_NO,
    ),
    (
        shown(RECONCILIATION),
        ORDER,
        shown(SCOPE),
        DAY,
        shown(CLASS),
        shown(CAUSE),
        AMOUNT,
    ),
    ("open_items",),
)
