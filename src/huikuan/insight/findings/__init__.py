"""Findings: what changed for the worse in a book, what it costs, and how sure that is."""
