"""A run that computes only what a change touches."""
