"""Corrections and records entered by hand that no longer fit the facts, as the overview lists them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from huikuan.pipeline.results.results import Results
from huikuan.server.core import statuses

NAMES = ("counterparty", "counterparty_account", "text")  # not shown to everybody who sees the overview


@dataclass(frozen=True)
class Conflict:
    """A decision to look at again. `other`: the record of a document that seems to be the one entered by hand; blank:
    none."""

    record_key: str
    other: str
    words: str


def conflicts_of(found: Results) -> list[Conflict]:
    """What the run found in conflict and nobody has taken back or decided again since."""
    decisions = found.decisions
    if decisions is None:
        return []
    corrections = {(each.record_key, each.field, each.after) for each in decisions.corrections}
    entered = {each.record_key for each in decisions.manual_records}
    shown = []
    for each in found.manifest.conflicts:
        key, now = each["record_key"], each["now"]
        if each.get("sort") == "record":
            if key in entered:
                shown.append(Conflict(key, now if now != key else "", _entered_words(now == key)))
        elif (key, each["field"], each["after"]) in corrections:
            told = each | dict.fromkeys(("before", "after", "now"), "…") if each["field"] in NAMES else each
            figures = {**told, "field": statuses.word_of("field", each["field"])}
            shown.append(Conflict(key, "", _corrected_words(now is None) % figures))
    return shown


def _entered_words(same: bool) -> str:
    if same:
        return _(
            "Entered by hand, and a file tells it too. What was entered counts; take it back to let the file count."
        )
    return _("Entered by hand, and a file tells a record that may be the same. Both count until one is taken out.")


def _corrected_words(gone: bool) -> str:
    if gone:
        return _("%(field)s was corrected to “%(after)s”, but no file tells the record any more.")
    return _("%(field)s was corrected from “%(before)s” to “%(after)s”, but the file says “%(now)s” now.")
