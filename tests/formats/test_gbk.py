"""The C library's conversion of GBK tells what Python's decoder tells, or leaves it to Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from huikuan.formats.readers.gbk import GbkToUtf8

ONE = [bytes([byte]) for byte in range(256)]
TWO = [bytes([lead, trail]) for lead in range(128, 256) for trail in range(256)]


@pytest.fixture(name="gbk")
def converter() -> Iterator[GbkToUtf8]:
    """A converter; skipped where the C library has none."""
    with closing(GbkToUtf8()) as gbk:
        if gbk.convert(b"a") is None:
            pytest.skip("no glibc")
        yield gbk


def _python(text: bytes, encoding: str = "gb18030") -> bytes | None:
    try:
        return text.decode(encoding).encode()
    except UnicodeDecodeError:
        return None


def test_each_sequence_of_one_or_two_bytes_is_read_as_python_reads_it_or_not_at_all(gbk: GbkToUtf8) -> None:
    told = {text: gbk.convert(text) for text in ONE + TWO}
    assert {text: found for text, found in told.items() if found is not None and found != _python(text)} == {}
    assert {text for text in ONE + TWO if told[text] is None and b"\x80" not in text and _python(text, "gbk")} == set()


def test_many_blocks_of_any_length_are_read_as_python_reads_them(gbk: GbkToUtf8) -> None:
    readable = b"".join(text for text in TWO if _python(text) and gbk.convert(text) is not None)
    for length in (0, 2, 10, 1000, len(readable), 4):
        assert gbk.convert(readable[:length]) == _python(readable[:length])


def test_what_is_cut_damaged_or_of_four_bytes_is_left_to_python_and_does_no_harm(gbk: GbkToUtf8) -> None:
    for text in (b"\xd6", "中文".encode("gbk") + b"\xff", "𠀀".encode("gb18030"), b"\x80", "€".encode("gb18030")):
        assert gbk.convert(text) is None
        assert gbk.convert("中文\n".encode("gbk")) == "中文\n".encode()


def test_nothing_is_converted_once_it_is_closed(gbk: GbkToUtf8) -> None:
    gbk.close()
    assert gbk.convert(b"a") is None
