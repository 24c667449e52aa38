"""The rows of specifications that are looked up, and what they say.

A lock holds until the `transaction.atomic` of the verb ends.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet

from kapok.ground.catalog.rules import State
from kapok.ground.catalog.specifying.document import (
    SORTS,
    Sort,
    Specification,
    Specified,
    parse,
)
from kapok.ground.catalog.specifying.models import SpecificationVersion
from kapok.ground.catalog.specifying.refusals import (
    NoSpecificationDraft,
    UnknownSpecification,
    UnknownSpecificationVersion,
)


def held(sort: str, code: str) -> QuerySet[SpecificationVersion]:
    """All versions of a specification."""
    return SpecificationVersion.objects.filter(sort=sort, code=code)


def versions_called(sort: Sort, code: str) -> list[SpecificationVersion]:
    """All versions of a specification, the newest first. Raises `UnknownSpecification`."""
    found = list(held(sort, code).order_by("-number"))
    if not found:
        raise UnknownSpecification(code=code[:60], sort_name=SORTS[sort])
    return found


def version_called(sort: Sort, code: str, number: int) -> SpecificationVersion:
    """One version. Raises `UnknownSpecification`, `UnknownSpecificationVersion`."""
    found = held(sort, code).filter(number=number).first()
    if found is None:
        versions_called(sort, code)
        raise UnknownSpecificationVersion(code=code, number=number)
    return found


def draft_of(sort: Sort, code: str) -> SpecificationVersion:
    """The draft, nobody else's meanwhile. Raises `UnknownSpecification`, `NoSpecificationDraft`."""
    draft = held(sort, code).select_for_update().filter(state=State.DRAFT).first()
    if draft is None:
        versions_called(sort, code)
        raise NoSpecificationDraft(code=code)
    return draft


def in_force() -> dict[tuple[str, str], UUID]:
    """The version in force of each specification, by sort and code."""
    found = SpecificationVersion.objects.filter(state=State.PUBLISHED).order_by("sort", "code")
    return {(sort, code): version for version, sort, code in found.values_list("id", "sort", "code")}


def specified() -> Specified:
    """What an offer that is put on sale now is specified by."""
    return gathered(SpecificationVersion.objects.filter(state=State.PUBLISHED).values_list("id", "revision"))


def gathered(versions: Iterable[tuple[UUID, int]]) -> Specified:
    """What versions say, each at a revision."""
    found: dict[Sort, dict[str, Specification]] = {sort: {} for sort in Sort}
    for each in stated(frozenset(versions)):
        found[each.sort][each.code] = each
    return Specified(found[Sort.SERVICE], found[Sort.RESOURCE], found[Sort.USAGE])  # type: ignore[arg-type]


@lru_cache(maxsize=200)
def stated(versions: frozenset[tuple[UUID, int]]) -> tuple[Specification, ...]:
    """What versions say, by code: at one revision always the same, also of a draft whose publication is undone; it is read once."""
    found = SpecificationVersion.objects.filter(id__in=[version for version, _ in versions]).order_by("code")
    return tuple(parse(Sort(row.sort), row.document) for row in found)


def said(entry: Specification) -> dict[str, object]:
    """The columns of a version that repeat what its document says."""
    return {"title_zh": entry.title.zh, "title_en": entry.title.en, "document": entry.document()}
