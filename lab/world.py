"""The whole lab: every vendor with its page, canaries, a Slack, a webhook receiver, a mail server; broken and healed by words."""

from __future__ import annotations

import math
import tempfile
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from random import Random
from types import TracebackType
from typing import Final

from lab.catalogue import vendors as all_vendors
from lab.certificates import Authority
from lab.exchange import Reply, Request, json_reply
from lab.faults import Fault, Kind
from lab.pages import GREEN, Look, PageState
from lab.server import Answer, Server
from lab.sinks.hook import HookSink
from lab.sinks.mail import MailSink
from lab.slack.front import LabSlack
from lab.vendor import Vendor

CANARIES: Final = 3
DESK: Final = frozenset({"desk"})  # the place from which the lab is broken stays reachable
SPREAD: Final = 0.2


class Lab:
    """An async context manager: inside it everything listens on 127.0.0.1. `ports` are wanted ports by name (see `ports_in_use`).

    What breaks and heals are plain functions, called in the lab's own loop; `LabThread` calls them from another thread.
    """

    def __init__(self, only: Iterable[str] | None = None, *, ports: Mapping[str, int] | None = None) -> None:
        known = all_vendors()
        self.vendors: dict[str, Vendor] = {slug: known[slug] for slug in (known if only is None else only)}
        self.slack = LabSlack()
        self.hook = HookSink()
        self.mail = MailSink()
        self.pages: dict[str, PageState] = dict.fromkeys(self.vendors, GREEN)
        self.network: Fault | None = None
        self.path: dict[str, Fault] = {}  # by server
        self._spared = DESK
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

    def server(self, name: str) -> Server:
        """`api-stripe`, `page-stripe`, `canary-1`, `slack`, `hook`. Raises KeyError naming the ones there are."""
        if name not in self._servers:
            raise KeyError(f"the lab has no {name}; it has {', '.join(self._servers)}")
        return self._servers[name]

    def url(self, slug: str) -> str:
        return self.server(f"api-{slug}").url

    def port(self, slug: str) -> int:
        return self.server(f"api-{slug}").port

    def status_url(self, slug: str) -> str:
        return self.server(f"page-{slug}").url

    @property
    def canaries(self) -> tuple[str, ...]:
        return tuple(self.server(f"canary-{number}").url + "/" for number in range(1, CANARIES + 1))

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

    # what is wrong

    def break_(self, slug: str, fault: Fault | Kind) -> None:
        """Adds a fault to a vendor's API; one of each kind."""
        self.server(f"api-{slug}").break_(self._aimed(_fault(fault)))

    def heal(self, slug: str, kind: Kind | None = None) -> None:
        """Takes one kind of fault away, or all."""
        self.server(f"api-{slug}").heal(kind)

    def faults(self, slug: str) -> tuple[Fault, ...]:
        return self.server(f"api-{slug}").faults

    def page(self, slug: str, state: PageState | Look) -> None:
        """What a vendor says of itself from now on."""
        given = PageState(state) if isinstance(state, Look) else state
        self.pages[slug] = replace(given, since_s=given.since_s or time.time())

    def break_page(self, slug: str, fault: Fault | Kind) -> None:
        self.server(f"page-{slug}").break_(self._aimed(_fault(fault)))

    def heal_page(self, slug: str) -> None:
        self.server(f"page-{slug}").heal()

    def heal_all(self) -> None:
        """Everything is well: servers, pages, network and path."""
        for server in self._servers.values():
            server.heal()
        self.pages = dict.fromkeys(self.vendors, GREEN)
        self.restore_network()
        self.clear_path()

    def lose_network(self, fault: Fault | Kind = Kind.REFUSED, *, messages: bool = True) -> None:
        """Nothing answers: vendors, pages, canaries; with `messages` Slack and the webhook receiver neither."""
        self.network = _fault(fault)
        self._spared = DESK if messages else DESK | {"slack", "hook"}
        self._impose()

    def restore_network(self) -> None:
        self.network = None
        self._impose()

    def trouble_path(self, slugs: Iterable[str] | None = None, fault: Fault | Kind = Kind.SILENT) -> None:
        """Many vendors at once cannot be reached, canaries can. Default: two of three."""
        chosen = [slug for at, slug in enumerate(self.vendors) if at % 3] if slugs is None else list(slugs)
        self.path = {f"api-{slug}": _fault(fault) for slug in chosen}
        self._impose()

    def clear_path(self) -> None:
        self.path = {}
        self._impose()

    def _impose(self) -> None:
        for name, server in self._servers.items():
            lost = self.network if name not in self._spared else None
            server.impose(lost or self.path.get(name))

    # what it was asked

    def asked(self, slug: str) -> list[Request]:
        """The last requests to a vendor's API, oldest first."""
        return list(self.server(f"api-{slug}").asked)

    async def wait_asked(self, slug: str, count: int) -> None:
        """Until a vendor's API was asked `count` times in all."""
        await self.server(f"api-{slug}").wait_asked(count)

    def _aimed(self, fault: Fault) -> Fault:
        if fault.kind is Kind.REDIRECT_ELSEWHERE and not fault.target:
            return replace(fault, target=self.canaries[0])
        return fault


def _canary(_request: Request) -> Reply:
    return Reply(200, (("content-type", "text/html"),), b"<!doctype html><title>canary</title>")


def _fault(given: Fault | Kind) -> Fault:
    return Fault(given) if isinstance(given, Kind) else given
