"""The form that shares a list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huikuan.export.details import Detail
from huikuan.server.books.models import Book
from huikuan.server.core.files import CHOICES
from huikuan.server.exports.models import clock_day
from huikuan.server.exports.shares import DAYS_MAX

DAYS = 30


class ShareForm(forms.Form):
    """For whom, what of it, until when."""

    recipient = forms.CharField(label=_("For whom"), max_length=100)
    kind = forms.ChoiceField(label=_("File"), choices=CHOICES)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    expires_on = forms.DateField(label=_("Last day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    columns = forms.MultipleChoiceField(
        label=_("Columns"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one column.")},
    )  # fmt: skip
    masked = forms.MultipleChoiceField(
        label=_("Show only in part"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("The middle of the text is hidden: 2110…07."),
    )  # fmt: skip

    def __init__(self, *args: Any, book: Book, detail: Detail, language: str, **kwargs: Any) -> None:
        self.book, self.today = book, clock_day(book)
        columns = [(column.key, column.title) for column in detail.shown()]
        texts = [(c.key, c.title) for c in detail.shown() if c.type == "text" and c.key not in detail.words]
        initial = {
            "columns": [key for key, _title in columns], "language": language,
            "expires_on": self.today + timedelta(days=DAYS),
        }  # fmt: skip
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["columns"].choices = columns  # type: ignore[attr-defined]
        self.fields["masked"].choices = texts  # type: ignore[attr-defined]

    def clean_expires_on(self) -> Any:
        """A day from today on, within a year."""
        day = self.cleaned_data["expires_on"]
        if not self.today <= day <= self.today + timedelta(days=DAYS_MAX):
            raise forms.ValidationError(_("Choose a day from today on, within a year."))
        return day
