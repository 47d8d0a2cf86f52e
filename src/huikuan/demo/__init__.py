"""A made-up seller's months in the true formats of platforms and banks, with labelled anomalies and the truth."""

from huikuan.demo.generate import generate
from huikuan.demo.truth import Truth

__all__ = ["Truth", "generate"]
