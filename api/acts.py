"""What a script may ask of the worker: appended as a request, as pages and commands do it; the worker alone changes state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, HTTPException, Path, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from api import shapes
from api.deps import Deps
from core.calendar import to_ms
from core.line import HEARTBEAT
from core.plan import CheckPlan
from storage import catalogue, requests
from storage.rows import IntegrationRow, RequestRow

MAX_ID: Final = 2**62
ACCEPTED: Final = 202
REFUSED: Final = 409
ANSWERS: Final[dict[int | str, dict[str, Any]]] = {
    ACCEPTED: {"model": shapes.Asked, "description": "Written down; the worker has not answered yet: ask for the request by its id."},
    404: {"model": shapes.Problem},
    REFUSED: {"model": shapes.Problem, "description": "The worker's answer is no."},
}

Ident = Annotated[int, Path(ge=1, le=MAX_ID)]
PathSlug = Annotated[str, Path(max_length=100)]
Slug = Annotated[str, StringConstraints(min_length=1, max_length=100)]
VISIBLE: Final = "[!-~\u00a1-\uffff]"  # one character that can be seen; engines differ over what white space is
Name = Annotated[str, StringConstraints(max_length=100, pattern=VISIBLE)]


class By(BaseModel):
    """`by` is who acts: a typed name, which nobody verifies."""

    model_config = ConfigDict(extra="forbid")

    by: Name


class Note(By):
    text: Annotated[str, StringConstraints(max_length=2_000, pattern=VISIBLE)]


class Window(By):
    """A stretch of time over integrations, by slug; null: all. It begins now where it says nothing else."""

    end: AwareDatetime
    start: AwareDatetime | None = None
    integrations: list[Slug] | None = None
    reason: Annotated[str, StringConstraints(max_length=200)] = ""


class Run(By):
    """Checks of the integration, by slug; null: all that can be asked."""

    checks: list[Slug] | None = None


def add(made: APIRouter, deps: Deps) -> None:
    """The routes that append requests, and the one that follows them."""
    asker = Asker(deps)

    @made.post("/incidents/{ident}/acknowledge", summary="Somebody is on it: reminders stop, measuring goes on", responses=ANSWERS)
    def acknowledge(ident: Ident, body: By, response: Response) -> shapes.Asked:
        return asker.ask(response, "acknowledge", {"incident": ident}, body.by)

    @made.post("/incidents/{ident}/note", summary="A line for the timeline and the thread", responses=ANSWERS)
    def note(ident: Ident, body: Note, response: Response) -> shapes.Asked:
        return asker.ask(response, "note", {"incident": ident, "text": body.text}, body.by)

    @made.post("/silences", summary="Stop alerts for a while, never measuring", responses=ANSWERS)
    def silence(body: Window, response: Response) -> shapes.Asked:
        return asker.ask(response, "silence", asker.window(body), body.by)

    @made.post("/maintenance", summary="Planned work: outside every figure, and no alerts", responses=ANSWERS)
    def maintenance(body: Window, response: Response) -> shapes.Asked:
        return asker.ask(response, "maintenance", asker.window(body), body.by)

    @made.post("/windows/{ident}/end", summary="End a silence or a maintenance window now; one to come is cancelled", responses=ANSWERS)
    def end_window(ident: Ident, body: By, response: Response) -> shapes.Asked:
        return asker.ask(response, "end_window", {"window": ident}, body.by)

    @made.post(
        "/integrations/{slug}/checks/{check}/address",
        summary="A new address for a heartbeat: the one before stops working at once",
        description="The answer's body holds the `path` at which it is called from then on.",
        responses=ANSWERS,
    )
    def replace_address(slug: PathSlug, check: PathSlug, body: By, response: Response) -> shapes.Asked:
        return asker.ask(response, "replace_address", {"check": asker.heartbeat(slug, check)}, body.by)

    @made.post("/integrations/{slug}/run", summary="One run now, recorded and never counted in a streak", responses=ANSWERS)
    def run(slug: PathSlug, body: Run, response: Response) -> shapes.Asked:
        return asker.ask(response, "run_check", {"checks": asker.checks(slug, body.checks)}, body.by)

    @made.get("/requests/{ident}", summary="How a request fares", responses={404: {"model": shapes.Problem}})
    def follow(ident: Ident) -> shapes.Asked:
        with deps.database().read() as conn:
            found = requests.request(conn, ident)
        if found is None:
            raise HTTPException(404, "There is no such request.")
        return _asked(found)


class Asker:
    """Appends, and waits a moment for the answer."""

    def __init__(self, deps: Deps) -> None:
        self._deps = deps

    def ask(self, response: Response, kind: str, body: Mapping[str, Any], by: str) -> shapes.Asked:
        db = self._deps.database()
        found = requests.wait(db, requests.append(db, kind, body, by, self._deps.now_ms()), self._deps.answer_s)
        if found.answer is None:
            response.status_code = ACCEPTED
        elif not found.answer.ok:
            raise HTTPException(REFUSED, found.answer.text)
        return _asked(found)

    def window(self, body: Window) -> dict[str, Any]:
        which = None if body.integrations is None else [self._integration(slug).plan.id for slug in body.integrations]
        start_ms = self._deps.now_ms() if body.start is None else to_ms(body.start)
        return {"integrations": which, "start_ms": start_ms, "end_ms": to_ms(body.end), "reason": body.reason}

    def checks(self, slug: str, wanted: Sequence[str] | None) -> list[int]:
        known = self._checks(slug)
        for name in wanted or ():
            if name not in known:
                raise HTTPException(404, f"{slug} has no check of the name {name}.")
        return [plan.id for name, plan in known.items() if plan.kind != HEARTBEAT and (wanted is None or name in wanted)]

    def heartbeat(self, slug: str, name: str) -> int:
        plan = self._checks(slug).get(name)
        if plan is None or plan.kind != HEARTBEAT:
            raise HTTPException(404, f"{slug} has no heartbeat of the name {name}.")
        return plan.id

    def _checks(self, slug: str) -> dict[str, CheckPlan]:
        return {check.plan.slug: check.plan for check in self._integration(slug).checks if check.archived_ms is None}

    def _integration(self, slug: str) -> IntegrationRow:
        with self._deps.database().read() as conn:
            found = catalogue.integration(conn, slug)
        if found is None or found.archived_ms is not None:
            raise HTTPException(404, f"No integration has the slug {slug}.")
        return found


def _asked(row: RequestRow) -> shapes.Asked:
    said = row.answer
    return shapes.Asked(
        request=row.id,
        accepted=row.accepted_ms is not None or said is not None,
        ok=said.ok if said else None,
        text=said.text if said else "",
        body=said.body if said else {},
    )
