"""Tried before it is saved: changed rules, declarations of one's own, rules proposed."""
