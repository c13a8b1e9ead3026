"""Everything that leaves the product, as bytes by the name of the way out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

from lab.running import LabThread
from storage.engine import Database
from storage.evidence import evidence
from tests.journeys.actors import Site, cli

PATIENCE_S = 20.0
KINDS = ("results", "spans", "incidents")  # of export


def of_the_database(folder: Path, db: Database) -> Iterator[tuple[str, bytes]]:
    """Its files as they lie there, and the evidence as it is read."""
    for path in sorted(folder.glob("health.db*")):
        yield path.name, path.read_bytes()
    with db.read() as conn:
        for check, location, at_ms in conn.exec_driver_sql('SELECT "check", location, at_ms FROM evidence').fetchall():
            yield f"evidence {check} {at_ms}", repr(evidence(conn, check, location, at_ms)).encode()


def of_the_lab(lab: LabThread) -> Iterator[tuple[str, bytes]]:
    """What Slack, the receivers of webhooks, mail and error reports were sent; the keys they are shown are theirs."""
    there = lab.lab
    for name in ("slack", "hook", "reports"):
        yield name, b"\n".join(request.body for request in lab.call(lambda name=name: list(there.server(name).asked)))
    yield "mail", b"\n".join(mail.message.as_bytes() for mail in lab.call(lambda: list(there.mail.received)))


def of_the_api(site: Site) -> Iterator[tuple[str, bytes]]:
    """Every address of the API that only reads, with everything there is to put into it."""
    read = site.http.get("/api/openapi.json").json()["paths"]
    slugs = [one["slug"] for one in site.get("/api/v1/integrations")]
    idents = [str(one["id"]) for one in site.get("/api/v1/incidents?limit=100")]
    month = site.get("/api/v1/status")["at"][:7]
    values = {"{slug}": slugs, "{ident}": idents, "{period}": [month]}
    for path in [path for path, methods in read.items() if "get" in methods]:
        name = next((name for name in values if name in path), "")
        for value in values.get(name, [""]):
            yield f"GET {path} {value}", site.http.get("/api" + path.replace(name, value) if name else "/api" + path).content
    for path in ("/metrics", "/healthz", *(f"/api/v1/sla/{month}?format={form}" for form in ("csv", "xlsx"))):
        yield path, site.http.get(path).content


def of_the_pages(site: Site, db: Database) -> Iterator[tuple[str, bytes]]:
    """What each page sends to a browser over its websocket."""
    with db.read() as conn:
        incidents = [ident for (ident,) in conn.exec_driver_sql("SELECT id FROM incident")]
        results = conn.exec_driver_sql(
            'SELECT i.slug, c.slug, e.at_ms FROM evidence e JOIN "check" c ON c.id = e."check" JOIN integration i ON i.id = c.integration'
        ).fetchall()
    asked = [("", {}), ("incident", {}), ("sla", {}), ("trends", {}), ("integration", {}), ("deliveries", {}), ("system", {})]
    asked += [("incident", {"id": ident}) for ident in incidents]
    asked += [("integration", {"id": slug, "result": f"{check}.local.{at_ms}"}) for slug, check, at_ms in results]
    for page, query in asked:
        yield f"page {page} {urlencode(query)}", delivered(site.port, page, urlencode(query))


def delivered(port: int, page: str, query: str) -> bytes:
    """All messages of one run of a page, up to its end."""
    said = []
    with connect(f"ws://127.0.0.1:{port}/_stcore/stream", subprotocols=["streamlit"], max_size=None, proxy=None) as socket:  # type: ignore[list-item]
        asking = BackMsg()
        asking.rerun_script.query_string = query
        asking.rerun_script.page_name = page
        socket.send(asking.SerializeToString())
        while True:
            frame = socket.recv(PATIENCE_S)
            assert isinstance(frame, bytes)
            said.append(frame)
            message = ForwardMsg()
            message.ParseFromString(frame)
            if message.WhichOneof("type") == "script_finished":
                return b"".join(said)


def of_the_commands(site: Site, folder: Path) -> Iterator[tuple[str, bytes]]:
    """What people take away with them, in files and on the screen."""
    words = {
        "export": ("export", str(folder / "results.csv")),
        "export of spans": ("export", str(folder / "spans.csv"), "--what", "spans"),
        "export of incidents": ("export", str(folder / "incidents.csv"), "--what", "incidents"),
        **{f"export of {what} as Parquet": ("export", str(folder / f"{what}.parquet"), "--what", what) for what in KINDS},
        "backup": ("backup", str(folder / "the.backup")),
        "check": ("check", "query-key/api", "--json"),
        "doctor": ("doctor", "--json"),
    }
    for name, given in words.items():
        done = cli(site.env, *given)
        assert "Traceback" not in done.stderr, name
        yield f"command {name}", done.stdout.encode() + done.stderr.encode()
    for name in ("the.backup", *(f"{what}.{form}" for what in KINDS for form in ("csv", "parquet"))):
        yield name, (folder / name).read_bytes()
