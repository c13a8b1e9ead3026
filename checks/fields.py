"""What the parameters of probes are made of."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from core.durations import PATTERN, Bounds, parse_duration

_LATENCY: Final = Bounds(0, 60_000)
_WRITTEN: Final[dict[str, Any]] = {"type": "string", "pattern": PATTERN, "examples": ["60s", "5m"]}


def within(bounds: Bounds) -> WithJsonSchema:
    """No keyword of JSON schema compares durations: the bounds are a comment, which the documentation shows."""
    return WithJsonSchema({**_WRITTEN, "$comment": str(bounds)})


Duration = Annotated[int, BeforeValidator(parse_duration), WithJsonSchema(_WRITTEN)]
"""Milliseconds, written `800ms`, `60s`, `5m`."""

LatencyLimit = Annotated[Duration, AfterValidator(_LATENCY), within(_LATENCY)]
Port = Annotated[int, Field(strict=True, ge=1, le=65_535)]
Flag = Annotated[bool, Field(strict=True)]
Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
"""Neither `true` nor `nan`: every comparison with that is false."""


class Model(BaseModel):
    """Unknown keys are refused, values never change; a field whose name is taken may be given by its alias."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)
