"""The file of integrations is followed, and what was applied last is never lost."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text as sql

from scheduler.declarations import REFUSED, Declarations, Declared, digest_of
from scheduler.setup import set_up
from settings import EXAMPLE
from storage import configs
from storage.engine import Database
from storage.lease import take
from storage.notices import notices
from storage.notices import put as notices_put

NOW_MS = 1_795_000_000_000
STRIPE = "version: 1\nintegrations:\n  - {slug: stripe, provider: stripe}\n"
BOTH = STRIPE + "  - {slug: twilio, provider: twilio}\n"
MISSPELT = STRIPE + "  - {slug: twilio, provider: twilio, ownr: x}\n"
NONSENSE = "version: 1\nintegrations: [\n"


@dataclass
class Scene:
    """A folder with a file, and workers that begin one after the other."""

    db: Database
    path: Path

    def __post_init__(self) -> None:
        self.epoch = take(self.db, None, NOW_MS)
        self.stamps = 0

    def write(self, text: str | bytes) -> None:
        self.path.write_bytes(text.encode() if isinstance(text, str) else text)
        self.stamps += 1
        os.utime(self.path, ns=(self.stamps * 10**9, self.stamps * 10**9))

    def worker(self) -> Declarations:
        """As a worker begins: what it starts on runs."""
        made = Declarations(lambda: self.path, {}, self.db)
        found = made.start(NOW_MS)
        if found is not None:
            self.run(made, found)
        return made

    def run(self, made: Declarations, found: Declared) -> None:
        set_up(self.db, found, {}, NOW_MS, self.epoch)
        if found is not made.current:
            made.applied(found, NOW_MS)

    def follow(self, made: Declarations) -> list[str] | None:
        """One look; the slugs that run when something changed."""
        found = made.look(NOW_MS)
        if found is None:
            return None
        self.run(made, found)
        return slugs(found)

    def notice(self) -> dict[str, Any]:
        with self.db.read() as conn:
            return dict(notices(conn)["configuration"].body)

    def grown_strict(self, text: str) -> None:
        """The version before this one accepted `text` where this one would not: it is the last good configuration, and the file."""
        with self.db.write() as conn:
            conn.execute(sql("UPDATE config SET text = :text, hash = :hash"), {"text": text, "hash": digest_of(text)})
        notices_put(self.db, "configuration", {**self.notice(), "seen": digest_of(text), "text": digest_of(text)}, NOW_MS)
        self.write(text)

    def kept(self) -> str | None:
        with self.db.read() as conn:
            found = configs.newest(conn)
        return found.text if found else None


OPS = 'channels: {ops: {kind: slack, token: env:TOKEN, channel: "#ops"}}\nalerting: {channel: ops}\n'


def slugs(declared: Declared | None) -> list[str]:
    return sorted(one.slug for one in declared.integrations) if declared else []


@pytest.fixture
def scene(db: Database, tmp_path: Path) -> Scene:
    return Scene(db, tmp_path / "integrations.yaml")


def test_the_first_file_runs_and_is_kept(scene: Scene) -> None:
    scene.write(STRIPE)
    worker = scene.worker()
    assert slugs(worker.current) == ["stripe"]
    assert scene.kept() == STRIPE
    assert scene.notice()["valid"] is True


def test_a_change_is_seen_once(scene: Scene) -> None:
    scene.write(STRIPE)
    worker = scene.worker()
    assert scene.follow(worker) is None
    scene.write(BOTH)
    assert scene.follow(worker) == ["stripe", "twilio"]
    assert scene.follow(worker) is None


def test_a_file_that_was_only_touched_changes_nothing(scene: Scene) -> None:
    scene.write(STRIPE)
    worker = scene.worker()
    scene.write(STRIPE)
    assert scene.follow(worker) is None


def test_what_makes_no_sense_keeps_the_last_good_one_over_a_restart(scene: Scene) -> None:
    scene.write(STRIPE)
    worker = scene.worker()
    scene.write(NONSENSE)
    assert scene.follow(worker) is None
    assert slugs(worker.current) == ["stripe"]
    assert scene.notice()["valid"] is False
    assert slugs(scene.worker().current) == ["stripe"]
    assert scene.notice()["valid"] is False
    assert scene.kept() == STRIPE


def test_taking_the_mistake_back_is_a_change_too(scene: Scene) -> None:
    scene.write(STRIPE)
    worker = scene.worker()
    scene.write(NONSENSE)
    scene.follow(worker)
    scene.write(STRIPE)
    assert scene.follow(worker) == ["stripe"]
    assert scene.notice()["valid"] is True


def test_what_could_not_be_applied_is_looked_at_again(scene: Scene) -> None:
    """The database did not answer between reading the file and running on it."""
    scene.write(STRIPE)
    worker = scene.worker()
    scene.write(BOTH)
    assert slugs(worker.look(NOW_MS)) == ["stripe", "twilio"]
    assert scene.follow(worker) == ["stripe", "twilio"]
    assert slugs(scene.worker().current) == ["stripe", "twilio"]


def test_a_worker_that_died_before_it_applied_a_change_is_followed_by_one_that_does(scene: Scene) -> None:
    scene.write(STRIPE)
    worker = scene.worker()
    scene.write(BOTH)
    worker.look(NOW_MS)
    assert slugs(scene.worker().current) == ["stripe", "twilio"]


def test_what_was_applied_from_elsewhere_outlives_a_restart(scene: Scene) -> None:
    scene.write(STRIPE)
    worker = scene.worker()
    found, _ = worker.read(BOTH, "other.yaml")
    assert found is not None
    scene.run(worker, found)
    assert scene.follow(worker) is None
    assert slugs(scene.worker().current) == ["stripe", "twilio"]


def test_a_broken_integration_goes_on_as_it_was_over_a_restart(scene: Scene) -> None:
    scene.write(BOTH)
    worker = scene.worker()
    scene.write(MISSPELT)
    assert scene.follow(worker) == ["stripe", "twilio"]
    assert slugs(scene.worker().current) == ["stripe", "twilio"]
    (problem,) = scene.notice()["problems"]
    assert (problem["line"], problem["nearest"]) == (4, "owner")


def test_an_integration_that_never_worked_is_left_out(scene: Scene) -> None:
    scene.write(MISSPELT)
    assert slugs(scene.worker().current) == ["stripe"]


def test_a_file_that_is_gone_is_said_once_and_read_when_it_is_back(scene: Scene) -> None:
    scene.write(STRIPE)
    worker = scene.worker()
    scene.path.unlink()
    assert scene.follow(worker) is None
    assert slugs(worker.current) == ["stripe"]
    assert "cannot be read (no such file or directory)" in scene.notice()["problems"][0]["message"]
    assert slugs(scene.worker().current) == ["stripe"]
    scene.write(STRIPE)
    assert scene.follow(worker) == ["stripe"]
    assert scene.notice()["problems"] == []


def test_without_a_file_and_a_past_nothing_is_watched_and_that_is_said(scene: Scene) -> None:
    assert scene.worker().current is None
    assert scene.notice()["problems"][0]["message"].endswith("nothing is watched")


@pytest.mark.parametrize("body", [b"version: 1\n# \xff\n", b"version: 1\n" + b"#" * 1_048_576], ids=["no UTF-8", "over 1 MiB"])
def test_a_file_that_is_no_text_for_us_is_refused(scene: Scene, body: bytes) -> None:
    scene.write(STRIPE)
    worker = scene.worker()
    scene.write(body)
    assert scene.follow(worker) is None
    assert scene.notice()["valid"] is False


def test_the_example_steps_back_for_a_file_of_ones_own_and_never_returns(db: Database, tmp_path: Path) -> None:
    own = tmp_path / "integrations.yaml"
    scene = Scene(db, own)
    scene.path = EXAMPLE
    worker = scene.worker()
    assert len(slugs(worker.current)) > 20
    scene.path = own
    scene.write(STRIPE)
    assert scene.follow(worker) == ["stripe"]
    own.unlink()
    scene.path = EXAMPLE
    assert scene.follow(worker) is None
    assert slugs(scene.worker().current) == ["stripe"]


@pytest.mark.parametrize("spoil", ["escalation: {after: 1h}\n", "defaults: {interval: 1ms}\n"], ids=["a section", "a default"])
def test_a_last_good_file_that_is_refused_as_a_whole_is_watched_without_what_spoils_it(scene: Scene, spoil: str) -> None:
    scene.write(BOTH + OPS)
    scene.worker()
    scene.grown_strict(BOTH + OPS + spoil)
    worker = scene.worker()

    assert slugs(worker.current) == ["stripe", "twilio"]
    assert worker.current is not None
    assert worker.current.config.alerting.channel == "ops"
    assert scene.notice()["valid"] is False
    assert scene.notice()["problems"][0]["message"] == REFUSED
    _, spoilt = (problem for problem in scene.notice()["problems"] if not problem["warning"])
    assert spoilt["key"].startswith(spoil.partition(":")[0])
    assert scene.follow(worker) is None


def test_a_last_good_file_that_cannot_be_read_at_all_leaves_everything_in_its_last_good_form(scene: Scene) -> None:
    scene.write(BOTH)
    scene.worker()
    scene.grown_strict("integrations: [\n")

    assert slugs(scene.worker().current) == ["stripe", "twilio"]
    assert "this is not YAML" in scene.notice()["problems"][1]["message"]


def test_an_integration_of_the_last_good_file_that_is_refused_now_goes_on_and_that_is_said(scene: Scene) -> None:
    scene.write(BOTH)
    scene.worker()
    scene.grown_strict(MISSPELT)

    assert slugs(scene.worker().current) == ["stripe", "twilio"]
    assert scene.notice()["valid"] is False
    (problem,) = scene.notice()["problems"]
    assert (problem["line"], problem["nearest"]) == (4, "owner")
    assert slugs(scene.worker().current) == ["stripe", "twilio"]


def test_mending_a_file_that_was_refused_by_a_stricter_version_is_taken_up_and_said(scene: Scene) -> None:
    scene.write(BOTH)
    scene.worker()
    scene.grown_strict(BOTH + "escalation: {}\n")
    worker = scene.worker()
    scene.write(STRIPE)

    assert scene.follow(worker) == ["stripe"]
    assert (scene.notice()["valid"], scene.notice()["problems"]) == (True, [])


def test_a_file_that_an_older_version_refused_and_this_one_takes_is_taken_up_at_the_start(scene: Scene) -> None:
    scene.write(STRIPE)
    scene.worker()
    scene.write(BOTH)
    refused = {"valid": False, "seen": digest_of(BOTH), "text": digest_of(BOTH), "problems": [{"message": "no such provider"}]}
    notices_put(scene.db, "configuration", {**scene.notice(), **refused}, NOW_MS)

    assert slugs(scene.worker().current) == ["stripe", "twilio"]
    assert scene.notice()["valid"] is True


def test_what_was_applied_from_elsewhere_with_a_mistake_in_it_outlives_a_restart(scene: Scene) -> None:
    scene.write(STRIPE)
    worker = scene.worker()
    found, _ = worker.read(MISSPELT.replace("twilio", "paypal") + "  - {slug: twilio, provider: twilio}\n", "other.yaml")
    assert found is not None
    scene.run(worker, found)

    assert slugs(scene.worker().current) == ["stripe", "twilio"]


def test_a_secret_that_comes_takes_its_warning_away(db: Database, tmp_path: Path) -> None:
    scene, key = Scene(db, tmp_path / "integrations.yaml"), tmp_path / "key"
    scene.write(STRIPE.replace("provider: stripe", f"provider: stripe, secrets: {{secret_key: 'file:{key}'}}"))
    worker = scene.worker()
    (problem,) = scene.notice()["problems"]
    assert f"the file {key} cannot be read" in problem["message"]
    key.write_text("rk_test_of_nobody")
    worker.secrets_changed(NOW_MS)
    assert scene.notice()["problems"] == []


def test_what_is_said_of_a_refused_file_outlives_a_change_of_secrets(scene: Scene) -> None:
    scene.write(STRIPE)
    worker = scene.worker()
    scene.write(NONSENSE)
    scene.follow(worker)
    worker.secrets_changed(NOW_MS)
    assert scene.notice()["valid"] is False
