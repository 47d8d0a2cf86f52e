"""Small tables by day that a run writes, so that reports need not read all orders and lines."""
