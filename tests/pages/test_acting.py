"""A person at the pages: moving, filtering, acting, downloading; and what an idle page costs."""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median

import openpyxl
import pytest
from playwright.sync_api import FloatRect, Locator, Page, expect

from core.ledger import Answer, Ledger
from storage import lease, requests
from storage.incidents import incident_row
from storage.writer import Writer
from tests.pages.conftest import Site, Tab, serving


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A state of its own: these tests write requests and answers into it."""
    with serving(tmp_path_factory.mktemp("acting"), failing=True) as site:
        yield site


def open_incident(site: Site, name: str) -> int:
    with site.db.read() as conn:
        asked = "SELECT i.id FROM incident i JOIN integration n ON n.id = i.integration WHERE n.slug = ? AND i.closed_ms IS NULL"
        return int(conn.exec_driver_sql(asked, (name,)).scalar_one())


def newest_request(site: Site, kind: str) -> requests.RequestRow:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with site.db.read() as conn:
            found = [row for row in requests.unanswered(conn) if row.kind == kind]
        if found:
            return found[-1]
        time.sleep(0.05)
    raise AssertionError(f"nobody asked for {kind}")


def name_field(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Your name, not verified")


def commit(site: Site, ledger: Ledger) -> None:
    with site.db.read() as conn:
        epoch = lease.current(conn)
    Writer(site.db).commit(ledger, epoch=epoch)


def test_who_acknowledges_is_asked_once_and_the_answer_is_followed(acting: Site, tab: Callable[[Site], Tab]) -> None:
    number = open_incident(acting, "paypal")
    shown = tab(acting).open(f"/incident?id={number}")
    page = shown.page
    page.get_by_role("button", name="Acknowledge").click()
    name_field(page).fill("Mara")
    name_field(page).press("Enter")
    page.get_by_role("button", name="I am on it").click()
    asked = newest_request(acting, "acknowledge")
    assert (dict(asked.body), asked.by) == ({"incident": number}, "Mara")

    page.get_by_text("The worker has not taken it up yet").wait_for()
    with acting.db.read() as conn:
        row = incident_row(conn, number)
    assert row is not None
    at = acting.now_ms
    answer = Answer(asked.id, at, True, "Mara is on it.")
    commit(acting, Ledger(answers=[answer], incidents=[replace(row, acknowledged_ms=at, acknowledged_by="Mara")], topics={"incidents"}))
    page.get_by_text("Acknowledge: Mara is on it.").wait_for()
    expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    assert shown.faults == []


def test_a_note_and_a_silence_are_written_down_under_the_name(acting: Site, tab: Callable[[Site], Tab]) -> None:
    number = open_incident(acting, "twilio")
    page = tab(acting).open(f"/incident?id={number}").page
    page.get_by_role("button", name="Add note").click()
    name_field(page).fill("Jo")
    page.get_by_role("textbox", name="Note").fill("Rotating the key <b>now</b>")
    page.get_by_role("button", name="Add note").last.click()
    noted = newest_request(acting, "note")
    assert (dict(noted.body), noted.by) == ({"incident": number, "text": "Rotating the key <b>now</b>"}, "Jo")

    page.get_by_role("button", name="Silence").first.click()
    page.get_by_role("button", name="Silence").last.click()
    silenced = newest_request(acting, "silence")
    assert silenced.by == "Jo"
    assert silenced.body["end_ms"] - silenced.body["start_ms"] == 3_600_000


def test_a_link_changes_the_page_without_loading_it_and_back_returns(acting: Site, tab: Callable[[Site], Tab]) -> None:
    shown = tab(acting).open("/")
    page = shown.page
    page.wait_for_selector("html[data-links]", state="attached")
    loads: list[str] = []
    page.on("load", lambda: loads.append(page.url))
    page.get_by_role("link", name="PayPal").first.click()
    page.get_by_text("How soon we notice").wait_for()
    page.locator(".vline a").click()
    page.get_by_text("What the verdict rests on").wait_for()
    page.go_back()
    page.get_by_text("How soon we notice").wait_for()
    page.go_back()
    page.get_by_text("19 integrations are failing").wait_for()
    assert loads == []
    assert re.fullmatch(r".*:\d+/", page.url)
    assert shown.faults == []


def test_a_click_on_a_band_of_the_latency_chart_opens_its_incident_and_back_returns(acting: Site, tab: Callable[[Site], Tab]) -> None:
    number = open_incident(acting, "paypal")
    shown = tab(acting).open("/integration?id=paypal")
    page = shown.page
    expect(page.locator(".behind a")).to_have_attribute("href", f"/incident?id={number}")
    band = page.locator(".js-plotly-plot .shapelayer path").first
    band.wait_for(state="attached")
    page.locator("html[data-links]").wait_for(state="attached")
    band.scroll_into_view_if_needed()
    box = band.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2 - 2, box["y"] + 40)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 42)
    page.locator(".js-plotly-plot .hoverlayer .legend, .js-plotly-plot .hoverlayer .hovertext").first.wait_for(state="attached")
    page.mouse.down()
    page.mouse.up()
    page.wait_for_url(re.compile(rf"/incident\?id={number}$"))
    page.get_by_text("What the verdict rests on").wait_for()
    page.go_back()
    page.get_by_text("How soon we notice").wait_for()
    assert shown.faults == []


def test_every_filter_stands_in_the_address(acting: Site, tab: Callable[[Site], Tab]) -> None:
    page = tab(acting).open("/").page
    page.get_by_role("textbox", name="Search name, tag, owner").fill("payments-oncall")
    page.get_by_role("textbox", name="Search name, tag, owner").press("Enter")
    page.get_by_role("radio", name="Up").click()
    page.wait_for_url(re.compile(r"\?q=payments-oncall&status=Up"))
    expect(page.locator(".wall .nm")).to_have_text(["Adyen", "Square", "Stripe"])
    page.reload()
    expect(page.locator(".wall .nm")).to_have_text(["Adyen", "Square", "Stripe"])


def test_choices_stay_open_while_one_chooses_and_hold_when_they_are_out_of_sight(acting: Site, tab: Callable[[Site], Tab]) -> None:
    page = tab(acting).open("/").page
    page.get_by_role("button", name="Filter").press("Enter")
    page.get_by_role("combobox", name="Category").click()
    page.get_by_role("option", name="Storage").click()
    page.wait_for_url(re.compile(r"\?category=Storage"))
    expect(page.locator(".wall .nm")).to_have_text(["Amazon S3", "Cloudinary"])
    page.get_by_role("combobox", name="Owner").click()
    page.get_by_role("option", name="platform").click()
    page.get_by_role("button", name="Filter · 2").wait_for()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox")).to_have_count(0)
    assert page.url.endswith("?category=Storage&owner=platform")
    page.reload()
    expect(page.locator(".wall .nm")).to_have_text(["Amazon S3", "Cloudinary"])


def test_on_a_phone_every_file_of_the_month_is_in_sight(acting: Site, tab: Callable[[Site], Tab]) -> None:
    shown = tab(acting)
    shown.page.set_viewport_size({"width": 390, "height": 844})
    for scheme in ("light", "dark"):
        shown.page.emulate_media(color_scheme=scheme)
        shown.open("/sla")
        for name in ("CSV", "JSON", "XLSX"):
            button = shown.page.get_by_role("button", name=name)
            expect(button).to_be_in_viewport(ratio=1)
            box = button.bounding_box()
            assert box is not None
            assert shown.page.evaluate("([x, y]) => document.elementFromPoint(x, y).closest('button').innerText", centre(box)) == name


def centre(box: FloatRect) -> list[float]:
    return [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]


def test_the_list_of_integrations_is_searched_as_the_wall_is(acting: Site, tab: Callable[[Site], Tab]) -> None:
    page = tab(acting).open("/integration").page
    expect(page.locator(".int-l .nm")).to_have_count(19)
    page.get_by_role("textbox", name="Search name, tag, owner").fill("square")
    page.get_by_role("textbox", name="Search name, tag, owner").press("Enter")
    page.wait_for_url(re.compile(r"/integration\?q=square"))
    expect(page.locator(".int-l .nm")).to_have_text(["Square"])
    page.reload()
    expect(page.locator(".int-l .nm")).to_have_text(["Square"])


@pytest.mark.parametrize(
    ("guessed", "path", "name"),
    [("/incidents?state=Over", "/incident?state=Over", "Incidents"), ("/integrations", "/integration", "Integrations")],
)
def test_an_address_people_guess_leads_to_the_one_the_navigation_shows(
    guessed: str, path: str, name: str, acting: Site, tab: Callable[[Site], Tab]
) -> None:
    page = tab(acting).open(guessed).page
    page.wait_for_url(acting.address + path)
    expect(page.locator("[data-testid=stTopNavLink][aria-current=page]")).to_have_text(name)


def test_from_a_failure_to_what_went_over_the_wire_is_one_click(acting: Site, tab: Callable[[Site], Tab]) -> None:
    page = tab(acting).open(f"/incident?id={open_incident(acting, 'paypal')}").page
    page.get_by_role("link", name="Newest failing result").click()
    expect(page.locator("pre")).to_contain_text('"message":"<b>temporarily</b> unable"')
    expect(page.locator("pre mark")).to_have_text("redacted")
    assert page.locator("pre b").count() == 0
    page.get_by_role("link", name="Earlier").click()
    page.wait_for_url(re.compile(r"result=api\.local\.\d+"))


def test_the_month_is_downloaded_in_every_form_with_the_same_digits(acting: Site, tab: Callable[[Site], Tab]) -> None:
    page = tab(acting).open("/sla").page
    shown = page.locator(".sla tbody tr").first.locator(".x-a").inner_text().replace("\u00a0", " ")
    files = {}
    for form in ("CSV", "JSON", "XLSX"):
        with page.expect_download() as waiting:
            page.get_by_role("button", name=form).click()
        files[form] = waiting.value.path().read_bytes()
    digits = shown.removesuffix(" %")
    assert digits in files["CSV"].decode().splitlines()[1]
    assert digits.encode() in files["JSON"]
    cells = [
        str(cell) for row in openpyxl.load_workbook(io.BytesIO(files["XLSX"])).worksheets[0].iter_rows(values_only=True) for cell in row
    ]
    assert any(cell.startswith(digits.rstrip("0")) for cell in cells)


def test_maintenance_lasts_since_its_window_began_and_both_charts_name_their_zone(failing: Site, tab: Callable[[Site], Tab]) -> None:
    page = tab(failing).open("/integration?id=hubspot").page
    begun = failing.now_ms - 32 * 60_000  # it was up for weeks before
    shown = page.locator(".vline .st").inner_text()
    minutes = int(shown.removeprefix("Maintenance · ").removesuffix("\u00a0min"))
    assert 31 <= minutes <= (time.time_ns() // 1_000_000 - begun) // 60_000
    for name in ("Latency", "Where the time goes"):
        expect(page.locator("h2").filter(has_text=name).locator("..")).to_contain_text(re.compile("times in CES?T"))


def test_an_idle_wall_costs_two_kilobytes_a_refresh(failing: Site, tab: Callable[[Site], Tab]) -> None:
    shown = tab(failing)
    frames: list[tuple[float, int]] = []
    shown.page.on("websocket", lambda socket: socket.on("framereceived", lambda frame: frames.append((time.monotonic(), len(frame)))))
    shown.open("/")
    shown.page.get_by_text("57 checks, all on time").wait_for()
    deadline = time.monotonic() + 90  # when a minute begins, the ages are drawn anew: the refreshes after that are idle ones
    while time.monotonic() < deadline and (cost := cheapest(frames)) is None:
        shown.page.wait_for_timeout(250)
    assert cost is not None
    assert cost <= 2_048


def cheapest(frames: list[tuple[float, int]]) -> int | None:
    """Bytes of a refresh: what came between two pauses, the median of the last five; None until ten have come.

    On a busy machine the page's first painting arrives in several bursts: the first ones are left out.
    """
    bursts: list[int] = []
    last = 0.0
    for at, size in frames:
        if at - last > 0.7:
            bursts.append(0)
        bursts[-1] += size
        last = at
    return int(median(bursts[-6:-1])) if len(bursts) > 10 else None
