"""Marketplaces, shops and payment services outside of China."""
