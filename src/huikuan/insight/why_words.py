"""What a pass found of two records (`engine.why`), in words: the one place for the page and the command."""

from __future__ import annotations

from decimal import Decimal

from huikuan.engine.why import Verdict
from huikuan.insight.words import AMOUNT, because, word_of
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register, text_of, translated
from huikuan.records.money import plain

STAGES = {"day": _("batch: a whole day"), "run": _("batch: consecutive amounts")}
OUTCOMES = {
    "matched": _("Put together"),
    "failed": _("Did not fit"),
    "taken": _("Not tried"),
    "off": _("Not used"),
    "none": _("Nothing to say"),
}
WORDS = {"pass": "pass", "class": "class"}  # figures that are codes

register({f"why_outcome.{code}": sentence for code, sentence in OUTCOMES.items()})


def stage_word(stage: str) -> str:
    """What a pass is called."""
    return translated(STAGES[stage]) if stage in STAGES else word_of("pass", stage)


def sentence(verdict: Verdict) -> str:
    """What a pass found, as a sentence."""
    figures = verdict.reason.figures
    if verdict.outcome == "matched":
        return because(figures["evidence"])
    return text_of(verdict.reason.code, {name: _shown(name, value) for name, value in figures.items()})


def _shown(name: str, value: str) -> str:
    if name in WORDS:
        return word_of(WORDS[name], value)
    return plain(Decimal(value)) if AMOUNT.fullmatch(value) else value
