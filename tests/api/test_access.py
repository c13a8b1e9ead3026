"""The gate over real sockets: who comes in by http and by websocket, and what is refused before any page is asked."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from api.access import middleware
from api.door import COOKIE, COOKIE_AGE_S, Door, local_path
from api.paths import Paths
from tests.api.server import behind, serving

TOKEN = "correct-horse-battery-staple-0123456789"
PATHS = Paths.of(["", "incident", "integration", "sla"])


@dataclass
class Served:
    port: int

    @property
    def client(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", trust_env=False)

    def get(self, path: str, **headers: str) -> httpx.Response:
        with self.client as client:
            return client.get(path, headers=headers)

    def websocket(self, **headers: str) -> str:
        with connect(f"ws://127.0.0.1:{self.port}/_stcore/stream", additional_headers=headers, proxy=None) as found:
            return str(found.recv())


def door(token: str | None, **more: object) -> Door:
    given: dict[str, object] = {"host": "127.0.0.1", "allowed_hosts": (), "base_url": None, **more}
    return Door.of(token=token, **given)  # type: ignore[arg-type]


@contextmanager
def gated(made: Door, host: str = "127.0.0.1") -> Iterator[Served]:
    with serving(behind(middleware(made, PATHS)), host) as port:
        yield Served(port)


@pytest.fixture(scope="module")
def closed() -> Iterator[Served]:
    with gated(door(TOKEN)) as served:
        yield served


@pytest.fixture(scope="module")
def free() -> Iterator[Served]:
    with gated(door(None)) as served:
        yield served


def test_without_a_token_this_machine_comes_in(free: Served) -> None:
    assert free.get("/incident?id=214").text == "page /incident?id=214 0 bytes"
    assert free.websocket() == "in"


def test_a_deep_link_leads_through_the_sign_in_page_and_back(closed: Served) -> None:
    with closed.client as client:
        sent = client.get("/incident?id=214&x=%20")
        assert sent.status_code == 303
        form = client.get(sent.headers["location"])
        refused = client.post("/signin", data={"token": "wrong", "next": "/incident?id=214&x=%20"})
        assert all('value="/incident?id=214&amp;x=%20"' in page.text for page in (form, refused))
        entered = client.post("/signin", data={"token": TOKEN, "next": "/incident?id=214&x=%20"})
        assert entered.headers["location"] == "/incident?id=214&x=%20"
        assert client.get(entered.headers["location"]).text.startswith("page /incident")


def test_the_cookie_is_not_the_token_and_no_script_reads_it(closed: Served) -> None:
    with closed.client as client:
        set_cookie = client.post("/signin", data={"token": TOKEN}).headers["set-cookie"]
    assert TOKEN not in set_cookie
    assert "HttpOnly" in set_cookie
    assert "samesite=lax" in set_cookie.lower()


def test_over_https_the_cookie_is_secure(closed: Served) -> None:
    with closed.client as client:
        assert "Secure" in client.post("/signin", data={"token": TOKEN}, headers={"x-forwarded-proto": "https"}).headers["set-cookie"]


@pytest.mark.parametrize("token", ["", "wrong", TOKEN[:-1], TOKEN + "x", "ü" * 40])
def test_a_wrong_token_stays_outside(closed: Served, token: str) -> None:
    with closed.client as client:
        answer = client.post("/signin", data={"token": token, "next": "/sla"})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "This is not the access token. It is what ACCESS_TOKEN says where the monitor runs." in answer.text
    assert 'name="next" value="/sla"' in answer.text


def test_the_websocket_is_gated_like_the_page(closed: Served) -> None:
    with pytest.raises(InvalidStatus) as refused:
        closed.websocket()
    assert refused.value.response.status_code == 403
    assert closed.websocket(Cookie=f"{COOKIE}={door(TOKEN).cookie()}") == "in"
    assert closed.websocket(Authorization=f"Bearer {TOKEN}") == "in"


@pytest.mark.parametrize("cookie", ["", "1.2", "99999999999.abc", TOKEN, "x.y.z"])
def test_a_made_up_cookie_opens_nothing(closed: Served, cookie: str) -> None:
    assert closed.get("/", Cookie=f"{COOKIE}={cookie}").status_code == 303
    with pytest.raises(InvalidStatus):
        closed.websocket(Cookie=f"{COOKIE}={cookie}")


def test_a_cookie_ends_after_a_month_and_with_its_token() -> None:
    now = [1_000_000_000.0]
    made = Door(TOKEN, frozenset(), lambda: now[0])
    cookie = made.cookie()
    assert made.accepts_cookie(cookie)
    assert not Door(TOKEN + "2", frozenset(), lambda: now[0]).accepts_cookie(cookie)
    now[0] += COOKIE_AGE_S + 61
    assert not made.accepts_cookie(cookie)
    now[0] = 1_000_000_000.0 - 61
    assert not made.accepts_cookie(cookie), "nor one from the future"


def test_the_api_takes_a_bearer_and_says_so(closed: Served) -> None:
    refused = closed.get("/api/v1/status")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
    assert "Bearer" in refused.json()["detail"]
    assert closed.get("/api/v1/status", Authorization=f"Bearer {TOKEN}").status_code == 200
    assert closed.get("/api/v1/status", Authorization=f"bearer {TOKEN}").status_code == 200
    assert closed.get("/metrics").status_code == 401


def test_health_and_heartbeats_stay_open(closed: Served) -> None:
    assert closed.get("/healthz", Host="10.2.3.4").status_code == 200
    assert closed.get("/ping/some-address").status_code == 200


@pytest.mark.parametrize("path", ["/_stcore/health", "/_stcore/metrics", "/static/js/index.js", "/media/x.csv", "/_stcore/agent/mcp"])
def test_streamlits_own_paths_are_gated_too(closed: Served, path: str) -> None:
    assert closed.get(path).status_code == 401


def test_signing_out_takes_the_cookie_away(closed: Served) -> None:
    with closed.client as client:
        client.post("/signin", data={"token": TOKEN})
        assert client.get("/").status_code == 200
        client.get("/signout")
        assert client.get("/").status_code == 303


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8501", "127.0.0.1.evil.example", "localhost.evil.example", "[::2]", "", "@localhost"]
)
def test_a_name_that_is_not_ours_is_refused(free: Served, host: str) -> None:
    answer = free.get("/", Host=host)
    assert answer.status_code == 400
    with pytest.raises(InvalidStatus):
        free.websocket(Host=host)


@pytest.mark.parametrize(
    "host",
    ["localhost", "LOCALHOST:99", "127.0.0.1:1", "[::1]:8501", "status.example.com", "status.example.com.:443", "people.example.com"],
)
def test_our_names_are_known_with_any_port(host: str) -> None:
    made = door(None, allowed_hosts=("status.example.com",), base_url="https://people.example.com/x")
    assert made.knows_host(host)


def test_a_name_allowed_with_its_port_is_allowed_with_no_other() -> None:
    made = door(None, allowed_hosts=("h.example:8443",))
    assert made.knows_host("h.example:8443")
    assert not made.knows_host("h.example:80")
    assert not made.knows_host("h.example")


@pytest.mark.anyio
@pytest.mark.parametrize(("token", "status"), [(None, 403), (TOKEN, 200)])
async def test_an_address_others_can_reach_serves_nothing_without_a_token(token: str | None, status: int) -> None:
    made = door(token, allowed_hosts=("192.0.2.7",))
    arrived_at = httpx.ASGITransport(behind(middleware(made, PATHS)))  # names its address as the server's own
    async with httpx.AsyncClient(transport=arrived_at, base_url="http://192.0.2.7:8501") as client:
        assert (await client.get("/", headers={"Authorization": f"Bearer {TOKEN}"})).status_code == status


def test_listening_everywhere_still_serves_this_machine() -> None:
    with gated(door(None), "0.0.0.0") as served:
        assert served.get("/").status_code == 200


@pytest.mark.parametrize("path", ["/nothing", "/incident/more", "/api", "/ping", "/healthz/x", "/wp-login.php", "/.env", "/incidents"])
def test_what_does_not_exist_is_404_and_not_a_page(free: Served, path: str) -> None:
    assert free.get(path).status_code == 404


BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize("made", [door(None), door(TOKEN)], ids=["free", "closed"])
def test_a_browser_is_told_that_there_is_nothing_and_shown_the_way_to_the_wall(made: Door) -> None:
    with gated(made) as served:
        answer = served.get("/%3Cscript%3Ealert(1)%3C/script%3E?x=%3Cb%3E", Accept=BROWSER)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<title>There is nothing here. · Integration Health</title>" in answer.text
    assert '<a href="/">' in answer.text
    assert "color-scheme: light dark" in answer.text
    assert "alert(1)" not in answer.text + str(answer.headers)
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")


def test_machines_and_whoever_asks_for_no_page_get_one_sentence(free: Served) -> None:
    assert free.get("/api", Accept=BROWSER).json() == {"detail": "There is nothing here."}
    assert free.get("/nothing", Accept="*/*").text == "There is nothing here.\n"


def test_a_deep_links_own_look_ups_reach_streamlit(free: Served) -> None:
    assert free.get("/incident/_stcore/host-config").status_code == 200


@pytest.mark.parametrize("path", ["/", "/incident", "/healthz", "/metrics"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_what_is_only_read_is_405_for_anything_else(free: Served, path: str, method: str) -> None:
    with free.client as client:
        answer = client.request(method, path)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")


def test_a_body_too_large_is_413_by_its_word(free: Served) -> None:
    with free.client as client:
        assert client.put("/_stcore/upload_file/a", content=b"x" * 1_048_576).status_code == 200
        assert client.put("/_stcore/upload_file/a", content=b"x" * 1_048_577).status_code == 413


def test_a_body_too_large_is_413_though_no_length_was_told(free: Served) -> None:
    with free.client as client:
        assert client.put("/_stcore/upload_file/a", content=(b"x" * 65_536 for _ in range(20))).status_code == 413
        assert client.post("/signin", content=(b"x" * 65_536 for _ in range(20))).status_code == 413


@pytest.mark.parametrize("path", ["/_stcore/upload_file/a", "/signin"])
def test_a_body_that_never_ends_is_given_up(path: str) -> None:
    method = "POST" if path == "/signin" else "PUT"
    begun = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\ntoken="
    impatient = middleware(door(TOKEN if path == "/signin" else None), PATHS, body_within_s=0.2)
    with serving(behind(impatient)) as port, socket.create_connection(("127.0.0.1", port), timeout=20) as caller:
        caller.sendall(begun.encode())
        answer = b"".join(iter(lambda: caller.recv(65_536), b""))
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"The body did not come in time." in answer


def test_a_page_of_another_origin_cannot_act_for_the_reader(closed: Served) -> None:
    with closed.client as client:
        client.cookies.set(COOKIE, door(TOKEN).cookie())
        foreign = {"Origin": "https://evil.example"}
        assert client.put("/_stcore/upload_file/a", headers=foreign).status_code == 403
        assert client.post("/signin", data={"token": TOKEN}, headers=foreign).status_code == 403
        assert client.put("/_stcore/upload_file/a", headers={"Origin": str(client.base_url).rstrip("/")}).status_code == 200
    with pytest.raises(InvalidStatus):
        closed.websocket(Cookie=f"{COOKIE}={door(TOKEN).cookie()}", Origin="https://evil.example")


def test_every_answer_says_what_browsers_may_do(free: Served, closed: Served) -> None:
    for answer in (free.get("/"), closed.get("/signin"), closed.get("/nothing")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert "frame-ancestors" in answer.headers["content-security-policy"]
    assert closed.get("/signin").headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
        "/a\r\nSet-Cookie: x=1",
        "",
        None,
        "evil",
    ],
)
def test_the_way_back_never_leads_to_another_host(wanted: str | None) -> None:
    assert local_path(wanted) == "/"


@given(st.text(max_size=60))
def test_whatever_is_wanted_the_way_back_is_a_path_of_ours(wanted: str) -> None:
    found = local_path(wanted)
    assert found.startswith("/")
    assert httpx.URL("http://us.example").join(found).host == "us.example"


def test_hostile_words_in_the_way_back_stay_words(closed: Served) -> None:
    page = closed.get("/signin?next=/%22%3E%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script" not in page
