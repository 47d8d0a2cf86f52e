"""GBK → UTF-8 by the C library of Linux (glibc's iconv): twice as quick as Python's decoder, and other threads run on.

It never decides that text is damaged, nor alone what a text says: where it might differ from Python's decoder of
GB 18030, or is not there (Windows, macOS, musl), it gives nothing, and Python is to decode. That it reads each sequence
of one or two bytes as Python does, or not at all, is tested; sequences of four bytes are no GBK, so it gives nothing.
"""

from __future__ import annotations

import ctypes
import functools
from typing import Any

_EURO = b"\x80"  # by itself the euro sign to glibc, a fault to Python
_FAILED = ctypes.c_size_t(-1).value


class GbkToUtf8:
    """Converts blocks of text, each of which ends with a character. For one thread; to be closed."""

    def __init__(self) -> None:
        self._iconv = _iconv()
        self._handle = self._iconv.iconv_open(b"UTF-8", b"GBK") if self._iconv else _FAILED
        self._out = bytearray()

    def convert(self, block: bytes) -> bytes | None:
        """The block in UTF-8; None where Python's decoder is to be asked."""
        if self._handle == _FAILED or _EURO in block:
            return None
        size = len(block) * 3 // 2  # a character of two bytes takes at most three
        if size > len(self._out):
            self._out = bytearray(size)
        source, source_left = ctypes.c_char_p(block), ctypes.c_size_t(len(block))
        out = (ctypes.c_char * len(self._out)).from_buffer(self._out)
        target, target_left = ctypes.c_void_p(ctypes.addressof(out)), ctypes.c_size_t(len(self._out))
        replaced = self._iconv.iconv(
            self._handle,
            ctypes.byref(source),
            ctypes.byref(source_left),
            ctypes.byref(target),
            ctypes.byref(target_left),
        )
        if replaced or source_left.value:
            return None
        return bytes(memoryview(self._out)[: len(self._out) - target_left.value])

    def close(self) -> None:
        """Free what the C library holds."""
        if self._handle != _FAILED:
            self._iconv.iconv_close(self._handle)
            self._handle = _FAILED


@functools.cache
def _iconv() -> Any:
    """The C library, if it is glibc; its functions release the interpreter while they run."""
    try:
        library = ctypes.CDLL(None)
        library.gnu_get_libc_version  # noqa: B018 (only glibc has it)
    except (AttributeError, OSError, TypeError):
        return None
    library.iconv_open.restype = ctypes.c_size_t
    library.iconv_open.argtypes = [ctypes.c_char_p, ctypes.c_char_p]
    library.iconv_close.argtypes = [ctypes.c_size_t]
    library.iconv.restype = ctypes.c_size_t
    library.iconv.argtypes = [ctypes.c_size_t] + [ctypes.c_void_p] * 4
    return library
