"""Encodings that need a second look: text in UTF-16 without a byte order mark, files that mix UTF-8 and GBK, Big5,
which is GBK too by its bytes, of other characters, and text that is neither UTF-8 nor Chinese."""

from __future__ import annotations

import re

from huikuan.records.errors import UserError

HEADER_BYTES = 4096
# Characters of three bytes in UTF-8, as all common Chinese ones are.
UTF8_IN_HEADER = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){4}")
UTF8_IN_TEXT = re.compile(rb"(?:[\xe3-\xe9][\x80-\xbf]{2}){6}")
_HIGH = re.compile(rb"[\x80-\xff]+")
SAMPLE_BYTES = 64 << 10
_IN_TEXT = re.compile("[,;\t\r\n]")
_NOT_IN_TEXT = re.compile("[\x00-\x08\x0e-\x19\x1b-\x1f\ufffe\uffff]")

# What headers of tables say, in both scripts.
_HEADER_WORDS = re.compile(
    "日期|时间|時間|金额|金額|余额|餘額|结余|結餘|交易|摘要|账户|賬戶|帳戶|账号|賬號|帳號|收入|支出|存入|提取|"
    "借方|贷方|貸方|订单|訂單|备注|備註|币种|幣別|貨幣"
)


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


def encoding_of_bytes(start: bytes) -> str:
    """The encoding of the start of a file that is not UTF-8: GB 18030, Big5, Western or Japanese.

    Chinese is told by the words of headers: the encoding in which more of them stand. Where there are none: Chinese
    characters stand in pairs of high bytes, accented letters alone among ASCII; kana begin with 0x82 or 0x83, which
    neither GB 2312 nor Western text uses.

    >>> [encoding_of_bytes(text.encode(name)) for text, name in (("Empfänger", "cp1252"), ("收入", "gbk"))]
    ['cp1252', 'gb18030']
    """
    head = start[: 4 * HEADER_BYTES]
    words = {name: len(_HEADER_WORDS.findall(head.decode(name, errors="replace"))) for name in ("gb18030", "big5hkscs")}
    if any(words.values()):
        return max(words, key=lambda name: words[name])
    begin = max(_first_not_utf8(start) - HEADER_BYTES, 0)
    sample = start[begin : begin + SAMPLE_BYTES]
    runs = _HIGH.findall(sample)
    if (sample.count(b"\x82") + sample.count(b"\x83")) * 5 > sum(map(len, runs)) and _decodes(start, "cp932"):
        return "cp932"
    if sum(len(run) == 1 for run in runs) * 2 > len(runs):
        return "cp1252" if _decodes(start, "cp1252") else "latin-1"
    return "gb18030"


def _decodes(start: bytes, encoding: str) -> bool:
    """Whether the lines of a file's beginning are of an encoding; the last, which may be cut, is not asked."""
    try:
        start[: start.rfind(b"\n") + 1].decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _first_not_utf8(data: bytes) -> int:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start
    return len(data)
