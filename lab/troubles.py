"""What is wrong in the lab: faults of vendors and their pages, a lost network, a troubled path; plain functions of its own loop."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from lab.faults import Fault, Kind
from lab.pages import GREEN, Look, PageState
from lab.server import Server
from lab.vendor import Vendor

CANARIES: Final = 3
DESK: Final = frozenset({"desk"})  # the place from which the lab is broken stays reachable


class Troubles:
    """Servers by name, and what is wrong with them."""

    def __init__(self, vendors: dict[str, Vendor]) -> None:
        self.vendors = vendors
        self.pages: dict[str, PageState] = dict.fromkeys(vendors, GREEN)
        self.network: Fault | None = None
        self.path: dict[str, Fault] = {}  # by server
        self._spared = DESK
        self._servers: dict[str, Server] = {}

    def server(self, name: str) -> Server:
        """`api-stripe`, `page-stripe`, `canary-1`, `slack`, `hook`. Raises KeyError naming the ones there are."""
        if name not in self._servers:
            raise KeyError(f"the lab has no {name}; it has {', '.join(self._servers)}")
        return self._servers[name]

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

    @property
    def canaries(self) -> tuple[str, ...]:
        return tuple(self.server(f"canary-{number}").url + "/" for number in range(1, CANARIES + 1))

    def _aimed(self, fault: Fault) -> Fault:
        if fault.kind is Kind.REDIRECT_ELSEWHERE and not fault.target:
            return replace(fault, target=self.canaries[0])
        return fault


def _fault(given: Fault | Kind) -> Fault:
    return Fault(given) if isinstance(given, Kind) else given
