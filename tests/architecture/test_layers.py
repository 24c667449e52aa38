"""Code calls only downward, and so do foreign keys."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField, Model

from tests.architecture.house import ROOT, SOURCE

LAYERS = [
    "kernel", "batch", "ground", "network", "back", "chain", "front", "supervision", "edges", "config",
]  # fmt: skip
GROUND = ["journal", "people", "posts", "places", "customers", "catalog", "commitments", "notices", "work"]


def test_the_layers_hold() -> None:
    ran = subprocess.run(
        [Path(sys.executable).parent / "lint-imports"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout


def test_every_layer_contract_is_exhaustive() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layered = [contract for contract in contracts if contract["type"] == "layers"]
    assert len(layered) >= 2
    assert all(contract["exhaustive"] for contract in layered)


def height(model: type[Model]) -> tuple[int, int]:
    """How high a table stands in the house."""
    _, layer, *rest = model.__module__.split(".")
    return LAYERS.index(layer), GROUND.index(rest[0]) if layer == "ground" else 0


def own_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("kapok.")]


def foreign_keys() -> list[tuple[type[Model], ForeignKey]]:  # type: ignore[type-arg]  # any target
    return [
        (model, field) for model in own_models() for field in model._meta.get_fields() if isinstance(field, ForeignKey)
    ]


def test_there_are_tables_to_judge() -> None:
    assert own_models()


def test_foreign_keys_point_only_downward() -> None:
    upward = [
        f"{model.__name__}.{field.name} -> {field.related_model.__name__}"
        for model, field in foreign_keys()
        if field.related_model.__module__.startswith("kapok.") and height(field.related_model) > height(model)
    ]
    assert upward == []


def test_no_foreign_key_gives_the_lower_table_a_name_for_the_upper_one() -> None:
    named = [
        f"{model.__name__}.{field.name}"
        for model, field in foreign_keys()
        if field.related_model is not model and not (field.remote_field.related_name or "").endswith("+")
    ]
    assert named == []


def test_no_hidden_many_to_many() -> None:
    assert [
        f"{model.__name__}.{field.name}"
        for model in own_models()
        for field in model._meta.local_many_to_many
        if isinstance(field, ManyToManyField) and field.model.__module__.startswith("kapok.")
    ] == []


@pytest.mark.parametrize("name", ["utils", "helpers", "manager", "managers", "common", "misc", "extras"])
def test_no_drawer(name: str) -> None:
    assert [path for path in SOURCE.rglob("*") if path.stem == name] == []
