"""eBay transaction report: one row per transaction of a seller, fees by column, payouts as rows.

Known from third parties' code; no file of ours. About ten lines stand above the header (`Seller,name`), `--` is none,
fees are negative, dates have no time. Net amount is what the row brings, in the currency of the payout. What it has
beyond its columns (and all of it, where the columns are in another currency) is a line of the row's own kind: rows such
as `Other fee`, `Shipping label` and `Payout` tell nothing but their net. Tax that eBay collects and pays itself is no
part of the net. Rows of an order's single items, without a net, tell no money.
"""

from __future__ import annotations

from huikuan.formats.components import Component, component_columns, component_sum
from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    BOOK,
    ISO_DATES,
    About,
    Amount,
    Classified,
    Emit,
    Expression,
    Fact,
    Flag,
    Format,
    Identifier,
    Moment,
    Reject,
    Text,
)
from huikuan.records.currency import contradicts_sql
from huikuan.records.messages import gettext_noop

_WHEN = ("Transaction creation date", "Datum der Transaktionserstellung")
_KIND = ("Type", "Typ")
_ORDER_NO = ("Order number", "Bestellnummer")
_NET = ("Net amount", "Betrag abzügl. Kosten")
_GOODS = (
    Component("item_subtotal", ("Item subtotal", "Zwischensumme Artikel"), "sale"),
    Component(
        "shipping", ("Shipping and handling", "Postage and packaging", "P&P", "Verpackung und Versand"), "freight"
    ),
)
_FEES = (
    Component("seller_tax", ("Seller collected tax", "Vom Verkäufer eingezogene Steuer"), "tax"),
    Component("fixed_fee", ("Final Value Fee - fixed", "Fixer Anteil der Verkaufsprovision"), "commission"),
    Component("variable_fee", ("Final Value Fee - variable", "Variabler Anteil der Verkaufsprovision"), "commission"),
    Component("regulatory_fee", ("Regulatory operating fee",), "service_fee"),
    Component(
        "not_as_described",
        (
            'Very high "item not as described" fee',
            "Gebühr für sehr hohe Quote an „nicht wie beschriebenen Artikeln“",
        ),
        "penalty",
    ),
    Component(
        "below_standard",
        ("Below standard performance fee", "Gebühr für unterdurchschnittlichen Servicestatus"),
        "penalty",
    ),
    Component("international_fee", ("International fee", "Internationale Gebühr"), "service_fee"),
    Component("donation", ("Charity donation",), "adjustment"),
    Component("deposit_fee", ("Deposit processing fee",), "payment_fee"),
)
_ALL = (*_GOODS, *_FEES)


def _line(component: str, type_sql: str, item: str, amount: str, where: str) -> Emit:
    return Emit(
        kind="settlement_line",
        moment="happened",
        where=f"net IS NOT NULL AND coalesce({amount}, 0) <> 0 AND {where}",
        fields={
            "flow_no": "flow_no",
            "component": f"'{component}'",
            "order_no": "order_no",
            "key_state": key_state_sql(damaged="order_no_damaged", linked="type_linked"),
            "type": type_sql,
            "item": item,
            "amount": amount,
            "batch": "payout_id",
            "trade_no": "transaction",
            "sku": "sku",
            "text": "description",
        },
    )


EBAY_TRANSACTIONS = Format(
    id="ebay.transactions",
    about=About(
        title=gettext_noop("eBay transaction report"),
        where=gettext_noop("ebay.com → Seller Hub → Payments → Reports → Transaction report, as CSV"),
        verified="documentation",
        note=gettext_noop("English and German columns. Dates have no time and no zone."),
    ),
    needs=(_WHEN, _KIND, _ORDER_NO, _NET),
    columns=(
        Moment("happened", _WHEN, filled=True, tz=BOOK, worded=True, date_formats=(*ISO_DATES, "%d.%m.%Y")),
        Text("kind", _KIND, filled=True),
        Identifier("order_no", _ORDER_NO),
        Amount("net", _NET, decimal_comma="seen"),
        Text("net_text", _NET),
        Text("payout_currency", ("Payout currency", "Auszahlungswährung")),
        Identifier("payout_id", ("Payout ID", "Auszahlung Nr.")),
        Identifier("item_id", ("Item ID", "Artikelnummer")),
        Identifier("transaction", ("Transaction ID", "Transaktionsnummer", "Transaktions-ID")),
        Identifier("sku", ("Custom label", "Custom label (SKU)", "Bestandseinheit")),
        *(Amount(each.name, each.headers, decimal_comma="seen") for each in component_columns(_ALL)),
        Text("charged_in", ("Transaction currency", "Transaktionswährung")),
        Identifier("reference", ("Reference ID", "Referenznummer")),
        Text("description", ("Description", "Beschreibung"), scrub=True),
    ),
    values=(
        Expression("told_payout", "nullif(nullif(upper(payout_currency), '--'), '-')", "text"),
        Expression("told_charge", "nullif(nullif(upper(charged_in), '--'), '-')", "text"),
        Expression("money", "coalesce(told_payout, told_charge)", "text"),
        Expression("same", "coalesce(told_charge, money) = money", "bool"),
        Expression("wording", "kind || '|' || coalesce(description, '')", "text"),
        Classified("type", "wording", "ebay_items"),
        Expression(
            "is_back",
            "regexp_matches(lower(kind), 'refund|claim|dispute|return|rückerstattung|rückgabe|zahlungskonflikt|fall$')",
            "bool",
        ),
        Expression("goods_type", "CASE WHEN is_back THEN 'refund' ELSE 'sale' END", "text"),
        Expression("freight_type", "CASE WHEN is_back THEN 'refund' ELSE 'freight' END", "text"),
        Expression("rest", f"CASE WHEN same THEN net - {component_sum(_ALL)} ELSE net END", "money"),
        Expression(
            "rest_type",
            "CASE WHEN type = 'sale' AND same THEN 'unclassified' ELSE type END",
            "text",
        ),
        Expression(
            "flow_no",
            "concat_ws('|', kind, order_no, transaction, reference, item_id, strftime(happened_date, '%Y%m%d'), net)",
            "text",
        ),
    ),
    rejects=(
        Reject("cell.empty", "money IS NULL AND net IS NOT NULL", "Payout currency"),
        Reject("currency.contradicts", contradicts_sql("net_text", "money"), "Net amount"),
    ),
    flags=(
        Flag("key_damaged", "order_no_damaged", "Order number"),
        Flag("row.sum", "same AND lower(kind) IN ('order', 'bestellung') AND rest <> 0", "Net amount"),
    ),
    emits=(
        *(
            _line(
                each.name,
                "freight_type" if each.type == "freight" else "goods_type",
                f"'{each.headers[0]}'",
                each.name,
                "same",
            )
            for each in _GOODS
        ),
        *(_line(each.name, f"'{each.type}'", f"'{each.headers[0]}'", each.name, "same") for each in _FEES),
        _line("net", "rest_type", "kind", "rest", "TRUE"),
    ),
    facts=(Fact("account", r'^"?(?:Seller|Verkäufer)"?,"?([^",]+)'),),
    currency_value="money",
    rank=30,
    short_rows="pad",
)
