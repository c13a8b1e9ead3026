"""Migrated, empty databases for stories that run side by side: a file each, or a database each of the tests' Postgres."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import database_on, on_server

_NUMBER: Final = count(1)
Story = tuple[str, str]


@contextmanager
def databases(request: pytest.FixtureRequest, stories: Sequence[Story]) -> Iterator[Mapping[Story, str]]:
    """Their URLs. A story is a kind of database (sqlite, postgres) and a name; what is on Postgres is dropped in the end."""
    server: str = request.getfixturevalue("postgres")
    request.getfixturevalue("migrated_postgres")
    made = {story: f"story_{next(_NUMBER)}" for story in stories if story[0] == "postgres"}
    for one in made.values():
        on_server(server, f"CREATE DATABASE {one} TEMPLATE migrated")
    try:
        yield {story: database_on(server, made[story]) if story in made else _file(request, story[1]) for story in stories}
    finally:
        for one in made.values():
            on_server(server, f"DROP DATABASE {one} WITH (FORCE)")


def _file(request: pytest.FixtureRequest, name: str) -> str:
    factory: pytest.TempPathFactory = request.getfixturevalue("tmp_path_factory")
    migrated: Path = request.getfixturevalue("migrated_sqlite")
    path = factory.mktemp(name) / "health.db"
    shutil.copy(migrated, path)
    return f"sqlite:///{path}"
