"""What a long-lived program does before its first work: load everything, then spare the collector of garbage from walking it."""

from __future__ import annotations

import gc

from django.conf import settings
from django.urls import get_resolver
from django.utils import translation


def warm_up() -> None:
    """Load pages and texts, and freeze all that is loaded.

    Several hundred thousand objects live as long as the process; a full collection that visits them again each time holds a
    request up for a tenth of a second and more (docs/performance.md).
    """
    _ = get_resolver().url_patterns
    for language, _name in settings.LANGUAGES:
        with translation.override(language):  # which reads its texts
            pass
    gc.collect()
    gc.freeze()
