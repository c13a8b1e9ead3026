"""The desk at which the lab is broken and healed: a page for people, and the same by JSON for programs.

GET /state, /keys; POST /break, /heal, /page, /network, /path, /slack, /script, /reset with a JSON object each.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any, Final
from urllib.parse import urlsplit

from lab.exchange import Reply, Request, json_reply, text_reply
from lab.faults import Fault, Kind
from lab.pages import GREEN, Look, PageState
from lab.script import Script
from lab.slack.page import PLAIN
from lab.sockets import HOST
from lab.world import Lab

_FILES: Final = {
    "/": ("desk.html", "text/html; charset=utf-8"),
    "/desk.css": ("desk.css", "text/css; charset=utf-8"),
    "/desk.js": ("desk.js", "text/javascript; charset=utf-8"),
}
_FAULT: Final = {field.name: field.type for field in dataclasses.fields(Fault)}


class Desk:
    """Answers one port of a running lab. `script` may be absent: then nothing is played."""

    def __init__(self, lab: Lab, script: Script | None = None) -> None:
        self._lab = lab
        self._script = script
        self._acts: dict[str, Callable[[Mapping[str, Any]], None]] = {
            "/break": self._break,
            "/heal": self._heal,
            "/page": self._page,
            "/network": self._network,
            "/path": self._path,
            "/slack": self._slack,
            "/script": self._play,
            "/reset": lambda _given: lab.heal_all(),
        }
        self.url = lab.open("desk", self.answer).url

    def answer(self, request: Request) -> Reply:
        if urlsplit(f"//{request.host}").hostname not in (HOST, "localhost"):
            return text_reply("the lab is asked by this machine alone", 421)
        if request.method == "POST":
            return self._act(request)
        if request.path == "/state":
            return json_reply(self.state(), 200, *PLAIN)
        if request.path == "/keys":
            return json_reply({slug: dict(vendor.secrets) for slug, vendor in self._lab.vendors.items()}, 200, *PLAIN)
        name, kind = _FILES.get(request.path, ("", ""))
        return text_reply((files("lab") / "static" / name).read_text(), 200, kind, *PLAIN) if name else text_reply("not found", 404)

    def _act(self, request: Request) -> Reply:
        """JSON alone: a form of a foreign page cannot send it without being asked first."""
        act, given = self._acts.get(request.path), request.json()
        if "json" not in request.headers.get("content-type", "") or not isinstance(given, dict):
            return json_reply({"error": "send a JSON object"}, 415)
        if act is None:
            return json_reply({"error": f"one of {', '.join(self._acts)}"}, 404)
        try:
            act(given)
        except (KeyError, TypeError, ValueError) as error:
            return json_reply({"error": str(error.args[0]) if error.args else type(error).__name__}, 400)
        return json_reply(self.state(), 200, *PLAIN)

    def state(self) -> dict[str, Any]:
        """Everything that is wrong, and where everything is."""
        lab, script = self._lab, self._script
        return {
            "vendors": [self._vendor(slug) for slug in lab.vendors],
            "network": "lost" if lab.network else "well",
            "path": sorted(name.removeprefix("api-") for name in lab.path),
            "script": None if script is None else {"playing": script.playing, "at_s": int(script.at_s), "told": script.told[-12:]},
            "slack": {"page": lab.slack_url, "always": lab.slack.always, "messages": len(lab.slack.workspace.messages)},
            "hook": {"url": lab.hook_url, "received": [dataclasses.asdict(each) for each in list(lab.hook.received)[-20:]]},
            "mail": {"url": lab.mail.url, "received": [{"to": mail.to, "subject": mail.message["subject"]} for mail in lab.mail.received]},
            "kinds": [kind.value for kind in Kind],
        }

    def _vendor(self, slug: str) -> dict[str, Any]:
        lab, vendor = self._lab, self._lab.vendors[slug]
        page = None if vendor.page is None else {"url": lab.status_url(slug), **dataclasses.asdict(lab.pages[slug])}
        told: dict[str, Any] = {"slug": slug, "name": vendor.name, "category": vendor.category, "url": lab.url(slug), "page": page}
        return {**told, "faults": [fault.kind.value for fault in lab.faults(slug)], "asked": lab.server(f"api-{slug}").count}

    def _break(self, given: Mapping[str, Any]) -> None:
        more = {name: value for name, value in given.items() if name not in ("vendor", "kind")}
        if unknown := set(more) - set(_FAULT):
            raise ValueError(f"a fault has no {', '.join(sorted(unknown))}; it has {', '.join(_FAULT)}")
        self._lab.break_(given["vendor"], Fault(Kind(given["kind"]), **more))

    def _heal(self, given: Mapping[str, Any]) -> None:
        self._lab.heal(given["vendor"], Kind(given["kind"]) if given.get("kind") else None)

    def _page(self, given: Mapping[str, Any]) -> None:
        state = PageState(
            Look(given["look"]),
            str(given.get("headline", GREEN.headline)),
            str(given.get("component", GREEN.component)),
            str(given.get("status", GREEN.status)),
        )
        self._lab.page(given["vendor"], state)

    def _network(self, given: Mapping[str, Any]) -> None:
        if given["lost"]:
            self._lab.lose_network(Kind(given.get("kind", Kind.REFUSED)))
        else:
            self._lab.restore_network()

    def _path(self, given: Mapping[str, Any]) -> None:
        if given["troubled"]:
            self._lab.trouble_path(given.get("vendors"))
        else:
            self._lab.clear_path()

    def _slack(self, given: Mapping[str, Any]) -> None:
        """`plan`: for the next call alone; `always`: until it is null again."""
        if "plan" in given:
            self._lab.slack.behave(str(given["plan"]))
        if "always" in given:
            self._lab.slack.always = given["always"]

    def _play(self, given: Mapping[str, Any]) -> None:
        if self._script is None:
            raise ValueError("no script is played")
        self._script.playing = bool(given["playing"])
