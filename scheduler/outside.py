"""Everything a worker reaches the world through, on one event loop: the runner, guarded clients, and channels opened over them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar, Final

from alerts.channel import Channel
from checks.lookups import Lookups
from checks.runner import make_runner
from checks.transport import guarded_client
from config.models import Config
from scheduler.outlets import outlets
from settings import Settings

USER_AGENT: Final = "integration-health/0.1"


class Outside:
    """Made inside the loop it serves, closed once."""

    lookups: ClassVar[type[Lookups]] = Lookups  # a program that has a name server of its own sets another one

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.runner = make_runner(
            ca_file=str(settings.extra_ca_file) if settings.extra_ca_file else None,
            user_agent=USER_AGENT,
            now=lambda: datetime.now(UTC),
            proxies=settings.use_proxy,
            lookups=self.lookups(),
        )
        self.http = guarded_client(self.runner.wire, user_agent=USER_AGENT, https_only=True)
        self.private_http = guarded_client(self.runner.wire, user_agent=USER_AGENT, private_targets=True)

    def channels(self, config: Config, env: Mapping[str, str]) -> dict[str, Channel]:
        """The declared ones, by name."""
        return outlets(config, self._settings, env, self.http, self.private_http)

    async def close(self) -> None:
        await self.http.aclose()
        await self.private_http.aclose()
        await self.runner.close()
