"""The courier's bill of all the seller's parcels, in the layout of a branch of 中通: one row per parcel, a file for
each month they were handed over in.

Nothing is drawn: weight follows from the goods, the zone from where they go, so that all other files are the same with
and without it. A parcel is named by its number alone; which orders it holds is told by the order system's export. One
of the goods is light, cheap and bulky: it is charged by its volume, and what it brings is less than its freight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from huikuan.demo.catalogue import COURIER, GRAMS, MEASURES, PLACES
from huikuan.demo.files import Lines
from huikuan.demo.orders import Order
from huikuan.demo.seller import COMPACT_DAYS, COMPANY, DAY, Month, Span, moment, money
from huikuan.demo.truth import FileTruth, Labels

HEADER = (
    "运单号,包号,扫描时间,业务员,目的地省,目的地市,结算重量,重量,体积,运单发放,主店铺,分区,"
    "新疆西藏,3KG以上费用,价单,总金额"
)
# Zone -> cents for a parcel up to three kilograms, and for each kilogram begun above them.
TARIFF = {"一区": (260, 120), "二区": (340, 480), "三区": (900, 900)}
NEAR = ("浙江省", "江苏省", "上海", "安徽省")
FAR = ("新疆维吾尔自治区", "内蒙古自治区", "云南省", "黑龙江省")
REMOTE, REMOTE_CENTS = "新疆维吾尔自治区", 800
LIGHT_GRAMS = 3_000
CUBIC_CM_PER_KG = 6_000


def parcel_no(order: Order) -> str:
    """The number of an order's parcel, or of its first."""
    return f"75{order.index:012d}"


def grams_of(items: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Measured and charged weight of (position in GOODS, pieces), in grams: what is bulky is charged by its volume."""
    measured = sum(GRAMS[which] * pieces for which, pieces in items)
    charged = sum(max(GRAMS[which], _volume_grams(which)) * pieces for which, pieces in items)
    return measured, charged


def _volume_grams(which: int) -> int:
    length, width, height = MEASURES.get(which, (0, 0, 0))
    return length * width * height * 1_000 // CUBIC_CM_PER_KG


@dataclass
class CourierBill:
    """The bills while they are written."""

    folder: Path
    labels: Labels
    span: Span

    def __post_init__(self) -> None:
        self._files = [self._file(month) for month in self.span.months]
        self._totals = [0] * len(self._files)  # cents

    def _file(self, month: Month) -> Lines:
        lines = Lines(self.folder, f"{COURIER}_账单_{COMPACT_DAYS[month.last + 1]}.CSV", "gb18030")
        lines.line(HEADER + "\r\n")
        return lines

    def add(self, number: str, at: int, place: int, items: Sequence[tuple[int, int]]) -> int:
        """A parcel handed over at a moment; what is charged for it, in cents."""
        province, city, _district, _weight = PLACES[place]
        measured, charged = grams_of(items)
        zone = "一区" if province in NEAR else "三区" if province in FAR else "二区"
        base, each = TARIFF[zone]
        heavy = max(-(-(charged - LIGHT_GRAMS) // 1_000), 0) * each
        remote = REMOTE_CENTS if province == REMOTE else 0
        cents = base + heavy + remote
        volume = "+".join("*".join(map(str, MEASURES[which])) for which, _pieces in items if which in MEASURES)
        month = self.span.number(at // DAY)
        self._files[month].line(
            f'"{number}\t",,{moment(at)},,{province},{city},{_kilograms(charged)},{_kilograms(measured)},{volume},,'
            f"{COMPANY},{zone},{money(remote)},{money(heavy)},{money(base)},{money(cents)}\r\n"
        )
        self._totals[month] += cents
        return cents

    def close(self) -> None:
        """End the files."""
        for lines, total in zip(self._files, self._totals, strict=True):
            lines.close()
            name, totals = lines.document, {"charged": money(total)}
            self.labels.files.append(FileTruth(name, name, "express.bill", "", COURIER, lines.count - 1, totals))


def _kilograms(grams: int) -> str:
    return f"{grams // 1_000}.{grams % 1_000 // 10:02d}"
