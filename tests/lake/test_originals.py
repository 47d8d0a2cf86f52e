"""Originals come back byte for byte, lie encrypted, and no alteration goes unseen."""

from __future__ import annotations

import hashlib
import random
from pathlib import Path

import pytest

from huikuan.lake import originals as module
from huikuan.lake.originals import CHUNK_BYTES, Originals
from huikuan.records.errors import HuikuanError, OperatorError, UserError

KEY = bytes(range(32))


def store(tmp_path: Path, content: bytes) -> tuple[Originals, str]:
    source = tmp_path / "bill.csv"
    source.write_bytes(content)
    kept = Originals(tmp_path / "originals", KEY)
    return kept, kept.store(source)


@pytest.mark.parametrize("size", [0, 1, 1000, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES])
def test_content_comes_back(tmp_path: Path, size: int) -> None:
    content = random.Random(size).randbytes(size)
    kept, sha256 = store(tmp_path, content)
    assert sha256 == hashlib.sha256(content).hexdigest()
    with kept.open_original(sha256) as stream:
        assert stream.read(10) == content[:10]
        assert stream.read() == content[10:]


def test_what_is_not_kept_leaves_nothing_behind(tmp_path: Path) -> None:
    source = tmp_path / "bill.csv"
    source.write_bytes(b"refused in the end")
    kept = Originals(tmp_path / "originals", KEY)
    with kept.storing(source):
        pass
    assert list(kept.folder.rglob("*")) == []
    with kept.storing(source) as keep:
        assert kept.has(keep())
    assert [path.name for path in kept.folder.rglob("*") if path.is_file()] == [
        hashlib.sha256(b"refused in the end").hexdigest()
    ]


def test_nothing_of_the_content_is_readable_on_disk(tmp_path: Path) -> None:
    content = "支付宝账务明细 13800138000 张三\n".encode() * 100
    kept, sha256 = store(tmp_path, content)
    stored = kept.path_of(sha256).read_bytes()
    assert "张三".encode() not in stored
    assert b"13800138000" not in stored
    assert KEY not in stored


def test_the_same_content_is_kept_once_and_each_file_has_its_own_key(tmp_path: Path) -> None:
    kept, sha256 = store(tmp_path, b"same")
    first = kept.path_of(sha256).read_bytes()
    store(tmp_path, b"same")
    assert kept.path_of(sha256).read_bytes() == first
    kept.path_of(sha256).unlink()
    store(tmp_path, b"same")
    assert kept.path_of(sha256).read_bytes()[-20:] != first[-20:]
    assert [path.name for path in kept.folder.rglob("*") if path.is_file()] == [sha256]


def altered(stored: bytes, how: str) -> bytes:
    chunk = 4 + CHUNK_BYTES + 16
    head = stored[:64]
    chunks = [stored[64:][place : place + chunk] for place in range(0, len(stored) - 64, chunk)]
    return {
        "bit": stored[:5000] + bytes([stored[5000] ^ 1]) + stored[5001:],
        "cut": stored[:-1],
        "last chunk gone": head + b"".join(chunks[:-1]),
        "swapped": head + chunks[1] + chunks[0] + b"".join(chunks[2:]),
        "head": b"XXXX" + stored[4:],
        "empty": b"",
        "longer": stored + b"\0",
    }[how]


@pytest.mark.parametrize("how", ["bit", "cut", "last chunk gone", "swapped", "head", "empty", "longer"])
def test_any_alteration_is_found(tmp_path: Path, how: str) -> None:
    kept, sha256 = store(tmp_path, random.Random(1).randbytes(2 * CHUNK_BYTES + 5))
    path = kept.path_of(sha256)
    path.write_bytes(altered(path.read_bytes(), how))
    with pytest.raises(OperatorError) as damaged, kept.open_original(sha256) as stream:
        stream.read()
    assert damaged.value.code == "original.damaged"


def test_a_file_put_in_the_place_of_another_is_found(tmp_path: Path) -> None:
    kept, first = store(tmp_path, b"one")
    _, second = store(tmp_path, b"two")
    kept.path_of(second).write_bytes(kept.path_of(first).read_bytes())
    with pytest.raises(OperatorError), kept.open_original(second):
        pass


def test_another_key_cannot_read_and_rewrapping_lets_it(tmp_path: Path) -> None:
    kept, sha256 = store(tmp_path, b"content")
    other = Originals(kept.folder, bytes(32))
    with pytest.raises(OperatorError), other.open_original(sha256):
        pass
    kept.rewrap(sha256, bytes(32))
    with other.open_original(sha256) as stream:
        assert stream.read() == b"content"


def test_what_is_missing_or_misused_is_said(tmp_path: Path) -> None:
    kept = Originals(tmp_path, KEY)
    for sha256 in ("0" * 64, "../../etc/passwd"):
        with pytest.raises(UserError) as missing, kept.open_original(sha256):
            pass
        assert missing.value.code == "original.missing"
    with pytest.raises(HuikuanError) as key:
        Originals(tmp_path, b"short")
    assert key.value.code == "original.key_invalid"


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_number: int) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(module.os, "fsync", full)
    with pytest.raises(OSError, match="no space"):
        store(tmp_path, b"new content")
    assert not [path for path in (tmp_path / "originals").rglob("*") if path.is_file()]
