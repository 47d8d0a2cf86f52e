"""Order systems, couriers, stock and the merchant's own ledger."""
