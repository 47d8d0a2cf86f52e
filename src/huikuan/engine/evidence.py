"""Why records were put together, as codes with parameters; put into words where they are shown.

Evidence is JSON text, `{"code": "key"}`. Each code has a sentence in `huikuan.records.messages` under `evidence.CODE`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import ibis

from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

KEY = '{"code": "key"}'
KEY_TOLERANCE = '{"code": "key_tolerance"}'
KEY_DIFFERENCE = '{"code": "key_difference"}'
NOTHING_OWED = '{"code": "nothing_owed"}'
ACCOUNT_KEY = '{"code": "account_key"}'
REFERENCE = '{"code": "reference"}'
AMOUNT_UNIQUE = '{"code": "amount_unique"}'
AMOUNT_EQUAL_ITEMS = '{"code": "amount_equal_items"}'
BATCH_DAY = '{"code": "batch_day"}'
BATCH_RUN = '{"code": "batch_run"}'
MANUAL = '{"code": "manual"}'
EXCLUDED = '{"code": "excluded"}'
AGAIN = '{"code": "again"}'
SAID = '{"code": "cause_said"}'
CONFLICT_CHANGED = '{"code": "conflict", "why": "changed"}'
CONFLICT_GONE = '{"code": "conflict", "why": "gone"}'

register(
    {
        "evidence.key": _("Both sides name the same number, and the amounts agree."),
        "evidence.key_tolerance": _("Both sides name the same number; the amounts agree within the tolerance."),
        "evidence.key_difference": _("Both sides name the same number; the amounts differ."),
        "evidence.nothing_owed": _("Nothing was owed and nothing was settled."),
        "evidence.account_key": _("The bank's reference is the payout's number."),
        "evidence.reference": _("The payout's number stands in the text of the bank line."),
        "evidence.amount_unique": _("Same amount within the window of days, and neither has another candidate."),
        "evidence.amount_equal_items": _(
            "As many equal amounts on one side as on the other within the window of days."
        ),
        "evidence.batch_day": _("The amounts of one day add up to this line."),
        "evidence.batch_run": _("Consecutive amounts add up to this line."),
        "evidence.subset": _("Of %(among)s open amounts within the window of days, only these add up to the one."),
        "evidence.manual": _("Matched by a person."),
        "evidence.excluded": _("Excluded by a person."),
        "evidence.again": _("A decision took its match apart. It is being matched again."),
        # figures as `recons.fee_audit` gives them, put into words by `insight.words`
        "evidence.fee_twice": _("%(fee)s: charged once more for the same order, at the same moment."),
        "evidence.fee_rate": _(
            "%(fee)s: %(charged)s charged, but %(rate)s of %(base)s makes %(expected)s (rate of %(version)s): "
            "%(difference)s too much."
        ),
        "evidence.fee_rate_less": _(
            "%(fee)s: %(charged)s charged, but %(rate)s of %(base)s makes %(expected)s (rate of %(version)s): "
            "%(difference)s too little."
        ),
        "evidence.fee_not_returned": _(
            "%(fee)s: %(refunded)s was refunded, so that at %(rate)s (rate of %(version)s) %(returnable)s was to come "
            "back; %(returned)s came. Charged %(charged)s, due %(expected)s: %(difference)s to claim."
        ),
        "evidence.cause_said": _("A person said so."),
        "evidence.conflict": _("Matched by a person; a record has changed since. Please check."),
    }
)


def subset(among: int) -> str:
    """Found among so many candidates."""
    return json.dumps({"code": "subset", "among": among})


def text(code: Any, figures: Mapping[str, Any] | None = None) -> Any:
    """Evidence as an expression: the code (a word or a text expression), and figures (expressions of any type), each as
    JSON text."""
    parts = [ibis.literal('{"code": '), json_text(ibis.literal(code) if isinstance(code, str) else code)]
    for name, value in (figures or {}).items():
        if value.type().is_string():
            parts += [ibis.literal(f', "{name}": '), json_text(value.fill_null(""))]
        else:  # days and amounts have nothing to escape
            parts += [ibis.literal(f', "{name}": "'), value.cast("string").fill_null(""), ibis.literal('"')]
    return parts[0].concat(*parts[1:], ibis.literal("}"))


def json_text(value: Any) -> Any:
    """An expression's text as a JSON string, quotes included."""
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return ibis.literal('"').concat(escaped, ibis.literal('"'))
