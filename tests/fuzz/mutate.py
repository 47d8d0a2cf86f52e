"""Mutations of a file, by a seeded random number generator: the same seed gives the same file everywhere."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

LONGEST = 256 << 10
# What breaks parsers: ends, quotes, nulls, numbers out of range, encodings, markup.
TOKENS = (
    b"", b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b"\r\n", b"\t", b'"', b'""', b"'", b",", b";", b"/", b"|",
    b"`", b"=", b"-", b"--", b"+", b"%", b"\\", b"0", b"-0", b"-1", b"1e308", b"NaN", b"Infinity", b"9" * 40,
    b"0." + b"1" * 30,
    b"2026-02-30", b"0000-00-00", b"99999999", b"29991231", b"1,234.50", b"1.234,50",
    "１２".encode(), "金额".encode(),
    "金额".encode("gb18030"), b"\x81\x30\x81\x30", b"\xe2\x80\xae", b"<", b">", b"</", b"<!--", b"-->",
    b"<![CDATA[", b"]]>",
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>", b"&b;", b"&#0;", b"&#x10FFFF;", b"<?xml version='1.0' encoding='utf-16'?>",
    b":61:", b":20:", b":86:", b"-}", b"{4:", b"88,", b"16,", b"49,", b"99,", b"^", b"!Type:Bank",
    b"<STMTTRN>", b"</OFX>",
    b"PK\x03\x04", b"\x1f\x8b\x08", b"A" * 70_000,
)  # fmt: skip


def mutated(chance: random.Random, content: bytes, others: Sequence[bytes]) -> bytes:
    """The file after one to six changes; `others` lend pieces."""
    data = bytearray(content)
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        chance.choice(_CHANGES)(chance, data, others)
    return bytes(data[:LONGEST])


def _span(chance: random.Random, data: bytearray) -> slice:
    start = chance.randrange(len(data) + 1)
    return slice(start, min(len(data), start + chance.choice((1, 2, 4, 16, 64, 512))))


def _flip(chance: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def _set(chance: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    if data:
        data[chance.randrange(len(data))] = chance.randrange(256)


def _cut(chance: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    del data[_span(chance, data)]


def _truncate(chance: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _insert(chance: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = chance.choice(TOKENS)


def _replace(chance: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    data[_span(chance, data)] = chance.choice(TOKENS)


def _repeat(chance: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    span = _span(chance, data)
    data[span] = bytes(data[span]) * chance.choice((2, 3, 50))


def _splice(chance: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    other = bytearray(chance.choice(others))
    data[_span(chance, data)] = other[_span(chance, other)]


def _swap_lines(chance: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    lines = bytes(data).split(b"\n")
    one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[two] = lines[two], lines[one]
    data[:] = b"\n".join(lines)


def _digits(chance: random.Random, data: bytearray, others: Sequence[bytes]) -> None:
    places = [at for at, byte in enumerate(data) if 48 <= byte <= 57]
    for at in chance.sample(places, min(len(places), chance.choice((1, 3, 10)))):
        data[at] = chance.randrange(48, 58)


_CHANGES: tuple[Callable[[random.Random, bytearray, Sequence[bytes]], None], ...] = (
    _flip, _set, _cut, _truncate, _insert, _insert, _replace, _repeat, _splice, _swap_lines, _digits, _digits,
)  # fmt: skip
