"""What an answer must be to count as one: status, headers, JSON, text, patterns in linear time, latency."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

import re2
from jsonpath import JSONPath, JSONPathEnvironment, JSONPathError
from pydantic import AfterValidator, BeforeValidator, Field

from checks.fields import Flag, LatencyLimit, Model, Number


class _Environment(JSONPathEnvironment):
    """RFC 9535 without `match` and `search`: they hand the vendor's text to an engine that backtracks."""

    def setup_function_extensions(self) -> None:
        super().setup_function_extensions()
        for name in ("match", "search"):
            del self.function_extensions[name]


_PATHS: Final = _Environment(strict=True)


def compile_path(path: str) -> JSONPath:
    """A path ready to be used. Raises `ValueError` with a sentence; two descents in one path could take minutes."""
    if len(path) > 300 or path.count("..") > 1:
        raise ValueError("a JSONPath has at most 300 characters and one '..'")
    try:
        return _PATHS.compile(path)  # type: ignore[return-value]  # strict paths are never compound
    except JSONPathError as error:
        raise ValueError(f"not a JSONPath (RFC 9535): {str(error).splitlines()[0]}") from None
    except RecursionError:
        raise ValueError("a JSONPath nested too deep") from None


def compile_pattern(pattern: str) -> Any:
    """A pattern of RE2: no back-references, no look-around, linear time. Raises `ValueError` with a sentence."""
    try:
        return re2.compile(pattern, _QUIET)
    except re2.error as error:
        raise ValueError(f"not a pattern of RE2: {_said(error)}") from None


def _quiet() -> Any:
    """RE2 writes what it refuses to standard error by itself, where the commands speak."""
    options = re2.Options()
    options.log_errors = False
    return options


def _said(error: Exception) -> str:
    """RE2 gives its sentence as bytes, which hold a piece of the pattern."""
    told = error.args[0] if error.args else ""
    return told.decode(errors="replace") if isinstance(told, bytes) else str(told)


_QUIET: Final = _quiet()


def _path(path: str) -> str:
    compile_path(path)
    return path


def _pattern(pattern: str) -> str:
    compile_pattern(pattern)
    return pattern


def _status(wanted: object) -> int | str:
    if isinstance(wanted, int) and not isinstance(wanted, bool) and 100 <= wanted <= 599:
        return wanted
    if isinstance(wanted, str) and wanted.lower() in ("1xx", "2xx", "3xx", "4xx", "5xx"):
        return wanted.lower()
    raise ValueError("a status is a number from 100 to 599, or 2xx, 3xx, 4xx, 5xx")


def _many(value: object) -> object:
    """One value where several may stand."""
    return value if isinstance(value, list | tuple) else (value,)


def _as_checks(value: object) -> object:
    """`{"$.ok": true}` is short for `[{path: "$.ok", equals: true}]`."""
    return [{"path": path, "equals": wanted} for path, wanted in value.items()] if isinstance(value, dict) else value


Pattern = Annotated[str, AfterValidator(_pattern)]
_Status = Annotated[int | str, BeforeValidator(_status)]


class JsonCheck(Model):
    """What a JSONPath must find: at least one value, and each of them as said."""

    path: Annotated[str, AfterValidator(_path)] = Field(description="A JSONPath (RFC 9535).", examples=["$.data[0].id"])
    exists: Flag = Field(default=True, description="false: the path must find nothing.", examples=[False])
    equals: Any = Field(default=None, description="The value itself; strings may hold {placeholders}.", examples=["active"])
    one_of: tuple[Any, ...] = Field(default=(), description="One of these values.", examples=[["live", "test"]])
    is_a: Literal["list", "object", "string", "number", "boolean", "null"] | None = Field(
        default=None, description="Its JSON type.", examples=["list"]
    )
    matches: Pattern | None = Field(default=None, description="A pattern of RE2 found in the text of it.", examples=["^acct_"])
    at_least: Number | None = Field(default=None, description="For numbers; for lists and texts their length.", examples=[1])
    at_most: Number | None = Field(default=None, description="For numbers; for lists and texts their length.", examples=[100])


class Expect(Model):
    """Everything here must hold. Strings to compare with may hold `{placeholders}`."""

    status: Annotated[tuple[_Status, ...], BeforeValidator(_many, json_schema_input_type=int | str | tuple[int | str, ...])] = Field(
        default=("2xx",), description="200, 2xx, or a list of such.", examples=[[200, 401]]
    )
    headers: dict[str, str] = Field(
        default_factory=dict, description="Header by name: its exact value.", examples=[{"content-type": "application/json"}]
    )
    header_patterns: dict[str, Pattern] = Field(
        default_factory=dict, description="Header by name: a pattern of RE2 found in it.", examples=[{"x-request-id": "^req_"}]
    )
    json_: Annotated[tuple[JsonCheck, ...], BeforeValidator(_as_checks, json_schema_input_type=dict[str, Any] | tuple[JsonCheck, ...])] = (
        Field(
            default=(),
            alias="json",
            description='{"$.ok": true}, or a list of {path, equals, one_of, is_a, matches, at_least, at_most, exists}.',
            examples=[{"$.ok": True}],
        )
    )
    text: Annotated[tuple[str, ...], BeforeValidator(_many, json_schema_input_type=str | tuple[str, ...])] = Field(
        default=(), description="Text that must stand in the body.", examples=[["All is well"]]
    )
    absent: Annotated[tuple[str, ...], BeforeValidator(_many, json_schema_input_type=str | tuple[str, ...])] = Field(
        default=(), description="Text that must not.", examples=[["maintenance"]]
    )
    regex: Annotated[tuple[Pattern, ...], BeforeValidator(_many, json_schema_input_type=str | tuple[str, ...])] = Field(
        default=(), description="Patterns of RE2 found in the body.", examples=[["build [0-9]+"]]
    )
    latency: LatencyLimit | None = Field(default=None, description="Slower than this is `degraded`.", examples=["800ms"])
