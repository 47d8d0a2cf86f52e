"""The WSGI application which granian serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huikuan.server.settings")
application = get_wsgi_application()
# What has been loaded by now stays: the collector need not go through it again and again while pages are made.
gc.freeze()
gc.set_threshold(10_000, 10, 10)
