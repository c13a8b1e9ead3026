"""A closed month as a value that no longer changes: canonical JSON with its hash, and the way back."""

from __future__ import annotations

import hashlib
import json
from dataclasses import Field, dataclass, fields, is_dataclass
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from sla.portfolio import Report, Row

FORM = 1
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Frozen:
    """What `period` keeps: `body` as JSON-ready values, `text` as its canonical bytes, `sha256` of these in hexadecimal."""

    body: dict[str, Any]
    text: bytes
    sha256: str


def freeze(value: Report | Row) -> Frozen:
    """Exact: fractions as `p/q`, decimals as text. A closed row frozen twice gives the same bytes."""
    body = {"form": FORM, "value": _plain(value)}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    return Frozen(body, text, hashlib.sha256(text).hexdigest())


def thaw_row(body: dict[str, Any]) -> Row:
    """Raises `ValueError` on a body that `freeze` did not write."""
    return _thawed(Row, body)


def _thawed(kind: type[T], body: dict[str, Any]) -> T:
    if body.get("form") != FORM:
        raise ValueError(f"a frozen period of the unknown form {body.get('form')!r}")
    try:
        value: T = _typed(kind, body["value"])
    except (KeyError, TypeError, AttributeError, ValueError, ArithmeticError) as error:
        raise ValueError(f"a frozen period that does not read: {error}") from error
    return value


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value) if _says_something(field, value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Decimal) else value


def _says_something(field: Field[Any], value: Any) -> bool:
    """A later field at its default is as if it had not been invented yet."""
    return "later" not in field.metadata or getattr(value, field.name) != field.default


def _typed(kind: Any, plain: Any) -> Any:
    """The value of type `kind` that `_plain` made `plain` of."""
    if get_origin(kind) is UnionType:
        inner = next(option for option in get_args(kind) if option is not NoneType)
        return None if plain is None else _typed(inner, plain)
    if get_origin(kind) is tuple:
        kinds = get_args(kind)
        return tuple(_typed(kinds[0] if kinds[-1] is ... else kinds[i], item) for i, item in enumerate(plain))
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        told = [field.name for field in fields(kind) if "later" not in field.metadata or field.name in plain]
        return kind(**{name: _typed(hints[name], plain[name]) for name in told})  # type: ignore[operator]
    if isinstance(kind, type) and issubclass(kind, Enum | Fraction | Decimal):
        return kind(plain)
    return plain
