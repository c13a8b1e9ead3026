"""What the parameters of probes are made of."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from core.durations import PATTERN, parse_duration

Duration = Annotated[
    int, BeforeValidator(parse_duration), WithJsonSchema({"type": "string", "pattern": PATTERN, "examples": ["60s", "5m"]})
]
"""Milliseconds, written `800ms`, `60s`, `5m`."""


class Model(BaseModel):
    """Unknown keys are refused, values never change; a field whose name is taken may be given by its alias."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
