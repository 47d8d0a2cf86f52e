"""Forms of follow-up: handing orders over, changing a task, ending it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huikuan.server.books.models import Book
from huikuan.server.collection.filters import MoneyField
from huikuan.server.followup.models import ReminderSetting, Task
from huikuan.server.followup.queries import people_of, tasks_of
from huikuan.server.followup.services import Handing

TASKS_OFFERED = 200


def _date() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _owner_choices(book: Book) -> list[tuple[str, Any]]:
    return [("", _("Nobody yet")), *((str(user.pk), user.shown_name) for user in people_of(book))]


class HandForm(forms.Form):
    """What becomes of selected orders."""

    task = forms.ChoiceField(label=_("Task"), required=False)
    title = forms.CharField(
        label=_("Title"), max_length=200, required=False, help_text=_("Left blank, it says the shop and the cause.")
    )
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    due_on = forms.DateField(label=_("To be done by"), required=False, widget=_date())
    split = forms.ChoiceField(
        label=_("Make"),
        choices=[("one", _("One task")), ("shop", _("One task per shop")), ("cause", _("One task per shop and cause"))],
        required=False,
    )

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        tasks = [(str(task.number), f"{task.code} {task.title}") for task in tasks_of(book)[:TASKS_OFFERED]]
        fields["task"].choices = [("", _("A new task")), *tasks]
        fields["owner"].choices = _owner_choices(book)

    def handing(self) -> Handing:
        """The answer as the service takes it."""
        told = self.cleaned_data
        return Handing(
            task=int(told["task"]) if told["task"] else None, title=told["title"],
            owner=int(told["owner"]) if told["owner"] else None, due_on=told["due_on"], split=told["split"] or "one",
        )  # fmt: skip


class EditForm(forms.Form):
    """A task's fields; `parts` names those that are shown."""

    title = forms.CharField(label=_("Title"), max_length=200)
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    due_on = forms.DateField(label=_("To be done by"), required=False, widget=_date())
    remind_on = forms.DateField(label=_("Remind on"), required=False, widget=_date())
    promised_on = forms.DateField(label=_("The platform pays by"), required=False, widget=_date())
    promised_amount = MoneyField(
        label=_("Amount promised"), required=False,
        widget=forms.TextInput(attrs={"inputmode": "decimal", "class": "money"}),
        max_digits=18, decimal_places=5, min_value=0,
    )  # fmt: skip
    promised_currency = forms.CharField(label=_("Currency"), max_length=3, required=False)

    PARTS = {
        "owner": ("owner",),
        "promise": ("promised_on", "promised_amount", "promised_currency"),
        "days": ("due_on", "remind_on"),
        "all": ("title", "owner", "due_on", "remind_on", "promised_on", "promised_amount", "promised_currency"),
    }

    def __init__(self, data: Any, *, task: Task, part: str, currencies: list[str]) -> None:
        names = self.PARTS[part]
        initial = {name: getattr(task, name) for name in names} | {"owner": task.owner_id or ""}
        super().__init__(data, initial=initial)
        fields: dict[str, Any] = self.fields
        fields["owner"].choices = _owner_choices(task.book)
        for name in [name for name in fields if name not in names]:
            del fields[name]
        if "promised_currency" in fields and len(currencies) < 2:
            del fields["promised_currency"]

    def values(self) -> dict[str, Any]:
        """The fields as the service takes them."""
        told = dict(self.cleaned_data)
        if "owner" in told:
            told["owner"] = int(told["owner"]) if told["owner"] else None
        if "promised_currency" in told:
            told["promised_currency"] = told["promised_currency"].upper()
        return told


class EndForm(forms.Form):
    """How a task ends, and why."""

    state = forms.ChoiceField(
        label=_("How it ends"), choices=[("done", _("Done")), ("given_up", _("Given up"))], required=True
    )
    closing = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class ManyForm(forms.Form):
    """One thing done with many tasks."""

    do = forms.ChoiceField(choices=[(name, name) for name in ("assign", "due", "promise", "done", "given_up")])
    owner = forms.ChoiceField(label=_("Owner"), required=False)
    due_on = forms.DateField(label=_("To be done by"), required=False, widget=_date())
    promised_on = forms.DateField(
        label=_("The platform pays by"),
        required=False,
        widget=_date(),
        help_text=_("Left blank, promises are taken back."),
    )  # fmt: skip
    closing = forms.CharField(
        label=_("Reason"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    FIELDS = {"assign": "owner", "due": "due_on", "promise": "promised_on", "done": "closing", "given_up": "closing"}

    def __init__(self, *args: Any, book: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["owner"].choices = _owner_choices(book)

    def values(self) -> dict[str, Any]:
        """The fields of what is done, as the service takes them."""
        name = self.FIELDS[self.cleaned_data["do"]]
        value = self.cleaned_data[name]
        return {name: (int(value) if value else None) if name == "owner" else value}


class ReminderForm(forms.ModelForm):  # type: ignore[type-arg]
    """Whether and when reminders go out."""

    class Meta:
        model = ReminderSetting
        fields = ["on", "at"]
        widgets = {"at": forms.TimeInput(attrs={"type": "time"}, format="%H:%M")}
