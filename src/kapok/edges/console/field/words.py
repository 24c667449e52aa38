"""The words that the phone itself says."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def words() -> dict[str, str]:
    """Each in the reader's language."""
    return _of_a_reply() | {
        "online": _("Connected"),
        "offline": _("No line: what you do is kept on this phone"),
        "unsent": _("not sent yet"),
        "sending": _("Sending…"),
        "refused": pgettext("deed", "Refused"),
        "discard": _("Discard"),
        "signed_out": _("You are signed out: sign in, then it is sent."),
        "sign_in": _("Sign in"),
        "nothing": _("No work for today."),
        "nothing_help": _("What dispatch sends you appears here by itself."),
        "mine": _("My work today"),
        "free": _("Nobody has been sent to these"),
        "due": _("Due"),
        "no_window": _("No window agreed"),
        "no_address": _("Address not stated"),
        "done": _("Done today"),
        "why": _("Why you"),
        "reason": _("Reason"),
        "note": _("Note"),
        "send": _("Send"),
        "cancel": _("Back"),
        "late": _("Late"),
        "soon": _("Soon due"),
        "pressed": _("Urged"),
        "left": _("left"),
        "as_of": _("As of"),
    }


def _of_a_reply() -> dict[str, str]:
    return {
        "evidence_customer": _("What shows that the customer is the cause"),
        "tests": _("Test readings"),
        "materials": _("Materials from the van"),
        "pick_material": _("Pick a material"),
        "van": _("In my van"),
        "remove": _("Remove"),
        "no_van": _("No van stock is entered for you."),
        "photos": _("Photos"),
        "take_photo": _("Take a photo"),
        "signature": _("Signature of the customer"),
        "clear": _("Clear"),
        "evidence": _("Evidence (left empty, photos, readings and signature stand for it)"),
    }
