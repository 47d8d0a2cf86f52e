"""Archives and disguises: what is inside, under which name, and what is left out."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest
import pyzipper

from huikuan.formats.readers import container
from huikuan.records.errors import UserError
from tests.formats_bank import material


class GbkInfo(zipfile.ZipInfo):
    """A member whose name is written in GBK without the UTF-8 mark, as tools in China do."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:
        return self.filename.encode("gb18030"), self.flag_bits & ~0x800


def archive(members: dict[str, bytes], utf8: bool = False) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as out:
        for name, content in members.items():
            out.writestr(name if utf8 else GbkInfo(name), content)
    return data.getvalue()


def names(folder: Path, name: str, content: bytes, password: str = "") -> tuple[list[str], list[str]]:
    path = folder / name
    path.write_bytes(content)
    found = container.open_container(path, name, folder / "unpacked", password)
    return [member.name for member in found.members], list(found.skipped)


def test_member_names_in_gbk(tmp_path: Path) -> None:
    found, _ = names(tmp_path, "bill.zip", archive({"支付宝账单.csv": b"a,b\n1,2\n"}))
    assert found == ["bill.zip!支付宝账单.csv"]


def test_member_names_in_utf8(tmp_path: Path) -> None:
    found, _ = names(tmp_path, "bill.zip", archive({"支付宝账单.csv": b"a,b\n1,2\n"}, utf8=True))
    assert found == ["bill.zip!支付宝账单.csv"]


def test_summary_beside_details_is_left_out_and_told(tmp_path: Path) -> None:
    members = {"2088_账务汇总.csv": b"x,y\n", "2088_账务明细.csv": b"a,b\n1,2\n", "__MACOSX/._x": b"junk"}
    found, skipped = names(tmp_path, "bill.zip", archive(members))
    assert found == ["bill.zip!2088_账务明细.csv"]
    assert skipped == ["bill.zip!2088_账务汇总.csv"]


def test_summary_alone_is_read(tmp_path: Path) -> None:
    found, skipped = names(tmp_path, "bill.zip", archive({"账务汇总.csv": b"x,y\n1,2\n"}))
    assert (found, skipped) == (["bill.zip!账务汇总.csv"], [])


def test_archive_in_archive_and_gzip(tmp_path: Path) -> None:
    inner = archive({"a.csv": b"a,b\n", "b.csv.gz": gzip.compress(b"c,d\n")})
    found, _ = names(tmp_path, "outer.zip", archive({"inner.zip": inner}))
    assert found == ["outer.zip!inner.zip!a.csv", "outer.zip!inner.zip!b.csv.gz"]


def test_password_opens_an_aes_archive(tmp_path: Path) -> None:
    data = io.BytesIO()
    with pyzipper.AESZipFile(data, "w", encryption=pyzipper.WZ_AES) as out:
        out.setpassword(b"274614")
        out.writestr("bill.csv", b"a,b\n1,2\n")
    assert names(tmp_path, "bill.zip", data.getvalue(), "274614")[0] == ["bill.zip!bill.csv"]


@pytest.mark.parametrize(
    ("content", "nature"),
    [
        (material.workbook([["a", "b"]]), "xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100), "xls"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "html"),
        ("\ufeff<!DOCTYPE html><html></html>".encode(), "html"),
        (b'<?xml version="1.0"?><Document/>', "xml"),
        ("订单号,金额".encode("gb18030"), "text"),
        ("订单号,金额".encode("utf-16"), "text"),
    ],
)
def test_nature_by_the_first_bytes_never_by_the_name(content: bytes, nature: str, tmp_path: Path) -> None:
    path = tmp_path / "bill.csv"
    path.write_bytes(content)
    assert container.nature_of(path, "bill.csv") == nature


@pytest.mark.parametrize("cut", [4, 30, 60, 100, 200])
def test_truncated_archive_is_refused_wherever_it_is_cut(cut: int, tmp_path: Path) -> None:
    whole = archive({"a.csv": b"a,b\n" * 50, "b.csv": b"c,d\n" * 50})
    with pytest.raises(UserError) as raised:
        names(tmp_path, "bill.zip", whole[:-cut])
    assert raised.value.code == "file.zip_broken"


def test_damaged_member_is_refused(tmp_path: Path) -> None:
    whole = bytearray(archive({"a.csv": b"a,b\n1,2\n" * 50}))
    whole[60] ^= 0xFF
    with pytest.raises(UserError) as raised:
        names(tmp_path, "bill.zip", bytes(whole))
    assert raised.value.code == "file.zip_broken"
