"""Faithful small files of every layout that is known from documentation alone; see `specimen`."""

from huikuan.demo.specimens.specimen import Specimen

SPECIMENS: tuple[Specimen, ...] = ()

__all__ = ["SPECIMENS", "Specimen"]
