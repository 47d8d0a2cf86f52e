"""The registry of reports. Who adds a report adds its module's REPORT here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from huikuan.insight.reports import ageing as report_ageing
from huikuan.insight.reports import bank_reconciliation as report_balance
from huikuan.insight.reports import collection as report_collection
from huikuan.insight.reports import days_to_collect as report_days
from huikuan.insight.reports import differences as report_differences
from huikuan.insight.reports import exceptions as report_exceptions
from huikuan.insight.reports import fee_audit as report_fees
from huikuan.insight.reports import net_income as report_income
from huikuan.insight.reports import order_income
from huikuan.insight.reports import overdue as report_overdue
from huikuan.insight.reports import payouts as report_payouts
from huikuan.insight.reports import platform_fees as report_platform_fees
from huikuan.insight.reports import reconciliation as report_reconciliation
from huikuan.insight.reports import refunds as report_refunds
from huikuan.insight.reports import roll_forward as report_roll_forward
from huikuan.insight.reports import sales as report_sales
from huikuan.insight.reports import sold as report_sold
from huikuan.insight.reports import vouchers as report_vouchers
from huikuan.insight.reports import wallets as report_wallets
from huikuan.insight.reports import write_offs as report_write_offs
from huikuan.insight.reports.base import Parameter, Report, ReportSource
from huikuan.insight.reports.tables import ReportTable
from huikuan.insight.vouchers import postings as voucher_postings
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
