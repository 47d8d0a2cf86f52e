"""Django settings of one installation: a home folder with its database, keys and books.

Everything an operator may change is an environment variable, read here or where named:

    HUIKUAN_HOME         data folder; default ~/.huikuan
    DATABASE_URL         postgres://... for a team; default: SQLite in the home folder
    HUIKUAN_KEY          the installation's key; default: the key file (see HUIKUAN_KEY_FILE)
    HUIKUAN_KEY_FILE     default: HOME.key beside the home folder, so that a copy of the home alone opens nothing
    HUIKUAN_HOSTS        host names it answers to, separated by commas; default: localhost, or any in HUIKUAN_DEBUG
    HUIKUAN_HTTPS        1: served over HTTPS; cookies are marked secure
    HUIKUAN_IDLE_MINUTES, HUIKUAN_SESSION_HOURS   when a session ends; default 120 minutes idle, 12 hours in all
    HUIKUAN_LANG         language of the command line: zh-hans, zh-hant, en; default: as the locale says
    HUIKUAN_LOG_LEVEL    default WARNING
    HUIKUAN_THREADS, HUIKUAN_MEMORY, HUIKUAN_TEMP   DuckDB's threads, memory limit and spill folder
    HUIKUAN_FONTS        folder of fonts for PDF where the build brought none
    HUIKUAN_ADDRESS      where people open it, like https://books.example.com: links in automatic reports
    HUIKUAN_SMTP_HOST, HUIKUAN_SMTP_PORT, HUIKUAN_SMTP_SECURITY (tls, starttls, none), HUIKUAN_SMTP_USER,
    HUIKUAN_SMTP_PASSWORD, HUIKUAN_SMTP_FROM   the mail server of automatic reports; default: as the settings page says
    HUIKUAN_WEBHOOK_HOSTS   hosts, separated by commas, that webhooks may reach inside the own network or without TLS
    HUIKUAN_DEBUG        1: for developers only
"""

from __future__ import annotations

import os
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, NONE, SELF, UNSAFE_INLINE
from django.utils.translation import gettext_lazy as _

from huikuan.server import keys

SERVER = Path(__file__).resolve().parent
HOME = Path(os.environ.get("HUIKUAN_HOME") or Path.home() / ".huikuan").expanduser().absolute()
DEBUG = os.environ.get("HUIKUAN_DEBUG") == "1"
HTTPS = os.environ.get("HUIKUAN_HTTPS") == "1"
INSTALLATION_KEY = keys.installation_key(HOME)
SECRET_KEY = keys.derived(INSTALLATION_KEY, "django-secret-key")
ALLOWED_HOSTS = [host for host in os.environ.get("HUIKUAN_HOSTS", "").split(",") if host] or [
    "localhost",
    "127.0.0.1",
    "[::1]",
    "testserver",
]
ADDRESS = os.environ.get("HUIKUAN_ADDRESS", "")
WEBHOOK_HOSTS = [host for host in os.environ.get("HUIKUAN_WEBHOOK_HOSTS", "").split(",") if host]
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []

# One literal list: the apps whose pages live under /b/BOOK/. A new app is added here and nowhere else.
# Its `urls.py` (app_name, urlpatterns) is mounted there by `urls.py`.
BOOK_APPS = (
    "core",
    "books",
    "jobs",
    "audit",
    "documents",
    "workbench",
    "collection",
    "followup",
    "reports",
    "exports",
    "analysis",
    "delivery",
    "periods",
)
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_tasks",
    "django_tasks_db",
    "axes",
    "csp",
    "huikuan.server.accounts",
    *(f"huikuan.server.{app}" for app in BOOK_APPS),
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "huikuan.server.accounts.middleware.language",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "huikuan.server.accounts.middleware.session_limits",
    "huikuan.server.accounts.middleware.login_required",
    "huikuan.server.core.middleware.errors",
    "huikuan.server.core.middleware.toasts",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "huikuan.server.urls"
WSGI_APPLICATION = "huikuan.server.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "huikuan.server.core.context.page",
            ],
            "builtins": ["django.templatetags.i18n", "huikuan.server.core.templatetags.ui"],
        },
    }
]

# Database -----------------------------------------------------------------------------------------------------------
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": HOME / "db.sqlite3",
    "CONN_MAX_AGE": 60,  # opening a file, its settings and functions cost as much as many queries
    "OPTIONS": {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    },
}
DATABASES = {
    "default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=60, conn_health_checks=True)
    if os.environ.get("DATABASE_URL")
    else SQLITE
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # What takes long to work out, for all processes and until a later run: forecasts and findings.
    "kept": {
        "BACKEND": "django.core.cache.backends.filebased.FileBasedCache",
        "LOCATION": HOME / "kept",
        "TIMEOUT": 30 * 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 2_000},
    },
}

# Accounts and sessions ----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "accounts:login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:login"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "huikuan.server.accounts.views.locked"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
SESSION_IDLE_SECONDS = int(os.environ.get("HUIKUAN_IDLE_MINUTES", "120")) * 60
SESSION_REMEMBERED_SECONDS = 8 * 3600
SESSION_ABSOLUTE_SECONDS = int(os.environ.get("HUIKUAN_SESSION_HOURS", "12")) * 3600
SESSION_COOKIE_AGE = SESSION_ABSOLUTE_SECONDS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "huikuan_session"
CSRF_COOKIE_NAME = "huikuan_csrf"
CSRF_FAILURE_VIEW = "huikuan.server.core.views.csrf_failed"

# Security headers ---------------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        # Widths of bars and charts' marks are style attributes; no style element comes from a page.
        "style-src-attr": [UNSAFE_INLINE],
        "img-src": [SELF, "data:", "blob:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 2**20
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]

# Static files: built by frontend/build.mjs with a hash of the content in each name -----------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = SERVER / "static_built"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "huikuan.server.core.storage.BuiltFiles"},
}
WHITENOISE_IMMUTABLE_FILE_TEST = r"-[A-Z0-9]{8}\."
WHITENOISE_AUTOREFRESH = DEBUG

# Language, time ------------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("zh-hant", "繁體中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "huikuan_language"
LANGUAGE_COOKIE_AGE = 365 * 86400
LOCALE_PATHS = [SERVER.parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# Background work -----------------------------------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("HUIKUAN_LOG_LEVEL", "WARNING")},
    "loggers": {"axes": {"level": "ERROR"}, "django_tasks": {"level": "WARNING"}},
}
SILENCED_SYSTEM_CHECKS: list[str] = []
PRODUCT_NAME = _("Huikuan")
