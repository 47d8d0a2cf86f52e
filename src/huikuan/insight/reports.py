"""The registry of reports. Who adds a report adds its module's REPORT here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from huikuan.insight import (
    order_income,
    report_ageing,
    report_balance,
    report_collection,
    report_days,
    report_differences,
    report_exceptions,
    report_fees,
    report_income,
    report_overdue,
    report_payouts,
    report_platform_fees,
    report_reconciliation,
    report_refunds,
    report_roll_forward,
    report_sales,
    report_sold,
    report_vouchers,
    report_wallets,
    report_write_offs,
    voucher_postings,
)
from huikuan.insight.report_base import Parameter, Report, ReportSource
from huikuan.insight.tables import ReportTable
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop as _

__all__ = ["GROUPS", "PREPARED", "REPORTS", "Parameter", "Report", "ReportSource", "build_report"]

# How the list of reports is parted. A report of no group stands last.
GROUPS: dict[str, str] = {
    "collection": _("Receivables and collection"),
    "accounts": _("Accounts"),
    "sales": _("Sales and fees"),
    "reconciliation": _("Reconciliation"),
    "": _("Further reports"),
}
REPORTS: dict[str, Report] = {
    report.name: report
    for report in (
        report_collection.REPORT,
        report_ageing.REPORT,
        report_overdue.OVERDUE,
        report_overdue.ROWS,
        report_days.REPORT,
        report_days.ORDERS,
        report_balance.REPORT,
        report_payouts.REPORT,
        report_wallets.REPORT,
        report_wallets.LINES,
        report_roll_forward.REPORT,
        report_roll_forward.MOVEMENTS,
        report_platform_fees.REPORT,
        report_platform_fees.LINES,
        report_refunds.REPORT,
        report_refunds.ORDERS,
        report_fees.REPORT,
        report_sales.REPORT,
        report_sold.LINES,
        report_income.REPORT,
        report_reconciliation.REPORT,
        report_differences.REPORT,
        report_exceptions.REPORT,
        report_write_offs.REPORT,
        report_vouchers.REPORT,
        report_vouchers.RECORDS,
    )
}
# What reports keep with a run (`ReportSource.keep`), to be made ahead of the first that asks.
PREPARED: tuple[Callable[[ReportSource], None], ...] = (
    report_wallets.prepare, report_reconciliation.prepare, report_differences.prepare, order_income.keep_days,
    voucher_postings.prepare,
)  # fmt: skip


def build_report(name: str, source: ReportSource, params: Mapping[str, str] | None = None) -> ReportTable:
    """A report by name. Raises UserError for an unknown name, or for a parameter that is missing or wrong."""
    if name not in REPORTS:
        raise UserError("report.unknown", name=name, known=", ".join(REPORTS))
    return REPORTS[name].build(source, params)
