"""The store of originals: the imported files as they came, by content hash, encrypted at rest, streamed.

Format of a stored file: magic `HKO1`, nonce (12 bytes) and the file's own key wrapped by the installation's key
(AES-256-GCM, 48 bytes), then chunks of up to 1 MiB of content, each sealed by AES-256-GCM under the file's own key
(length as 4 bytes big-endian, then the sealed chunk). A chunk's nonce is its number, and its associated data says
whether it is the last, so no chunk can be cut off, moved or taken from another file unseen.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from huikuan.lake import messages  # noqa: F401 (registers the sentences)
from huikuan.records.errors import OperatorError, UserError

MAGIC = b"HKO1"
CHUNK_BYTES = 1 << 20
_TAG_BYTES = 16
_NONCE_BYTES = 12
_WRAPPED_BYTES = 32 + _TAG_BYTES
_HEAD_BYTES = len(MAGIC) + _NONCE_BYTES + _WRAPPED_BYTES
_HASH = re.compile(r"[0-9a-f]{64}")


class Originals:
    """The store in a folder (`HOME/books/ID/originals`). `key` is the installation's: 32 bytes."""

    def __init__(self, folder: Path, key: bytes) -> None:
        if len(key) != 32:
            raise OperatorError("original.key_invalid", size=len(key))
        self.folder = Path(folder)
        self._key = key

    def path_of(self, sha256: str) -> Path:
        """Where a file of that content lies, or would."""
        if not _HASH.fullmatch(sha256):
            raise UserError("original.missing", sha256=sha256[:64])
        return self.folder / sha256[:2] / sha256

    def has(self, sha256: str) -> bool:
        """Whether the store holds the content."""
        return self.path_of(sha256).exists()

    def store(self, path: Path) -> str:
        """Keep a file, wholly or not at all; its content hash. Content that is there already is left as it is."""
        with self.storing(path) as keep:
            return keep()

    @contextlib.contextmanager
    def storing(self, path: Path) -> Iterator[Callable[[], str]]:
        """Encrypt a file beside other work. The function given keeps it, as `store` does; unless it is called, nothing
        is kept."""
        self.folder.mkdir(parents=True, exist_ok=True)
        scratch = self.folder / f"tmp-{uuid.uuid4().hex}"
        with ThreadPoolExecutor(1) as beside:
            encrypted = beside.submit(self._encrypt_into, path, scratch)

            def keep() -> str:
                sha256 = encrypted.result()
                final = self.path_of(sha256)
                if not final.exists():
                    final.parent.mkdir(parents=True, exist_ok=True)
                    scratch.replace(final)
                return sha256

            try:
                yield keep
            finally:
                wait([encrypted])
                with contextlib.suppress(OSError):
                    scratch.unlink(missing_ok=True)

    def forget(self, sha256: str) -> None:
        """Remove a file; nothing where it is not there. Whether somebody still names it is the caller's to know."""
        self.path_of(sha256).unlink(missing_ok=True)

    def holds_whole(self, sha256: str) -> bool:
        """Whether the content is there and, read to its end, has this hash."""
        digest = hashlib.sha256()
        try:
            with self.open_original(sha256) as stream:
                while block := stream.read(CHUNK_BYTES):
                    digest.update(block)
        except (UserError, OperatorError):
            return False
        return digest.hexdigest() == sha256

    @contextlib.contextmanager
    def open_original(self, sha256: str) -> Iterator[BinaryIO]:
        """A readable binary stream of the content, decrypted chunk by chunk.

        UserError `original.missing`; OperatorError `original.damaged` (also from reading) where it was altered.
        """
        path = self.path_of(sha256)
        if not path.exists():
            raise UserError("original.missing", sha256=sha256)
        with path.open("rb") as file, io.BufferedReader(_Decrypting(file, self._key, sha256), CHUNK_BYTES) as stream:
            yield stream

    def rewrap(self, sha256: str, new_key: bytes) -> None:
        """Wrap a file's own key by another installation key; the content is not encrypted anew."""
        path = self.path_of(sha256)
        scratch = path.parent / f"tmp-{uuid.uuid4().hex}"
        with path.open("rb") as source, scratch.open("wb") as target:
            file_key = _unwrapped(source, self._key, sha256)
            target.write(_wrapped(file_key, new_key, sha256))
            while block := source.read(CHUNK_BYTES):
                target.write(block)
            target.flush()
            os.fsync(target.fileno())
        scratch.replace(path)

    def _encrypt_into(self, path: Path, scratch: Path) -> str:
        """Write the encrypted file and force it to the disk; the content hash."""
        with path.open("rb") as source, scratch.open("wb") as target:
            sha256 = self._encrypt(source, target)
            target.flush()
            os.fsync(target.fileno())
        return sha256

    def _encrypt(self, source: BinaryIO, target: BinaryIO) -> str:
        """Write the encrypted file; the content hash. The head names the hash, so it is written last."""
        file_key = AESGCM.generate_key(bit_length=256)
        cipher = AESGCM(file_key)
        target.seek(_HEAD_BYTES)
        digest = hashlib.sha256()
        chunk, number = source.read(CHUNK_BYTES), 0
        with ThreadPoolExecutor(1) as hashing:  # takes as long as encrypting: beside it
            while True:
                following = source.read(CHUNK_BYTES)
                hashed = hashing.submit(digest.update, chunk)
                sealed = cipher.encrypt(_nonce(number), chunk, b"more" if following else b"last")
                target.write(len(sealed).to_bytes(4, "big") + sealed)
                hashed.result()
                if not following:
                    break
                chunk, number = following, number + 1
        target.seek(0)
        target.write(_wrapped(file_key, self._key, digest.hexdigest()))
        return digest.hexdigest()


def _nonce(number: int) -> bytes:
    """A chunk's nonce: unique under the file's own key."""
    return number.to_bytes(_NONCE_BYTES, "big")


def _wrapped(file_key: bytes, key: bytes, sha256: str) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    return MAGIC + nonce + AESGCM(key).encrypt(nonce, file_key, sha256.encode())


def _unwrapped(file: BinaryIO, key: bytes, sha256: str) -> bytes:
    """The file's own key, read from its head."""
    head = file.read(_HEAD_BYTES)
    nonce, sealed = head[len(MAGIC) : len(MAGIC) + _NONCE_BYTES], head[len(MAGIC) + _NONCE_BYTES :]
    if not head.startswith(MAGIC) or len(sealed) != _WRAPPED_BYTES:
        raise OperatorError("original.damaged", sha256=sha256)
    try:
        return AESGCM(key).decrypt(nonce, sealed, sha256.encode())
    except InvalidTag as err:
        raise OperatorError("original.damaged", sha256=sha256) from err


class _Decrypting(io.RawIOBase):
    """The content of a stored file as a raw stream."""

    def __init__(self, file: BinaryIO, key: bytes, sha256: str) -> None:
        self._file, self._sha256 = file, sha256
        self._cipher = AESGCM(_unwrapped(file, key, sha256))
        self._number, self._chunk, self._ended = 0, memoryview(b""), False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._chunk and not self._ended:
            self._chunk = memoryview(self._next_chunk())
        count = min(len(buffer), len(self._chunk))
        buffer[:count] = self._chunk[:count]
        self._chunk = self._chunk[count:]
        return count

    def _next_chunk(self) -> bytes:
        size = int.from_bytes(self._file.read(4), "big")
        sealed = self._file.read(min(size, CHUNK_BYTES + _TAG_BYTES))
        if len(sealed) != size or size < _TAG_BYTES:
            raise OperatorError("original.damaged", sha256=self._sha256)
        following = self._file.read(1)
        self._ended = not following
        if following:
            self._file.seek(-1, io.SEEK_CUR)
        try:
            chunk = self._cipher.decrypt(_nonce(self._number), sealed, b"last" if self._ended else b"more")
        except InvalidTag as err:
            raise OperatorError("original.damaged", sha256=self._sha256) from err
        self._number += 1
        return chunk
