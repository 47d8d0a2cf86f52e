"""Forms of schedules, webhooks and the mail server."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext_lazy as _

from huikuan.insight.reports.base import Report
from huikuan.records.errors import UserError
from huikuan.records.messages import translated
from huikuan.server.books.forms import _InBook
from huikuan.server.books.models import Book
from huikuan.server.core.files import CHOICES
from huikuan.server.delivery import due
from huikuan.server.delivery.models import Channel, MailServer, Schedule
from huikuan.server.delivery.outbound import checked_url
from huikuan.server.reports import shown
from huikuan.server.reports.saved import reports_of

RECIPIENTS_MAX = 50
PARAM = "param_"


def reports_for(book: Book, membership: Any, schedule: Schedule | None = None) -> dict[str, Report]:
    """The reports a member may have sent, by name: those seen, not the rows behind other reports' figures; and the one
    of the schedule."""
    found = {name: each for name, each in reports_of(book, membership).items() if not each.detail}
    own = reports_of(book).get(schedule.report) if schedule else None
    return found | ({schedule.report: own} if schedule and own else {})


class ScheduleForm(_InBook):
    """A schedule with the parameters of its report, which depend on the report chosen."""

    formats = forms.MultipleChoiceField(
        label=_("Files"), choices=CHOICES, required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("Attached to e-mails and kept in the archive. A chat message has the main figures and a link."),
    )  # fmt: skip
    emails = forms.CharField(
        label=_("E-mail addresses"), required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One on each line. Each gets a message of its own."),
    )  # fmt: skip
    weekday = forms.TypedChoiceField(label=_("Weekday"), coerce=int, choices=list(due.WEEKDAYS.items()))
    month_day = forms.TypedChoiceField(label=_("Day of the month"), coerce=int, choices=[(d, d) for d in range(1, 32)])

    class Meta:
        model = Schedule
        fields = (
            "name", "report", "period", "every", "weekday", "month_day", "at", "formats", "language", "emails",
            "channels",
        )  # fmt: skip

    def __init__(self, *args: Any, reports: Mapping[str, Report], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reports = reports
        choices = [(name, translated(report.title)) for name, report in reports.items()]
        self.fields["report"] = forms.ChoiceField(label=_("Report"), choices=choices)
        self.fields["at"].widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        self.fields["month_day"].help_text = _("In a shorter month its last day.")
        channels = Channel.objects.filter(book=self.book)
        self.fields["channels"].queryset = channels  # type: ignore[attr-defined]
        self.fields["channels"].label = _("Webhooks")
        self.fields["channels"].widget = forms.CheckboxSelectMultiple(choices=[(c.pk, c.name) for c in channels])
        if isinstance(self.initial.get("emails"), list):
            self.initial["emails"] = "\n".join(self.initial["emails"])
        self._add_params(self.chosen_report())

    def chosen_report(self) -> str:
        """The report whose parameters are shown: the one sent, else the one there is, else the first."""
        name = str(self.data.get("report") or self.initial.get("report") or "")
        return name if name in self.reports else next(iter(self.reports))

    def _add_params(self, name: str) -> None:
        given = self.initial.get("params") or {}
        shops = [shop.name for shop in self.book.shops.all()]
        for each in shown.fields_of(self.book, self.reports[name], given, shops):
            if each.type == "date":  # days are those of the period
                continue
            field: forms.Field = (
                forms.ChoiceField(choices=each.options) if each.options else forms.CharField(max_length=100)
            )
            field.label, field.required, field.initial = each.label, each.required, each.value
            self.fields[PARAM + each.name] = field

    @property
    def has_period(self) -> bool:
        """Whether the report has days that the period gives."""
        names = {parameter.name for parameter in self.reports[self.chosen_report()].parameters}
        return bool(names & set(shown.PERIOD_DAYS))

    @property
    def params(self) -> list[Any]:
        """The bound fields of the report's own parameters."""
        return [self[name] for name in self.fields if name.startswith(PARAM)]

    def clean_emails(self) -> list[str]:
        """The addresses, each once; a wrong one is named."""
        found = list(dict.fromkeys(re.split(r"[\s,;，；、]+", self.cleaned_data["emails"].strip())))
        found = [each for each in found if each]
        for each in found:
            try:
                validate_email(each)
            except ValidationError as error:
                raise ValidationError(
                    _("“%(address)s” is no e-mail address."), params={"address": each[:60]}
                ) from error
        if len(found) > RECIPIENTS_MAX:
            raise ValidationError(_("At most %(most)s addresses."), params={"most": RECIPIENTS_MAX})
        return found

    def clean(self) -> dict[str, Any]:
        """The parameters fit the report, and somebody gets it."""
        values = super().clean() or {}
        params = {name.removeprefix(PARAM): value for name, value in values.items() if name.startswith(PARAM)}
        self.instance.params = {name: value for name, value in params.items() if value}
        try:
            self.reports[self.chosen_report()].checked(self.instance.params)
        except UserError as error:
            self.add_error(None, str(error))
        if not values.get("emails") and not values.get("channels") and "emails" not in self.errors:
            self.add_error("emails", _("Give an e-mail address, or choose a webhook."))
        return values


class ChannelForm(_InBook):
    """A webhook. Its address is never shown again; left blank it stays."""

    url = forms.CharField(
        label=_("Address of the webhook"), max_length=1000, required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "placeholder": "https://"}),
    )  # fmt: skip
    secret = forms.CharField(
        label=_("Secret of the signature"), max_length=200, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("DingTalk: begins with SEC. Feishu: under signature check. WeCom has none."),
    )  # fmt: skip
    unsigned = forms.BooleanField(label=_("Remove the secret"), required=False)

    class Meta:
        model = Channel
        fields = ("name", "kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = Channel.KINDS  # type: ignore[attr-defined]
        self.fields["url"].required = not self.instance.pk
        if self.instance.pk:
            self.fields["url"].help_text = _("Left blank, it stays: %(hint)s") % {"hint": self.instance.hint}
        if not self.instance.wrapped_secret:
            del self.fields["unsigned"]

    def clean_url(self) -> str:
        """An address that may be posted to."""
        url = str(self.cleaned_data["url"]).strip()
        if url:
            try:
                checked_url(url)
            except UserError as error:
                raise ValidationError(str(error)) from error
        return url

    @property
    def new_secret(self) -> str | None:
        """The secret to keep: a new one, blank for none, None for as it was."""
        return self.cleaned_data["secret"] or ("" if self.cleaned_data.get("unsigned") else None)


class MailServerForm(forms.ModelForm):  # type: ignore[type-arg]
    """The mail server. The password is never shown; left blank it stays, unless the server is another one."""

    password = forms.CharField(
        label=_("Password"), max_length=200, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip
    address = forms.URLField(
        label=_("Address of this installation"), required=False, assume_scheme="https",
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
    )  # fmt: skip

    class Meta:
        model = MailServer
        fields = ("host", "port", "security", "user", "password", "sender", "address")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.wrapped_password:
            self.fields["password"].help_text = _("A password is kept. Left blank, it stays.")

    def clean_port(self) -> int:
        """A port there is."""
        port = int(self.cleaned_data["port"])
        if not 1 <= port <= 65535:
            raise ValidationError(_("A port is a number from 1 to 65535."))
        return port

    def clean(self) -> dict[str, Any]:
        """A kept password is not sent to another server than it was given for."""
        values = super().clean() or {}
        changed = {"host", "user"} & set(self.changed_data)
        if changed and self.instance.wrapped_password and not values.get("password") and values.get("user"):
            self.add_error("password", _("The server or the user is another: enter the password again."))
        return values

    @property
    def new_password(self) -> str | None:
        """The password to keep: a new one, blank where there is no user, None for as it was."""
        if not self.cleaned_data["user"]:
            return ""
        return self.cleaned_data["password"] or None


class TrialForm(forms.Form):
    """Where a trial mail goes."""

    to = forms.EmailField(label=_("Send a trial to"))


class KeepForm(forms.Form):
    """How long the archive keeps files and messages."""

    keep_days = forms.IntegerField(
        label=_("Days that reports are kept"), min_value=0, max_value=36_500,
        help_text=_("Then their files and messages are removed, and the audit log says so. 0: kept for ever."),
    )  # fmt: skip
