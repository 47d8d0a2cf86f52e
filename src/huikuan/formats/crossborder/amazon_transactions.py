"""Amazon date-range transaction report (also the monthly and the unified one): one row per movement, a column for each
component, `total` their sum.

Known from third parties' code and its test files, in the languages of the marketplaces; no file of ours. Seven lines or
more stand above the header and say the currency. Times are written as the language writes them, with their zone. Rows
have no number: settlement, time, kind, order, item and total name one, equal ones are counted. A row of kind Transfer
is a payout. A deferred row is not paid yet: it is ignored, and comes again when it is released.

It tells the same movements as the settlement report, which ranks higher: where both are imported, that one counts.
"""

from __future__ import annotations

from huikuan.formats.components import Component, component_columns, component_sum
from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    ISO_DATES,
    ISO_TIMES,
    OFFSET,
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
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

_WHEN = (
    "date/time", "Datum/Uhrzeit", "date/heure", "fecha y hora", "fecha/hora", "Data/Ora:", "Data/Ora", "日付/時間",
    "datum/tijd", "datum/tid",
)  # fmt: skip
_SETTLEMENT = (
    "settlement id", "Abrechnungsnummer", "numéro de versement", "identificador de pago", "Id. de liquidación",
    "Numero pagamento", "決済番号", "schikkings-ID", "reglerings-id",
)  # fmt: skip
_KIND = ("type", "Typ", "tipo", "トランザクションの種類")
_SALES = (
    "product sales", "Umsätze", "ventes de produits", "ventas de productos", "Vendite", "商品売上",
    "verkoop van producten", "försäljning av produkter",
)  # fmt: skip
_TOTAL = ("total", "Gesamt", "totale", "合計", "totaal", "totalt")
# What buyers paid for, of which a refund is given back.
_GOODS = (
    Component("product_sales", _SALES, "sale"),
    Component(
        "shipping_credits",
        (
            "shipping credits", "postage credits", "Gutschrift für Versandkosten", "crédits d'expédition",
            "crédits d’expédition", "abonos de envío", "créditos de envío", "Accrediti per le spedizioni", "配送料",
            "Verzendtegoeden", "fraktkrediter",
        ),
        "freight",
    ),
    Component(
        "gift_wrap_credits",
        (
            "gift wrap credits", "giftwrap credits", "Gutschrift für Geschenkverpackung",
            "crédits sur l'emballage cadeau", "crédits sur l’emballage cadeau", "abonos de envoltorio para regalo",
            "créditos por envoltorio de regalo", "Accrediti per confezioni regalo", "ギフト包装手数料",
            "kredietpunten cadeauverpakking", "krediter för presentinslagning",
        ),
        "sale",
    ),
    Component("points", ("Amazonポイントの費用", "cost of amazon points"), "sale"),
    Component(
        "promotional_rebates",
        (
            "promotional rebates", "Rabatte aus Werbeaktionen", "Rabais promotionnels", "Total des réductions",
            "devoluciones promocionales", "descuentos promocionales", "Sconti promozionali", "プロモーション割引額",
            "promotiekortingen", "kampanjrabatter",
        ),
        "sale",
    ),
)  # fmt: skip
_REST = (
    Component(
        "product_tax",
        (
            "product sales tax", "Produktumsatzsteuer", "Taxes sur la vente des produits",
            "impuesto de ventas de productos", "imposta sulle vendite dei prodotti", "商品の売上税",
            "sales tax collected", "taxe de ventes prélevée",
        ),
        "tax",
    ),
    Component(
        "shipping_tax",
        (
            "shipping credits tax", "postage credits tax", "Steuer auf Versandgutschrift",
            "taxe sur les crédits d'expédition", "taxe sur les crédits d’expédition", "impuestos por abonos de envío",
            "impuesto de abono de envío", "imposta accrediti per le spedizioni", "配送料の税金",
        ),
        "tax",
    ),
    Component(
        "gift_wrap_tax",
        (
            "giftwrap credits tax", "gift wrap credits tax", "Steuer auf Geschenkverpackungsgutschriften",
            "Taxes sur les crédits cadeaux", "impuestos por abonos de envoltorio para regalo",
            "impuesto de créditos de envoltura", "imposta sui crediti confezione regalo", "ギフト包装クレジットの税金",
        ),
        "tax",
    ),
    Component("regulatory_fee", ("Regulatory Fee",), "service_fee"),
    Component("regulatory_tax", ("Tax On Regulatory Fee",), "tax"),
    Component(
        "rebates_tax",
        (
            "promotional rebates tax", "Steuer auf Aktionsrabatte", "Taxes sur les remises promotionnelles",
            "impuestos de descuentos por promociones", "impuesto de reembolsos promocionales",
            "imposta sugli sconti promozionali", "プロモーション割引の税金",
        ),
        "tax",
    ),
    Component(
        "withheld_tax",
        (
            "marketplace withheld tax", "Marketplace Facilitator Tax", "Einbehaltene Steuer auf Marketplace",
            "Taxes retenues sur le site de vente", "impuesto retenido en el sitio web",
            "impuesto de retenciones en la plataforma", "trattenuta IVA del marketplace",
            "源泉徴収税を伴うマーケットプレイス", "geïnde omzetbelasting", "inkasserad moms",
        ),
        "tax",
    ),
    Component(
        "selling_fees",
        (
            "selling fees", "Verkaufsgebühren", "frais de vente", "tarifas de venta", "Commissioni di vendita",
            "手数料", "verkoopkosten", "försäljningsavgifter",
        ),
        "commission",
    ),
    Component(
        "fba_fees",
        (
            "fba fees", "Fulfilment by Amazon fees", "Fulfillment by Amazon fees", "Gebühren zu Versand durch Amazon",
            "Frais Expédié par Amazon", "Frais pour le service Expédié par Amazon", "tarifas de Logística de Amazon",
            "tarifas fba", "Costi del servizio Logistica di Amazon", "FBA 手数料", "FBA手数料", "fba-vergoedingen",
            "fba-avgifter",
        ),
        "service_fee",
    ),
    Component(
        "other_fees",
        (
            "other transaction fees", "Andere Transaktionsgebühren", "autres frais de transaction",
            "tarifas de otras transacciones", "tarifas de otra transacción", "Altri costi relativi alle transazioni",
            "トランザクションに関するその他の手数料", "overige transactiekosten", "övriga transaktionsavgifter",
        ),
        "service_fee",
    ),
)  # fmt: skip
_OTHER = Component(
    "other", ("other", "Andere", "autre", "otro", "Altro", "その他", "overige", "övrigt"), "unclassified"
)  # fmt: skip
_ALL = (*_GOODS, *_REST, _OTHER)
_DEFERRED = (
    "deferred", "zurückgestellt", "aufgeschoben", "verzögert", "différé", "différée", "reporté", "aplazado", "aplazada",
    "diferido", "diferida", "differito", "differita", "uitgesteld", "uppskjuten", "保留中", "支払い延期", "延期",
)  # fmt: skip
_MARKETS = {
    "com": "USD", "us": "USD", "ca": "CAD", "com.mx": "MXN", "com.br": "BRL", "co.uk": "GBP", "de": "EUR", "fr": "EUR",
    "es": "EUR", "it": "EUR", "nl": "EUR", "com.be": "EUR", "ie": "EUR", "se": "SEK", "pl": "PLN", "com.tr": "TRY",
    "ae": "AED", "sa": "SAR", "eg": "EGP", "in": "INR", "co.jp": "JPY", "sg": "SGD", "com.au": "AUD",
}  # fmt: skip
_MARKET = " ".join(f"WHEN 'amazon.{end}' THEN '{code}'" for end, code in _MARKETS.items())
_OF_ORDERS = "('sale', 'refund', 'freight', 'commission')"


def _line(component: str, type_sql: str, item: str, amount: str) -> Emit:
    return Emit(
        kind="settlement_line",
        moment="posted",
        where=f"coalesce({amount}, 0) <> 0",
        fields={
            "flow_no": "flow_no",
            "component": f"'{component}'",
            "order_no": "order_no",
            "key_state": key_state_sql(damaged="order_no_damaged", linked=f"{type_sql} IN {_OF_ORDERS}"),
            "type": type_sql,
            "item": f"concat_ws('|', kind, '{item}')",
            "amount": amount,
            "batch": "settlement",
            "sku": "sku",
            "text": "description",
        },
    )


AMAZON_TRANSACTIONS = Format(
    id="amazon.transactions",
    about=About(
        title=gettext_noop("Amazon date-range transactions"),
        where=gettext_noop(
            "Seller Central → Payments → Reports repository → Transaction, date range or monthly, as CSV"
        ),
        verified="documentation",
        note=gettext_noop(
            "English, German, French, Spanish, Italian and Japanese columns. Tells what the settlement report tells: "
            "where both are imported, the settlement report counts."
        ),
    ),
    needs=(_WHEN, _SETTLEMENT, _KIND, _SALES, _TOTAL),
    columns=(
        Moment(
            "posted",
            _WHEN,
            filled=True,
            tz=OFFSET,
            worded=True,
            formats=(*ISO_TIMES, "%d.%m.%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S"),
            date_formats=(*ISO_DATES, "%d.%m.%Y"),
        ),
        Identifier("settlement", _SETTLEMENT),
        Text("kind", _KIND),
        Identifier(
            "order_no",
            (
                "order id",
                "Bestellnummer",
                "numéro de la commande",
                "número de pedido",
                "Id. del pedido",
                "Numero ordine",
                "注文番号",
                "bestelnummer",
                "beställnings-ID",
            ),
        ),
        Text("sku", ("sku",)),
        Text("description", ("description", "Beschreibung", "descripción", "Descrizione", "説明", "beschrijving")),
        Text("market", ("marketplace", "web de Amazon", "Amazon 出品サービス", "site de vente", "marknadsplats")),
        Text(
            "state",
            (
                "Transaction Status",
                "Status",
                "Transaktionsstatus",
                "statut de la transaction",
                "estado de la transacción",
                "stato della transazione",
                "トランザクションのステータス",
                "transactiestatus",
            ),
        ),
        *(Amount(each.name, each.headers, decimal_comma="seen") for each in component_columns(_ALL)),
        Amount("total", _TOTAL, filled=True, decimal_comma="seen"),
    ),
    values=(
        Expression("kind_word", "lower(coalesce(kind, ''))", "text"),
        Expression(
            "is_refund",
            "regexp_matches(kind_word, 'refund|erstattung|remboursement|reembolso|rimborso|返金|terugbetaling|återb"
            "|a-to-z|chargeback|rückbuchung')",
            "bool",
        ),
        Expression("goods_type", "CASE WHEN is_refund THEN 'refund' ELSE 'sale' END", "text"),
        Expression("freight_type", "CASE WHEN is_refund THEN 'refund' ELSE 'freight' END", "text"),
        Expression("told", "lower(coalesce(description, ''))", "text"),
        Expression(
            "wording",
            "CASE WHEN order_no IS NULL AND regexp_matches(told, "
            "'advertising|werbekosten|publicité|publicidad|pubblicità|広告|coupon|deal') THEN 'advertising' "
            "WHEN NOT is_refund AND regexp_matches(told, 'reimbursement|補填|rimborso|reembolso|remboursement') "
            "THEN 'reimbursement' ELSE coalesce(kind, '') || '|' || coalesce(description, '') END",
            "text",
        ),
        Classified("other_type", "wording", "amazon_transactions"),
        Expression("rest", f"total - {component_sum(_ALL)}", "money"),
        Expression("rest_type", "CASE WHEN other_type = 'payout' THEN 'payout' ELSE 'unclassified' END", "text"),
        Expression(
            "flow_no",
            "concat_ws('|', coalesce(settlement, '-'), strftime(posted, '%Y%m%dT%H%M%SZ'), kind, order_no, sku, total)",
            "text",
        ),
        Expression("market_money", f"CASE lower(market) {_MARKET} END", "text"),
    ),
    ignored=f"lower(state) IN {_DEFERRED!r}",
    flags=(
        Flag("key_damaged", "order_no_damaged", "order id"),
        Flag("row.sum", "rest <> 0 AND rest_type <> 'payout'", "total"),
    ),
    emits=(
        *(
            _line(each.name, "freight_type" if each.type == "freight" else "goods_type", each.headers[0], each.name)
            for each in _GOODS
        ),
        *(_line(each.name, f"'{each.type}'", each.headers[0], each.name) for each in _REST),
        _line("other", "other_type", "other", "other"),
        _line("rest", "rest_type", "rest", "rest"),
    ),
    facts=(
        Fact(
            "currency",
            r"(?:[Aa]mounts|[Bb]eträge|[Mm]ontants|[Ii]mportes|[Ii]mporti|[Bb]edragen|[Bb]elopp).*?\b([A-Z]{3})\b",
        ),
    ),
    totals=(
        Total(
            "total",
            "sum(total)",
            f"sum({component_sum(_ALL)}) + coalesce(sum(rest) FILTER (rest_type = 'payout'), 0)",
            in_rows=True,
        ),
    ),
    currency_in_rows="CASE WHEN min(market_money) = max(market_money) THEN max(market_money) END",
    rank=29,  # below both layouts of the settlement report
)
