"""The reply: what was measured, used and seen, checked and written down. Within the `transaction.atomic` of a verb."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F

from kapok.back.workforce import events, files, matters, pictures, rules, verdicts
from kapok.back.workforce.files import Stripped, Upload
from kapok.back.workforce.models import Material, Picture, Reading, Stock, Used, Vehicle, WorkOrder
from kapok.back.workforce.refusals import (
    NoteNeeded,
    NotMeasured,
    ReadingFails,
    ReplyIncomplete,
    TooManyPictures,
    UnknownTest,
)
from kapok.back.workforce.stores_refusals import BadCount, NotOnVan, NoVan, UnknownMaterial
from kapok.back.workforce.verdicts import Grade, Rates
from kapok.ground.journal import api as journal
from kapok.ground.people.models import Staff
from kapok.ground.work.queries import evidence_of
from kapok.kernel.ids import uuid7
from kapok.kernel.text import Text, joined

MOST_PHOTOS = 12
PHOTO, TEST, SIGNATURE = "photo", "test", "signature"
DESPITE = Text(zh="测试不合格仍回单的原因", en="reason for handing in a failing reading")


def write(
    row: WorkOrder,
    me: Staff,
    *,
    tests: Mapping[str, Any],
    materials: Mapping[str, int],
    photos: Sequence[Upload],
    signature: Upload | None,
    evidence: Sequence[str],
    despite: str,
    actor: str,
    at: datetime,
) -> list[str]:
    """Write the reply down; the evidence in the order in which the stage wants it. What is refused leaves nothing.

    `despite` says why it is handed in though a reading fails.
    Raises `UnknownTest`, `NotMeasured`, `ReadingFails`, `NoteNeeded`, `TooManyPictures`, `PictureTooLarge`, `NotAPicture`,
    `ReplyIncomplete`, `NoVan`, `UnknownMaterial`, `BadCount`, `NotOnVan`, `CannotKeepPicture`.
    """
    readings = {code: measured(code, value) for code, value in tests.items()}
    graded, why = _judged(row, readings, despite)
    seen = _seen(photos, signature)
    given = {PHOTO: _of(seen, PHOTO), TEST: _told(readings), SIGNATURE: _of(seen, SIGNATURE)}
    proven = prove(evidence_of(row.item_id), evidence, given)
    _use(row, me, materials, at)
    Reading.objects.bulk_create(
        Reading(id=uuid7(at), order=row, test=code, value=value, **graded[code]) for code, value in readings.items()
    )
    _keep(row, seen, at)
    journal.record(
        events.Replied(
            subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id, readings=len(readings),
            materials=len(materials), photos=len(photos), signed=int(signature is not None),
        )
    )  # fmt: skip
    if why:
        _confess(row, readings, graded, why, actor=actor, at=at)
    return proven


def _seen(photos: Sequence[Upload], signature: Upload | None) -> list[tuple[str, Stripped]]:
    """The pictures by their kinds. Raises `TooManyPictures`, `PictureTooLarge`, `NotAPicture`."""
    if len(photos) > MOST_PHOTOS:
        raise TooManyPictures(most=MOST_PHOTOS)
    seen = [(PHOTO, files.checked(each)) for each in photos]
    return [*seen, (SIGNATURE, files.checked(signature, only=pictures.PNG))] if signature is not None else seen


def rates() -> Rates:
    """From which share of the ordered rate this installation finds a measured one good, and below which it fails."""
    return Rates(settings.WORKFORCE_RATE_GOOD_PERCENT, settings.WORKFORCE_RATE_LEAST_PERCENT)


def _judged(row: WorkOrder, readings: Mapping[str, Decimal], despite: str) -> tuple[dict[str, dict[str, str]], str]:
    """What each reading comes to, as it is kept, and why it is handed in all the same. Raises `ReadingFails`, `NoteNeeded`."""
    why, holder = " ".join(despite.split()), row.item.matter.subject
    if len(why) > rules.NOTE:
        raise NoteNeeded(field=DESPITE, most=rules.NOTE)
    ordered = matters.ordered([holder]).get(holder, {})
    bands = {code: verdicts.judge(code, value, ordered, rates()) for code, value in readings.items()}
    failing = {code: band for code, band in bands.items() if band and band.grade is Grade.FAIL}
    for code, band in failing.items() if not why else ():
        raise ReadingFails(reading=_shown(code, readings[code]), test_name=rules.TESTS[code].title, remedy=band.remedy)
    kept = {
        code: {"grade": band.grade.value if band else "", "despite": why if code in failing else ""}
        for code, band in bands.items()
    }
    return kept, why if failing else ""


def _confess(
    row: WorkOrder,
    readings: Mapping[str, Decimal],
    graded: Mapping[str, Mapping[str, str]],
    why: str,
    *,
    actor: str,
    at: datetime,
) -> None:
    """Say in the journal that it was handed in though readings fail."""
    named = (
        (rules.TESTS[code].title, _shown(code, value)) for code, value in readings.items() if graded[code]["despite"]
    )
    failing = joined(Text(zh=f"{title.zh} {shown}", en=f"{title.en} {shown}") for title, shown in named)
    journal.record(
        events.RepliedFailing(
            subject=row.item.subject, actor=actor, at=at, correlation=row.item.matter_id, failing=failing, note=why
        )
    )


def measured(code: str, value: Any) -> Decimal:
    """A reading within what the test can show. Raises `UnknownTest`, `NotMeasured`."""
    test = rules.TESTS.get(code)
    if test is None:
        raise UnknownTest(test=code[:20], tests=joined(each.title for each in rules.TESTS.values()))
    try:
        number = Decimal(str(value).strip())
        if test.least <= number <= test.most:
            return number.quantize(Decimal("0.001"))
    except InvalidOperation:
        pass
    raise NotMeasured(
        test_name=test.title, value=str(value)[:20], least=test.least, most=test.most, unit=test.unit
    ) from None


def proof_of(wanted: Text) -> str:
    """What on the phone proves what the stage wants: photos, readings, the signature; empty where it takes words.

    By which words the flows of this installation ask for each, the setting `WORKFORCE_PROOFS` says.
    """
    words = f"{wanted.zh} {wanted.en}".lower()
    known = settings.WORKFORCE_PROOFS.items()
    return next((proof for proof, asked in known if any(word.lower() in words for word in asked)), "")


def prove(wanted: Sequence[Text], said: Sequence[str], given: Mapping[str, str]) -> list[str]:
    """The evidence, one for each that is wanted: what was said of it, else what proves it. Raises `ReplyIncomplete`."""
    words = [*(each.strip() for each in said), *[""] * len(wanted)]
    proven = [words[place] or given.get(proof_of(each), "") for place, each in enumerate(wanted)]
    missing = [each for each, found in zip(wanted, proven, strict=True) if not found]
    if missing:
        raise ReplyIncomplete(missing=joined(missing))
    return proven


def _of(seen: Sequence[tuple[str, Stripped]], kind: str) -> str:
    """The pictures of a kind by the beginnings of their digests."""
    return " ".join(f"{kind}:{each.sha256[:12]}" for found, each in seen if found == kind)


def _told(readings: Mapping[str, Decimal]) -> str:
    return "; ".join(f"{code} {_shown(code, value)}" for code, value in readings.items())


def _shown(code: str, value: Decimal) -> str:
    return f"{value.normalize():f} {rules.TESTS[code].unit}"


def _use(row: WorkOrder, me: Staff, materials: Mapping[str, int], at: datetime) -> None:
    """Take what was used from the van."""
    if not materials:
        return
    van = Vehicle.objects.filter(driver=me).first()
    if van is None:
        raise NoVan(username=me.username)
    known = {each.code: each for each in Material.objects.filter(code__in=materials)}
    for code, count in sorted(materials.items()):
        if code not in known:
            raise UnknownMaterial(material=code[:40])
        number = counted(count)
        stock = Stock.objects.filter(vehicle=van, material=known[code])
        if not stock.filter(count__gte=number).update(count=F("count") - number):
            left = stock.values_list("count", flat=True).first() or 0
            raise NotOnVan(material_name=known[code].title, left=left, count=number)
        Used.objects.create(id=uuid7(at), order=row, material=known[code], count=number)


def counted(count: Any) -> int:
    """A count of pieces. Raises `BadCount`."""
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= rules.MOST_COUNTED:
        raise BadCount(count=str(count)[:20], least=1, most=rules.MOST_COUNTED)
    return count


def _keep(row: WorkOrder, seen: Sequence[tuple[str, Stripped]], at: datetime) -> None:
    kept: list[UUID] = []
    try:
        for kind, picture in seen:
            identifier = uuid7(at)
            files.keep(identifier, picture.content)
            kept.append(identifier)
            Picture.objects.create(
                id=identifier, order=row, kind=kind, media_type=picture.media_type, size=len(picture.content),
                sha256=picture.sha256, taken_at=at,
            )  # fmt: skip
    except Exception:
        for identifier in kept:
            files.drop(identifier)
        raise
