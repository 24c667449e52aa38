"""The words that the phone itself says."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from kapok.back.workforce.queries import Window
from kapok.kernel.text import Language, Text

OFFERED = Text(zh="{window}（可约 {free}）", en="{window} ({free} free)")


def spoken_window(each: Window, language: Language) -> str:
    """A window as one chooses it: day, weekday, hours, and how many visits fit in still."""
    begins, ends = localtime(each.starts_at), localtime(each.ends_at)
    window = f"{begins:%m-%d} {date_format(begins, 'D')} {begins:%H:%M}–{ends:%H:%M}"
    return OFFERED.format(window=window, free=each.free).in_(language)


def words() -> dict[str, str]:
    """Each in the reader's language."""
    return (
        _of_a_reply()
        | _of_a_visit()
        | _of_a_refusal()
        | {
            "online": _("Connected"),
            "offline": _("No line: what you do is kept on this phone"),
            "unsent": _("not sent yet"),
            "sending": _("Sending…"),
            "signed_out": _("You are signed out: sign in, then it is sent."),
            "sign_in": _("Sign in"),
            "nothing": _("No work for today."),
            "nothing_help": _("What dispatch sends you appears here by itself."),
            "mine": _("My work today"),
            "free": _("Nobody has been sent to these"),
            "no_window": _("No window agreed"),
            "no_address": _("Address not stated"),
            "done": _("Done today"),
            "why": _("Why you"),
            "reason": _("Reason"),
            "note": _("Note"),
            "send": _("Send"),
            "cancel": _("Back"),
            "pressed": _("Urged"),
            "left": _("left"),
            "as_of": _("As of"),
        }
    )


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
        "evidence": _("Evidence"),
        "needed": _("needed"),
        "missing": _("Still missing"),
        "ordered": _("ordered"),
        "despite": _("Why it is handed in though a reading fails"),
        "fails": _("A reading fails: mend it and measure again, or say why it is handed in all the same."),
        "or_photo": _("in words, if there is no photo"),
        "or_test": _("in words, if there is no reading"),
        "or_signature": _("in words, if nobody signs"),
        "too_many": _("At most {most} photos: tap those that you leave out."),
        "bad_photo": _("This phone cannot read these pictures: {names}. Take them again as JPEG."),
    }


def _of_a_visit() -> dict[str, str]:
    return {
        "more": _("More"),
        "helps": _("You lend a hand to"),
        "call": _("Show the customer's number"),
        "dial": _("Call"),
        "access": _("Show login and secret"),
        "login": pgettext("line", "Login"),
        "secret": pgettext("line", "Secret"),
        "realm": pgettext("line", "Realm"),
        "no_line": _("No line: this cannot be fetched now."),
        "window": _("Window"),
        "no_windows": _("The free windows are not known on this phone yet; they come with the line."),
        "no_place": _("This work does not say where the visit is; the dispatch desk agrees the window."),
        "no_room": _("No window is free in the next days; ask the dispatch desk."),
        "colleague": pgettext("passing on", "To whom"),
        "no_colleague": _("Nobody else of your unit does field work."),
        "until": _("Put off until"),
        "lacking": _("What is lacking"),
        "found": _("Where, and what was found"),
        "expected": _("When it is expected, if known"),
    }


def _of_a_refusal() -> dict[str, str]:
    return {
        "refused": pgettext("deed", "Refused"),
        "discard": _("Discard"),
        "mend": _("Mend and send again"),
        "again": _("Send again"),
        "refused_403": _("You may not do this, or you were signed in anew meanwhile; send it again."),
        "refused_413": _("It is too large for the line: leave out photos and send again."),
        "refused_other": _("It was not understood; send it again, or ask the dispatch desk."),
    }
