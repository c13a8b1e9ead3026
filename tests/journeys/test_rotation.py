"""A credential in a file comes, is changed and goes while the worker runs: nobody restarts or applies anything."""

from __future__ import annotations

from pathlib import Path

from core.health import Cause
from lab.running import LabThread
from storage import notices
from storage.engine import Database, open_database
from tests.journeys.actors import Worker, declared, environment, newest, until, vendor

WRONG = "EWrongWrongWrongWrongWrongWrongWrongWrong"


def told(db: Database) -> str:
    """What the pages show of missing secrets and of the configuration."""
    with db.read() as conn:
        found = notices.notices(conn)
    return "".join(str(found[key].body) for key in ("secrets", "configuration") if key in found)


def test_a_secret_in_a_file_is_followed(tmp_path: Path) -> None:
    secret = tmp_path / "client_secret"
    with LabThread(only=["paypal"]) as lab:
        paypal = vendor(lab, "paypal")
        right = lab.lab.vendors["paypal"].secrets["client_secret"]
        paypal["secrets"]["client_secret"] = f"file:{secret}"
        with Worker(tmp_path, environment(tmp_path, lab=lab), declared(paypal)) as worker:
            until(lambda: "leading" in worker.said, "a leader")
            db = open_database(f"sqlite:///{tmp_path}/health.db")
            try:
                until(lambda: newest(db, "paypal/api") is Cause.CONFIG, "a secret that is missing")
                assert f"the file {secret} cannot be read" in told(db)

                secret.write_text(f"{right}\n")
                until(lambda: newest(db, "paypal/api") is None, "an answer, once it is there")
                assert "cannot be read" not in told(db)

                secret.write_text(WRONG)  # the token of the right one would be good for hours
                until(lambda: newest(db, "paypal/api") is Cause.AUTH, "the new secret, refused")

                secret.unlink()
                until(lambda: newest(db, "paypal/api") is Cause.CONFIG, "a secret that is gone")
                assert f"the file {secret} cannot be read" in told(db)
                assert worker.running is not None
                assert worker.running.poll() is None
            finally:
                db.close()
            assert right not in worker.said
            assert WRONG not in worker.said
            assert worker.said.count("secrets in files changed and were read again") == 3
