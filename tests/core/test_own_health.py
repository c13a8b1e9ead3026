"""When the monitor itself is in trouble: each rule by its figures, and how long a trouble holds before it is told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.own_figures import DAY_MS, HOUR_MS, MINUTE_MS, OwnFigures, Slowed
from core.own_health import AFTER_MS, RULES, Standing, stand, tells_elsewhere, todo
from core.own_measures import MEASURES, STORED, is_wrong

NOW = 1_000 * DAY_MS
WELL = OwnFigures(
    lateness_p50_ms=3,
    lateness_p99_ms=40,
    due=2,
    due_ms=15,
    pending=20,
    writer_lag_ms=240,
    unsent_ms=4_000,
    transfer_lag_ms=20,
    fold_age_ms=9_000,
    pack_age_ms=HOUR_MS,
    database_bytes=10**9,
    free_bytes=50 * 10**9,
    growth_bytes=10**8,
    starts=1,
)

TROUBLES = [
    ("late", {"lateness_p99_ms": 4_200}, "Checks begin up to 4.2 s late (99th percentile of 5 min)."),
    ("stuck", {"due": 12, "due_ms": 31_000}, "12 checks are due for up to 31 s and not asked."),
    ("unwritten", {"pending": 1, "writer_lag_ms": 6_000}, "1 result is not on disk, the oldest for 6.0 s."),
    ("lost", {"lost": 3, "lost_age_ms": 5_000}, "3 results could not be kept: their time is unknown."),
    (
        "dead",
        {"dead_letters": 2, "dead_age_ms": MINUTE_MS, "dead_channels": ("ops",)},
        "2 alerts of the last 24 h were not taken by ops and given up.",
    ),
    ("unsent", {"unsent_ms": 6 * MINUTE_MS}, "The oldest alert has waited for 6 min to be told."),
    (
        "disk",
        {"growth_bytes": 10 * 10**9},
        "The disk is full in about 5.0 d: 50.0 GB are free, and 10.0 GB a day are added.",
    ),
    ("disk", {"free_bytes": 150 * 10**6, "growth_bytes": None}, "150.0 MB are free where the database is."),
    (
        "slowed",
        {"slowed": (Slowed("stripe/api", 60_000, 180_000, 60_000), Slowed("adyen/api", 60_000, 150_000, 60_000))},
        "stripe/api is asked every 3 min instead of every 60 s, and 1 other too seldom.",
    ),
    ("transfers", {"transfer_lag_ms": 1_500}, "Transfers were looked after up to 1.5 s late: latencies are unfit meanwhile."),
    ("chores", {"fold_age_ms": 6 * MINUTE_MS}, "Results were last added up 6 min ago: figures on pages are old."),
    ("chores", {"pack_age_ms": 4 * HOUR_MS}, "Old days were last packed 4 h ago."),
    ("backup", {"backup_failed": "The nightly backup failed: no room."}, "The nightly backup failed: no room."),
    ("backup", {"backup_age_ms": 3 * DAY_MS, "backup_every_ms": DAY_MS}, "The newest backup is 3.0 d old."),
    ("starts", {"starts": 4}, "A worker began 4 times within an hour."),
]


def standing(figures: OwnFigures, at_ms: int = NOW, before: dict[str, Standing] | None = None) -> dict[str, Standing]:
    return stand(before or {}, figures, at_ms)


@pytest.mark.parametrize(
    ("key", "changed", "says"), TROUBLES, ids=lambda value: value if isinstance(value, str) and " " not in value else ""
)
def test_each_trouble_is_found_and_says_what_it_is(key: str, changed: dict[str, object], says: str) -> None:
    found = standing(replace(WELL, **changed))  # type: ignore[arg-type]
    assert {name: one.says.replace("\xa0", " ") for name, one in found.items()} == {key: says}
    assert todo(key)


def test_every_rule_is_among_them() -> None:
    assert {rule.key for rule in RULES} == {key for key, _, _ in TROUBLES}


def test_nothing_is_found_where_all_is_well_or_nothing_is_known() -> None:
    assert standing(WELL) == {}
    assert standing(OwnFigures()) == {}


@pytest.mark.parametrize(
    "changed",
    [
        {"slowed": (Slowed("stripe/api", 60_000, 3_600_000, 3_600_000),)},
        {"backup_age_ms": 90 * DAY_MS},
        {"dead_letters": 2, "dead_age_ms": 2 * HOUR_MS},
        {"lost": 2, "lost_age_ms": 2 * HOUR_MS},
        {"growth_bytes": -(10**9)},
        {"free_bytes": None, "growth_bytes": 10**12},
    ],
    ids=["the vendor asked for it", "no habit of backups", "an old dead letter", "an old loss", "it shrinks", "disk not known"],
)
def test_what_is_nobodys_trouble_is_none(changed: dict[str, object]) -> None:
    assert standing(replace(WELL, **changed)) == {}  # type: ignore[arg-type]


def test_a_hiccup_opens_nothing_and_what_lasts_opens_once_it_has_held() -> None:
    late = replace(WELL, lateness_p99_ms=9_000)
    first = standing(late)
    assert not first["late"].open
    assert standing(WELL, NOW + AFTER_MS - 1, first) == {}
    held = standing(late, NOW + AFTER_MS, first)
    assert held["late"].open
    assert held["late"].since_ms == NOW


def test_an_open_trouble_ends_after_it_was_over_for_as_long_and_says_since_when() -> None:
    late = replace(WELL, lateness_p99_ms=9_000)
    open_ = standing(late, NOW + AFTER_MS, standing(late))
    over = standing(WELL, NOW + AFTER_MS + 1_000, open_)
    assert over["late"].open
    again = standing(late, NOW + AFTER_MS + 2_000, over)
    assert again["late"].over_ms is None, "it was not over after all"
    over = standing(WELL, NOW + AFTER_MS + 3_000, again)
    ended = standing(WELL, NOW + 2 * AFTER_MS + 3_000, over)
    assert not ended["late"].open
    assert ended["late"].over_ms == NOW + AFTER_MS + 3_000
    assert standing(WELL, NOW + 3 * AFTER_MS, ended) == {}


def test_what_happened_is_told_at_once() -> None:
    found = standing(replace(WELL, dead_letters=1, dead_age_ms=0, starts=4))
    assert all(one.open for one in found.values())
    assert set(found) == {"dead", "starts"}


def test_what_an_earlier_worker_told_goes_on_or_ends() -> None:
    goes_on = stand({}, replace(WELL, lateness_p99_ms=9_000), NOW, told={"late"})
    assert goes_on["late"].open, "it is not told twice"
    over = stand({}, WELL, NOW, told={"late"})
    assert over["late"].open
    assert not stand(over, WELL, NOW + AFTER_MS, told={"late"})["late"].open


def test_troubles_of_the_alerts_themselves_are_told_elsewhere() -> None:
    assert {rule.key for rule in RULES if tells_elsewhere(rule.key)} == {"dead", "unsent"}
    assert not tells_elsewhere("of another version")


def test_a_measure_is_wrong_beyond_what_is_fine() -> None:
    by_key = {measure.key: measure for measure in (*MEASURES, *STORED)}
    assert len({measure.metric for measure in by_key.values()}) == len(MEASURES) + len(STORED)
    assert is_wrong(by_key["lateness_p99_ms"], 2_001)
    assert not is_wrong(by_key["lateness_p99_ms"], 2_000)
    assert is_wrong(by_key["free_bytes"], 10**8)
    assert not is_wrong(by_key["free_bytes"], None)
    assert not is_wrong(by_key["waiting"], 10**6)


def test_the_disk_lasts_as_long_as_what_is_free_at_its_growth() -> None:
    assert OwnFigures(free_bytes=10**9, growth_bytes=10**8).disk_full_ms == 10 * DAY_MS
    assert OwnFigures(free_bytes=10**9).disk_full_ms is None
    assert OwnFigures(growth_bytes=10**9).disk_full_ms is None
