"""The file of integrations as the worker follows it: a valid change is applied at once, an invalid one is said and the last good stays."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Final

from config.loading import Loaded, load
from config.models import Config
from config.planning import covered, rule_of
from config.problems import Problem
from config.salvage import salvage
from config.windows import Window
from core.declared import DeclaredIntegration
from core.ledger import WindowKind, WindowRow
from core.maintenance import expand
from core.plan import Plan
from settings import EXAMPLE
from storage import configs, notices
from storage.catalogue import load_catalogue
from storage.engine import Database

NOTICE: Final = "configuration"
AHEAD_MS: Final = 14 * 86_400_000  # weekly windows are written out this far; a daily job goes on from there
READ_BYTES: Final = 2 * 1024 * 1024  # more than a file may have: it is refused for its size then
REFUSED: Final = (
    "this version refuses the configuration that ran last: the parts named here are left out and the rest is watched;"
    " correct the file, and it is taken up at once"
)

log = logging.getLogger(__name__)

Stamp = tuple[str, int, int]  # path, time and size: asked every second, so that the file is read only when it changed


@dataclass(frozen=True, slots=True)
class Declared:
    """A configuration that can run. `text` is kept as the last good one."""

    config: Config
    integrations: tuple[DeclaredIntegration, ...]
    text: str
    digest: str
    file: str = ""
    problems: tuple[Problem, ...] = ()


class Declarations:
    """Follows one file. What was applied last is in the database, and a restart runs on it.

    A change is dealt with once it was refused or `applied`: what fails on the way is looked at again.
    """

    def __init__(self, path: Callable[[], Path], env: Mapping[str, str], db: Database) -> None:
        """`path` is asked each time: an integrations.yaml may come to stand beside the example."""
        self._path = path
        self._env = env
        self._db = db
        self._stamp: Stamp | None = None  # of the file as it was dealt with last
        self._seen = ""  # its digest then
        self._looked: tuple[Stamp, str] | None = None  # what was read and is under way
        self._told = ""  # the digest of the text that the notice is about
        self._missed = ""  # the path of a file that was there and is gone
        self._of_example = True  # nothing but the example was ever applied
        self._last: Mapping[str, DeclaredIntegration] = {}  # the last good form of each integration
        self.current: Declared | None = None

    def start(self, now_ms: int, *, follow: bool = True) -> Declared | None:
        """The last good configuration, or the file's where that changed since and is usable. None: nothing can run yet."""
        with self._db.read() as conn:
            kept, noted = configs.newest(conn), notices.notices(conn).get(NOTICE)
            self._last = {one.slug: one for one in load_catalogue(conn).integrations.values()}
        body = noted.body if noted else {}
        self._seen = str(body.get("seen", ""))
        if kept is not None:
            self._of_example = bool(body.get("example"))
            self.current = self._last_good(kept.text, str(body.get("file") or self._path().name))
            if follow:
                self._take_up(self.current, body, now_ms)
        return (self.look(now_ms) if follow else None) or self.current

    def _take_up(self, kept: Declared, body: Mapping[str, Any], now_ms: int) -> None:
        """What was said last stays, unless this version thinks otherwise of the file that was refused or of the one that runs."""
        was_valid = bool(body.get("valid", True))
        if not was_valid and kept.digest not in (self._seen, body.get("text")):
            self._seen = ""
        elif was_valid and all(problem.warning for problem in kept.problems):
            self._told = kept.digest
        else:
            self._say(kept, now_ms)

    def _last_good(self, text: str, name: str) -> Declared:
        """A configuration that ran goes on, whatever this version thinks of it: what is refused as a whole is used in parts."""
        if (usable := self._usable(load(text, self._env, name=name), text, name)) is not None:
            return usable
        rest = salvage(text, self._env, name=name)
        slugs = {one.slug for one in rest.declared}
        integrations = (*rest.declared, *(one for slug, one in self._last.items() if slug not in slugs))
        problems = (Problem(name, 1, "", REFUSED), *rest.problems)
        return Declared(rest.config or Config(version=1), integrations, text, digest_of(text), name, problems)

    def secrets_changed(self, now_ms: int) -> None:
        """References lead elsewhere, or nowhere, now: what is said of the configuration that runs is said anew."""
        if self.current is not None and self._told == self.current.digest:
            self.current = replace(self.current, problems=self._last_good(self.current.text, self.current.file).problems)
            self._note(self.current.file, self.current.problems, now_ms)

    def look(self, now_ms: int) -> Declared | None:
        """The file's configuration when it changed and can be used; called about once a second."""
        path = self._path()
        if path == EXAMPLE and not self._of_example:
            self._is_gone("integrations.yaml", "no such file", now_ms)
            return None
        text = self._changed_text(path, now_ms)
        return None if text is None else self._taken(text, path.name, now_ms)

    def read(self, text: str, name: str) -> tuple[Declared | None, tuple[Problem, ...]]:
        """What a text declares, None where it cannot be used, and everything that is wrong with it."""
        loaded = load(text, self._env, name=name)
        return self._usable(loaded, text, name), loaded.problems

    def _taken(self, text: str, name: str, now_ms: int) -> Declared | None:
        """One that cannot be used is noted for the pages; the last good one stays."""
        found, problems = self.read(text, name)
        for problem in problems:
            log.warning("%s", problem)
        if found is None:
            self._told = digest_of(text)
            self._dealt_with(self._told)
            self._note(name, problems, now_ms)
        return found

    def _say(self, declared: Declared, now_ms: int) -> None:
        """What is wrong with the configuration that runs, for log and pages."""
        for problem in declared.problems:
            log.warning("%s", problem)
        self._told = declared.digest
        self._note(declared.file, declared.problems, now_ms)

    def applied(self, declared: Declared, now_ms: int) -> None:
        """It runs: the last good one from here on."""
        configs.save(self._db, declared.text, declared.digest, now_ms)
        self.current, self._last = declared, {one.slug: one for one in declared.integrations}
        self._of_example = declared.file == EXAMPLE.name
        self._dealt_with(declared.digest)
        self._told = declared.digest
        self._note(declared.file, declared.problems, now_ms)

    def _usable(self, loaded: Loaded, text: str, name: str) -> Declared | None:
        """A file is used where it as a whole makes sense; integrations that are broken in it go on in their last good form."""
        if loaded.config is None:
            return None
        kept = [self._last[slug] for slug in loaded.broken if slug in self._last]
        return Declared(loaded.config, (*loaded.declared, *kept), text, digest_of(text), name, loaded.problems)

    def _changed_text(self, path: Path, now_ms: int) -> str | None:
        """The file's text when it is not what was dealt with last."""
        try:
            stat = path.stat()
            stamp = (str(path), stat.st_mtime_ns, stat.st_size)
            if stamp == self._stamp:
                return None
            text = path.read_bytes()[:READ_BYTES].decode("utf-8", "surrogateescape")  # what is no UTF-8 is refused by the loader
        except OSError as error:
            self._is_gone(str(path), (error.strerror or "it cannot be read").lower(), now_ms)
            return None
        self._looked, self._missed = (stamp, digest_of(text)), ""
        if self._looked[1] != self._seen:
            return text
        self._dealt_with(self._seen)
        return None

    def _dealt_with(self, digest: str) -> None:
        if self._looked is not None and self._looked[1] == digest:
            self._stamp, self._seen = self._looked
            self._looked = None

    def _is_gone(self, path: str, why: str, now_ms: int) -> None:
        """Said once; when it comes back it is read anew."""
        if self._missed == path:
            return
        self._missed, self._stamp, self._seen, self._told = path, None, "", ""
        rest = "nothing is watched" if self.current is None else "the last good configuration stays"
        log.warning("%s cannot be read (%s); %s", path, why, rest)
        name = Path(path).name
        self._note(name, (Problem(name, 1, "", f"cannot be read ({why}); {rest}"),), now_ms)

    def _note(self, file: str, problems: Sequence[Problem], now_ms: int) -> None:
        body: dict[str, Any] = {
            "file": file,
            "valid": not any(not problem.warning for problem in problems),
            "seen": self._seen,
            "text": self._told,
            "example": self._of_example,
            "problems": [asdict(problem) for problem in problems],
        }
        notices.put(self._db, NOTICE, body, now_ms)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def windows(config: Config, plan: Plan, now_ms: int) -> list[WindowRow]:
    """The file's maintenance windows and silences as instants, from now to two weeks ahead."""
    named = ((WindowKind.MAINTENANCE, config.maintenance), (WindowKind.SILENCE, config.silences))
    return [row for kind, entries in named for window in entries for row in _rows(kind, window, config, plan, now_ms)]


def _rows(kind: WindowKind, window: Window, config: Config, plan: Plan, now_ms: int) -> Sequence[WindowRow]:
    slugs = covered(window, config.integrations)
    which = None if slugs is None else tuple(sorted(one.id for one in plan.integrations.values() if one.slug in slugs))
    if which == ():
        return ()
    spans = expand(rule_of(window), now_ms, now_ms + AHEAD_MS)
    return [WindowRow(kind, start, end, which, window.name or "", None, "file") for start, end in spans]
