"""Huikuan reconciles what an e-commerce seller sold with what reached the bank."""

__version__ = "0.1.0"
