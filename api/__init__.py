"""REST, /metrics, /healthz, heartbeats and the access gate."""
