"""Sending to customers: by whoever is named in `CODE_SENDER`, so that channels need not know which gateway an operator has."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

Sender = Callable[[str, str], object]
"""The number or mail address to send to, and the words."""
log = logging.getLogger(__name__)


def send_out(to: str, words: str) -> None:
    """Hand the words over once the transaction has been committed; nothing where nobody is named.

    A sender that fails is logged, without the words, and seen by nobody who asks at the door.
    """
    if settings.CODE_SENDER:
        transaction.on_commit(lambda: _hand_over(to, words))


def _hand_over(to: str, words: str) -> None:
    try:
        sender: Sender = import_string(settings.CODE_SENDER)
        sender(to, words)
    except Exception as failure:
        log.error("%s could not send a code: %s", settings.CODE_SENDER, type(failure).__name__)  # noqa: TRY400 - it would show the words
