"""Vouchers 凭证: postings put on accounts by rules, added up by day or month and by shop or account; each balances."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from huikuan.insight.periods import month_end
from huikuan.insight.vouchers.postings import PAYOUTS, Posting
from huikuan.insight.words import word_of
from huikuan.records.currency import decimals
from huikuan.records.errors import InvariantError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register
from huikuan.records.rules import Rules, VoucherRule
from huikuan.records.voucher_rules import TAXED, Subject, VoucherRules, code_of

ZERO = Decimal(0)
ONE = Decimal(1)
# Which side of an event's rule is which of the accounts that vouchers are proved by.
PROVED: dict[str, tuple[str, str]] = {
    "sale": ("receivable", ""), "refund": ("", "receivable"), "settled": ("", "receivable"),
    "wallet": ("wallet", ""), "payout": ("", "wallet"), "deposit": ("", "wallet"), "transfer": ("", "wallet"),
    "topup": ("", "wallet"), "bank_payout": ("bank", ""), "bank_other": ("bank", ""), "fee": ("fee", ""),
}  # fmt: skip
# Accounts that only hold money between two events: within a voucher their two sides are netted.
PASSED_THROUGH = {"wallet": "credit", "payout": "debit"}

register({"voucher.unbalanced": _("The voucher %(voucher)s does not balance: debit %(debit)s, credit %(credit)s.")})


@dataclass
class Entry:
    """One line of a voucher: `amount` above zero is debited, below zero credited. `postings` are what it adds up."""

    account: str
    summary: str
    shop: str
    amount: Decimal = ZERO
    number: int = 0
    postings: list[Posting] = field(default_factory=list)
    taxed: bool = False

    @property
    def code(self) -> str:
        """The account's code."""
        return code_of(self.account)[0]

    @property
    def name(self) -> str:
        """The account's name."""
        return code_of(self.account)[1]


@dataclass
class Voucher:
    """One voucher: its number within the month, its day, whose it is (a shop or an account), its currency."""

    day: date
    owner: str
    currency: str
    number: int = 0
    entries: list[Entry] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its number in all: month and number."""
        return f"{self.day:%Y%m}-{self.number:04d}"

    @property
    def debit(self) -> Decimal:
        """What is debited in all."""
        return sum((each.amount for each in self.entries if each.amount > ZERO), ZERO)


@dataclass(frozen=True)
class Leg:
    """One side of a posting: an account and a signed amount; `proved` names what it is proved by."""

    account: str
    summary: str
    amount: Decimal
    proved: str
    passing: bool
    taxed: bool


@dataclass(frozen=True)
class Booking:
    """How postings of one kind are booked: the rule, its accounts and summary in full, the accounts that money only
    passes through, what each side is proved by."""

    rule: VoucherRule
    debit: str
    credit: str
    tax_account: str
    summary: str
    passing: frozenset[str]
    proved: tuple[str, str]


class Maker:
    """Makes vouchers of postings by a book's rules."""

    def __init__(self, rules: Rules, by: str, per: str, last: date) -> None:
        self.rules = VoucherRules(rules.voucher_rules)
        self.shops = {each.name: each.shops[0] for each in rules.accounts if len(each.shops) == 1}
        self.platforms = {each.name: each.platform for each in rules.shops}
        self.by, self.per, self.last = by, per, last
        self.proved: dict[tuple[str, str], Decimal] = {}
        self._bookings: dict[tuple[Any, ...], Booking] = {}

    def vouchers(self, postings: Iterable[Posting]) -> list[Voucher]:
        """All vouchers by day, owner and currency, numbered within each month. Raises InvariantError where one does not
        balance. Afterwards `proved` holds, by what and currency, how the accounts moved."""
        made: dict[tuple[date, str, str], Voucher] = {}
        lines: dict[tuple[date, str, str], dict[tuple[str, ...], Entry]] = {}
        for posting in postings:
            shop = posting.shop or self.shops.get(posting.account, "")
            owner = (shop or posting.account) if self.per == "shop" else (posting.account or shop)
            day = posting.day if self.by == "day" else min(month_end(posting.day), self.last)
            key = (day, owner, posting.currency)
            made.setdefault(key, Voucher(*key))
            for leg in self._legs(posting, shop):
                side = "" if leg.passing else ("debit" if leg.amount > ZERO else "credit")
                summary = "" if leg.passing else leg.summary
                entry = lines.setdefault(key, {}).setdefault(
                    (leg.account, summary, side), Entry(leg.account, leg.summary, shop)
                )
                entry.amount += leg.amount
                entry.postings.append(posting)
                entry.taxed = entry.taxed or leg.taxed
                if leg.proved:
                    told = (leg.proved, posting.currency)
                    self.proved[told] = self.proved.get(told, ZERO) + leg.amount
        numbers: dict[str, int] = {}
        done = []
        for key in sorted(made):
            voucher = made[key]
            voucher.entries = [each for each in lines[key].values() if each.amount]
            if not voucher.entries:
                continue
            voucher.entries.sort(key=lambda each: (each.amount < ZERO, each.code, each.account, each.summary))
            month = f"{voucher.day:%Y%m}"
            numbers[month] = voucher.number = numbers.get(month, 0) + 1
            _prove(voucher)
            done.append(voucher)
        return done

    def _legs(self, posting: Posting, shop: str) -> Sequence[Leg]:
        kind = (
            posting.event, posting.type, shop, posting.account, posting.text, self.rules.version(posting.day),
        )  # fmt: skip
        if kind not in self._bookings:
            self._bookings[kind] = self._booking(posting, shop)
        book = self._bookings[kind]
        tax = _tax(posting, book.rule)
        taxed = bool(tax)
        debited, credited = posting.amount, -(posting.amount - tax)
        if posting.event == "refund":
            debited, credited = posting.amount - tax, -posting.amount
        legs = [
            Leg(book.debit, book.summary, debited, book.proved[0], book.debit in book.passing, taxed),
            Leg(book.credit, book.summary, credited, book.proved[1], book.credit in book.passing, taxed),
        ]
        if tax:
            sign = ONE if posting.event == "refund" else -ONE
            legs.append(Leg(book.tax_account, book.summary, sign * tax, "", False, True))
        return legs

    def _booking(self, posting: Posting, shop: str) -> Booking:
        platform = self.platforms.get(shop, "")
        rule = self.rules.of(
            Subject(posting.event, posting.day, shop, posting.account, platform, posting.type, posting.text)
        )
        words = {
            "shop": shop, "account": posting.account, "platform": platform,
            "type": word_of("type", posting.type) if posting.type else "",
        }  # fmt: skip
        debit, credit, tax = (_filled(text, words) for text in (rule.debit, rule.credit, rule.tax_account))
        proved = PROVED.get(posting.event, ("", ""))
        if posting.event == "write_off" and posting.type != PAYOUTS:
            proved = ("", "receivable")
        passing = frozenset(self._passing(posting, shop, platform, words))
        return Booking(rule, debit, credit, tax, _filled(rule.summary, words), passing, proved)

    def _passing(self, posting: Posting, shop: str, platform: str, words: dict[str, str]) -> set[str]:
        """The accounts that money only passes through, as they are called for this posting."""
        found = set()
        for event, side in PASSED_THROUGH.items():
            rule = self.rules.of(Subject(event, posting.day, shop, posting.account, platform))
            found.add(_filled(getattr(rule, side), words))
        return found


def _filled(text: str, words: dict[str, str]) -> str:
    for name, word in words.items():
        text = text.replace(f"{{{name}}}", word)
    return " ".join(text.split()).rstrip("-")


def _tax(posting: Posting, rule: VoucherRule) -> Decimal:
    """The VAT in what was sold or given back, rounded half up; 0 without a rate."""
    if posting.event not in TAXED or not rule.tax_rate:
        return ZERO
    unit = ONE.scaleb(-decimals(posting.currency))
    return (posting.amount * rule.tax_rate / (ONE + rule.tax_rate)).quantize(unit, ROUND_HALF_UP)


def _prove(voucher: Voucher) -> None:
    credit = -sum((each.amount for each in voucher.entries if each.amount < ZERO), ZERO)
    if credit != voucher.debit:
        raise InvariantError("voucher.unbalanced", voucher=voucher.name, debit=voucher.debit, credit=credit)
