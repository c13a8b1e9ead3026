"""The words docs/configuration.md begins with; what they say of numbers is put in from where it holds."""

from __future__ import annotations

from typing import Final

from config.capacity import KEPT_FREE, PER_ORIGIN
from config.document import MAX_BYTES, MAX_DEPTH
from config.politeness import SHORTEST_MS
from core.durations import format_duration

EXAMPLE: Final = """\
# yaml-language-server: $schema=./integrations.schema.json
version: 1
defaults: {interval: 60s, timeout: 10s}
channels:
  ops: {kind: slack, token: env:SLACK_BOT_TOKEN, channel: "#ops"}
  mail: {kind: smtp, to: [ops@example.com], from: health@example.com}
alerting: {channel: ops, fallback: mail, reminder: 30m}
integrations:
  - slug: stripe                       # a provider that is known: its checks come with it
    provider: stripe
    owner: payments
    criticality: high
    flows: [Checkout]
    objective: {availability: 99.9, latency: 800ms, latency_share: 95}
    contract: {availability: 99.99, source: "https://example.com/sla", read_at: 2026-01-31}
    secrets: {secret_key: env:STRIPE_KEY}
    checks:
      api: {interval: 5m}              # the provider's own, asked less often
      nightly-export: {kind: heartbeat, every: 1d, grace: 30m}
  - slug: billing                      # any other vendor, or a service of your own
    provider: http
    vendor: Acme Billing
    secrets: {client_id: env:BILLING_ID, client_secret: file:/run/secrets/billing}
    settings: {url: "https://billing.example.com/health", api: "https://api.billing.example.com"}
    checks:
      invoices:
        kind: http
        url: "{api}/v1/invoices?limit=1"
        auth:
          kind: oauth2_client_credentials
          token_url: "{api}/oauth2/token"
          client_id: "{client_id}"
          client_secret: "{client_secret}"
        expect:
          status: 200
          json: [{path: "$.data", is_a: list, at_least: 1}]
          latency: 2s
      certificate: {kind: tls, host: billing.example.com, min_days: 14}
maintenance:
  - {name: Database move, once: {start: 2026-12-01T01:00, end: 2026-12-01T03:00}, zone: Europe/Berlin, integrations: [billing]}
silences:
  - {name: Batch window, weekly: {day: sunday, start: "02:00", end: "04:00"}, zone: Europe/Berlin}
"""

_POLITE: Final = format_duration(SHORTEST_MS["interval"])
_UNSETTLED: Final = format_duration(SHORTEST_MS["retry"])
_KEPT: Final = f"{KEPT_FREE * 100:.0f} %"

INTRODUCTION: Final = f"""# Configuration

This page is made from the models (`make docs`); a test fails when it is not fresh.

Everything that is watched is declared in one file, `integrations.yaml`. It is read again when it changes: a valid change is applied
at once, an invalid one leaves the last good configuration running and says where it is wrong. `integration-health validate` checks
it, `integration-health diff PATH` shows what a file would change. `integration-health schema > integrations.schema.json` writes the JSON
schema that an editor completes and checks the file by. What the operator sets, such as ports and folders, stands in the
[environment](#environment).

```yaml
{EXAMPLE}```

## How values are written

| value | how | example |
|---|---|---|
| duration | numbers with units: `ms`, `s`, `m`, `h`, `d`, `w`; a bare number is refused | `800ms`, `60s`, `1h30m` |
| slug | lower-case letters, digits, `-` and `_`, at most 63, beginning with a letter or digit | `stripe-eu` |
| secret reference | `env:NAME`, a variable of the worker's environment, or `file:PATH` | `env:STRIPE_KEY` |
| per cent | a number, exact: no rounding | `99.95` |
| date, wall time, time of day | in the zone that stands beside them, without an offset | `2026-12-01`, `2026-12-01T01:00`, `"02:00"` |
| pattern | RE2: linear time, so no back-references and no look-around | `^req_[0-9a-f]+$` |
| `{{name}}` | in the strings of a check: a secret or a setting of its integration | `{{base_url}}/v1/orders` |

Scalars follow YAML 1.2, so `on`, `yes` and `12:30` are text. Aliases, merge keys, tags, keys given twice, tabs, more than
{MAX_DEPTH} levels and files above {MAX_BYTES // 1_048_576} MiB are refused, each with its line.

**Secrets** are never written here, only named. A value that looks like a secret is refused, wherever it stands. A file is read again
within seconds when it changes, so a rotated credential needs no restart; a variable of the environment cannot change while the worker
runs. A secret that is missing is named on the system page, and its checks are `unknown`, never down.

**How often.** Times of a check count before the provider's own, and those before `defaults`. A check asks a vendor's host at most
every {_POLITE}, and every {_UNSETTLED} while its state is unsettled; a host of your own every second
(`private_targets: true`, and its address: what still asks the vendor's usual one, or its status page, is a vendor's). A
vendor's call budget holds for all its integrations together, {_KEPT} of it kept for retries and manual runs, with at most
{PER_ORIGIN} requests at once per origin: intervals nobody chose are stretched until all fits, chosen ones that do not fit are refused
with the interval that does.

**Addresses inside this network** need `private_targets: true` at their integration (or channel): one that stands here in numbers is refused
without it, with its line, and so is a disguised spelling such as `2130706433`. Link-local and metadata addresses are refused with it,
too. Names are not looked up here: they are judged at every run, by the addresses they have then.

**One broken integration** never disables the others: it is left out and named with file, line and key, and goes on in its last good
form where there is one. When a later version refuses what an earlier one took, what it refuses is left out and the rest is watched.
"""
