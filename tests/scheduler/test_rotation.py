"""A secret in a file that changes is seen once, when the file rests, and only where something refers to it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.loading import load
from scheduler.declarations import Declared, digest_of
from scheduler.rotation import EVERY_MS, Rotation, files_in


def declared(folder: Path) -> Declared:
    text = (
        "version: 1\n"
        f"channels: {{ops: {{kind: slack, token: 'file:{folder}/token', channel: '#ops'}}}}\n"
        "alerting: {channel: ops}\n"
        f"integrations: [{{slug: stripe, provider: stripe, secrets: {{secret_key: 'file:{folder}/key'}}}},"
        " {slug: twilio, provider: twilio, secrets: {account_sid: env:SID, auth_token: env:TOKEN}}]\n"
    )
    loaded = load(text)
    assert loaded.config is not None
    return Declared(loaded.config, loaded.declared, text, digest_of(text))


class Watch:
    """A rotation whose time goes on from look to look."""

    def __init__(self, folder: Path) -> None:
        self.declared, self.rotation, self.now_ms = declared(folder), Rotation(), 0
        self.read()

    def read(self) -> None:
        with self.rotation.reading(self.declared):
            pass

    def looks(self, count: int = 2) -> list[bool]:
        found = []
        for _ in range(count):
            self.now_ms += EVERY_MS
            found.append(self.rotation.look(self.now_ms))
        return found


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    (tmp_path / "key").write_text("first")
    return Watch(tmp_path)


def swap(path: Path, text: str) -> None:
    """As a secret store does it: a new file in the place of the old."""
    path.with_name("new").write_text(text)
    os.replace(path.with_name("new"), path)


def test_what_channels_and_integrations_name_is_looked_at(tmp_path: Path) -> None:
    assert files_in(declared(tmp_path)) == {f"file:{tmp_path}/key", f"file:{tmp_path}/token"}


def test_files_that_rest_are_left_alone(watch: Watch) -> None:
    assert watch.looks(5) == [False] * 5


@pytest.mark.parametrize("name", ["key", "token"], ids=["one of the same length", "one that was missing"])
def test_a_new_value_is_seen_at_the_second_look(watch: Watch, tmp_path: Path, name: str) -> None:
    swap(tmp_path / name, "other")
    assert watch.looks() == [False, True]
    watch.read()
    assert watch.looks(3) == [False] * 3


def test_a_file_that_vanishes_is_a_change(watch: Watch, tmp_path: Path) -> None:
    (tmp_path / "key").unlink()
    assert watch.looks() == [False, True]


def test_a_link_that_is_turned_to_another_file_is_a_change(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).write_text("value")
    (tmp_path / "key").symlink_to("one")
    watch = Watch(tmp_path)
    (tmp_path / "link").symlink_to("two")
    os.replace(tmp_path / "link", tmp_path / "key")
    assert watch.looks() == [False, True]


def test_a_file_that_is_still_being_written_is_waited_for(watch: Watch, tmp_path: Path) -> None:
    seen = []
    for text in ("", "se", "second"):
        (tmp_path / "key").write_text(text)
        seen += watch.looks(1)
    assert seen == [False, False, False]
    assert watch.looks(1) == [True]


def test_what_could_not_be_read_is_tried_again(watch: Watch, tmp_path: Path) -> None:
    """The database did not answer in between."""
    swap(tmp_path / "key", "other")
    assert watch.looks() == [False, True]
    with pytest.raises(OSError, match="no answer"), watch.rotation.reading(watch.declared):
        raise OSError("no answer")
    assert watch.looks(1) == [True]


def test_a_change_while_it_is_read_is_not_lost(watch: Watch, tmp_path: Path) -> None:
    with watch.rotation.reading(watch.declared):
        swap(tmp_path / "key", "other")
    assert watch.looks() == [False, True]
