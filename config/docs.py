"""docs/configuration.md, made from the models and the catalogues, so that it cannot say what is not so.

`python -m config.docs` prints it; `docs/tables.py` fills in the environment, which no package but the composition points may read.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, Final

from alerts.catalogue import channel_kinds
from checks.kinds import kinds
from checks.registry import providers
from config import models, windows
from config.introduction import INTRODUCTION
from config.provider_docs import provider_section
from config.schema import schema
from config.wording import Link, default_words, either, example_words, meaning_words, type_words
from core.maintenance import Weekday
from core.plan import Criticality

SECTIONS: Final = (
    ("The file", models.Config),
    ("defaults", models.Defaults),
    ("integrations", models.Integration),
    ("objective", models.Objective),
    ("contract", models.Contract),
    ("checks", models.Check),
    ("channels", models.Channel),
    ("alerting", models.Alerting),
    ("maintenance and silences", windows.Window),
    ("once", windows.Once),
    ("weekly", windows.Weekly),
)
WORDS: Final[Mapping[str, type[StrEnum]]] = {"Criticality": Criticality, "Weekday": Weekday}
ENVIRONMENT: Final = """## Environment

What the operator sets, as variables of the environment of every process. Nothing of it can stand in the file.

<!-- environment, made by docs/tables.py -->
<!-- end -->
"""


def render() -> str:
    """The page as Markdown, the environment's table left open."""
    whole = {**schema(), "$defs": {**schema()["$defs"], "Channel": models.Channel.model_json_schema()}}
    parts = [INTRODUCTION, *(section(f"## {title}", _model(whole, model.__name__), _to_section) for title, model in SECTIONS)]
    parts.append("## Kinds of check\n\nA check of your own says its `kind`. These keys stand beside those of [every check](#checks).\n")
    for name, kind in kinds().items():
        parts.extend(_with_inner(f"kind: {name}", kind.params.model_json_schema()))
    parts.append("## Kinds of channel\n\nThese keys stand beside `kind`.\n")
    parts.extend(section(f"### kind: {name}", kind.config.model_json_schema(), _to_section) for name, kind in channel_kinds().items())
    parts.append(
        "## Providers\n\nWhat each brings along. Its checks are there as soon as their secrets are; `enabled: false` switches one off.\n"
    )
    parts.extend(provider_section(provider) for provider in providers().values())
    return "\n".join(part.strip("\n") + "\n" for part in (*parts, ENVIRONMENT))


def section(title: str, model: Mapping[str, Any], link: Link) -> str:
    """A heading, what the model is, and a row for each of its keys but `kind`, which the heading says."""
    text = re.sub(r"\s+", " ", model.get("description", "")).strip()
    rows = list(_rows(model, link, said="kind" if "kind: " in title else ""))
    table = ["| key | what | value | default | example |", "|---|---|---|---|---|", *rows] if rows else ["Nothing to set."]
    return "\n".join([title, "", *([text, ""] if text else []), *table, ""])


def _rows(model: Mapping[str, Any], link: Link, said: str) -> Iterator[str]:
    required = set(model.get("required", ()))
    for key, field in model.get("properties", {}).items():
        if key != said:
            cells = (meaning_words(field), type_words(field, link), default_words(field, required=key in required), example_words(field))
            yield f"| `{key}` | " + " | ".join(map(_cell, cells)) + " |"


def _with_inner(title: str, model: Mapping[str, Any]) -> Iterator[str]:
    """A kind of check, and below it what its keys hold, each under the key it stands at."""
    places = dict(_places(model, model, ""))

    def link(name: str) -> str:
        return f"[{places[name]}](#{_anchor(places[name])})"

    yield section(f"### {title}", model, link)
    for name, place in places.items():
        yield section(f"#### {place}", model["$defs"][name], link)


def _places(node: Any, root: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    """Definitions with the key they stand at: `expect.json`, or `auth, kind: basic` where one of several does."""
    for key, field in node.get("properties", {}).items():
        here = f"{path}.{key}" if path else key
        for name in re.findall(r"'#/\$defs/(\w+)'", str({k: v for k, v in field.items() if k != "discriminator"})):
            inner = root["$defs"][name]
            kind = inner.get("properties", {}).get("kind", {}).get("const")
            yield name, f"{here}, kind: {kind}" if kind else here
            yield from _places(inner, root, here)


def _model(whole: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return whole if name == "Config" else whole["$defs"][name]


def _to_section(name: str) -> str:
    """A list of words where the definition is one, else a link to its section."""
    if name in WORDS:
        return either([f"`{word}`" for word in WORDS[name]])
    title = next((title for title, model in SECTIONS if model.__name__ == name), name)
    return f"[{title}](#{_anchor(title)})"


def _anchor(title: str) -> str:
    """As GitHub makes it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(render())
