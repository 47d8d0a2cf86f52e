"""A user's own column mapping: any CSV or Excel table read as records of one kind.

A `Mapping` is plain data (JSON or TOML by `mapping_to_plain`, `mapping_from_plain`). `mapping_to_format` makes a
`Format` of it, which `read_file` uses like a built-in one; it fits a file whose header holds all columns of the saved
header, so the same layout is recognised again without being told. `formats.mapping_guess` proposes mappings.

Sign rules: `signed` (positive = in), `inverted` (positive = out, as on credit cards), `two_columns` (in − abs(out)),
`direction` (an unsigned amount and a column of words). They hold for money (`MONEY_KINDS`); other kinds' amounts stand
as they are written (`mapping_goods`). Fields that no single column holds are derived by formulas (`mapping_derived`).
"""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any
from zoneinfo import available_timezones

from huikuan.formats import mapping_derived
from huikuan.formats.banks.bank_columns import CURRENCIES
from huikuan.formats.headers import normalise_header
from huikuan.formats.mapping_derived import Derived
from huikuan.formats.mapping_goods import balanced, goods_emit
from huikuan.formats.mapping_words import DIRECTION_WORDS, FOOTER_WORDS, MONEY_KINDS, STATUS_WORDS, TARGETS, target
from huikuan.formats.spec import (
    About,
    Amount,
    Balance,
    Choice,
    Column,
    Constant,
    Day,
    Emit,
    Expression,
    Flag,
    Footer,
    Format,
    Identifier,
    Moment,
    Person,
    Reject,
    Text,
)
from huikuan.records.codes import ORDER_STATUSES, SETTLEMENT_TYPES
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.sql import sql_text

SIGNS = ("signed", "inverted", "two_columns", "direction")
UNITS = ("yuan", "fen")
DEFAULT_TIMES = ("%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y%m%d %H:%M:%S")
DEFAULT_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%Y%m%d")
# Below the best built-in source: a platform's own bill tells more than a table made from it.
MAPPING_RANK = 5

register(
    {
        "mapping.field_unknown": gettext_noop(
            "The mapping “%(name)s” has the field “%(field)s”, which a %(kind)s does not have. "
            "Choose one of: %(expected)s."
        ),
        "mapping.value_unknown": gettext_noop(
            "The mapping “%(name)s” states %(field)s = “%(found)s”. Choose one of: %(expected)s."
        ),
        "mapping.column_missing": gettext_noop(
            "The mapping “%(name)s” gives no column for “%(field)s”, which every %(kind)s needs. Choose its column."
        ),
        "mapping.currency_unknown": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” is not a currency. Expected its code, such as CNY or USD. "
            "Mend the cell, or import the rest and set this row aside."
        ),
        "mapping.header_missing": gettext_noop(
            "The mapping “%(name)s” uses the column “%(header)s”, which is not in its header row. "
            "Choose another column."
        ),
    }
)


@dataclass(frozen=True)
class Mapping:
    """How one layout of table is read. `columns`: field → header as the file writes it; fields as in `TARGETS`.

    `header` is the signature: the whole header row as written. `account`, `shop`, `currency` hold where the file has
    no such column. `skip` are beginnings of the first cell of rows that are no data (explanations, totals).
    `words` translates the words of the direction column into in, out, none (the row is ignored); `statuses` those of
    the status column into order statuses; `types` those of the item column into settlement types (others:
    unclassified). `derived`: field → formula, for fields without a column. `header_lines`: 2 where the names stand in
    two rows; `header` then holds them joined (`headers.joined_header`).
    """

    name: str
    kind: str
    header: tuple[str, ...]
    columns: AnyMapping[str, str]
    sign: str = "signed"
    date_formats: tuple[str, ...] = ()
    timezone: str = "Asia/Shanghai"
    unit: str = "yuan"
    decimal_comma: bool = False
    account: str = ""
    shop: str = ""
    currency: str = ""
    skip: tuple[str, ...] = FOOTER_WORDS
    words: AnyMapping[str, str] = field(default_factory=dict)
    statuses: AnyMapping[str, str] = field(default_factory=dict)
    types: AnyMapping[str, str] = field(default_factory=dict)
    derived: AnyMapping[str, Derived] = field(default_factory=dict)
    header_lines: int = 1

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that have a value: from a column, or derived."""
        return tuple(dict.fromkeys((*self.columns, *self.derived)))


def mapping_to_plain(mapping: Mapping) -> dict[str, Any]:
    """The mapping as JSON and TOML can hold it."""
    plain = asdict(mapping)
    return {key: list(value) if isinstance(value, tuple) else value for key, value in plain.items()}


def mapping_from_plain(plain: AnyMapping[str, Any]) -> Mapping:
    """The mapping of a plain document; what it does not name takes its default. Raises UserError `mapping.*`."""
    known = {each.name for each in fields(Mapping)}
    given = {key: value for key, value in plain.items() if key in known and value is not None}
    for key in ("header", "date_formats", "skip"):
        if key in given:
            given[key] = tuple(str(each) for each in given[key])
    for key in ("columns", "words", "statuses", "types"):
        if key in given:
            given[key] = {str(name): str(value) for name, value in dict(given[key]).items() if value}
    if "derived" in given:
        given["derived"] = {
            str(name): Derived(str(each.get("formula", "")), str(each.get("part", "")))
            for name, each in dict(given["derived"]).items()
        }
    mapping = Mapping(**({"name": "", "kind": "", "header": (), "columns": {}} | given))
    check_mapping(mapping)
    return mapping


def check_mapping(mapping: Mapping) -> None:
    """Raise UserError for the first thing that makes the mapping unusable, whatever the file."""
    _one_of(mapping, "kind", mapping.kind, tuple(TARGETS))
    _one_of(mapping, "sign", mapping.sign, SIGNS)
    _one_of(mapping, "unit", mapping.unit, UNITS)
    _one_of(mapping, "header_lines", str(mapping.header_lines), ("1", "2"))
    if mapping.timezone not in available_timezones():
        _one_of(mapping, "timezone", mapping.timezone, ("Asia/Shanghai", "UTC", "America/Los_Angeles", "..."))
    for way in mapping.words.values():
        _one_of(mapping, "words", way, ("in", "out", "none"))
    for status in mapping.statuses.values():
        _one_of(mapping, "statuses", status, ORDER_STATUSES)
    for kind in mapping.types.values():
        _one_of(mapping, "types", kind, SETTLEMENT_TYPES)
    _check_columns(mapping)
    for name in required_fields(mapping):
        if name not in mapping.fields:
            raise UserError("mapping.column_missing", name=mapping.name, field=name, kind=mapping.kind)


def _check_columns(mapping: Mapping) -> None:
    """Whether the columns and formulas are of fields that the kind has, and of columns that the header has."""
    names = [each.name for each in TARGETS[mapping.kind]]
    header = {normalise_header(each) for each in mapping.header}
    for name, column in mapping.columns.items():
        if name not in names:
            raise UserError(
                "mapping.field_unknown", name=mapping.name, field=name, kind=mapping.kind, expected=", ".join(names)
            )
        if normalise_header(column) not in header:
            raise UserError("mapping.header_missing", name=mapping.name, header=column)
    for name, derived in mapping.derived.items():
        found = target(mapping.kind, name)
        if found is None:
            raise UserError(
                "mapping.field_unknown", name=mapping.name, field=name, kind=mapping.kind, expected=", ".join(names)
            )
        mapping_derived.check_derived(mapping, name, found.type)
        for column in mapping_derived.columns_of(derived):
            if normalise_header(column) not in header:
                raise UserError("mapping.header_missing", name=mapping.name, header=column)


def _one_of(mapping: Mapping, name: str, found: str, expected: tuple[str, ...]) -> None:
    if found not in expected:
        params = {"field": name, "found": found, "expected": ", ".join(expected)}
        raise UserError("mapping.value_unknown", name=mapping.name, **params)


def required_fields(mapping: Mapping) -> list[str]:
    """The fields that need a column, by kind and sign rule."""
    needed = [each.name for each in TARGETS[mapping.kind] if each.required]
    if mapping.kind not in MONEY_KINDS:
        return needed
    by_sign = {"two_columns": ["money_in", "money_out"], "direction": ["amount", "direction"]}
    return needed + by_sign.get(mapping.sign, ["amount"])


def mapping_to_format(mapping: Mapping) -> Format:
    """The mapping as a format, id `mapping.NAME`. Raises UserError `mapping.*` if it is unusable."""
    check_mapping(mapping)
    money = {
        "bank_line": _bank_line,
        "wallet_line": _wallet_line,
        "settlement_line": _settlement_line,
        "order_line": _order_line,
    }
    emit = money.get(mapping.kind, goods_emit)(mapping)
    columns, values = _derived(mapping)
    return Format(
        id=f"mapping.{mapping.name}",
        about=About(title=mapping.name, where="", verified="column mapping"),
        needs=tuple((each,) for each in dict.fromkeys(mapping.header) if each.strip()),
        columns=(*(_column(mapping, name) for name in mapping.columns if name != "time_of_day"), *columns),
        values=(*_constants(mapping), *values, *_values(mapping)),
        emits=(emit,),
        rejects=_rejects(mapping),
        flags=_flags(mapping),
        delimiters=(",", "\t", ";", "|"),
        ignored="direction = 'none'" if mapping.sign == "direction" and mapping.kind in MONEY_KINDS else "",
        footer=Footer(mapping.skip, to_end=False) if mapping.skip else None,
        balance=_balance(mapping),
        balanced=balanced(mapping),
        account_value="account" if mapping.account or "account" in mapping.fields else "",
        shop_value="shop" if mapping.shop or "shop" in mapping.fields else "",
        currency=mapping.currency if "currency" not in mapping.columns else "",
        currency_value="currency_code" if "currency" in mapping.columns else "",
        rank=MAPPING_RANK,
        header_lines=mapping.header_lines,
    )


# ---------------------------------------------------------------- columns and values
def _column(mapping: Mapping, name: str) -> Column:
    found = target(mapping.kind, name)
    headers = (mapping.columns[name],)
    required = name == "moment" or (name in required_fields(mapping) and name not in _sides(mapping))
    match found.type if found else "text":
        case "amount" | "quantity" as kind:
            minor = mapping.unit == "fen" and kind == "amount"
            column: Column = Amount(name, headers, required, minor, decimal_comma=mapping.decimal_comma)
        case "moment":
            column = _moment(mapping, name, headers, required)
        case "day":
            column = Day(name, headers, required, formats=_dates(mapping))
        case "choice":
            column = Choice(name, headers, {**_direction_words(), **mapping.words}, filled=True)
        case "person":
            column = Person(name, headers)
        case "identifier":
            column = Identifier(name, headers, filled=required)
        case _:
            column = Text(name, headers, filled=required, scrub=name in ("text", "counterparty", "title"))
    return column


def _sides(mapping: Mapping) -> tuple[str, ...]:
    """Fields of which each row fills one or the other."""
    if mapping.kind == "ledger_line":
        return ("debit", "credit")
    if mapping.kind == "stock_move" and "qty_out" in mapping.fields:
        return ("qty", "qty_out")
    return ("money_in", "money_out") if mapping.sign == "two_columns" else ()


def _direction_words() -> dict[str, str]:
    """The known words, in small letters, capitals and with a capital."""
    ways = ((form(word), way) for word, way in DIRECTION_WORDS.items() for form in (str, str.upper, str.capitalize))
    return dict(ways)


def _moment(mapping: Mapping, name: str, headers: tuple[str, ...], required: bool) -> Moment:
    also = (mapping.columns["time_of_day"],) if name == "moment" and "time_of_day" in mapping.columns else ()
    times = tuple(each for each in mapping.date_formats if "%H" in each)
    hours = ("%H:%M:%S", "%H:%M", "%H%M%S") if also else ()
    joined = tuple(f"{day} {hour}" for day in _dates(mapping) for hour in hours)
    return Moment(
        name,
        headers,
        filled=required,
        formats=(*times, *joined) or DEFAULT_TIMES,
        tz=mapping.timezone,
        also=also,
        date_formats=_dates(mapping),
    )


def _dates(mapping: Mapping) -> tuple[str, ...]:
    return tuple(each for each in mapping.date_formats if "%H" not in each) or DEFAULT_DATES


def _constants(mapping: Mapping) -> list[Constant]:
    given = {"account": mapping.account, "shop": mapping.shop}
    return [Constant(name, value) for name, value in given.items() if value and name not in mapping.fields]


def _derived(mapping: Mapping) -> tuple[list[Column], list[Expression]]:
    """The columns and values of the derived fields. A column of its own goes before."""
    columns: list[Column] = []
    values: list[Expression] = []
    for name in mapping.derived:
        found = target(mapping.kind, name)
        if name not in mapping.columns and found:
            made = mapping_derived.declared(mapping, name, found.type)
            columns += made[0]
            values += made[1]
    return columns, values


def _values(mapping: Mapping) -> list[Expression]:
    """The signed amount, the currency's code, and a null for each text field that has no column."""
    values = []
    if "currency" in mapping.columns:
        names = " ".join(f"WHEN {sql_text(name)} THEN {sql_text(code)}" for name, code in CURRENCIES.items())
        values.append(Expression("currency_code", f"CASE upper(currency) {names} ELSE upper(currency) END", "text"))
    if mapping.kind not in MONEY_KINDS:
        return values
    signed = {
        "signed": "amount",
        "inverted": "-amount",
        "two_columns": "coalesce(money_in, 0) - abs(coalesce(money_out, 0))",
        "direction": "CASE direction WHEN 'in' THEN abs(amount) WHEN 'out' THEN -abs(amount) END",
    }[mapping.sign]
    return [*values, Expression("signed_amount", signed, "money")]


def _rejects(mapping: Mapping) -> tuple[Reject, ...]:
    rejects = []
    if mapping.sign == "two_columns" and mapping.kind in MONEY_KINDS:
        column = mapping.columns.get("money_in", "")
        rejects.append(Reject("bank.no_amount", "money_in IS NULL AND money_out IS NULL", column))
    if mapping.kind == "stock_move" and "qty_out" in mapping.fields:
        rejects.append(Reject("cell.empty", "qty IS NULL AND qty_out IS NULL", mapping.columns.get("qty", "")))
    if "currency" in mapping.columns:
        wrong = "currency_code IS NOT NULL AND NOT regexp_full_match(currency_code, '[A-Z]{3}')"
        rejects.append(Reject("mapping.currency_unknown", wrong, mapping.columns["currency"]))
    return tuple(rejects)


def _flags(mapping: Mapping) -> tuple[Flag, ...]:
    """A damaged order number on a money line is kept and told; on an order line, whose key it is, it is a reject."""
    if "order_no" not in mapping.columns or mapping.kind == "order_line":
        return ()
    return (Flag("key_damaged", "order_no_damaged", mapping.columns["order_no"]),)


def _balance(mapping: Mapping) -> Balance | None:
    if "balance" not in mapping.columns or mapping.kind not in MONEY_KINDS:
        return None
    return Balance(amount="signed_amount")


def _given(mapping: Mapping, *names: str) -> dict[str, str]:
    return {name: name for name in names if name in mapping.fields}


def _identity(mapping: Mapping, *names: str) -> str:
    """SQL of the identity of a row without a number of its own: the date, the amount and what else it has."""
    parts = ["moment_date", "moment", "signed_amount", *(name for name in names if name in mapping.fields)]
    return "concat_ws('|', " + ", ".join(f"coalesce(({part})::VARCHAR, '')" for part in parts) + ")"


def _bank_line(mapping: Mapping) -> Emit:
    own = "ref" if "ref" in mapping.fields else "NULL"
    identity = _identity(mapping, "balance", "counterparty", "counterparty_account", "reference")
    given = _given(mapping, "balance", "counterparty", "counterparty_account", "reference", "text")
    if "value_date" in mapping.columns:
        given["value_date"] = "value_date_date"
    return Emit("bank_line", {"ref": f"coalesce({own}, {identity})", "amount": "signed_amount", **given}, "moment")


def _wallet_line(mapping: Mapping) -> Emit:
    own = "flow_no" if "flow_no" in mapping.fields else "NULL"
    identity = _identity(mapping, "balance", "item", "order_no", "trade_no")
    given = _given(mapping, "balance", "item", "order_no", "trade_no", "text")
    if "counterparty" in mapping.columns:
        given |= {"counterparty_hash": "counterparty_hash", "counterparty_mask": "counterparty_mask"}
    component = "coalesce(item, '')" if "item" in mapping.fields else "''"
    key = {"flow_no": f"coalesce({own}, {identity})", "component": component}
    return Emit("wallet_line", {**key, "amount": "signed_amount", **given}, "moment")


def _settlement_line(mapping: Mapping) -> Emit:
    own = "flow_no" if "flow_no" in mapping.fields else "NULL"
    identity = _identity(mapping, "order_no", "item", "sku", "batch")
    given = _given(mapping, "order_no", "item", "trade_no", "sku", "batch", "text")
    wordings = " ".join(f"WHEN {sql_text(word)} THEN {sql_text(kind)}" for word, kind in mapping.types.items())
    classified = f"CASE item {wordings} ELSE 'unclassified' END"
    state = "'none'"
    if "order_no" in mapping.derived and "order_no" not in mapping.columns:
        state = "CASE WHEN order_no IS NULL THEN 'none' ELSE 'ok' END"
    if "order_no" in mapping.columns:
        state = "CASE WHEN order_no_damaged THEN 'damaged' WHEN order_no IS NULL THEN 'none' ELSE 'ok' END"
    key = {
        "flow_no": f"coalesce({own}, {identity})",
        "component": "coalesce(item, '')" if "item" in mapping.fields else "''",
        "type": classified if wordings and "item" in mapping.fields else "'unclassified'",
        "key_state": state,
    }
    return Emit("settlement_line", {**key, "amount": "signed_amount", **given}, "moment")


_ORDER_FIELDS = (
    "order_no", "line_no", "sku", "title", "qty", "list_amount", "merchant_discount", "platform_discount",
    "shipping_fee", "refunded", "created_at", "paid_at", "shipped_at", "received_at", "closed_at", "payment_no",
    "category", "province", "city",
)  # fmt: skip


def _order_line(mapping: Mapping) -> Emit:
    given = _given(mapping, *_ORDER_FIELDS)
    has = mapping.fields
    words = {**STATUS_WORDS, **mapping.statuses}
    listed = " ".join(f"WHEN {sql_text(word.casefold())} THEN {sql_text(status)}" for word, status in words.items())
    by_word = f"CASE lower(replace(status, '，', ',')) {listed} END" if "status" in has else "NULL"
    by_time = "'paid'" if "paid_at" not in has else "CASE WHEN paid_at_date IS NULL THEN 'unpaid' ELSE 'paid' END"
    status = f"coalesce({by_word}, {by_time})"
    given["status"] = status
    # What is due is not what is paid: an unpaid order has paid nothing (its amount stays in the source).
    given["paid"] = f"CASE WHEN {status} = 'unpaid' THEN 0 ELSE paid END"
    if "buyer" in has:
        given |= {"buyer_hash": "buyer_hash", "buyer_mask": "buyer_mask"}
    moments = [name for name in ("paid_at", "created_at", "closed_at") if name in has]
    if moments:
        given["occurred_at"] = f"coalesce({', '.join(moments)})"
        given["business_date"] = f"coalesce({', '.join(f'{name}_date' for name in moments)})"
    return Emit("order_line", given, moments[0] if moments else "")
