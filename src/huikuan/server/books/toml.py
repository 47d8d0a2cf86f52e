"""The rules file: a book's rules as TOML and back (the contract of `huikuan rules export | import`).

Importing adds and changes what the file names; it removes nothing. The file is checked whole before anything is
written; all faults are told at once.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

import tomli_w
from django.core.exceptions import ValidationError
from django.db import models, transaction

from huikuan.records import rules
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.user_reconciliation import UserReconciliation
from huikuan.records.user_reconciliation_file import read, to_plain
from huikuan.server.audit.services import record
from huikuan.server.books import user_reconciliations
from huikuan.server.books.models import (
    Account,
    Book,
    Contract,
    FeeRate,
    Holiday,
    ReconciliationRule,
    SettlementRule,
    Shop,
    Tariff,
    VoucherRule,
    Zone,
)
from huikuan.server.books.services import courier_rules_of, rules_of

register(
    {
        "rules.not_toml": gettext_noop("This is no rules file: %(why)s"),
        "rules.faults": gettext_noop("The rules file was not imported. %(faults)s"),
    }
)

SHOP = ("name", "platform", "currency")
ACCOUNT = ("name", "kind", "currency", "shops", "pays_into", "opening_balance")
SETTLEMENT = ("shop", "from", "anchor", "days", "batch", "bank_days", "reserve", "reserve_days", "minimum", "grace")
FEE = ("shop", "type", "from", "category", "rate", "base", "minimum", "returned_on_refund", "tolerance")
TARIFF = (
    "account", "from", "zone", "first_weight", "first_price", "step", "step_price", "round", "divisor", "minimum",
    "return_price", "surcharge",
)  # fmt: skip
ZONE = ("account", "from", "origin", "destination", "zone")
CONTRACT = ("account", "from", "claim_days", "weight_tolerance")
OWN = "user_reconciliation"  # a table of tables: read by its own module, which says what may stand in it
HOLIDAY = ("country", "date", "working", "name")
RECONCILIATION = ("name", "from", "tolerance", "window_days")
VOUCHER = (
    "event", "from", "shop", "account", "platform", "type", "contains", "debit", "credit", "summary", "tax_rate",
    "tax_account",
)  # fmt: skip
SECTIONS = {
    "shop": (SHOP, ("name",)),
    "account": (ACCOUNT, ("name", "kind")),
    "settlement_rule": (SETTLEMENT, ("shop",)),
    "fee_rate": (FEE, ("shop", "type", "rate")),
    "tariff": (TARIFF, ("account", "zone", "first_weight", "first_price")),
    "zone": (ZONE, ("account", "origin", "destination", "zone")),
    "contract": (CONTRACT, ("account",)),
    "reconciliation": (RECONCILIATION, ("name",)),
    "holiday": (HOLIDAY, ("country", "date")),
    "voucher_rule": (VOUCHER, ("event", "debit", "credit")),
}
DECIMALS = frozenset(
    {"reserve", "minimum", "rate", "tolerance", "opening_balance", "first_weight", "first_price", "step", "step_price",
     "divisor", "return_price", "weight_tolerance", "tax_rate"}
)  # fmt: skip
# section: (model, what its entries are of, fields that with `from` say which entry it is)
VERSIONED: dict[str, tuple[type[models.Model], type[models.Model], tuple[str, ...]]] = {
    "settlement_rule": (SettlementRule, Shop, ()),
    "fee_rate": (FeeRate, Shop, ("type", "category")),
    "tariff": (Tariff, Account, ("zone",)),
    "zone": (Zone, Account, ("origin", "destination")),
    "contract": (Contract, Account, ()),
}
FIELDS = {"from": "valid_from", "date": "day"}  # what the file calls otherwise
UNSAID = {"category": "*"}  # what a field that says which entry it is means where it is left out


def export_text(book: Book) -> str:
    """The book's rules as a TOML file. Amounts and rates are plain decimal text; defaults are written out."""
    given, courier = rules_of(book), courier_rules_of(book)
    accounts = [
        _entry(account, ACCOUNT) | _opening(given.opening_balances.get(account.name)) for account in given.accounts
    ]
    document = {
        "shop": [_entry(shop, SHOP) for shop in given.shops],
        "account": accounts,
        "settlement_rule": [_entry(rule, SETTLEMENT) for rule in given.settlement_rules],
        "fee_rate": [_entry(rate, FEE) for rate in given.fee_rates],
        "tariff": [_entry(tariff, TARIFF) for tariff in courier.tariffs],
        "zone": [_entry(zone, ZONE) for zone in courier.zones],
        "contract": [_entry(contract, CONTRACT) for contract in courier.contracts],
        "reconciliation": [_entry(rule, RECONCILIATION) for rule in given.reconciliations],
        "holiday": [_entry(holiday, HOLIDAY) for holiday in given.holidays],
        "voucher_rule": [_entry(rule, VOUCHER) for rule in given.voucher_rules],
    }
    blocks = [text_of([(section, row) for section, rows in document.items() for row in rows])]
    blocks += [tomli_w.dumps({OWN: [to_plain(own)]}) for own in given.user_reconciliations]
    return "\n".join(filter(None, blocks))


def text_of(entries: Iterable[tuple[str, dict[str, Any]]]) -> str:
    """Entries with their sections as a rules file."""
    return "\n".join(_block(section, entry) for section, entry in entries)


def entry_of(section: str, value: Any) -> dict[str, Any]:
    """A rule as an entry of the file's section."""
    return _entry(value, SECTIONS[section][0])


def _block(section: str, entry: dict[str, Any]) -> str:
    """`[[section]]` and the entry's fields, one a line (the writer alone would put short entries on one line)."""
    lines = [f"[[{section}]]\n"]
    for name, value in entry.items():
        if isinstance(value, dict):  # on one line: a table of its own would not be the entry's
            pairs = ", ".join(tomli_w.dumps({each: amount}).strip() for each, amount in value.items())
            lines.append(f"{name} = {{ {pairs} }}\n")
        else:
            lines.append(tomli_w.dumps({name: value}))
    return "".join(lines)


def _opening(balance: Decimal | None) -> dict[str, str]:
    return {} if balance is None else {"opening_balance": _decimal_text(balance)}


def _entry(value: Any, names: Iterable[str]) -> dict[str, Any]:
    entry: dict[str, Any] = {}
    for name in names:
        field = getattr(value, FIELDS.get(name, name), None)
        if field is None or (name == "from" and field == rules.BEGINNING):
            continue
        entry[name] = _plain(field)
    return entry


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return _decimal_text(value)
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    return list(value) if isinstance(value, tuple) else value


def _decimal_text(value: Decimal) -> str:
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def import_text(book: Book, text: str, *, by: Any = None) -> int:
    """Take over a rules file; returns how many entries it holds. UserError `rules.not_toml`, `rules.faults`."""
    try:
        document = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        raise UserError("rules.not_toml", why=str(error)) from error
    return import_sections(book, document, by=by)


def import_sections(book: Book, document: Mapping[str, Any], *, by: Any = None) -> int:
    """Take over the sections of a rules file, as plain values; returns how many entries they hold. UserError
    `rules.faults`."""
    faults: list[str] = []
    entries = {section: list(_checked(section, rows, faults)) for section, rows in document.items() if section != OWN}
    own = _declared(document.get(OWN, []), faults)
    if not faults:
        before = export_text(book)
        with transaction.atomic():
            _write(book, entries, faults)
            if faults:
                transaction.set_rollback(True)
            else:
                for each in own:
                    user_reconciliations.save(book, each, by=by)
                record(by, "rules.import", book, book=book, before={"toml": before}, after={"toml": export_text(book)})
    if faults:
        raise UserError("rules.faults", faults=" ".join(faults[:20]))
    return len(own) + sum(len(rows) for rows in entries.values())


def _declared(rows: Any, faults: list[str]) -> list[UserReconciliation]:
    """The user's own reconciliations of a file; what is wrong is added to `faults`, each at its entry and key."""
    if not isinstance(rows, list):
        faults.append(f"[[{OWN}]]: unknown section.")
        return []
    found: dict[str, UserReconciliation] = {}
    for number, row in enumerate(rows, start=1):
        own, wrong = read(row)
        faults.extend(f"[[{OWN}]] {number}: {fault.text}" for fault in wrong)
        if own is not None and own.name in found:
            faults.append(f"[[{OWN}]] {number}: name: {own.name} is there twice.")
        elif own is not None:
            found[own.name] = own
    return list(found.values())


def _checked(section: str, rows: Any, faults: list[str]) -> Iterable[dict[str, Any]]:
    """The entries of a section with `from` renamed and decimals read; what is wrong is added to `faults`."""
    if section not in SECTIONS or not isinstance(rows, list):
        faults.append(f"[[{section}]]: unknown section.")
        return
    names, required = SECTIONS[section]
    for number, row in enumerate(rows, start=1):
        where = f"[[{section}]] {number}"
        unknown = sorted(set(row) - set(names))
        missing = sorted(set(required) - set(row))
        faults.extend(f"{where}: unknown field {name}." for name in unknown)
        faults.extend(f"{where}: {name} is missing." for name in missing)
        entry = {FIELDS.get(name, name): _value(name, value, where, faults) for name, value in row.items()}
        if not unknown and not missing:
            yield entry | {"_where": where}


def _value(name: str, value: Any, where: str, faults: list[str]) -> Any:
    if name in FIELDS and isinstance(value, str):
        try:
            return date.fromisoformat(value)
        except ValueError:
            faults.append(f"{where}: {name} = {value!r} is no date.")
    if name in DECIMALS:
        try:
            number = Decimal(str(value))
            if not number.is_finite():
                raise InvalidOperation
            return number
        except InvalidOperation:
            faults.append(f"{where}: {name} = {value!r} is no number.")
    if name == "surcharge" and isinstance(value, dict):
        return {each: str(amount) for each, amount in value.items()}
    return value


def _write(book: Book, entries: dict[str, list[dict[str, Any]]], faults: list[str]) -> None:
    for entry in entries.get("shop", []):
        _upsert(Shop, entry, {"book": book, "name": entry["name"]}, faults)
    links = [(_upsert_account(book, entry, faults), entry) for entry in entries.get("account", [])]
    for account, entry in links:
        if account is not None:
            _link(book, account, entry, faults)
    for section, (model, owner, parts) in VERSIONED.items():
        for entry in entries.get(section, []):
            _write_version(book, model, owner, parts, entry, faults)
    for entry in entries.get("reconciliation", []):
        subject = {"book": book, "name": entry["name"], "valid_from": entry.get("valid_from", rules.BEGINNING)}
        _upsert(ReconciliationRule, entry, subject, faults)
    for entry in entries.get("holiday", []):
        _upsert(Holiday, entry, {"book": book, "country": entry["country"], "day": entry["day"]}, faults)
    for entry in entries.get("voucher_rule", []):
        parts = {name: entry.get(name, "" if name == "contains" else "*") for name in VoucherRule.SUBJECT}
        _upsert(
            VoucherRule, entry, {"book": book, "valid_from": entry.get("valid_from", rules.BEGINNING)} | parts, faults
        )


def _write_version(
    book: Book,
    model: type[models.Model],
    owner: type[models.Model],
    parts: tuple[str, ...],
    entry: dict[str, Any],
    faults: list[str],
) -> None:
    """One entry of a section whose entries are of a shop or an account and hold from a day on."""
    kind = owner._meta.model_name or ""
    found = owner._default_manager.filter(book=book, name=entry[kind]).first()
    if found is None:
        faults.append(f"{entry['_where']}: there is no {kind} {entry[kind]!r}.")
        return
    subject = {kind: found, "valid_from": entry.get("valid_from", rules.BEGINNING)}
    _upsert(model, entry, subject | {name: entry.get(name, UNSAID.get(name)) for name in parts}, faults)


def _upsert(model: type[models.Model], entry: dict[str, Any], subject: dict[str, Any], faults: list[str]) -> Any:
    """Find the row of `subject` or make one, set the entry's fields, check and save it; None if it has a fault."""
    row = model._default_manager.filter(**subject).first() or model(**subject)
    for name, value in entry.items():
        if name not in subject and name not in ("_where", "shops", "pays_into"):
            setattr(row, name, value)
    try:
        row.full_clean()
    except ValidationError as error:
        faults.extend(f"{entry['_where']}: {name}: {' '.join(texts)}" for name, texts in error.message_dict.items())
        return None
    row.save()
    return row


def _upsert_account(book: Book, entry: dict[str, Any], faults: list[str]) -> Account | None:
    account: Account | None = _upsert(Account, entry, {"book": book, "name": entry["name"]}, faults)
    return account


def _link(book: Book, account: Account, entry: dict[str, Any], faults: list[str]) -> None:
    for field, found in (("shops", Shop.objects.filter(book=book)), ("pays_into", Account.objects.filter(book=book))):
        if field not in entry:
            continue
        by_name = {row.name: row for row in found}
        unknown = [name for name in entry[field] if name not in by_name]
        faults.extend(f"{entry['_where']}: {field}: there is no {name!r}." for name in unknown)
        getattr(account, field).set([by_name[name] for name in entry[field] if name in by_name])
