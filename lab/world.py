"""The whole lab: every vendor with its page, canaries, a Slack, a webhook receiver, a mail server; broken and healed by words."""

from __future__ import annotations

import math
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Final

from lab.catalogue import vendors as all_vendors
from lab.certificates import Authority
from lab.exchange import Reply, Request, json_reply
from lab.server import Answer, Server
from lab.sinks.hook import HookSink
from lab.sinks.mail import MailSink
from lab.slack.front import LabSlack
from lab.troubles import CANARIES, Troubles
from lab.vendor import Vendor

SPREAD: Final = 0.2


class Lab(Troubles):
    """An async context manager: inside it everything listens on 127.0.0.1. `ports` are wanted ports by name (see `ports_in_use`).

    What breaks and heals are plain functions, called in the lab's own loop; `LabThread` calls them from another thread.
    """

    def __init__(self, only: Iterable[str] | None = None, *, ports: Mapping[str, int] | None = None) -> None:
        known = all_vendors()
        super().__init__({slug: known[slug] for slug in (known if only is None else only)})
        self.slack = LabSlack()
        self.hook = HookSink()
        self.mail = MailSink()
        self._wanted = dict(ports or {})
        self._stack = ExitStack()
        self._authority = Authority()
        self._servers = self._make()

    def _make(self) -> dict[str, Server]:
        tls = self._authority
        servers = [Server(f"canary-{number}", _canary, authority=tls) for number in range(1, CANARIES + 1)]
        servers += [Server("slack", self.slack.answer), Server("hook", self.hook.answer, authority=tls)]
        for slug, vendor in self.vendors.items():
            servers.append(Server(f"api-{slug}", vendor.answer, authority=tls, refuse=vendor.refuse))
            if vendor.page is not None:
                servers.append(Server(f"page-{slug}", self._page(vendor), authority=tls))
        return {server.name: server for server in servers}

    def _page(self, vendor: Vendor) -> Answer:
        form = vendor.page

        def answer(request: Request) -> Reply:
            return json_reply({}, 404) if form is None else form(vendor, self.pages[vendor.slug], request)

        return answer

    async def __aenter__(self) -> Lab:
        folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="lab-")))
        self.ca_file = self._authority.write(folder / "ca.pem")
        for name, server in self._servers.items():
            server.start(self._wanted.get(name, 0))
        await self.mail.start(self._wanted.get("mail", 0))
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for server in self._servers.values():
            await server.stop()
        await self.mail.stop()
        self._stack.close()

    def open(self, name: str, answer: Answer) -> Server:
        """One more server over plain HTTP, for as long as the lab runs."""
        server = self._servers[name] = Server(name, answer)
        server.start(self._wanted.get(name, 0))
        return server

    def pace(self, slug: str, usual_ms: float) -> None:
        """Right answers of a vendor take about so long: loopback is quicker than any vendor."""
        dice = Random(slug)  # noqa: S311  (not for secrets)
        self.server(f"api-{slug}").pace = lambda: dice.lognormvariate(math.log(usual_ms / 1000), SPREAD)

    # where things are

    @property
    def ports_in_use(self) -> dict[str, int]:
        """By name: what to hand to the next lab that is to have the same addresses."""
        return {**{name: server.port for name, server in self._servers.items()}, "mail": self.mail.port}

    def url(self, slug: str) -> str:
        return self.server(f"api-{slug}").url

    def port(self, slug: str) -> int:
        return self.server(f"api-{slug}").port

    def status_url(self, slug: str) -> str:
        return self.server(f"page-{slug}").url

    @property
    def slack_url(self) -> str:
        """The page that shows its messages."""
        return self.server("slack").url + "/"

    @property
    def slack_api(self) -> str:
        """What the product's SLACK_BASE_URL is to be."""
        return self.slack_url + "api/"

    @property
    def slack_hook(self) -> str:
        """An incoming webhook of its channel."""
        return self.server("slack").url + self.slack.hook_path

    @property
    def hook_url(self) -> str:
        return self.server("hook").url + "/alerts"

    # what it was asked

    def asked(self, slug: str) -> list[Request]:
        """The last requests to a vendor's API, oldest first."""
        return list(self.server(f"api-{slug}").asked)

    async def wait_asked(self, slug: str, count: int) -> None:
        """Until a vendor's API was asked `count` times in all."""
        await self.server(f"api-{slug}").wait_asked(count)


def _canary(_request: Request) -> Reply:
    return Reply(200, (("content-type", "text/html"),), b"<!doctype html><title>canary</title>")
