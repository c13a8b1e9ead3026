"""Slugs to integers: what is declared gets its ids here and keeps them for ever; what goes is archived."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import Connection, text

from core.declared import DeclaredCheck, DeclaredIntegration
from storage import lease, summary
from storage.catalogue import Catalogue, load_catalogue
from storage.changes import raise_versions
from storage.codec import dump
from storage.engine import Database


def sync(db: Database, declared: Sequence[DeclaredIntegration], now_ms: int, *, epoch: int | None = None) -> Catalogue:
    """Make the catalogue hold exactly what is declared. A check's `configured_at_ms` stays unless what it asks changed.

    Raises Fenced where `epoch` is given and no longer leads.
    """
    with db.write() as conn:
        if epoch is not None:
            lease.fence(conn, epoch)
        if _Sync(conn, now_ms).run(declared):
            raise_versions(conn, {"plan", "wall"})
            summary.enter_all(conn)
    with db.read() as conn:
        return load_catalogue(conn)


class _Sync:
    """One synchronisation inside one transaction. A statement that changes nothing touches no row."""

    def __init__(self, conn: Connection, now_ms: int) -> None:
        self._conn = conn
        self._now_ms = now_ms
        self._changed = False

    def run(self, declared: Sequence[DeclaredIntegration]) -> bool:
        """Whether anything changed."""
        for slug in ("local", *sorted({place for one in declared for check in one.checks for place in check.locations})):
            self._do("INSERT INTO location (slug) VALUES (:slug) ON CONFLICT DO NOTHING", slug=slug)
        known = {slug: ident for ident, slug in self._conn.execute(text("SELECT id, slug FROM integration")).all()}
        kept = set()
        for one in declared:
            ident = self._integration(one, known.get(one.slug) or known.get(one.renamed_from or ""))
            self._checks(ident, one)
            kept.add(ident)
        for ident in set(known.values()) - kept:
            self._archive(ident)
        return self._changed

    def _do(self, statement: str, **values: object) -> None:
        self._changed |= self._conn.execute(text(statement), values).rowcount > 0

    def _made(self, statement: str, **values: object) -> int:
        self._changed = True
        return int(self._conn.execute(text(statement), values).scalar_one())

    def _integration(self, one: DeclaredIntegration, known: int | None) -> int:
        body = dump(replace(one, checks=()))
        if known is None:
            made = "INSERT INTO integration (slug, body, created_ms) VALUES (:slug, :body, :now) RETURNING id"
            return self._made(made, slug=one.slug, body=body, now=self._now_ms)
        self._do(
            "UPDATE integration SET slug = :slug, body = :body, archived_ms = NULL "
            "WHERE id = :id AND (slug != :slug OR body != :body OR archived_ms IS NOT NULL)",
            id=known,
            slug=one.slug,
            body=body,
        )
        return known

    def _checks(self, integration: int, one: DeclaredIntegration) -> None:
        rows = self._conn.execute(text('SELECT id, slug FROM "check" WHERE integration = :id'), {"id": integration}).all()
        known = {slug: ident for ident, slug in rows}
        kept = {self._check(integration, check, known.get(check.slug) or known.get(check.renamed_from or "")) for check in one.checks}
        for ident in set(known.values()) - kept:
            self._do('UPDATE "check" SET archived_ms = :now WHERE id = :id AND archived_ms IS NULL', now=self._now_ms, id=ident)

    def _check(self, integration: int, check: DeclaredCheck, known: int | None) -> int:
        values = {"slug": check.slug, "body": dump(check), "print": check.fingerprint, "now": self._now_ms}
        if known is None:
            return self._made(
                'INSERT INTO "check" (integration, slug, body, fingerprint, configured_at_ms, address) '
                "VALUES (:integration, :slug, :body, :print, :now, :address) RETURNING id",
                integration=integration,
                address=secrets.token_urlsafe(24) if check.kind == "heartbeat" else None,
                **values,
            )
        self._do(
            'UPDATE "check" SET configured_at_ms = CASE WHEN fingerprint = :print THEN configured_at_ms ELSE :now END, '
            "slug = :slug, body = :body, fingerprint = :print, archived_ms = NULL "
            "WHERE id = :id AND (slug != :slug OR body != :body OR archived_ms IS NOT NULL)",
            id=known,
            **values,
        )
        return known

    def _archive(self, integration: int) -> None:
        self._do("UPDATE integration SET archived_ms = :now WHERE id = :id AND archived_ms IS NULL", now=self._now_ms, id=integration)
        self._do('UPDATE "check" SET archived_ms = :now WHERE integration = :id AND archived_ms IS NULL', now=self._now_ms, id=integration)
