"""Reads integrations.yaml: everything wrong is named with its line, and one broken integration never disables the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path as FilePath
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from config.document import MAX_BYTES, Document, Unusable, read_document
from config.explain import MOST, complaints
from config.meaning import written_out_secrets
from config.models import Config, Defaults, Integration
from config.planning import Planned, fit_together, plan_integration
from config.problems import Complaint, Path, Problem, one_line, spell
from config.references import cross_references, references_of, unheard, unset_secrets
from config.sections import sections
from config.stand_ins import StandIn, stand_in
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
        self._stand_ins: dict[int, StandIn] = {}

    def loaded(self, file: str) -> Loaded:
        config, found = self._shape(), sections(self._document.value)
        self._complaints.extend(written_out_secrets(self._document.value))
        planned = self._plan(found.defaults)
        self._complaints.extend(cross_references(found, self._slugs(), self._tags()))
        if config is not None:
            self._complaints.extend(unheard(config, self._good))
        for index, integration in self._all().items():
            self._complain(index, references_of(integration, found.channel_names, self._slugs().values()))
        if self._env is not None:
            self._complaints.extend(unset_secrets(self._good, found.channels, self._env))
        return self._result(file, config, planned)

    def _shape(self) -> Config | None:
        value = self._document.value
        if not isinstance(value, dict):
            self._complaints.append(
                Complaint((), "the file is empty: it begins with version: 1" if value is None else "the file is no mapping")
            )
            return None
        entries = value.get("integrations") or []
        able = isinstance(entries, list) and len(entries) <= MOST_INTEGRATIONS
        if not able:
            wanted = f"at most {MOST_INTEGRATIONS} stand in one file" if isinstance(entries, list) else "must be a list"
            self._complaints.append(Complaint(("integrations",), wanted))
        for index, entry in enumerate(entries if able else ()):
            self._integration(index, entry)
        config = self._validated(Config, {**value, "integrations": []}, ())
        return config if able else None

    def _integration(self, index: int, entry: Any) -> None:
        found = self._validated(Integration, entry, ("integrations", index))
        if found is not None:
            self._good[index] = found
        elif (instead := stand_in(entry)) is not None:
            self._stand_ins[index] = instead

    def _validated(self, model: type[M], value: Any, prefix: Path) -> M | None:
        try:
            return model.model_validate(value)
        except ValidationError as error:
            self._complaints.extend(complaint.below(*prefix) for complaint in complaints(error, model))
            return None

    def _plan(self, defaults: Defaults) -> dict[int, Planned]:
        planned = {index: plan_integration(integration, defaults) for index, integration in self._all().items()}
        for index, one in planned.items():
            self._complain(index, one.complaints)
        usable = {index: one for index, one in planned.items() if one.usable and index in self._good}
        fitted, refused = fit_together(usable)
        self._complaints.extend(refused)
        self._complain_of_crowds(planned, usable)
        return fitted

    def _complain_of_crowds(self, planned: Mapping[int, Planned], usable: Collection[int]) -> None:
        """What is broken asks nobody, and would ask too often once it is mended; unless it is its times that are wrong."""
        mistimed = {complaint.integration for complaint in self._complaints if complaint.path[-1:] in (("interval",), ("timeout",))}
        timed = {index: one for index, one in planned.items() if index not in mistimed}
        for complaint in fit_together(timed)[1] if len(usable) < len(timed) else ():
            if (place := complaint.integration) is not None and place not in usable:
                self._complain(place, [replace(complaint, path=complaint.path[2:])])

    def _complain(self, index: int, found: Iterable[Complaint]) -> None:
        """Of one integration; of one whose shape is wrong, what does not follow from that."""
        told = self._stand_ins[index].told(found) if index in self._stand_ins else found
        self._complaints.extend(complaint.below("integrations", index) for complaint in told)

    def _all(self) -> dict[int, Integration]:
        return dict(sorted({**self._good, **{index: one.integration for index, one in self._stand_ins.items()}}.items()))

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
