"""A file that is not exactly what `backup` wrote is refused before anything is touched, with the reason."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.exits import Exit, Refusal
from storage.backup.manifest import DIGITS, HEAD, MANIFEST, SEAL, WORDS
from storage.backup.reading import opened, verify
from tests.storage.backup.conftest import reading, restored
from tests.storage.backup.samples import everything

Members = dict[str, bytes]


@pytest.fixture
def refused(sqlite_url: str, file: Path) -> Callable[..., str]:
    """The sentence; the database is as it was, and nothing is left beside it."""

    def made(path: Path = file, code: Exit = Exit.NOT_A_BACKUP) -> str:
        folder = file.parent
        with reading(sqlite_url) as db:
            before = everything(db)
        beside = {each.name for each in folder.iterdir()}
        with pytest.raises(Refusal) as caught:
            restored(sqlite_url, path)
        assert caught.value.code is code
        with reading(sqlite_url) as db:
            assert everything(db) == before
        assert {each.name for each in folder.iterdir()} <= beside | {"schema.lock", "write.lock"}
        return caught.value.sentence

    return made


@pytest.mark.parametrize("kept", [0, 10, 60, 0.3, 0.9, -1])
def test_one_that_is_cut_off(kept: float, file: Path, refused: Callable[..., str]) -> None:
    content = file.read_bytes()
    cut = content[: int(len(content) * kept) if isinstance(kept, float) else kept]
    file.write_bytes(cut)
    said = refused()
    assert ("is damaged" in said) is (len(cut) >= 60)
    assert "is damaged" in said or "no backup made by" in said


@pytest.mark.parametrize("place", [0.05, 0.25, 0.5, 0.75, 0.95, -20])
def test_one_with_one_byte_changed(place: float, file: Path, refused: Callable[..., str]) -> None:
    content = bytearray(file.read_bytes())
    content[int(len(content) * place) if isinstance(place, float) else place] ^= 1
    file.write_bytes(content)
    assert "is damaged" in refused()


def test_one_with_something_behind_its_end(file: Path, refused: Callable[..., str]) -> None:
    file.write_bytes(file.read_bytes() + b"\n")
    assert "its end is missing or is not its own" in refused()


def test_files_of_other_kinds(tmp_path: Path, refused: Callable[..., str]) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as other:
        other.writestr("holiday.txt", "beach")
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / "folder").mkdir()
    for name in ("other.zip", "notes.txt", "health.db", "folder", "nowhere.zip"):
        assert "is no backup made by `integration-health backup`" in refused(tmp_path / name)


def resealed(file: Path, change: Callable[[Members, dict[str, Any]], None]) -> None:
    """What somebody who means harm can make: every sum is right, and what it says is theirs."""
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name not in (HEAD, MANIFEST)}
        manifest = json.loads(archive.read(MANIFEST))
    change(members, manifest)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(HEAD, WORDS, zipfile.ZIP_STORED)
        for name, content in members.items():
            archive.writestr(name, content)
        archive.writestr(MANIFEST, json.dumps(manifest))
        archive.comment = SEAL + b"0" * DIGITS
    content = file.read_bytes()[:-DIGITS]
    file.write_bytes(content + hashlib.sha256(content).hexdigest().encode())


def entry(manifest: dict[str, Any], table: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in manifest["tables"] if one["name"] == table)
    return found


def say(manifest: dict[str, Any], table: str, content: bytes) -> None:
    sums = {"bytes": len(content), "rows": content.count(b"\n"), "sha256": hashlib.sha256(content).hexdigest()}
    entry(manifest, table).update(sums)


def test_resealed_and_unchanged_it_is_taken(file: Path) -> None:
    resealed(file, lambda members, manifest: None)
    with opened(file) as archive:
        verify(archive)


def test_a_table_that_is_not_what_the_manifest_says(file: Path, refused: Callable[..., str]) -> None:
    def change(members: Members, manifest: dict[str, Any]) -> None:
        members["tables/version.copy"] = members["tables/version.copy"].replace(b"2147483638", b"2147483637")

    resealed(file, change)
    assert "version is not what the manifest says" in refused()


@pytest.mark.parametrize("name", ["../../../outside", "/tmp/outside", "tables/../../outside.copy", "extra.txt"])
def test_a_name_that_leads_elsewhere(name: str, file: Path, refused: Callable[..., str]) -> None:
    resealed(file, lambda members, manifest: members.update({name: b"x"}))
    assert "it does not hold what its manifest lists" in refused()


def test_a_table_whose_name_is_more_than_a_name(file: Path, refused: Callable[..., str]) -> None:
    resealed(file, lambda members, manifest: entry(manifest, "lease").update(name='lease"; DROP TABLE result; --'))
    assert "its manifest is not one" in refused()


def test_a_bomb(file: Path, refused: Callable[..., str]) -> None:
    def change(members: Members, manifest: dict[str, Any]) -> None:
        members["tables/notice.copy"] = bomb = (b"0" * 1_000_000 + b"\n") * 100
        say(manifest, "notice", bomb)

    resealed(file, change)
    assert file.stat().st_size < 200_000
    assert "far more would come out of it than any backup holds" in refused()


def test_more_rows_than_it_declares(file: Path, refused: Callable[..., str]) -> None:
    resealed(file, lambda members, manifest: members.update({"tables/notice.copy": members["tables/notice.copy"] * 2}))
    assert "it does not hold what its manifest lists" in refused()


def test_one_of_a_newer_version(file: Path, refused: Callable[..., str]) -> None:
    resealed(file, lambda members, manifest: manifest.update(revision="9999", version="7.0.0"))
    said = refused(code=Exit.DATABASE_NEWER)
    assert "was made by version '7.0.0' (its schema is 9999, this version knows" in said


def test_one_of_a_newer_layout(file: Path, refused: Callable[..., str]) -> None:
    resealed(file, lambda members, manifest: manifest.update(layout=2, version="7.0.0"))
    said = refused(code=Exit.DATABASE_NEWER)
    assert "was made by version '7.0.0' (its layout is 2, this version knows 1): install that version" in said


def test_tables_that_are_not_those_of_its_schema(file: Path, refused: Callable[..., str]) -> None:
    def change(members: Members, manifest: dict[str, Any]) -> None:
        del members["tables/notice.copy"]
        manifest["tables"].remove(entry(manifest, "notice"))

    resealed(file, change)
    assert "its tables are not those of schema" in refused()


@pytest.mark.parametrize("row", [b"wall\tmany\n", b"wall\n", b"wall\t1\t1\n", b"wall\t1\nno end", b"wall\t1", b"\xff\t1\n"])
def test_rows_that_are_none(row: bytes, file: Path, refused: Callable[..., str]) -> None:
    def change(members: Members, manifest: dict[str, Any]) -> None:
        members["tables/version.copy"] = row
        say(manifest, "version", row)

    resealed(file, change)
    assert "is damaged (a row of version" in refused()


def test_the_same_row_twice(file: Path, refused: Callable[..., str]) -> None:
    def change(members: Members, manifest: dict[str, Any]) -> None:
        members["tables/version.copy"] *= 2
        say(manifest, "version", members["tables/version.copy"])

    resealed(file, change)
    assert "UNIQUE constraint failed" in refused()


def test_rows_that_are_none_to_postgres(file: Path, postgres_url: str) -> None:
    def change(members: Members, manifest: dict[str, Any]) -> None:
        members["tables/version.copy"] = b"wall\tmany\n"
        say(manifest, "version", b"wall\tmany\n")

    resealed(file, change)
    with reading(postgres_url) as db:
        before = everything(db)
    with pytest.raises(Refusal, match=r"is damaged .*invalid input syntax for type integer") as caught:
        restored(postgres_url, file)
    assert caught.value.code is Exit.NOT_A_BACKUP
    with reading(postgres_url) as db:
        assert everything(db) == before
