"""Rules proposed from the book's history: listed, taken over, dismissed. Used by web and command line alike.

A proposal is known by its digest, a hash of what it proposes: one that is dismissed stays so until it says otherwise.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import transaction

from huikuan.insight.learning.fee_history import FeeProposal
from huikuan.insight.learning.settlement_lags import SettlementProposal
from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.proposals.proposing import Proposals, propose
from huikuan.pipeline.results.results import Results
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.audit.services import record
from huikuan.server.books import toml
from huikuan.server.books.models import Book, DismissedProposal
from huikuan.server.books.services import rules_of
from huikuan.server.workbench.services import results

register(
    {"rules.proposal_gone": gettext_noop("This proposal is gone: the results have changed. Look at the new ones.")}
)

KEPT_SECONDS = 3_600
STATES = ("new", "dismissed", "same", "none")


@dataclass(frozen=True)
class Proposed:
    """A proposal with what came of it. `state`: `new`, `dismissed` by a person, `same` as the rule that holds, `none`:
    the history teaches nothing. `entry`: the entry of the rules file's `section`; empty where there is none."""

    told: SettlementProposal | FeeProposal
    section: str
    entry: dict[str, Any]
    digest: str
    state: str

    @property
    def is_fee(self) -> bool:
        """Whether it is about a fee."""
        return self.section == "fee_rate"


def proposals_of(book: Book) -> list[Proposed]:
    """What the published results suggest, new ones first. UserError before the first run."""
    found = results(book)
    gone = set(DismissedProposal.objects.filter(book=book).values_list("digest", flat=True))
    told = _told(book, found)
    listed = [_proposed("settlement_rule", each, gone) for each in told.settlement]
    listed += [_proposed("fee_rate", each, gone) for each in told.fees]
    return sorted(listed, key=lambda each: STATES.index(each.state))


def _told(book: Book, found: Results) -> Proposals:
    rules = rules_of(book)
    key = f"proposals:{book.pk}:{found.run.folder.name}:{hash_of(rules)}"
    told: Proposals | None = cache.get(key)
    if told is None:
        told = propose(found, rules)
        cache.set(key, told, KEPT_SECONDS)
    return told


def _proposed(section: str, told: SettlementProposal | FeeProposal, gone: set[str]) -> Proposed:
    rule = told.rule if isinstance(told, SettlementProposal) else told.rate
    if rule is None:
        return Proposed(told, section, {}, "", "none")
    entry = toml.entry_of(section, rule)
    digest = str(hash_of((section, entry)))[:32]
    return Proposed(told, section, entry, digest, "same" if told.same else "dismissed" if digest in gone else "new")


def find(book: Book, digest: str) -> Proposed:
    """The proposal of a digest. UserError `rules.proposal_gone`."""
    for each in proposals_of(book):
        if each.digest == digest and each.state in ("new", "dismissed"):
            return each
    raise UserError("rules.proposal_gone")


def take_over(book: Book, digest: str, *, by: Any) -> Proposed:
    """Make a proposal a rule of the book, from its day on. UserError `rules.proposal_gone`."""
    found = find(book, digest)
    toml.import_sections(book, {found.section: [found.entry]}, by=by)
    return found


@transaction.atomic
def dismiss(book: Book, digest: str, *, by: Any) -> Proposed:
    """Put a proposal aside until the history says something else. UserError `rules.proposal_gone`."""
    found = find(book, digest)
    _row, created = DismissedProposal.objects.get_or_create(book=book, digest=digest)
    if created:
        record(by, "rules.dismiss", book, book=book, after={found.section: found.entry})
    return found


def as_text(listed: list[Proposed]) -> str:
    """The new proposals as a rules file to review and import."""
    return toml.text_of([(each.section, each.entry) for each in listed if each.state == "new"])
