"""Bank line 银行流水: one line of a bank statement."""

from huikuan.records.kind import Field, Kind

# How the `ref` of a line begins that was told before the statement, without the bank's reference (`lake.interim`).
INTERIM = "interim"

BANK_LINE = Kind(
    name="bank_line",
    title="Bank line",
    key=("account", "ref", "n"),
    fields=(
        Field("account", "text", "the bank account"),
        Field("ref", "text", "the bank's own reference of the line, else its identity columns joined by |"),
        Field("n", "int", "number within equal identities of a document; 0 where the reference is the bank's own"),
        Field("amount", "money", "signed, positive = into the account"),
        Field("balance", "money", "balance after the line, where told"),
        Field("seq", "int", "position in the document, oldest first"),
        Field("value_date", "date", "value date"),
        Field("counterparty", "text", "the other party's name"),
        Field("counterparty_account", "text", "the other party's account"),
        Field("reference", "text", "customer or end-to-end reference, where told"),
    ),
)
