"""Accounting vouchers 凭证: what is booked, and on which accounts."""
