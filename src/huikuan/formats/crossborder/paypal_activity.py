"""PayPal activity report: every movement of an account, in several currencies, each with a running balance.

The layout of 19 columns is checked against a small real file. The layout of ten columns (byte order mark, CRLF, Amount
in place of Gross, Fee and Net) and the column names of other languages are known from third parties' code, as is
the layout of fifteen (Amount, Fees, Total). Where no Transaction ID is told, time, type, currency and amount name a
movement, equal ones are counted.

Each row has its zone in a column of its own. Whether the day or the month stands first is the account's language: the
whole file tells. A payment by card or from a bank has a second row that brings the money in (`General Card Deposit`,
`Bank Deposit to PP Account `): a transfer. A row that is pending, denied or a memo is ignored by its own words; the
balance counts a pending deposit from the bank nevertheless, so the check of the balance does too. What the owner buys
with the account is a movement of the wallet, but settles no order.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    OFFSET,
    About,
    Amount,
    Balance,
    Classified,
    Emit,
    Expression,
    Flag,
    Format,
    Identifier,
    Moment,
    Person,
    Text,
)
from huikuan.records.messages import gettext_noop

_DAY = ("Date", "Datum", "Fecha", "Data", "日期", "日付")
_TIME = ("Time", "Uhrzeit", "Heure", "Hora", "Ora", "Orario", "Tijd", "时间", "時間")
_ZONE = (
    "TimeZone", "Time Zone", "Zeitzone", "Fuseau horaire", "Zona horaria", "Fuso orario", "Tijdzone", "时区", "時區",
    "タイムゾーン",
)  # fmt: skip
_CURRENCY = ("Currency", "Währung", "Devise", "Divisa", "Moneda", "Valuta", "币种", "貨幣", "幣別", "货币", "通貨")
_GROSS = (
    "Gross", "Brutto", "Avant commission", "Brut", "Bruto", "Lordo", "总额", "總額", "毛额", "合計", "Amount", "Betrag",
    "Importo",
)  # fmt: skip
_NO_MOVEMENT = (
    "pending", "denied", "failed", "expired", "canceled", "cancelled", "removed", "voided", "unclaimed", "created",
    "ausstehend", "offen", "abgelehnt", "fehlgeschlagen", "storniert", "abgelaufen", "verweigert",
    "en attente", "refusé", "refusée", "annulé", "annulée", "échoué", "expiré", "expirée",
    "pendiente", "rechazado", "rechazada", "cancelado", "cancelada", "denegado", "denegada",
    "in sospeso", "annullato", "negato", "in behandeling", "geweigerd", "geannuleerd", "mislukt",
    "保留中", "拒否", "待处理", "待處理", "处理中", "已拒绝", "已拒絕", "已取消", "失败", "失敗",
)  # fmt: skip
# An authorisation and the hold it makes bring no money and take none: the payment made of it does, in a row of its own.
_HOLDS = "^(General Authorization|Authorization|Account Hold for Open Authorization|Reversal of General Account Hold)$"
_MEMO = ("memo", "vermerk", "备注", "備註")

PAYPAL_ACTIVITY = Format(
    id="paypal.activity",
    about=About(
        title=gettext_noop("PayPal activity report"),
        where=gettext_noop("paypal.com → Activity → Download (all transactions), as CSV"),
        verified="real file",
        note=gettext_noop(
            "The layout of ten columns and those of other languages follow documentation. The order number is taken "
            "from Invoice Number or Custom Number."
        ),
    ),
    needs=(
        _DAY,
        _TIME,
        _ZONE,
        _CURRENCY,
        _GROSS,
    ),
    columns=(
        Moment(
            "happened",
            _DAY,
            filled=True,
            tz=OFFSET,
            also=_TIME,
            zone=_ZONE,
            day_first="seen",
            day_first_by=("Uhrzeit", "Heure", "Hora", "Ora", "Orario", "Tijd"),
        ),
        Person("party", ("Name", "Nom", "Nombre", "Nome", "Naam", "姓名", "名称", "名稱", "名前")),
        Text(
            "kind",
            (
                "Type",
                "Typ",
                "Beschreibung",
                "Tipo",
                "Description",
                "Descripción",
                "Omschrijving",
                "类型",
                "類型",
                "タイプ",
                "说明",
            ),
        ),
        Text("status", ("Status", "État", "Estado", "Stato", "状态", "狀態", "ステータス")),
        Text("money", _CURRENCY, filled=True),
        Amount("gross", _GROSS, filled=True, decimal_comma="seen"),
        Amount(
            "fee",
            (
                "Fee",
                "Fees",
                "Gebühr",
                "Entgelt",
                "Commission",
                "Comisión",
                "Tarifa",
                "Tariffa",
                "费用",
                "費用",
                "手续费",
                "手数料",
                "Kosten",
            ),
            decimal_comma="seen",
        ),
        Amount("net_told", ("Net", "Total", "Netto", "Neto", "净额", "淨額", "正味"), decimal_comma="seen"),
        Identifier(
            "transaction",
            (
                "Transaction ID",
                "Transaktionscode",
                "Numéro de transaction",
                "Id. de transacción",
                "Identificador de la transacción",
                "Codice transazione",
                "交易号",
                "交易號",
                "交易代號",
                "取引ID",
                "Transactiereferentie",
                "Transactie-ID",
            ),
        ),
        Identifier(
            "reference",
            (
                "Reference Txn ID",
                "Zugehöriger Transaktionscode",
                "Numéro de la transaction de référence",
                "Id. de referencia de trans.",
                "Codice transazione di riferimento",
                "参考交易号",
                "參考交易代號",
                "リファレンス トランザクションID",
            ),
        ),
        Identifier(
            "invoice",
            (
                "Invoice Number",
                "Rechnungsnummer",
                "Numéro de facture",
                "Número de factura",
                "账单号",
                "帳單號碼",
                "請求書番号",
                "Identifiant de facture",
                "Id. de factura",
                "Factuurreferentie",
            ),
        ),
        Identifier(
            "custom", ("Custom Number", "Zollnummer", "Numéro de client", "Número personalizado", "カスタム番号")
        ),
        Amount("balance", ("Balance", "Guthaben", "Solde", "Saldo", "余额", "餘額", "残高"), decimal_comma="seen"),
        Text("impact", ("Balance Impact", "Auswirkung auf Guthaben", "Impact sur le solde", "余额影响")),
        Text("subject", ("Item Title", "Artikelbezeichnung", "Titre de l'objet", "Subject"), scrub=True),
    ),
    values=(
        Expression("currency_name", "upper(money)", "text"),
        Expression("net", "coalesce(net_told, gross + coalesce(fee, 0))", "money"),
        Expression("wording", "coalesce(kind, '') || CASE WHEN gross < 0 THEN '|out' ELSE '|in' END", "text"),
        Classified("type", "wording", "paypal_items"),
        Expression("no_movement", f"coalesce(lower(status) IN {_NO_MOVEMENT!r}, FALSE)", "bool"),
        Expression(
            "is_memo",
            f"coalesce(lower(impact) IN {_MEMO!r}, FALSE) OR impact IS NULL AND "
            f"coalesce(regexp_matches(kind, '{_HOLDS}', 'i'), FALSE)",
            "bool",
        ),
        # A deposit that brings the money of a payment in counts in the balance while it is pending.
        Expression("in_balance", "NOT is_memo AND (NOT no_movement OR type_movement = 'transfer')", "bool"),
        Expression(
            "flow_no",
            "coalesce(transaction, concat_ws('|', strftime(happened, '%Y%m%dT%H%M%SZ'), kind, currency_name, gross))",
            "text",
        ),
        Expression("order_no", "CASE WHEN type_movement IS NULL THEN coalesce(invoice, custom) END", "text"),
        Expression("order_damaged", "order_no IS NULL AND type_movement IS NULL AND invoice_damaged", "bool"),
        Expression(
            "key_state",
            key_state_sql(damaged="order_damaged", linked="type_linked"),
            "text",
        ),
    ),
    ignored="no_movement OR is_memo",
    flags=(
        Flag("key_damaged", "order_damaged", "Invoice Number"),
        Flag("row.sum", "net_told <> gross + coalesce(fee, 0)", "Net"),
    ),
    emits=(
        Emit(
            kind="wallet_line",
            moment="happened",
            fields={
                "flow_no": "flow_no",
                "component": "''",
                "amount": "net",
                "balance": "balance",
                "movement": "type_movement",
                "item": "kind",
                "order_no": "order_no",
                "trade_no": "reference",
                "payout_id": "CASE WHEN type_movement = 'payout' THEN flow_no END",
                "counterparty_hash": "party_hash",
                "counterparty_mask": "party_mask",
                "text": "subject",
            },
        ),
        *(
            Emit(
                kind="settlement_line",
                moment="happened",
                where=f"type_movement IS NULL AND {amount} <> 0 AND ({where})",
                fields={
                    "flow_no": "flow_no",
                    "component": f"'{component}'",
                    "order_no": "order_no",
                    "key_state": "key_state",
                    "type": type_sql,
                    "item": item,
                    "amount": amount,
                    "trade_no": "reference",
                    "text": "subject",
                },
            )
            for component, type_sql, item, amount, where in (
                ("gross", "type", "kind", "gross", "gross > 0 OR type <> 'unclassified'"),
                ("fee", "'payment_fee'", "'Fee'", "fee", "TRUE"),
            )
        ),
    ),
    balance=Balance("net", "balance", "currency_name", "in_balance"),
    currency_value="currency_name",
    rank=30,
)
