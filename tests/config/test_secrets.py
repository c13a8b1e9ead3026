"""Where secrets come from, and what is said when they do not."""

import os
from pathlib import Path

import pytest

from config.secrets import MissingSecret, resolve, resolve_all


def test_a_variable_is_resolved() -> None:
    assert resolve("env:KEY", {"KEY": "value"}) == "value"


def test_a_files_last_newline_is_not_part_of_the_secret(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_text("value\n")

    assert resolve(f"file:{path}", {}) == "value"


@pytest.mark.parametrize(("env", "words"), [({}, "KEY is not set"), ({"KEY": " "}, "KEY is empty")])
def test_a_variable_that_is_missing_is_named(env: dict[str, str], words: str) -> None:
    with pytest.raises(MissingSecret, match=words):
        resolve("env:KEY", env)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(MissingSecret, match="cannot be read: No such file"):
        resolve(f"file:{tmp_path / 'nothing'}", {})


@pytest.mark.parametrize("kind", ["folder", "pipe", "device"])
def test_only_a_regular_file_is_read_and_nothing_is_waited_for(kind: str, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # nobody writes: to open it would wait for ever
    path = {"folder": tmp_path, "pipe": tmp_path / "pipe", "device": Path("/dev/zero")}[kind]
    with pytest.raises(MissingSecret, match=r"is no regular file: a secret is read from a file of 64 KiB or less"):
        resolve(f"file:{path}", {})


def test_a_file_that_holds_no_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(b"\xff\xfe\xfd")
    with pytest.raises(MissingSecret, match="not UTF-8"):
        resolve(f"file:{path}", {})
    path.write_bytes(b"x" * 70_000)
    with pytest.raises(MissingSecret, match="larger than a secret"):
        resolve(f"file:{path}", {})


def test_what_is_there_and_what_is_missing_are_told_apart() -> None:
    values, missing = resolve_all({"a": "env:A", "b": "env:B"}, {"A": "x"})

    assert values == {"a": "x"}
    assert missing == {"b": "the environment variable B is not set"}


def test_a_name_that_no_file_can_have_is_refused() -> None:
    with pytest.raises(MissingSecret, match="no name of a file"):
        resolve("file:a\0b", {})
