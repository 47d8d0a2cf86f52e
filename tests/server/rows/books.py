"""Rows of the settings pages."""

from typing import Any

from tests.server.rows import MONEY, OWNER, RULES, Row


def own(company: Any) -> str:
    """A reconciliation of the book's own, by its name."""
    from huikuan.server.books import models

    definition = {
        "name": "ledger-bank",
        "title": "Ledger ↔ bank",
        "left": {"kind": "ledger_line", "key": ["payout_id"]},
        "right": {"kind": "bank_line", "key": ["reference"]},
    }
    named = {"book": company.book, "name": "ledger-bank", "version": 1}
    models.UserReconciliation.objects.get_or_create(**named, defaults={"definition": definition})
    return "ledger-bank"


def voucher(company: Any) -> int:
    """A voucher rule of the company's book."""
    values = {"event": "sale", "debit": "1122 Receivables", "credit": "6001 Sales"}
    return int(company.book.voucher_rules.get_or_create(**values)[0].pk)


ROWS = [
    Row("books:settings", MONEY),
    Row("books:settings", RULES, "post"),
    Row("books:create", "", "get"),  # administrators of the installation only
    Row("books:create", "", "post"),
    Row("books:load_demo", "", "post"),
    Row("books:shops", MONEY),
    *[
        Row(name, RULES, method, args)
        for method in ("get", "post")
        for name, args in (
            ("books:shop_new", lambda company: ()),
            ("books:shop", lambda company: (company.shop.pk,)),
            ("books:account_new", lambda company: ()),
            ("books:account", lambda company: (company.account.pk,)),
            ("books:rules_import", lambda company: ()),
            ("books:own_new", lambda company: ()),
            ("books:voucher_new", lambda company: ()),
            ("books:voucher", lambda company: (voucher(company),)),
            ("books:rule_new", lambda company: ("settlement",)),
            ("books:rule", lambda company: ("settlement", company.settlement_rule.pk)),
            ("books:rule", lambda company: ("fee", company.fee_rate.pk)),
            ("books:rule", lambda company: ("reconciliation", company.reconciliation.pk)),
        )
    ],
    Row("books:rule_delete", RULES, "post", lambda company: ("fee", company.fee_rate.pk)),
    Row("books:own", RULES, args=lambda company: (own(company),)),
    Row("books:own", RULES, "post", lambda company: (own(company),)),
    Row("books:own_end", RULES, "post", lambda company: (own(company),)),
    Row("books:rules", MONEY),
    Row("books:rules_export", MONEY),
    Row("books:proposals", MONEY),
    Row("books:proposal", RULES, "get", lambda company: ("take", "0" * 32)),
    Row("books:proposal", RULES, "post", lambda company: ("dismiss", "0" * 32)),
    Row("books:users", OWNER),
    Row("books:user_add", OWNER),
    Row("books:user_add", OWNER, "post"),
    Row("books:user_role", OWNER, "post", lambda company: (company.member.pk,), {"role": "auditor"}),
    Row("books:user_password", OWNER, "post", lambda company: (company.member.pk,)),
]
