"""Login, change of password, profile."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib.auth.forms import PasswordChangeForm
from django.utils.translation import gettext_lazy as _

from huikuan.server.accounts.models import User


class LoginForm(forms.Form):
    """Name and password. Checked by the view, which knows the request and the tries left."""

    username = forms.CharField(label=_("User name"), max_length=150)
    password = forms.CharField(label=_("Password"), max_length=200, widget=forms.PasswordInput, strip=False)
    remember = forms.BooleanField(label=_("Stay logged in for 8 hours (not on a shared computer)"), required=False)

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        tried = self.is_bound  # after a wrong try the name stands there, the password is empty
        self.fields["username"].widget.attrs |= {
            "autocomplete": "username",
            "autofocus": not tried,
            "autocapitalize": "none",
        }
        self.fields["password"].widget.attrs |= {"autocomplete": "current-password", "autofocus": tried}


class ChangePasswordForm(PasswordChangeForm):
    """Old password, new one twice."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["old_password"].label = _("Present password")
        self.fields["new_password1"].label = _("New password")
        self.fields["new_password2"].label = _("New password again")
        self.fields["new_password1"].help_text = _("At least 10 characters, not only digits, nothing easily guessed.")
        self.fields["new_password2"].help_text = ""


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a user may set for himself."""

    language = forms.ChoiceField(
        label=_("Language"), choices=[("", _("As the browser says")), *settings.LANGUAGES], required=False
    )

    class Meta:
        model = User
        fields = ("display_name", "email", "language", "theme", "density", "single_keys")
        labels = {
            "display_name": _("Name shown to others"),
            "email": _("E-mail address"),
            "theme": _("Appearance"),
            "density": _("Row height"),
            "single_keys": _("Single-key shortcuts"),
        }
        help_texts = {"email": _("Reminders of follow-up go there.")}
