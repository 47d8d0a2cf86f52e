"""What the engine is given and what it gives back: entries, definitions, outcome.

The engine matches *entries*; it knows no order and no bank. A reconciliation (package `recons`) turns records into
entries of two sides, says which passes apply, and names what stays open. Everything here is plain data or an Ibis
expression, so that the same definition runs on DuckDB and on Spark.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from huikuan.records.rules import Rules

MONEY_TYPE = "decimal(18, 5)"
SUM_TYPE = "decimal(38, 5)"  # of sums that are no record's amount

# Columns of an entry, in this order. Grain: one record; key: record_key (unique within a side).
ENTRY: dict[str, str] = {
    "record_key": "string",  # identity of the record
    "document_id": "string",  # the document that tells it
    "source_row": "int64",
    "scope": "string",  # what may be compared: a shop, an account; entries of different scopes never meet by key
    "target": "string",  # passes between accounts: the scopes it may meet as `|a|b|`; `*` any. Holds both ways
    "key": "string",  # normalised key; null where there is none
    "reference": "string",  # the source's own words, in which keys are looked for; null where there are none
    "order_no": "string",  # for display
    "currency": "string",
    "date": "date",  # business date
    "occurred_at": "timestamp(6)",
    "seq": "int64",  # sequence within a day, where known
    "type": "string",  # the kind of movement, in the definition's own words (sale, refund, payout ...)
    "flow": "string",  # flow number: two equal movements of one flow are no duplicates
    "amount": MONEY_TYPE,  # signed as on its side; what totals add up
    "compared": MONEY_TYPE,  # what enters the comparison with the other side; 0 for a fee
    "due_date": "date",  # the day up to which it is no work that the other side is missing; null: not yet due
    "hint": "string",  # a class known beforehand (not_operating, key_missing ...); null: none
}

# Columns of `Outcome.links`: the contract's, with document_id for document, plus scope and evidence.
LINKS: dict[str, str] = {
    "link_id": "string",
    "group_id": "string",
    "side": "string",
    "scope": "string",
    "record_key": "string",
    "document_id": "string",
    "source_row": "int64",
    "order_no": "string",
    "date": "date",
    "currency": "string",
    "amount": MONEY_TYPE,
    "allocated": MONEY_TYPE,  # the share of the record in this group; the whole of it but for manual splits
    "pass": "string",
    "status": "string",
    "class": "string",  # the group's first class where it differs, `late` where it came after its due date, else blank
    "residual": MONEY_TYPE,  # of the group: left - right of what is compared; the same on each of its rows
    "reason": "string",  # what the person said, else blank
    "evidence": "string",  # JSON: {"code": ..., parameters}; see `engine.evidence`
}

# Columns of links as they are written: what a link is called follows from its group and its record, so that whoever
# reads them works it out (`lines.named_links`).
STORED_LINKS = {name: kind for name, kind in LINKS.items() if name != "link_id"}

# How links are sorted where they are written, to be looked up; a second key would cost half as much again.
LINKS_ORDER = ("order_no",)

# Columns of `Outcome.open`. A residual row has a group_id and an empty record_key, its side is `left` and its
# amount left - right, so that the rows of a group add up to its residual.
# A row with a group_id, an empty record_key and side `right` is a finding about linked records (a fee; pieces that
# differ), outside the residual.
OPEN: dict[str, str] = {
    "item_id": "string",
    "group_id": "string",
    "record_key": "string",
    "side": "string",
    "scope": "string",
    "document_id": "string",
    "source_row": "int64",
    "order_no": "string",
    "date": "date",
    "currency": "string",
    "amount": MONEY_TYPE,
    "class": "string",
    "needs_work": "boolean",
    "due_date": "date",
    "age_days": "int64",
    "cause": "string",  # one of CAUSES, or what a person said (one of DIFFERENCE_REASONS)
    "suggestion": "string",  # JSON: see `pass6_suggest`; blank where there is none
    "evidence": "string",
    "cause_evidence": "string",  # JSON, as `evidence`: what bears the cause out
}

# What an open item's cause is told from: its row, and of a record what its entry says beside.
ITEM: dict[str, str] = {**OPEN, "key": "string", "type": "string", "reference": "string"}

# Columns of a finding beside the residuals: about records that are linked by their key. `about` tells it from others of
# its class; `record_key`, where there is one, is the record it is about, which must be linked by its key.
NOTED: dict[str, str] = {
    "scope": "string",
    "key": "string",
    "currency": "string",
    "about": "string",
    "record_key": "string",
    "document_id": "string",
    "source_row": "int64",
    "order_no": "string",
    "date": "date",
    "amount": MONEY_TYPE,
    "class": "string",
    "due_date": "date",
    "evidence": "string",
}

# Columns of `Outcome.audit`: what an audit held against the contract, by rate and day. charged = expected + copied +
# found + within: `copied` are the duplicates, `found` the findings (in `open` with the opposite sign), `within` what
# the tolerance forgives.
AUDIT: dict[str, str] = {
    "scope": "string",
    "currency": "string",
    "type": "string",
    "category": "string",
    "rate": "decimal(10, 6)",  # null where several categories' rates make one fee
    "valid_from": "date",
    "day": "date",  # of the orders
    "orders": "int64",
    "concerned": "int64",  # orders with a finding or a duplicate
    "base": "decimal(38, 5)",
    "charged": "decimal(38, 5)",
    "expected": "decimal(38, 5)",
    "copied": "decimal(38, 5)",
    "found": "decimal(38, 5)",
    "within": "decimal(38, 5)",
}

# Columns of `Outcome.seen`: an entry as the passes saw it, for `engine.why`. `group_id` is null where it stayed open.
SEEN: dict[str, str] = {
    name: ENTRY.get(name, "string")
    for name in (
        "record_key", "side", "scope", "target", "key", "reference", "currency", "date", "occurred_at", "seq",
        "compared", "hint", "group_id", "pass", "evidence",
    )
}  # fmt: skip

# Columns of `Outcome.statement`. One row per name, side, currency.
STATEMENT: dict[str, str] = {
    "name": "string",
    "side": "string",
    "currency": "string",
    "total": "decimal(38, 5)",
    "matched": "decimal(38, 5)",
    "difference": "decimal(38, 5)",
    "open": "decimal(38, 5)",
    "groups": "int64",
    "links": "int64",
}

Mode = Literal["applies", "suggests", "off"]


@dataclass(frozen=True)
class Facts:
    """Current records as Ibis tables by kind name, corrections laid over.

    Each table has the columns of its kind (`Kind.all_fields`); `settlement_line` also has `corroborating` (boolean):
    told better by another bill, compared but never totalled. A missing kind counts as empty.
    """

    backend: Any
    tables: Mapping[str, Any]
    timezone: str = "Asia/Shanghai"  # the book's, in which days begin and end

    def has(self, kind: str) -> bool:
        """Whether there is a table of that kind at all."""
        return kind in self.tables

    def table(self, kind: str) -> Any:
        """The current records of a kind."""
        return self.tables[kind]


@dataclass(frozen=True)
class Sides:
    """The two tables of entries (columns of `ENTRY`), and what the definition's own functions need beside them.

    `nothing`: there is nothing to reconcile (`workspace.no_sides`), so that no pass has to be asked.
    """

    left: Any
    right: Any
    extra: Mapping[str, Any] = field(default_factory=dict)
    nothing: bool = False


@dataclass(frozen=True)
class Passes:
    """Which pass applies, only suggests, or is off (DESIGN section 6).

    `runs`: the batch pass looks for contiguous runs of entries too, not for whole days only.
    """

    key: Mode = "applies"
    reference: Mode = "off"
    amount: Mode = "off"
    batch: Mode = "off"
    runs: bool = True
    subset: Mode = "off"
    suggest: Mode = "off"


@dataclass(frozen=True)
class Classes:
    """How a definition calls what stays open when no hint says it.

    `waiting`, `overdue`: a left entry without counterpart before and after its due date. `nothing_owed`: a right
    entry whose key is known on the left, which expects nothing. `unknown_in`, `unknown_out`: a right entry without
    counterpart, by its sign. `elsewhere`: its key is known in another scope only; blank: not asked.
    """

    waiting: str = "not_due"
    overdue: str = "missing_right"
    nothing_owed: str = "unexpected_settlement"
    unknown_in: str = "missing_left"
    unknown_out: str = "missing_left"
    elsewhere: str = "other_shop"
    short: str = "short"
    over: str = "over"
    no_work: tuple[str, ...] = ()  # classes that need no work here, beside those that never do


# explain(work, groups, lines, sides) -> table of (group_id, record_key, class, amount): parts of the groups' residuals
# that have a name of their own, amounts as left - right. A part may tell document_id, source_row and date where its
# record is no entry of the group. `groups` (group_id, residual, l, r) has one row per differing group, `lines` their
# entries with side and group_id. What is not explained is called by `Classes`.
Explain = Callable[[Any, Any, Any, Sides], Any]

# noted(sides) -> findings (columns of NOTED), or None: about a record that is linked by its key, yet with a row of its
# own in `open` beside the residual (a fee charged twice, pieces that differ), since it is no part of what is compared.
Noted = Callable[[Sides], Any]


@dataclass(frozen=True)
class Measure:
    """A figure per key that is taken of one side's entries while the key pass adds them up. `of` makes its column."""

    side: Literal["left", "right"]
    of: Callable[[Any], Any]
    how: Literal["sum", "min", "max"]
    type: str = MONEY_TYPE  # of the column; a sum of money is of SUM_TYPE


@dataclass(frozen=True)
class Audited:
    """What an audit found: `findings` (columns of NOTED), `figures` (AUDIT), and the record_keys of findings of
    `noted` that it knows to be none (None: it knows of none). All held."""

    findings: Any
    figures: Any
    cleared: Any = None


@dataclass(frozen=True)
class Audit:
    """A second comparison within the groups of the key pass. `judge(work, sums)` is given one row per scope, key and
    currency with l, r, l_rows, r_rows, due_date, seq and the measures."""

    measures: Mapping[str, Measure]
    judge: Callable[[Any, Any], Audited]


# auditing(sides, as_of) -> the audit, or None where there is nothing to hold the records against.
Auditing = Callable[[Sides, date], Audit | None]

# dates(entries, sides) -> entries with due_date filled: asked only of what does not simply agree. Other columns that
# the entries have beside (side, group_id) are kept.
Dates = Callable[[Any, Sides], Any]

# whole_dates(entries, sides) -> the same with the day by which all of a group should have come, what may come later
# than the rest included; None where nothing may.
WholeDates = Callable[[Any, Sides], Any]

# waiting(work, left, lines, groups, sides) -> (left, lines): due dates that hang on what all that is due adds up to.
Waiting = Callable[[Any, Any, Any, Any, Sides], tuple[Any, Any]]

# narrow(work, left, right, lines, sides) -> right entries with narrower targets, before the amount passes: what was
# linked by key and reference (`lines`, None if nothing was) may tell whose money a right entry cannot be.
Narrow = Callable[[Any, Any, Any, Any, Sides], Any]

# finish(work, left, right, sides) -> (left, right): hints that can only be known of what stays open.
Finish = Callable[[Any, Any, Any, Sides], tuple[Any, Any]]


@dataclass(frozen=True)
class Cause:
    """A rule that tells a cause (`engine.causes`): where `when` holds, the cause is `code`; the sentence
    `evidence.SENTENCE` bears it out, with these figures (expressions over the same items as `when`)."""

    when: Any
    code: str
    sentence: str
    figures: Mapping[str, Any] = field(default_factory=dict)


# causes(items) -> rules over open items (columns of ITEM and what `cause_facts` added); the first that fits holds.
Causes = Callable[[Any], list[Cause]]

# cause_facts(work, items, lines, sides) -> items with more columns, which `causes` needs. `lines` (or None): entries of
# linked groups with side and group_id.
CauseFacts = Callable[[Any, Any, Any, Sides], Any]


@dataclass(frozen=True)
class Definition:
    """A reconciliation, declared. `prepare(facts, rules, as_of)` gives its sides.

    `across`: the sides lie in different accounts, so that keys meet by currency and target and not by scope.
    `part_per_record`: each record that `explain` names is a residual row of its own, not one row per class.
    `lead_days`: how many days the right side may come before the left one within the window.
    `rounding`: a difference of no more is a matter of rounding. `edge_days`: a record dated no more days beyond the
    other side's first or last day is a matter of where the days were cut.
    `reads`: the kinds of records that the result depends on; empty: it is not told, so it may be any. `needs`: the kind
    without any record of which there are no sides at all; blank: there is none such.
    """

    name: str
    prepare: Callable[[Facts, Rules, date], Sides]
    reads: tuple[str, ...] = ()
    needs: str = ""
    passes: Passes = Passes()
    classes: Classes = Classes()
    across: bool = False
    part_per_record: bool = False
    tolerance: Decimal = Decimal(0)
    window_days: int = 5
    lead_days: int = 0
    rounding: Decimal = Decimal("0.05")
    edge_days: int = 2
    dates: Dates | None = None
    whole_dates: WholeDates | None = None
    waiting: Waiting | None = None
    finish: Finish | None = None
    narrow: Narrow | None = None
    explain: Explain | None = None
    noted: Noted | None = None
    auditing: Auditing | None = None
    causes: Causes | None = None
    cause_facts: CauseFacts | None = None


@dataclass(frozen=True)
class Outcome:
    """What a reconciliation finds: Ibis tables with the columns of LINKS, OPEN and STATEMENT, already proved.

    With a folder given to `reconcile`, `files` names the Parquet files `links` (columns of STORED_LINKS), `open` and
    `seen` written there, by DuckDB the links in LINKS_ORDER. `audit` has the columns of AUDIT; None where nothing was
    audited. `seen` has the columns of SEEN.
    """

    links: Any
    open: Any
    statement: Any
    audit: Any = None
    files: Mapping[str, Path] = field(default_factory=dict)
    seen: Any = None
