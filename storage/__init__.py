"""The only place that sees SQLModel: results, history, outbox and requests in SQLite or Postgres."""
