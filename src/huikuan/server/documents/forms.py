"""What a person says about files on their way in."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from huikuan.server.books.models import Account, Book, Shop
from huikuan.server.documents.models import Upload


class AnswerForm(forms.Form):
    """The answer to what a file did not say: its shop, its account, its password, to import the rest, or to try again.

    Names may be new: the import creates what does not exist yet.
    """

    shop = forms.CharField(label=_("Shop"), max_length=200, required=False)
    account = forms.CharField(label=_("Account"), max_length=200, required=False)
    password = forms.CharField(label=_("Password"), max_length=200, required=False, strip=False)
    accept_partial = forms.BooleanField(required=False)
    again = forms.BooleanField(required=False)

    def answers(self) -> dict[str, Any]:
        """What was answered, blank answers left out."""
        return {name: value for name, value in self.cleaned_data.items() if value and name != "again"}

    def says_something(self) -> bool:
        """Whether there is a reason to read the files again: an answer, or the wish to try once more."""
        return bool(self.answers() or self.cleaned_data["again"])


def owners(given: Mapping[str, str], question: str, uploads: Iterable[Upload]) -> dict[str, list[Upload]]:
    """Files by the shop or account filled in for each (field `QUESTION-UPLOAD`); blank: that of the file above."""
    name, found = "", dict[str, list[Upload]]()
    for upload in uploads:
        name = given.get(f"{question}-{upload.pk}", "").strip()[:200] or name
        if name:
            found.setdefault(name, []).append(upload)
    return found


def named_in(file_name: str, names: Iterable[str]) -> str:
    """The longest of the known names that stands in a file's name, else blank."""
    return max((name for name in names if name in file_name), key=len, default="")


def known_names(book: Book) -> dict[str, list[str]]:
    """Shops and accounts to choose from."""
    return {
        "shops": list(Shop.objects.filter(book=book).values_list("name", flat=True)),
        "accounts": list(Account.objects.filter(book=book).values_list("name", flat=True)),
    }
