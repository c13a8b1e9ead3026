"""The declared channels, opened: secrets resolved here, a guarded client handed in, the operator's own addresses beside it."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

import observe
from alerts.catalogue import open_channel
from alerts.channel import Channel, Clients
from config.models import Config
from config.secrets import resolve
from settings import Settings


def outlets(
    config: Config, settings: Settings, env: Mapping[str, str], http: httpx.AsyncClient, private: httpx.AsyncClient
) -> dict[str, Channel]:
    """Channels by name. One that cannot be used says why at every delivery. `private` may reach addresses inside this network."""
    clients = Clients(
        http=http,
        slack_base_url=settings.slack_base_url,
        smtp_url=settings.smtp_url.get_secret_value() if settings.smtp_url else None,
        ca_file=str(settings.extra_ca_file) if settings.extra_ca_file else None,
        proxy=env.get("HTTPS_PROXY") if settings.use_proxy else None,
    )
    inside = Clients(private, clients.secrets, clients.slack_base_url, clients.smtp_url, clients.ca_file, clients.proxy)
    return {
        name: open_channel(
            one.kind, one.own, inside if one.own.get("private_targets") else clients, lambda ref: _kept(ref, resolve(ref, env))
        )
        for name, one in config.channels.items()
    }


def _kept(reference: str, secret: str) -> str:
    """From here on no log and no report of this process says it."""
    observe.secrets.renew({reference: secret})
    return secret
