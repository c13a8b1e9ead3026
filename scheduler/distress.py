"""Calls out for a worker that cannot begin: where its database cannot be written or opened, nothing else would tell of it."""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress

from alerts.emergency import Emergency
from config.loading import load
from config.models import Config
from scheduler.beside import UNWRITTEN_MS, unwritten
from scheduler.clock import Clock
from scheduler.outside import Outside
from settings import Settings
from storage import configs
from storage.engine import Database
from storage.faults import NO_ANSWER

log = logging.getLogger(__name__)


class Distress:
    """`failed` is called at each try that failed, `over` when one did not. It speaks from a thread: a channel may be slow."""

    def __init__(self, settings: Settings, env: Mapping[str, str] = os.environ, now_ms: Callable[[], int] | None = None) -> None:
        self._settings = settings
        self._env = env
        self._now_ms = now_ms or Clock().now_ms
        self._since_ms: int | None = None
        self._speaking: threading.Thread | None = None
        self.emergency = Emergency(self._now_ms, settings.timezone)

    def over(self) -> None:
        self._since_ms = None

    def failed(self, why: str, db: Database | None = None) -> None:
        """After ten seconds of it somebody hears."""
        if self._since_ms is None:
            self._since_ms = self._now_ms()
        silent = self._speaking is None or not self._speaking.is_alive()
        if self._now_ms() - self._since_ms > UNWRITTEN_MS and silent and self.emergency.may_speak:
            sentence = unwritten(self._since_ms, why)
            self._speaking = threading.Thread(target=self._speak, args=(sentence, db), name="distress", daemon=True)
            self._speaking.start()

    def _speak(self, sentence: str, db: Database | None) -> None:
        try:
            if (config := self._known(db)) is not None:
                asyncio.run(self._send(sentence, config))
        except Exception:
            log.exception("the emergency alert met a bug of ours")

    def _known(self, db: Database | None) -> Config | None:
        """The last good configuration where the database can still be read, else what the file says."""
        text: str | None = None
        with suppress(*NO_ANSWER):
            if db is not None:
                with db.read() as conn:
                    kept = configs.newest(conn)
                text = kept.text if kept else None
        if text is None:
            with suppress(OSError, UnicodeDecodeError):
                text = self._settings.config_file.read_text(encoding="utf-8")
        return None if text is None else load(text, self._env, name=self._settings.config_file.name).config

    async def _send(self, sentence: str, config: Config) -> None:
        outside = Outside(self._settings)
        try:
            await self.emergency.say(sentence, outside.channels(config, self._env), config.alerting.fallback)
        finally:
            await outside.close()
