"""The sentences of the lake's error codes; registered on import."""

from huikuan.records.messages import gettext_noop, register

MESSAGES = {
    "lake.busy": gettext_noop(
        "This book is being written to by %(what)s (process %(pid)s on %(host)s, since %(since)s). "
        "Try again when it has ended."
    ),
    "lake.document_unknown": gettext_noop("There is no document %(document)s in this book."),
    "lake.document_undone": gettext_noop("The document %(document)s has already been undone."),
    "lake.document_id_used": gettext_noop(
        "The document id %(document)s is in use already; each attempt needs a new one."
    ),
    "lake.document_id_invalid": gettext_noop(
        "“%(document)s” cannot be a document id: letters, digits, “-” and “_” only, 64 at most."
    ),
    "lake.stream_mixed": gettext_noop("A stream of readings of document %(document)s holds those of another."),
    "lake.key_twice": gettext_noop(
        "A document tells the %(kind)s %(key)s more than once (%(count)s rows share a key with another row)."
    ),
    "lake.key_blank": gettext_noop("%(count)s rows of kind %(kind)s have no key."),
    "lake.columns_differ": gettext_noop("Rows of kind %(kind)s lack the columns %(missing)s."),
    "original.missing": gettext_noop("The original file %(sha256)s is not in the store."),
    "original.damaged": gettext_noop(
        "The original file %(sha256)s is damaged, or belongs to another installation key."
    ),
    "original.key_invalid": gettext_noop("The installation key must be 32 bytes; it has %(size)s."),
}
register(MESSAGES)
