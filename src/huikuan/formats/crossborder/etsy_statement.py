"""Etsy monthly statement: sales, fees, taxes and deposits of a shop, one row each.

Known from third parties' code and its test files; no file of ours. UTF-8 with a byte order mark, `--` for none, amounts
with the symbol of their currency (`CA$76.00`, `-£1.44`), dates as the account's language writes them. A deposit says
its amount in its title only. Rows have no number: date, kind, title, info and amounts name one, and equal ones, which
are common among fees, are counted.
"""

from __future__ import annotations

from huikuan.formats.order_keys import key_state_sql
from huikuan.formats.spec import (
    BOOK,
    About,
    Amount,
    Classified,
    Emit,
    Expression,
    Flag,
    Format,
    Moment,
    Reject,
    Text,
)
from huikuan.records.currency import contradicts_sql
from huikuan.records.messages import gettext_noop
from huikuan.records.money import amount_sql, decimal_comma_sql

_ORDER = "(?:Order|Bestellung|Commande|Pedido|Ordine|订单|訂單)[^0-9#]{0,8}#? ?([0-9]{3,})"


def _line(component: str, type_sql: str, amount: str) -> Emit:
    return Emit(
        kind="settlement_line",
        moment="happened",
        where=f"coalesce({amount}, 0) <> 0",
        fields={
            "flow_no": "flow_no",
            "component": f"'{component}'",
            "order_no": "order_no",
            "key_state": key_state_sql(linked="type_linked"),
            "type": type_sql,
            "item": "wording",
            "amount": amount,
            "text": "concat_ws(' ', title, info)",
        },
    )


ETSY_STATEMENT = Format(
    id="etsy.statement",
    about=About(
        title=gettext_noop("Etsy monthly statement"),
        where=gettext_noop("etsy.com → Shop Manager → Finances → Monthly statements → CSV"),
        verified="documentation",
        note=gettext_noop(
            "English titles; what is written in another language is imported as unclassified. A deposit's amount "
            "stands in its title."
        ),
    ),
    needs=(("Date",), ("Type",), ("Title",), ("Info",), ("Currency",), ("Fees & Taxes",), ("Net",)),
    file_name="etsy_statement",
    columns=(
        Moment("happened", ("Date",), filled=True, tz=BOOK, worded=True, day_first="seen"),
        Text("kind", ("Type",), filled=True),
        Text("title", ("Title",)),
        Text("info", ("Info",)),
        Text("currency_told", ("Currency",), filled=True),
        Amount("amount", ("Amount",), decimal_comma="seen"),
        Amount("fees", ("Fees & Taxes",), decimal_comma="seen"),
        Amount("net", ("Net",), decimal_comma="seen"),
        Text("amount_text", ("Amount",)),
        Text("fees_text", ("Fees & Taxes",)),
    ),
    values=(
        Expression("money", "upper(currency_told)", "text"),
        Expression("order_no", f"nullif(regexp_extract(concat_ws(' ', info, title), '{_ORDER}', 1), '')", "text"),
        # Numbers of listings and orders, and the names of goods behind a colon, are no part of the wording.
        Expression(
            "wording",
            "kind || '|' || regexp_replace(regexp_replace(coalesce(title, ''), ':.*$', ''), "
            "'#? ?[0-9][0-9.,]*', '', 'g')",
            "text",
        ),
        Classified("type", "wording", "etsy_items"),
        Expression("is_deposit", "lower(kind) = 'deposit'", "bool"),
        Expression("deposit_text", "regexp_extract(title, '[^0-9 ]{0,4}[0-9][0-9.,]*', 0)", "text"),
        Expression("deposit_plain", decimal_comma_sql("deposit_text", True), "text"),
        Expression("deposit", amount_sql("deposit_plain"), "money"),
        Expression(
            "gross",
            "CASE WHEN is_deposit THEN -abs(coalesce(nullif(net, 0), nullif(amount, 0), deposit)) ELSE amount END",
            "money",
        ),
        Expression("fee", "CASE WHEN NOT is_deposit THEN fees END", "money"),
        Expression("fee_type", "CASE WHEN coalesce(amount, 0) = 0 THEN type ELSE 'payment_fee' END", "text"),
        Expression(
            "flow_no",
            "concat_ws('|', strftime(happened_date, '%Y%m%d'), kind, order_no, "
            "left(md5(concat_ws('|', title, info)), 12), coalesce(gross, 0) + coalesce(fee, 0))",
            "text",
        ),
    ),
    rejects=(
        Reject("cell.empty", "is_deposit AND gross IS NULL", "Title"),
        Reject("cell.empty", "NOT is_deposit AND amount IS NULL AND fees IS NULL AND net IS NULL", "Net"),
        Reject("currency.contradicts", contradicts_sql("amount_text", "money"), "Amount"),
        Reject("currency.contradicts", contradicts_sql("fees_text", "money"), "Fees & Taxes"),
    ),
    flags=(Flag("row.sum", "NOT is_deposit AND net <> coalesce(amount, 0) + coalesce(fees, 0)", "Net"),),
    emits=(_line("amount", "type", "gross"), _line("fee", "fee_type", "fee")),
    currency_value="money",
    rank=30,
    short_rows="pad",
)
