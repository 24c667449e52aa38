"""`kapok manage migrate`: Django's own, in a third of its time.

Django puts the models of the past together anew, with all that refer to them, for every index and constraint of a migration. Here
that is done once for a run of operations that can be done one after another once all of them are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from django.core.management.commands import migrate
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import (
    AddConstraint,
    AddField,
    AddIndex,
    CreateModel,
    Migration,
    RemoveConstraint,
    RemoveIndex,
)
from django.db.migrations.operations.base import Operation
from django.db.migrations.optimizer import MigrationOptimizer
from django.db.migrations.state import ProjectState

ADDITIONS = (AddField, AddIndex, AddConstraint, RemoveIndex, RemoveConstraint)
"""Done in tables that are there. A table is made with all columns that the state knows, so a later one is added after its run."""


class Command(migrate.Command):
    """Writes the same tables as Django's own does, under the same names of migrations."""

    def migration_progress_callback(
        self,
        action: str,
        migration: Migration | None = None,
        fake: bool = False,  # noqa: FBT001, FBT002 - as Django has it
    ) -> None:
        """The executor says of each migration that it begins: have fewer operations by then."""
        if action == "apply_start" and migration is not None:
            migration.operations = list(_together(migration))  # type: ignore[misc]  # its own copy
        super().migration_progress_callback(action, migration, fake)


def _together(migration: Migration) -> Iterator[Operation]:
    fewer = MigrationOptimizer().optimize(list(migration.operations), migration.app_label)
    for alike, run in groupby(fewer, key=_alike):
        operations = list(run)
        yield from [Together(operations)] if alike else operations


def _alike(operation: Operation) -> type[Operation] | None:
    if isinstance(operation, CreateModel):
        return CreateModel
    return AddField if isinstance(operation, ADDITIONS) else None


class Together(Operation):
    """Operations of one kind, of which each may be done in the database when the state has all of them."""

    reversible = False

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change the state without its models, then put together those that changed.

        Those that refer to them are left as they are until code asks for them, as Django leaves them for an index.
        """
        models = state.__dict__.pop("apps", None)
        for each in self.operations:
            each.state_forwards(app_label, state)
        if models is not None:
            state.__dict__["apps"] = models
            state.reload_models([(app_label, _model(each)) for each in self.operations], delay=True)

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        """Each in turn."""
        for each in self.operations:
            each.database_forwards(app_label, schema_editor, from_state, to_state)


def _model(operation: Any) -> str:
    name: str = operation.name if isinstance(operation, CreateModel) else operation.model_name
    return name.lower()
