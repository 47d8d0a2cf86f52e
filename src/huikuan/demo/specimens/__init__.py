"""Faithful small files of every layout that is known from documentation alone; see `specimen`."""

from huikuan.demo.specimens.douyin import DOUYIN
from huikuan.demo.specimens.personal import PERSONAL
from huikuan.demo.specimens.specimen import Specimen

SPECIMENS: tuple[Specimen, ...] = (*PERSONAL, *DOUYIN)

__all__ = ["SPECIMENS", "Specimen"]
