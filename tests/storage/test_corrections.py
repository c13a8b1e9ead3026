"""Corrections are rows beside the results: written with an answer in one transaction, read by every account, never deleted."""

from __future__ import annotations

from core.availability import Buckets
from core.corrections import standing
from core.day import fold
from core.ledger import Answer, CorrectionRow, CountsAs, Ledger
from core.reading import pieces
from core.verdict import Party
from storage import accounts, catalogue, requests
from storage.corrections import corrections
from storage.engine import Database
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import HOUR, MINUTE, NOON


def row(**other: object) -> CorrectionRow:
    given = {"bucket": CountsAs.MAINTENANCE, "party": None, **other}
    return CorrectionRow(1, NOON, NOON + HOUR, "A planned move\x00", "Ada", NOON + 2 * HOUR, **given)  # type: ignore[arg-type]


def test_a_correction_comes_back_as_it_was_made(db: Database, epoch: int) -> None:
    samples.watched(db)
    asked = requests.append(db, "correct", {}, "Ada", NOON)
    made = [row(check=1), row(bucket=None, party=Party.OURS), row(bucket=None, replaces=1)]
    Writer(db).commit(Ledger(corrections=made, answers=[Answer(asked, NOON, True, "Corrected.")]), epoch=epoch)
    with db.read() as conn:
        found = corrections(conn)
        assert [one.reason for one in found] == ["A planned move\ufffd"] * 3
        assert [(one.id, one.check, one.bucket, one.party, one.replaces) for one in found] == [
            (1, 1, CountsAs.MAINTENANCE, None, None),
            (2, None, None, Party.OURS, None),
            (3, None, None, None, 1),
        ]
        assert [one.id for one in standing(found)] == [2]
        assert corrections(conn, [2]) == []


def test_an_account_is_read_with_its_corrections(db: Database, epoch: int) -> None:
    samples.watched(db, "stripe", "paypal")
    well = [samples.result(1, NOON + n * MINUTE) for n in range(121)]
    Writer(db).commit(Ledger(results=well, spans=[samples.span(1, NOON, None)], corrections=[row()]), epoch=epoch)
    with db.read() as conn:
        both = accounts.read_parts(conn, catalogue.integrations(conn), NOON, NOON + 2 * HOUR)
    assert [len(both[ident].corrections) for ident in (1, 2)] == [1, 0]
    spent = fold(pieces(both[1], NOON, NOON + 2 * HOUR, NOON + 2 * HOUR), NOON, NOON + 2 * HOUR)
    assert spent == Buckets(up_ms=HOUR, maintenance_ms=HOUR)
