"""The door for the web server: `kapok.config.wsgi:application`."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

from kapok.config import environment
from kapok.config.warming import warm_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kapok.config.settings")
environment.require(*environment.REQUIRED_TO_SERVE)
application = get_wsgi_application()
warm_up()
