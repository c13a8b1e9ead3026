"""The file of integrations as the worker follows it: a valid change is applied at once, an invalid one is said and the last good stays."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from config.loading import Loaded, load
from config.models import Config, Window
from config.planning import covered, rule_of
from core.declared import DeclaredIntegration
from core.ledger import WindowKind, WindowRow
from core.maintenance import expand
from core.plan import Plan
from storage import configs, notices
from storage.engine import Database

NOTICE: Final = "configuration"
AHEAD_MS: Final = 14 * 86_400_000  # weekly windows are written out this far; a daily job goes on from there

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Declared:
    """A configuration that can run. `text` is kept as the last good one."""

    config: Config
    integrations: tuple[DeclaredIntegration, ...]
    text: str
    digest: str


class Declarations:
    """Follows one file. What was applied last is in the database, and a restart runs on it."""

    def __init__(self, path: Path, env: Mapping[str, str], db: Database) -> None:
        self.path = path
        self._env = env
        self._db = db
        self._stamp: tuple[int, int] | None = None
        self._seen = ""
        self.current: Declared | None = None

    def start(self, now_ms: int) -> Declared | None:
        """The last good configuration, or the file's where that is newer and usable. None: nothing can run yet."""
        with self._db.read() as conn:
            kept, noted = configs.newest(conn), notices.notices(conn).get(NOTICE)
        if kept is not None:
            self.current = self._usable(load(kept.text, self._env, name=self.path.name), kept.text)
            self._seen = str(noted.body.get("seen", "")) if noted else kept.hash
        return self.look(now_ms) or self.current

    def look(self, now_ms: int) -> Declared | None:
        """The file's configuration when it changed and can be used; called about once a second."""
        text = self._changed_text()
        return None if text is None else self.take(text, now_ms)

    def take(self, text: str, now_ms: int, name: str | None = None) -> Declared | None:
        """A configuration that was handed in or found changed; problems are noted for the pages."""
        loaded = load(text, self._env, name=name or self.path.name)
        self._seen = digest_of(text)
        self._note(loaded, now_ms)
        found = self._usable(loaded, text)
        if found is not None:
            self.current = found
        return found

    def applied(self, declared: Declared, now_ms: int) -> None:
        """It runs: the last good one from here on."""
        configs.save(self._db, declared.text, declared.digest, now_ms)

    def _usable(self, loaded: Loaded, text: str) -> Declared | None:
        """A file is used where it as a whole makes sense; integrations that are broken in it go on in their last good form."""
        if loaded.config is None:
            return None
        before = {one.slug: one for one in self.current.integrations} if self.current else {}
        kept = [before[slug] for slug in loaded.broken if slug in before]
        return Declared(loaded.config, (*loaded.declared, *kept), text, digest_of(text))

    def _changed_text(self) -> str | None:
        """The file's text when it is not what was seen last; its size and time are asked first."""
        try:
            stat = self.path.stat()
            stamp = (stat.st_mtime_ns, stat.st_size)
            if stamp == self._stamp:
                return None
            text = self.path.read_bytes()[: 2 * 1024 * 1024].decode("utf-8", "replace")
        except OSError as error:
            if self._stamp is not None:
                log.warning("%s cannot be read any more (%s); the last good configuration stays", self.path, error.strerror)
            self._stamp = None
            return None
        self._stamp = stamp
        return None if digest_of(text) == self._seen else text

    def _note(self, loaded: Loaded, now_ms: int) -> None:
        for problem in loaded.problems:
            log.warning("%s", problem)
        problems = [asdict(problem) for problem in loaded.problems]
        body: dict[str, Any] = {"file": self.path.name, "valid": not loaded.errors, "seen": self._seen, "problems": problems}
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
