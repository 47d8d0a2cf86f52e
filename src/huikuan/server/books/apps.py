"""The app `books`."""

from django.apps import AppConfig


class BooksConfig(AppConfig):
    """Books."""

    name = "huikuan.server.books"
    label = "books"
