"""The JSON Schema of a pack, for editors and for whoever writes packs with other tools."""

from __future__ import annotations

import json
from typing import Any

from kapok.kernel.promises.pack import Pack

DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> dict[str, Any]:
    """The schema of a pack file (JSON Schema 2020-12)."""
    return {"$schema": DIALECT, **Pack.model_json_schema(), "title": "Kapok rule pack"}


def written() -> str:
    """The schema as it stands in docs/schema/pack.schema.json."""
    return json.dumps(schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"
