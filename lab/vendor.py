"""What a simulated vendor is: the keys it takes, what it answers, and how it says no, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from lab.exchange import Reply, Request
from lab.faults import Fault, Kind
from lab.pages import PageState

Says = Callable[[Request, Fault], Reply | None]  # None: this request is answered as always
PageForm = Callable[["Vendor", PageState, Request], Reply]

_OF_KEYS: Final = frozenset({Kind.REFUSED_KEY, Kind.MISSING_SCOPE})


@dataclass(frozen=True, slots=True)
class Vendor:
    """One vendor of the lab. Facts are written from the vendors' documentation, never from `checks`."""

    slug: str
    name: str
    category: str
    answer: Callable[[Request], Reply] | None  # None: a port that takes connections, no HTTP
    says: Mapping[Kind, Says] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)  # the keys it takes, by their usual names
    settings: Mapping[str, str] = field(default_factory=dict)
    path: str = "/"  # what a check asks, for vendors that are asked by plain HTTP
    page: PageForm | None = None
    components: tuple[str, ...] = ()  # the parts its status page lists
    key_headers: tuple[str, ...] = ("authorization",)
    auth: Mapping[str, str] = field(default_factory=dict)  # how a plain HTTP check proves who asks, as integrations.yaml says it

    def refuse(self, request: Request, fault: Fault) -> Reply | None:
        """What the vendor says under a fault that it has words for; None: it has none for this one, or for this asker."""
        say = self.says.get(fault.kind)
        if say is None or self.answer is None or (fault.kind in _OF_KEYS and not self.is_keyed(request)):
            return None
        return say(request, fault) or self.answer(request)

    def is_keyed(self, request: Request) -> bool:
        """Whether the request carries a credential: a stranger is answered as always."""
        return any(name in request.headers for name in self.key_headers) or b"client_secret" in request.body
