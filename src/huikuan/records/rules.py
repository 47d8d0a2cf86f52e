"""A book's rules as plain values: shops, accounts, settlement rules, fee rates, tolerances (DESIGN section 7, TOML).

Each entry with a `from` date holds from that day until the next entry of the same subject.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from huikuan.records.user_reconciliation import UserReconciliation

BEGINNING = date(1900, 1, 1)
TAX_ACCOUNT = "222101 应交税费-应交增值税(销项税额)"  # where VAT goes unless a voucher rule says otherwise


@dataclass(frozen=True)
class Shop:
    """A store on a platform."""

    name: str
    platform: str = ""
    currency: str = ""


@dataclass(frozen=True)
class Account:
    """Where money sits: kind is wallet, bank or courier. `pays_into` names the bank accounts its payouts go to;
    empty: any own account of the currency may receive."""

    name: str
    kind: str
    currency: str = ""
    shops: tuple[str, ...] = ()
    pays_into: tuple[str, ...] = ()


@dataclass(frozen=True)
class SettlementRule:
    """When a shop's orders are to be settled: anchor event + days, then the batch day, then bank days and grace.

    Of what is settled the share `reserve` is held back and comes `reserve_days` later. Nothing is paid while what the
    shop is due is less than `minimum`.
    """

    shop: str
    valid_from: date = BEGINNING
    anchor: str = "received"  # paid | shipped | received | closed
    days: int = 0
    batch: str = "none"  # none | daily | weekly:1 | monthly:1
    bank_days: int = 2
    reserve: Decimal = Decimal(0)
    reserve_days: int = 0
    minimum: Decimal = Decimal(0)
    grace: int = 3


@dataclass(frozen=True)
class Holiday:
    """A day on which banks of a country do not work though they usually would, or work (`working`) though not."""

    country: str
    day: date
    working: bool = False
    name: str = ""


@dataclass(frozen=True)
class FeeRate:
    """What a shop's contract says a fee is."""

    shop: str
    type: str
    rate: Decimal
    valid_from: date = BEGINNING
    category: str = "*"
    base: str = "gross"
    minimum: Decimal = Decimal(0)
    returned_on_refund: bool = True
    tolerance: Decimal = Decimal(0)


@dataclass(frozen=True)
class VoucherRule:
    """To which accounts an event is booked (`records.voucher_rules`). `*`: any shop, account, platform, type;
    `contains`: only where the bill's text holds these words. `tax_rate`: the VAT in what was sold (0.13), which goes to
    `tax_account`."""

    event: str
    debit: str
    credit: str
    summary: str = ""
    valid_from: date = BEGINNING
    shop: str = "*"
    account: str = "*"
    platform: str = "*"
    type: str = "*"
    contains: str = ""
    tax_rate: Decimal = Decimal(0)
    tax_account: str = TAX_ACCOUNT


@dataclass(frozen=True)
class ReconciliationRule:
    """Editable parameters of one reconciliation."""

    name: str
    valid_from: date = BEGINNING
    tolerance: Decimal = Decimal(0)
    window_days: int = 5


@dataclass(frozen=True)
class Tariff:
    """What a courier charges for a parcel into a zone: the first weight at one price, then each step at another."""

    account: str
    zone: str
    first_weight: Decimal  # kg, like all weights
    first_price: Decimal
    valid_from: date = BEGINNING
    step: Decimal = Decimal(1)
    step_price: Decimal = Decimal(0)
    round: str = "up"  # up | half | none: how a part of a step counts
    divisor: Decimal = Decimal(0)  # cm³ per kg of volumetric weight; 0: volume is not charged
    minimum: Decimal = Decimal(0)
    return_price: Decimal = Decimal(0)  # the first weight of the way back, whose further steps cost as those there
    surcharge: Mapping[str, Decimal] = field(default_factory=dict)  # by the courier's own name of it


@dataclass(frozen=True)
class Zone:
    """Which zone of a courier's tariff a parcel from `origin` to `destination` is charged by."""

    account: str
    origin: str
    destination: str
    zone: str
    valid_from: date = BEGINNING


@dataclass(frozen=True)
class Contract:
    """What was agreed with a courier: days within which to claim, and how much its scales may differ (kg)."""

    account: str
    valid_from: date = BEGINNING
    claim_days: int = 0
    weight_tolerance: Decimal = Decimal(0)


@dataclass(frozen=True)
class CourierRules:
    """The rules about couriers' bills; apart from `Rules`, since nothing about orders and money needs them."""

    tariffs: tuple[Tariff, ...] = ()
    zones: tuple[Zone, ...] = ()
    contracts: tuple[Contract, ...] = ()


@dataclass(frozen=True)
class Rules:
    """All rules of a book."""

    shops: tuple[Shop, ...] = ()
    accounts: tuple[Account, ...] = ()
    settlement_rules: tuple[SettlementRule, ...] = ()
    fee_rates: tuple[FeeRate, ...] = ()
    reconciliations: tuple[ReconciliationRule, ...] = ()
    user_reconciliations: tuple[UserReconciliation, ...] = ()
    holidays: tuple[Holiday, ...] = ()
    voucher_rules: tuple[VoucherRule, ...] = ()
    start: date | None = None
    opening_balances: dict[str, Decimal] = field(default_factory=dict)  # account -> balance before `start`
