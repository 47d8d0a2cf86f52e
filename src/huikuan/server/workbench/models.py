"""What people decide in a book: matches, records kept apart, exclusions, corrections, records by hand, notes.

Nothing is deleted or changed (`decided` relies on it): a decision taken back carries who took it back and when. A
decision in force has `live` true; the constraints on live rows hold even when two people decide at the same moment.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


class Decision(models.Model):
    """What every decision has: who made it and why, whether it is in force, who took it back."""

    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(max_length=500, blank=True)
    live = models.BooleanField(default=True)
    actor = models.CharField(max_length=150)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    undone_actor = models.CharField(max_length=150, blank=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class Match(Decision):
    """Records said to be the same thing. `group_id` is its identity for ever; a difference has its reason's code."""

    group_id = models.CharField(max_length=40, unique=True)
    reconciliation = models.CharField(max_length=60)
    difference_reason = models.CharField(max_length=20, blank=True)
    difference = models.DecimalField(max_digits=18, decimal_places=5, default=0)
    currency = models.CharField(max_length=3, blank=True)
    forced = models.BooleanField(default=False)
    approved_actor = models.CharField(max_length=150, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["book", "reconciliation", "live"], name="matches_of_book")]

    members: Any
    waits = False


class WaitingMatch(Decision):
    """A forced match that waits for a second person; live while it waits. No match as yet: nothing counts it.

    `members`: side, record_key, amount, fact_amount (plain decimal text) and order_no of each record. Approved, it
    becomes a `Match` of the same `group_id`. `outcome` is blank while it waits, else `approved`, `declined` (`answer`
    says why); who answered and when stands in `undone_actor`, `undone_at`.
    """

    group_id = models.CharField(max_length=40, unique=True)
    reconciliation = models.CharField(max_length=60)
    difference_reason = models.CharField(max_length=20, blank=True)
    difference = models.DecimalField(max_digits=18, decimal_places=5)
    currency = models.CharField(max_length=3, blank=True)
    members = models.JSONField()
    instead_of = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=10, blank=True)
    answer = models.CharField(max_length=500, blank=True)
    waits = True

    class Meta:
        indexes = [models.Index(fields=["book", "live"], name="waiting_of_book")]

    def keys(self, side: str) -> list[str]:
        """The record keys of a side."""
        return [each["record_key"] for each in self.members if each["side"] == side]


class MatchMember(models.Model):
    """One record's share in a match. `amount` is signed as on its side, `fact_amount` the whole record's then.

    `live` repeats the match's. A record may be split over several matches; `services.match` sees, with the book's row
    locked, that they never take more than the whole of it.
    """

    match = models.ForeignKey(Match, on_delete=models.CASCADE, related_name="members")
    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="+")
    reconciliation = models.CharField(max_length=60)
    side = models.CharField(max_length=5, choices=[("left", "left"), ("right", "right")])
    record_key = models.CharField(max_length=500)
    amount = models.DecimalField(max_digits=18, decimal_places=5)
    fact_amount = models.DecimalField(max_digits=18, decimal_places=5)
    order_no = models.CharField(max_length=120, blank=True)
    live = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["book", "reconciliation", "record_key", "live"], name="members_of_record")]
        ordering = ["side", "record_key"]


class Apart(Decision):
    """An automatic link taken apart: these records are not to be put into one group by the engine again."""

    reconciliation = models.CharField(max_length=60)
    record_keys = models.JSONField()


class Exclusion(Decision):
    """A record that takes no part in a reconciliation (blank: in any)."""

    reconciliation = models.CharField(max_length=60, blank=True)
    record_key = models.CharField(max_length=500)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "reconciliation", "record_key"], condition=Q(live=True), name="one_live_exclusion"
            )
        ]


class Correction(Decision):
    """A field as a person says it is."""

    record_key = models.CharField(max_length=500)
    field = models.CharField(max_length=60)
    before = models.TextField(blank=True)
    after = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "record_key", "field"], condition=Q(live=True), name="one_live_correction"
            )
        ]


class ManualRecord(Decision):
    """A record entered by hand: its kind's fields as plain text."""

    kind = models.CharField(max_length=40)
    record_key = models.CharField(max_length=500)
    values = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "record_key"], condition=Q(live=True), name="one_live_manual_record"
            )
        ]


class ItemClass(Decision):
    """What a platform's wording of a bill item is, where no table knows it (`records.decisions.BillItem`)."""

    source = models.CharField(max_length=60)
    item = models.CharField(max_length=500)
    type = models.CharField(max_length=30)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "source", "item"], condition=Q(live=True), name="one_live_item_class"
            )
        ]


class Dispute(Decision):
    """An order whose money is in dispute with the platform or the buyer."""

    shop = models.CharField(max_length=200)
    order_no = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "shop", "order_no"], condition=Q(live=True), name="one_live_dispute"
            )
        ]


class SuggestionRefused(Decision):
    """A suggestion somebody looked at and rejected; it is offered no more while this is live."""

    reconciliation = models.CharField(max_length=60)
    item_id = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["book", "reconciliation", "item_id"], condition=Q(live=True), name="one_live_refusal"
            )
        ]


class Note(models.Model):
    """A remark about a record, an open item, a group or an order: `subject` is `kind:id`, such as `item:...`."""

    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="notes")
    subject = models.CharField(max_length=520)
    text = models.TextField()
    actor = models.CharField(max_length=150)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [models.Index(fields=["book", "subject"], name="notes_of_subject")]
