"""A backup: every row of one snapshot in one file, that either database is restored from."""
