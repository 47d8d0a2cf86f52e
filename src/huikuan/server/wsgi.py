"""The WSGI application which granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huikuan.server.settings")
application = get_wsgi_application()
