"""Closing periods, what is frozen then, and what comes late."""
