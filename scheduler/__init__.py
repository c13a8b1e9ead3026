"""The worker: plans, probes, judges, records; `python -m scheduler` runs it."""
