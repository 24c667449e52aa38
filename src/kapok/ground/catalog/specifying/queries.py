"""What others read of the specifications."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Q, QuerySet, Subquery

from kapok.ground.catalog.rules import STATES, State
from kapok.ground.catalog.specifying import rows, soundness
from kapok.ground.catalog.specifying.document import SORTS, Sort, Specification, parse
from kapok.ground.catalog.specifying.models import SpecificationVersion, subject
from kapok.ground.catalog.specifying.refusals import SpecificationRefused
from kapok.ground.catalog.template import Finding, Unreadable
from kapok.kernel.text import Text


@dataclass(frozen=True)
class SpecificationView:
    """One version of a specification, and what it says."""

    sort: Sort
    code: str
    number: int
    entry: Specification
    state: State
    revision: int
    drafted_at: datetime
    published_at: datetime | None
    retired_at: datetime | None

    @property
    def title(self) -> Text:
        """Its title."""
        return self.entry.title

    @property
    def state_name(self) -> Text:
        """The name of its state."""
        return STATES[self.state]

    @property
    def sort_name(self) -> Text:
        """What is specified."""
        return SORTS[self.sort]

    @property
    def subject(self) -> str:
        """How the journal calls the specification."""
        return subject(self.sort, self.code)


def specification(sort: Sort, code: str, number: int) -> SpecificationView:
    """One version, whatever its state. Raises `UnknownSpecification`, `UnknownSpecificationVersion`."""
    return _view(rows.version_called(sort, code, number))


def versions(sort: Sort, code: str) -> list[SpecificationView]:
    """All versions of a specification, the newest first. Raises `UnknownSpecification`."""
    return shown(rows.versions_called(sort, code))


def draft(sort: Sort, code: str) -> SpecificationView | None:
    """The draft of a specification, if it has one."""
    row = rows.held(sort, code).filter(state=State.DRAFT).first()
    return _view(row) if row else None


def exists(sort: str, code: str) -> bool:
    """Whether there is any version of it."""
    return rows.held(sort, code).exists()


def newest_rows(*, sort: str = "", state: str = "", text: str = "") -> QuerySet[SpecificationVersion]:
    """Of every specification the versions that count: its draft and what is in force, else the last; narrowed where asked."""
    own = SpecificationVersion.objects.filter(sort=OuterRef("sort"), code=OuterRef("code"))
    newest = Subquery(own.order_by("-number").values("number")[:1])
    found = SpecificationVersion.objects.filter(Q(state__in=[State.DRAFT, State.PUBLISHED]) | Q(number=newest))
    if text:
        found = found.filter(Q(title_zh__icontains=text) | Q(title_en__icontains=text) | Q(code__icontains=text))
    narrowed = {name: value for name, value in {"sort": sort, "state": state}.items() if value}
    return found.filter(**narrowed).order_by("-sort", "code", "-number")


def shown(found: Iterable[SpecificationVersion]) -> list[SpecificationView]:
    """What rows of versions say."""
    return [_view(row) for row in found]


def parsed(sort: Sort, document: object) -> Specification:
    """The specification in a document. Raises `SpecificationRefused`."""
    try:
        return parse(sort, document)
    except Unreadable as refused:
        raise SpecificationRefused(refused.findings) from None


def findings(entry: Specification) -> tuple[Finding, ...]:
    """Everything that keeps this specification from being published; nothing when it may be."""
    return soundness.problems(entry, rows.specified().resources.keys())


def _view(row: SpecificationVersion) -> SpecificationView:
    sort = Sort(row.sort)
    return SpecificationView(
        sort=sort,
        code=row.code,
        number=row.number,
        entry=parse(sort, row.document),
        state=State(row.state),
        revision=row.revision,
        drafted_at=row.drafted_at,
        published_at=row.published_at,
        retired_at=row.retired_at,
    )
