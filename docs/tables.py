"""The tables of the guides that are made from code: `python docs/tables.py` writes them anew, a test holds them fresh."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from settings import Settings

DOCS: Final = Path(__file__).resolve().parent
PAGES: Final = (DOCS / "getting-started.md", DOCS / "configuration.md")
MARKED: Final = re.compile(r"(<!-- environment, made by docs/tables\.py -->\n).*?(<!-- end -->)", re.DOTALL)


def environment() -> str:
    """Every variable of `settings.Settings`, in its order."""
    lines = ["| variable | what | default |", "|---|---|---|"]
    lines += [f"| `{name.upper()}` | {_what(field)} | {_default(field)} |" for name, field in Settings.model_fields.items()]
    return "\n".join(lines) + "\n"


def fresh(text: str) -> str:
    """The guide with its tables made anew."""
    return MARKED.sub(lambda found: found[1] + environment() + found[2], text)


def _what(field: FieldInfo) -> str:
    kinds = [kind for kind in get_args(field.annotation) if kind is not NoneType]
    words = get_args(field.annotation) if get_origin(field.annotation) is Literal else ()
    choice = f" {', '.join(f'`{word}`' for word in words)}." if words else ""
    return f"{field.description}{' A secret.' if SecretStr in kinds else ''}{choice}"


def _default(field: FieldInfo) -> str:
    return f"`{_written(field.default)}`" if field.default not in (None, ()) else "none"


def _written(value: Any) -> str:
    """As one writes it into the environment."""
    if isinstance(value, bool):
        return "on" if value else "off"
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def main() -> None:
    for page in PAGES:
        page.write_text(fresh(page.read_text(encoding="utf-8")), encoding="utf-8")
        sys.stdout.write(f"{page.name} is fresh.\n")


if __name__ == "__main__":
    main()
