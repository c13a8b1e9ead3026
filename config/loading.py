"""Reads integrations.yaml: everything wrong is named with its line, and one broken integration never disables the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from config.document import MAX_BYTES, Document, Unusable, read_document
from config.explain import MOST, complaints
from config.meaning import written_out_secrets
from config.models import Config, Defaults, Integration
from config.planning import Planned, fit_together, plan_integration
from config.problems import Complaint, Path, Problem, one_line, spell
from config.references import cross_references, unset_secrets
from core.declared import DeclaredIntegration

FILE: Final = "integrations.yaml"
MOST_INTEGRATIONS: Final = 2_000  # one machine carries a thousand
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a file says. `config` is None where the file as a whole cannot be used; broken integrations are left out of it."""

    config: Config | None
    declared: tuple[DeclaredIntegration, ...]
    problems: tuple[Problem, ...]
    broken: tuple[str, ...]  # slugs that stand in the file and were left out: their last good form may go on
    spoilt: tuple[Path, ...] = ()  # where a file that cannot be used as a whole is wrong

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if not problem.warning)


def load(source: str | FilePath, env: Mapping[str, str] | None = None, *, name: str | None = None) -> Loaded:
    """Reads a file (`Path`) or its text (`str`). With `env`, secrets that are not set there are warned about. Raises `OSError`."""
    file = name or (source.name if isinstance(source, FilePath) else FILE)
    try:
        text = source if isinstance(source, str) else _text(source)
        document = read_document(text)
    except Unusable as stopped:
        return Loaded(None, (), (Problem(file, stopped.line, "", one_line(stopped.message)),), ())
    return read(document, env, file)


def read(document: Document, env: Mapping[str, str] | None, file: str) -> Loaded:
    """What a document says that was read already."""
    return _Reading(document, env).loaded(file)


def _text(path: FilePath) -> str:
    with path.open("rb") as file:
        body = file.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise Unusable(1, "the file is larger than 1 MiB")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable(body.count(b"\n", 0, error.start) + 1, "the file is not UTF-8") from None


class _Reading:
    """One pass over a document: shape, then meaning, then how the parts refer to each other and fit."""

    def __init__(self, document: Document, env: Mapping[str, str] | None) -> None:
        self._document, self._env = document, env
        self._complaints = [Complaint(path, message) for path, _, message in document.refused]
        self._good: dict[int, Integration] = {}

    def loaded(self, file: str) -> Loaded:
        config = self._shape()
        self._complaints.extend(written_out_secrets(self._document.value))
        planned = self._plan(config.defaults if config else Defaults())
        if config is not None:
            self._complaints.extend(cross_references(config, self._good, self._slugs(), self._tags()))
        if self._env is not None:
            self._complaints.extend(unset_secrets(self._good, config, self._env))
        return self._result(file, config, planned)

    def _shape(self) -> Config | None:
        value = self._document.value
        if not isinstance(value, dict):
            self._complaints.append(
                Complaint((), "the file is empty: it begins with version: 1" if value is None else "the file is no mapping")
            )
            return None
        entries = value.get("integrations") or []
        if not isinstance(entries, list):
            self._complaints.append(Complaint(("integrations",), "must be a list"))
            return None
        if len(entries) > MOST_INTEGRATIONS:
            self._complaints.append(Complaint(("integrations",), f"at most {MOST_INTEGRATIONS} stand in one file"))
            return None
        for index, entry in enumerate(entries):
            self._integration(index, entry)
        return self._validated(Config, {**value, "integrations": []}, ())

    def _integration(self, index: int, entry: Any) -> None:
        found = self._validated(Integration, entry, ("integrations", index))
        if found is not None:
            self._good[index] = found

    def _validated(self, model: type[M], value: Any, prefix: Path) -> M | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self._complaints.extend(complaint.below(*prefix) for complaint in complaints(error, model))
            return None

    def _plan(self, defaults: Defaults) -> dict[int, Planned]:
        planned = {index: plan_integration(integration, defaults) for index, integration in self._good.items()}
        for index, one in planned.items():
            self._complaints.extend(complaint.below("integrations", index) for complaint in one.complaints)
        usable = {index: one for index, one in planned.items() if one.usable}
        fitted, refused = fit_together(usable)
        self._complaints.extend(refused)
        return fitted

    def _result(self, file: str, config: Config | None, planned: Mapping[int, Planned]) -> Loaded:
        errors = [complaint for complaint in self._complaints if not complaint.warning]
        spoilt = {complaint.integration for complaint in errors}
        kept = [index for index in self._good if index not in spoilt]
        problems = self._problems(file)
        if config is None or None in spoilt:
            return Loaded(None, (), problems, (), tuple(complaint.path for complaint in errors if complaint.integration is None))
        whole = config.model_copy(update={"integrations": tuple(self._good[index] for index in kept)})
        declared = tuple(one.declared for index in kept if (one := planned[index]).declared)
        broken = tuple(slug for index, slug in self._slugs().items() if index not in kept)
        return Loaded(whole, declared, problems, broken)

    def _slugs(self) -> dict[int, str]:
        """Every slug in the file, those of broken integrations too: what refers to them is not wrong."""
        return {index: slug for index, entry in self._entries() if isinstance(slug := entry.get("slug"), str)}

    def _tags(self) -> set[str]:
        lists = (tags for _, entry in self._entries() if isinstance(tags := entry.get("tags"), list))
        return {tag for tags in lists for tag in tags if isinstance(tag, str)}

    def _entries(self) -> list[tuple[int, dict[str, Any]]]:
        """Integrations as they stand in the file, valid or not."""
        value = self._document.value
        entries = value.get("integrations") if isinstance(value, dict) else None
        return [(i, entry) for i, entry in enumerate(entries) if isinstance(entry, dict)] if isinstance(entries, list) else []

    def _problems(self, file: str) -> tuple[Problem, ...]:
        refused = {path: message for path, _, message in self._document.refused}  # what else is wrong there follows from that
        told = (c for c in dict.fromkeys(self._complaints) if refused.get(c.path, c.message) == c.message)
        placed = ((complaint, self._line(complaint)) for complaint in told)
        found = (Problem(file, line, one_line(spell(c.path)), one_line(c.message), c.nearest, c.warning) for c, line in placed)
        return tuple(sorted(_first(list(found), file), key=lambda problem: (problem.line, problem.key, problem.message)))

    def _line(self, complaint: Complaint) -> int:
        refused = (line for path, line, message in self._document.refused if (path, message) == (complaint.path, complaint.message))
        return next(refused, self._document.line(complaint.path))


def _first(problems: list[Problem], file: str) -> list[Problem]:
    """As many as anybody reads, errors before warnings."""
    if len(problems) <= MOST:
        return problems
    kept = sorted(problems, key=lambda problem: (problem.warning, problem.line))[:MOST]
    return [*kept, Problem(file, max(problem.line for problem in problems), "", "there are more problems: mend these first")]
