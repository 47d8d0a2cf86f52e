"""The matching engine: passes, classification and the proof, as Ibis expressions over two tables of entries."""

from huikuan.engine.model import Classes, Definition, Facts, Outcome, Passes, Sides
from huikuan.engine.reconcile import reconcile

__all__ = ["Classes", "Definition", "Facts", "Outcome", "Passes", "Sides", "reconcile"]
