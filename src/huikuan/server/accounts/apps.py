"""The app `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Accounts."""

    name = "huikuan.server.accounts"
    label = "accounts"
