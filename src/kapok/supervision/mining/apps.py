"""Registers the module with Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class MiningConfig(AppConfig):
    """Process mining."""

    name = "kapok.supervision.mining"
    label = "mining"
    verbose_name = _("process mining")
