"""Encodings that need a second look: text in UTF-16 without a byte order mark, files that mix UTF-8 and GBK, and Big5,
which is GBK too by its bytes, of other characters."""

from __future__ import annotations

import re

from huikuan.records.errors import UserError

HEADER_BYTES = 4096
# Characters of three bytes in UTF-8, as all common Chinese ones are.
UTF8_IN_HEADER = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){4}")
UTF8_IN_TEXT = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){6}")
_IN_TEXT = re.compile("[,;\t\r\n]")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\ufffe\uffff]")

# What headers of tables say, in both scripts.
_HEADER_WORDS = re.compile(
    "日期|时间|時間|金额|金額|余额|餘額|结余|結餘|交易|摘要|账户|賬戶|帳戶|账号|賬號|帳號|收入|支出|存入|提取|"
    "借方|贷方|貸方|订单|訂單|备注|備註|币种|幣別|貨幣"
)


def gbk_or_big5(start: bytes) -> str:
    """The encoding of text that is no UTF-8: the one in which more words of headers stand, GB18030 if none does."""
    head = start[: 4 * HEADER_BYTES]

    def found(encoding: str) -> int:
        return len(_HEADER_WORDS.findall(head.decode(encoding, errors="replace")))

    return max(("gb18030", "big5hkscs"), key=found)


def refuse_mixed(member: str, start: bytes) -> None:
    """Raise UserError for the start of a file that is not UTF-8 throughout, yet holds Chinese text in UTF-8.

    Read as GB18030, that text would be gibberish. In GBK a run of six such characters is next to impossible; in the few
    lines of a header four will do.
    """
    if not (UTF8_IN_HEADER.search(start[:HEADER_BYTES]) or UTF8_IN_TEXT.search(start)):
        return
    row = start[: _first_not_utf8(start)].count(b"\n") + 1
    raise UserError("file.encoding", file=member, row=row, encoding="UTF-8")


def start_text(start: bytes) -> str:
    """The beginning of a file as text that may be searched for words in ASCII, whatever its encoding."""
    if start.startswith((b"\xff\xfe", b"\xfe\xff")) or is_unmarked_utf16(start):
        return start[: len(start) // 2 * 2].decode("utf-16", errors="replace")
    return start.decode("latin-1").removeprefix("\u00ef\u00bb\u00bf")


def is_unmarked_utf16(start: bytes) -> bool:
    """Whether bytes are little-endian UTF-16 text without its mark: they decode to text with line ends or separators,
    and hold no control characters. Anything else with zero bytes is no text."""
    try:
        text = start[: len(start) // 2 * 2].decode("utf-16-le")
    except UnicodeDecodeError:
        return False
    return b"\x00" in start and _IN_TEXT.search(text) is not None and _NOT_IN_TEXT.search(text) is None


def _first_not_utf8(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return len(data)
