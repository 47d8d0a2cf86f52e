"""Rules learned from a book's own history, for a person to accept."""
