"""What the verbs of notices refuse, with the remedy."""

from __future__ import annotations

from kapok.kernel.errors import KapokError
from kapok.kernel.text import Text


class UnknownNotice(KapokError):
    """There is no such notice to this person."""

    wording = Text(
        zh="没有发给您的这条通知，或已被清理；请刷新通知页。",
        en="There is no such notice to you, or it has been cleared away; reload the page of notices.",
    )
