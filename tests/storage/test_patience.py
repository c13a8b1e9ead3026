"""A reader at a page keeps the database for a second at most, on both databases."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from storage.engine import Database
from storage.faults import ReadTookTooLong

ENDLESS = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT COUNT(*) FROM n")


def test_a_question_without_end_is_stopped_and_says_so(db: Database) -> None:
    db.read_at_most_s = 0.2
    with pytest.raises(ReadTookTooLong, match="Reading was stopped after"), db.read() as conn:
        conn.execute(ENDLESS)


def test_the_same_connection_answers_the_next_reader_and_keeps_no_limit(db: Database) -> None:
    db.read_at_most_s = 0.05
    with pytest.raises(ReadTookTooLong), db.read() as conn:
        conn.execute(ENDLESS)
    db.read_at_most_s = None
    longer = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000) SELECT COUNT(*) FROM n")
    with db.read() as conn:
        assert conn.execute(longer).scalar() == 1_000_000


def test_another_fault_stays_what_it_is(db: Database) -> None:
    db.read_at_most_s = 5
    with pytest.raises(Exception, match="nowhere") as caught, db.read() as conn:
        conn.execute(text("SELECT * FROM nowhere"))
    assert not isinstance(caught.value, ReadTookTooLong)
