"""The root of every named refusal.

A refusal is an exception class of its own, defined beside the code that raises it. It carries data; its `text` says in both
languages what is wrong and what to do about it. Edges turn it into an HTTP status, a form error or an exit code.
"""

from __future__ import annotations

from typing import Any, ClassVar

from kapok.kernel.text import Text


class KapokError(Exception):
    """A refusal with a name. Subclasses set `wording`, whose `{places}` are filled from the keyword arguments."""

    wording: ClassVar[Text] = Text(zh="操作被拒绝。", en="This was refused.")

    def __init__(self, **data: Any) -> None:
        self.data = data
        super().__init__(self.text.en)

    @property
    def text(self) -> Text:
        """What happened and the remedy, in both languages."""
        return self.wording.format(**self.data)
