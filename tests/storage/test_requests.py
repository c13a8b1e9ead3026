"""Everybody but the worker appends: requests with an answer, pings, beats, notices."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection

from core.ledger import AddressRow, Answer, Ledger
from core.redact import PLACEHOLDER
from storage import changes, configs, notices, pings, processes, requests
from storage.engine import Database
from storage.sync import sync
from storage.writer import Writer
from tests.storage import samples
from tests.storage.samples import NOON
from tests.storage.test_catalogue import API, PING


def test_a_page_waits_until_the_worker_has_taken_its_request_up(db: Database) -> None:
    asked = requests.append(db, "note", {"incident": 1, "text": "calling them"}, "Mina", NOON)
    threading.Timer(0.1, requests.accept, [db, [asked], NOON + 1]).start()
    found = requests.wait(db, asked, 20, until="accepted")
    assert (found.accepted_ms, found.answer, found.body["text"]) == (NOON + 1, None, "calling them")


def test_a_page_follows_the_answer(db: Database, epoch: int) -> None:
    asked = requests.append(db, "run_check", {"check": 1}, None, NOON)
    answer = Answer(asked, NOON + 1, True, "Up in 120 ms.")
    threading.Timer(0.1, lambda: Writer(db).commit(Ledger(answers=[answer]), epoch=epoch)).start()
    assert requests.wait(db, asked, 20).answer == answer


TYPED = "sk_" + "live_" + "4242abcd" * 3  # no file of the project holds a secret


@pytest.mark.parametrize(("kind", "key"), [("note", "text"), ("silence", "reason"), ("maintenance", "reason"), ("correct", "reason")])
def test_a_secret_that_somebody_typed_is_never_on_disk(db: Database, kind: str, key: str) -> None:
    asked = requests.append(db, kind, {key: f"with {TYPED} it works", "integration": "stripe"}, f"Mina {TYPED}", NOON)
    with db.read() as conn:
        (row,) = conn.exec_driver_sql('SELECT id, body, "by" FROM request').fetchall()
        found = requests.request(conn, asked)
    assert TYPED not in str(row)
    assert found is not None
    assert (found.body, found.by) == ({key: f"with {PLACEHOLDER} it works", "integration": "stripe"}, f"Mina {PLACEHOLDER}")


def test_what_names_something_stays_as_it_was_typed(db: Database) -> None:
    """Slugs, and a configuration: both may look like what they are not; and a colleague's address is meant to be read."""
    slug, file = "sk-telecom-payments-production", "channels: {mail: {to: [oncall@shop.example]}}"
    apply = requests.append(db, "apply", {"text": file}, "mina@shop.example", NOON)
    correct = requests.append(db, "correct", {"integration": slug, "reason": "as support@stripe.example says"}, None, NOON)
    with db.read() as conn:
        applied, corrected = requests.request(conn, apply), requests.request(conn, correct)
    assert applied is not None
    assert corrected is not None
    assert (applied.body["text"], applied.by) == (file, "mina@shop.example")
    assert corrected.body == {"integration": slug, "reason": "as support@stripe.example says"}


def test_whoever_takes_a_request_up_takes_out_what_is_known_by_value_alone(db: Database) -> None:
    asked = requests.append(db, "note", {"incident": 1, "text": "swordfish fails"}, "swordfish", NOON)
    with db.read() as conn:
        (row,) = requests.pending(conn)
    done = requests.reword(db, row, lambda text: text.replace("swordfish", PLACEHOLDER))
    assert (done.body, done.by) == ({"incident": 1, "text": f"{PLACEHOLDER} fails"}, PLACEHOLDER)
    with db.read() as conn:
        assert requests.request(conn, asked) == done


def test_a_wait_ends_without_an_answer(db: Database) -> None:
    asked = requests.append(db, "note", {}, None, NOON)
    assert requests.wait(db, asked, 0.1).answer is None
    with pytest.raises(KeyError):
        requests.wait(db, asked + 1, 0)


def test_requests_are_taken_up_once_and_in_order(db: Database, epoch: int) -> None:
    first, second, third = (requests.append(db, "note", {"n": n}, None, NOON) for n in range(3))
    requests.accept(db, [first], NOON)
    Writer(db).commit(Ledger(answers=[Answer(second, NOON, False, "No such incident.")]), epoch=epoch)
    with db.read() as conn:
        assert [row.id for row in requests.pending(conn)] == [third]
        assert [row.id for row in requests.unanswered(conn)] == [first, third]


def test_a_ping_is_on_disk_and_belongs_to_its_check(db: Database) -> None:
    made = sync(db, [samples.declared("stripe", API, PING)], NOON)
    ((check, address),) = made.addresses.items()
    assert pings.append_ping(db, address, "ok", "done\x00" + "x" * 9_000, NOON) == check
    assert pings.append_ping(db, address, "fail", "", NOON + 1) == check
    with db.read() as conn:
        assert [(ping.kind, ping.at_ms) for ping in pings.pings(conn, check, NOON)] == [("ok", NOON), ("fail", NOON + 1)]
        assert [ping.kind for ping in pings.pings_after(conn, 1)] == ["fail"]


def test_a_ping_to_an_address_that_was_replaced_or_removed_is_nobodys(db: Database, epoch: int) -> None:
    made = sync(db, [samples.declared("stripe", API, PING)], NOON)
    ((check, address),) = made.addresses.items()
    Writer(db).commit(Ledger(addresses=[AddressRow(check, "another")]), epoch=epoch)
    assert pings.append_ping(db, address, "ok", "", NOON) is None
    assert pings.append_ping(db, "another", "ok", "", NOON) == check
    sync(db, [samples.declared("stripe", API)], NOON)
    assert pings.append_ping(db, "another", "ok", "", NOON) is None


def test_an_address_that_is_replaced_while_somebody_calls_it_takes_no_more(db: Database, epoch: int) -> None:
    made = sync(db, [samples.declared("stripe", API, PING)], NOON)
    ((check, address),) = made.addresses.items()
    calling = ReplacedMeanwhile(db, lambda: Writer(db).commit(Ledger(addresses=[AddressRow(check, "another")]), epoch=epoch))
    assert pings.append_ping(calling, address, "ok", "", NOON) is None
    with db.read() as conn:
        assert pings.pings(conn, check, 0) == []


class ReplacedMeanwhile(Database):
    """Something happens between a caller's look and its write."""

    def __init__(self, inner: Database, happens: Callable[[], None]) -> None:
        self._inner, self._happens = inner, happens

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._inner.read() as conn:
            yield conn

    @contextmanager
    def write(self) -> Iterator[Connection]:
        self._happens()
        with self._inner.write() as conn:
            yield conn


def test_what_has_no_address_gets_none(db: Database, epoch: int) -> None:
    made = sync(db, [samples.declared("stripe", API)], NOON)
    Writer(db).commit(Ledger(addresses=[AddressRow(min(made.plan.checks), "another")]), epoch=epoch)
    assert pings.append_ping(db, "another", "ok", "", NOON) is None


def test_a_process_is_known_by_its_beats(db: Database) -> None:
    web = processes.register(db, "web", NOON)
    worker = processes.register(db, "worker", NOON, pid_started_ms=NOON - 5)
    processes.beat(db, worker, NOON + 1000, leads=True, body={"lag_ms": 3})
    with db.read() as conn:
        assert [row.id for row in processes.processes(conn, NOON)] == [worker, web]
        leader = processes.leader(conn, NOON)
        assert processes.leader(conn, NOON + 5000) is None
    assert leader is not None
    assert (leader.id, leader.body, leader.pid_started_ms) == (worker, {"lag_ms": 3}, NOON - 5)
    processes.end(db, worker, NOON + 2000)
    with db.read() as conn:
        assert processes.leader(conn, NOON) is None


def test_the_worker_learns_that_somebody_else_has_written(db: Database) -> None:
    looking = changes.Changes(db)
    assert looking.seen() is True
    assert looking.seen() is False
    requests.append(db, "note", {}, None, NOON)
    deadline = time.monotonic() + 20
    while not (seen := looking.seen()) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert seen
    assert looking.seen() is False
    looking.close()


def test_a_notice_says_the_newest_and_goes(db: Database) -> None:
    notices.put(db, "secrets", {"missing": ["A"]}, NOON)
    notices.put(db, "secrets", {"missing": ["B"]}, NOON + 1)
    with db.read() as conn:
        assert [(row.at_ms, row.body) for row in notices.notices(conn).values()] == [(NOON + 1, {"missing": ["B"]})]
    notices.drop(db, "secrets")
    with db.read() as conn:
        assert notices.notices(conn) == {}
        assert changes.version(conn, "system") == 3


def test_the_newest_configuration_is_the_last_good_one(db: Database) -> None:
    for source, digest in (("version: 1", "a"), ("version: 1", "a"), ("version: 1 # more", "b")):
        configs.save(db, source, digest, NOON)
    with db.read() as conn:
        newest = configs.newest(conn)
    assert newest is not None
    assert (newest.id, newest.text, newest.hash) == (2, "version: 1 # more", "b")
