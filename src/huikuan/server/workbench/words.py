"""What a reconciliation is called, and why a record stayed open, pass by pass.

Evidence is put into words by `insight.words.because`, which pages, exports and the command line share.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from huikuan.insight.words import because
from huikuan.pipeline.runs.published import Manifest
from huikuan.recons import RECONCILIATIONS
from huikuan.records.codes import NO_WORK_CLASSES
from huikuan.records.user_reconciliation import UserReconciliation
from huikuan.server.core import numbers, statuses

__all__ = ["NO_RECORDS", "TITLES", "Title", "because", "class_words", "names_of", "own_title", "title_of", "why_open"]


@dataclass(frozen=True)
class Title:
    """A reconciliation's name, its two sides, the question it answers; lazily translated."""

    title: Any
    left: Any
    right: Any
    question: Any

    def side(self, side: str) -> Any:
        """The name of a side."""
        return self.left if side == "left" else self.right


TITLES: dict[str, Title] = {
    "order-settlement": Title(
        gettext_lazy("Orders ↔ settlement"),
        pgettext_lazy("side", "Orders"),
        gettext_lazy("Settlement lines"),
        gettext_lazy("Was each order settled, in full?"),
    ),
    "settlement-wallet": Title(
        gettext_lazy("Settlement ↔ wallet"),
        gettext_lazy("Settlement lines"),
        gettext_lazy("Wallet lines"),
        gettext_lazy("Did what was settled reach the platform account?"),
    ),
    "payout-bank": Title(
        gettext_lazy("Payouts ↔ bank"),
        gettext_lazy("Payouts"),
        gettext_lazy("Bank lines"),
        gettext_lazy("Did each payout reach the bank?"),
    ),
    "balance": Title(
        gettext_lazy("Balances"),
        gettext_lazy("Opening + movements"),
        gettext_lazy("Closing balance"),
        gettext_lazy("Opening balance + movements = closing balance?"),
    ),
    "order-erp": Title(
        gettext_lazy("Orders ↔ ERP"),
        pgettext_lazy("side", "Orders"),
        gettext_lazy("ERP orders"),
        gettext_lazy("Do our own books hold each order once?"),
    ),
    "order-shipment": Title(
        gettext_lazy("Orders ↔ parcels"),
        gettext_lazy("Items ordered"),
        gettext_lazy("Items shipped"),
        gettext_lazy("Was all that was paid for sent?"),
    ),
    "return-courier": Title(
        gettext_lazy("Returns ↔ parcels received"),
        gettext_lazy("Returns"),
        gettext_lazy("Items received"),
        gettext_lazy("Was each refunded item received?"),
    ),
    "courier-bill": Title(
        gettext_lazy("Contract ↔ courier bill"),
        gettext_lazy("By contract"),
        gettext_lazy("Courier bill"),
        gettext_lazy("Is each charge what the contract says?"),
    ),
    "order-stock": Title(
        gettext_lazy("Orders ↔ stock"),
        gettext_lazy("Due to move"),
        gettext_lazy("Moved"),
        gettext_lazy("Do the goods agree with the inventory?"),
    ),
    "settlement-ledger": Title(
        gettext_lazy("Settlement ↔ ledger"),
        gettext_lazy("Settlement and bank"),
        gettext_lazy("Postings"),
        gettext_lazy("Do the books agree?"),
    ),
}


def names_of(manifest: Manifest | None) -> tuple[str, ...]:
    """The reconciliations that pages offer: the built-in ones, then the book's own as the run knew them."""
    return (*RECONCILIATIONS, *(manifest.declared if manifest else ()))


def title_of(name: str, manifest: Manifest | None = None) -> Title:
    """The words of a reconciliation, one of the book's own as the run knew it; one nobody named is shown by its
    name."""
    own = manifest.user_reconciliation(name) if manifest else None
    if own is not None:
        return own_title(own)
    return TITLES.get(name) or Title(name, statuses.SIDE["left"], statuses.SIDE["right"], "")


def own_title(own: UserReconciliation) -> Title:
    """The words of a reconciliation of the book's own: its title, and the kinds of its sides where they differ."""
    if own.left.kind == own.right.kind:
        return Title(own.title, statuses.SIDE["left"], statuses.SIDE["right"], "")
    return Title(own.title, statuses.KIND[own.left.kind], statuses.KIND[own.right.kind], "")


# What is said of a reconciliation that found no record at all on either side.
NO_RECORDS = {
    "order-erp": gettext_lazy(
        "No order of your own order system has been imported. Import its order file (聚水潭, 旺店通) to compare the "
        "platform's orders with it."
    ),
}


# Why a record stayed open -------------------------------------------------------------------------------------------


def class_words(code: str, name: str = "", *, own: bool = False) -> str:
    """What a class of open items means (in a reconciliation), in a sentence; blank for a code that has none. `own`: in
    one that the book's people declared."""
    if own and code in DECLARED_WORDS:
        return str(DECLARED_WORDS[code])
    return str(OWN_WORDS.get((name, code)) or CLASS_WORDS.get(code, ""))


CLASS_WORDS = {
    "key_damaged": gettext_lazy("The order number in the file is damaged, mostly by a spreadsheet program."),
    "key_missing": gettext_lazy("The file gives no order number for this line, though lines like it have one."),
    "other_shop": gettext_lazy("Its counterpart stands in another shop."),
    "other_period": gettext_lazy("It belongs to the time before this book begins."),
    "duplicate": gettext_lazy("The same order, kind and amount was booked before under another flow number."),
    "refund_twice": gettext_lazy("The refund was taken twice."),
    "refund_missing": gettext_lazy("The order says it was refunded; the money was not taken back."),
    "fee_not_returned": gettext_lazy("The order was refunded, its fee was not returned."),
    "fee_rate": gettext_lazy("The fee charged is not what the shop's rate says."),
    "unexpected_settlement": gettext_lazy("The order is known, but nothing was owed for it."),
    "missing_left": gettext_lazy("The order number is well formed, but no imported file has that order."),
    "not_due": gettext_lazy("It is inside the settlement cycle; nothing needs to be done yet."),
    "missing_right": gettext_lazy("It is past its due date and nothing was settled."),
    "short": gettext_lazy("Less came than was expected."),
    "over": gettext_lazy("More came than was expected."),
    "payout_in_transit": gettext_lazy("The payout left the platform; the bank days have not passed yet."),
    "payout_missing": gettext_lazy("The bank days have passed and the payout did not arrive."),
    "payout_returned": gettext_lazy("The payout came back to the platform account."),
    "unidentified_receipt": gettext_lazy("Money came in that no payout explains."),
    "unidentified_payment": gettext_lazy("Money went out that nothing explains."),
    "own_transfer": gettext_lazy("A transfer between accounts of one's own."),
    "not_operating": gettext_lazy("Salaries, rent, tax, interest or bank fees: not the shops' business."),
    "balance_break": gettext_lazy("The balances before and after do not fit the movements between them."),
    "total_mismatch": gettext_lazy("The file's own total differs from its rows."),
    "possible_duplicate": gettext_lazy("Two files tell it, and it may be one movement or two."),
    "quantity_short": gettext_lazy("Fewer pieces are held than were ordered."),
    "quantity_over": gettext_lazy("More pieces are held than were ordered."),
    "wrong_item": gettext_lazy("Another item is held than was ordered."),
    "late": gettext_lazy("It came after its due date."),
}
# What classes mean where nothing is known of the sides.
DECLARED_WORDS = {
    "key_missing": gettext_lazy("It lacks what records are paired by."),
    "not_due": gettext_lazy("Its counterpart may still come."),
    "missing_right": gettext_lazy("Its counterpart should have come and is not there."),
    "missing_left": gettext_lazy("Nothing on the other side belongs to it."),
    "short": gettext_lazy("There is less on the right side than on the left."),
    "over": gettext_lazy("There is more on the right side than on the left."),
}
# Where a reconciliation means something else by a class.
OWN_WORDS = {
    ("settlement-wallet", "not_due"): gettext_lazy("It was settled; the platform account may still take some days."),
    ("settlement-wallet", "missing_right"): gettext_lazy(
        "It was settled and is past its due date, but the platform account never moved."
    ),
    ("settlement-wallet", "missing_left"): gettext_lazy(
        "The platform account moved, but no imported bill says what was settled."
    ),
    ("settlement-wallet", "not_operating"): gettext_lazy("The platform's own bill calls it no settlement."),
    ("order-erp", "key_missing"): gettext_lazy("The order system names no platform order for it."),
    ("order-erp", "other_period"): gettext_lazy(
        "It lies before the book's start, or in days that the other side's files do not cover."
    ),
    ("order-erp", "duplicate"): gettext_lazy("The order system holds the order again under another number."),
    ("order-erp", "unexpected_settlement"): gettext_lazy(
        "The order was not paid, cancelled or refunded before shipping, yet the order system holds it."
    ),
    ("order-erp", "missing_left"): gettext_lazy("The order system names an order that no imported platform file has."),
    ("order-erp", "not_due"): gettext_lazy("It was just paid; the order system may not have it yet."),
    ("order-erp", "missing_right"): gettext_lazy("It is paid, and the order system does not hold it."),
    ("order-erp", "short"): gettext_lazy("The order system holds less than the buyer paid for the goods."),
    ("order-erp", "over"): gettext_lazy("The order system holds more than the buyer paid for the goods."),
    ("order-erp", "not_operating"): gettext_lazy(
        "Cancelled, made by hand or a replacement: no platform order is expected for it."
    ),
}


def why_open(name: str, row: Mapping[str, Any], manifest: Manifest | None = None) -> list[str]:
    """Why a record was not matched: its class first, then what each pass that applies looked for in vain."""
    own = manifest.user_reconciliation(name) if manifest else None
    told = [class_words(row["class"], name, own=own is not None)]
    if row["evidence"]:  # what is left of a group, or was let go from one
        return [because(row["evidence"]), *told]
    if row["class"] in NO_WORK_CLASSES:
        return [sentence for sentence in told if sentence]
    definition = manifest.definition(name) if manifest else RECONCILIATIONS.get(name)
    if definition is None:
        return told
    passes, amount = definition.passes, numbers.money_exact(row["amount"])
    if passes.key == "applies":
        order = row["order_no"]
        told.append(
            _("By number: the other side has nothing open under %(number)s.") % {"number": order}
            if order
            else _("By number: this line carries no number the other side knows.")
        )
    if passes.reference == "applies":
        told.append(_("By reference: no text on the other side names it."))
    if passes.amount == "applies":
        told.append(
            _("By amount: within %(days)s days there is no single counterpart of %(amount)s.")
            % {"days": definition.window_days, "amount": amount}
        )
    if passes.suggest == "suggests" and row["suggestion"]:
        told.append(_("Records that may belong to it are suggested; none is certain enough to be matched by itself."))
    if passes.batch == "applies":
        sentence = (
            _("By batch: no day and no run of movements adds up to %(amount)s.")
            if passes.runs
            else _("By batch: no day adds up to a single line of %(amount)s.")
        )
        told.append(sentence % {"amount": amount})
    if passes.subset == "applies":
        told.append(
            _("By sum of a few: among the open amounts near it no single choice adds up to %(amount)s.")
            % {"amount": amount}
        )
    return [sentence for sentence in told if sentence]
