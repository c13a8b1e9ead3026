"""What a simulated vendor is: the keys it takes, what it answers, and how it says no, in its own words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lab.exchange import Reply, Request
from lab.faults import Fault, Kind
from lab.pages import PageState

Says = Callable[[Request, Fault], Reply | None]  # None: this request is answered as always
PageForm = Callable[["Vendor", PageState, Request], Reply]


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
        """What the vendor says under a fault of the reply stage that is its own to word; None: nothing special."""
        if fault.kind in (Kind.REFUSED_KEY, Kind.MISSING_SCOPE) and not self.is_keyed(request):
            return None
        say = self.says.get(fault.kind)
        return None if say is None else say(request, fault)

    def is_keyed(self, request: Request) -> bool:
        """Whether the request carries a credential: a stranger is answered as always."""
        return any(name in request.headers for name in self.key_headers) or b"client_secret" in request.body
