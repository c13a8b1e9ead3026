"""The ways out for alerts: their secrets, and whether whoever is behind them answers. Nothing is posted, nothing is mailed."""

from __future__ import annotations

import asyncio
import os
import smtplib
import socket
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final
from urllib.parse import urlsplit

import observe
from alerts.catalogue import channel_kinds
from alerts.channel import Clients
from alerts.mail import server_of
from checks.connect import connected
from checks.job import Job
from checks.runner import Runner
from checks.vantage import Vantage
from commands.diagnosis.finding import Finding, Grade, fine, in_time, watch, wrong
from commands.diagnosis.slack import slack
from config.models import Channel, Config
from config.secrets import MissingSecret, resolve
from core.health import Outcome
from settings import Settings

TIMEOUT_S: Final = 5.0


async def channels(config: Config, settings: Settings, runner: Runner, ca_file: str | None) -> list[Finding]:
    """Every channel that is declared; one that nobody is sent to is looked at, too."""
    if not config.channels:
        return [
            watch("alerts", "No channel is declared: nobody would hear of anything.", "Declare channels and alerting in integrations.yaml.")
        ]
    found = await asyncio.gather(*(_channel(name, one, settings, runner, ca_file) for name, one in config.channels.items()))
    return [*(finding for findings in found for finding in findings), *_fallback(config)]


def _fallback(config: Config) -> Iterator[Finding]:
    alerting = config.alerting
    if alerting.fallback is None:
        yield watch("alerts", "There is no fallback: where the channel is away, alerts wait for it.", "Name one: alerting.fallback.")
    elif alerting.fallback == alerting.channel:
        yield watch("alerts", f"{alerting.fallback} is its own fallback.", "Name another channel: alerting.fallback.")


async def _channel(name: str, channel: Channel, settings: Settings, runner: Runner, ca_file: str | None) -> list[Finding]:
    area = f"channel {name}"
    try:
        config = channel_kinds()[channel.kind].config.model_validate(channel.own)
        secrets = {field: resolve(reference, os.environ) for field, reference in config.references().items()}
    except MissingSecret as missing:
        return [wrong(area, f"It has no secret: {missing}.", "Set it where the worker runs.")]
    except (KeyError, ValueError):
        return [wrong(area, "It is not declared as its kind needs it.", "integration-health validate says where.")]
    observe.secrets.keep(secrets.values())
    clients = Clients(
        runner.client(private_targets=True),
        secrets,
        settings.slack_base_url,
        _smtp(settings),
        ca_file,
        os.environ.get("HTTPS_PROXY") if settings.use_proxy else None,
    )
    try:
        channel_kinds()[channel.kind].build(config, clients)  # its own rules on addresses and secrets; nothing is sent
    except ValueError as error:
        return [wrong(area, f"It cannot be used: {error}.", "Mend it in integrations.yaml or in its secret.")]
    looks = {"slack": _slack, "slack_webhook": _hook, "webhook": _webhook, "smtp": _mail}
    look = looks.get(channel.kind)
    return (
        [Finding(area, Grade.UNKNOWN, f"Nothing is known of the kind {channel.kind}.")]
        if look is None
        else await look(area, config, clients, runner)
    )


def _smtp(settings: Settings) -> str | None:
    return settings.smtp_url.get_secret_value() if settings.smtp_url else None


async def _slack(area: str, config: Any, clients: Clients, runner: Runner) -> list[Finding]:
    return await slack(area, config, clients)


async def _hook(area: str, config: Any, clients: Clients, runner: Runner) -> list[Finding]:
    """Its form alone: to find out more one would have to post."""
    return [await _reached(area, clients.secrets["url"], runner, "Its address has the form of a Slack webhook, and")]


async def _webhook(area: str, config: Any, clients: Clients, runner: Runner) -> list[Finding]:
    return [await _reached(area, clients.secrets.get("url", config.url), runner, "Its address and its secret can be used, and")]


async def _reached(area: str, url: str, runner: Runner, says: str) -> Finding:
    """Whether a connection is taken; nothing is said on it."""
    parts = urlsplit(url.strip())
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)

    async def probe(vantage: Vantage) -> Outcome:
        async with connected(vantage, host, port):
            return Outcome()

    answer = await runner.run(Job(probe, TIMEOUT_S, private_targets=True, provider="doctor"))
    if answer.outcome.cause is None:
        return fine(area, f"{says} {host} takes connections. Nothing was posted.")
    return wrong(
        area, f"{host} takes no connection ({answer.outcome.cause}): {answer.outcome.detail}", "See DNS, firewall and its address."
    )


async def _mail(area: str, config: Any, clients: Clients, runner: Runner) -> list[Finding]:
    if clients.smtp_url is None:
        return [wrong(area, "SMTP_URL is not set.", "Set it where the worker runs.")]
    url = clients.smtp_url
    return await in_time(area, 2 * TIMEOUT_S, lambda: [_greeted(area, url, clients)])


def _greeted(area: str, url: str, clients: Clients) -> Finding:
    """As far as a mail goes before it is a mail: connect, TLS, log in."""
    server = server_of(url)
    where = f"{server.host}:{server.port}"
    todo = "See SMTP_URL (host, port, user, password), DNS and firewall."
    try:
        plain = smtplib.SMTP if server.encrypted != "tls" else None
        client = (
            plain(server.host, server.port, timeout=TIMEOUT_S)
            if plain
            else smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=clients.tls())
        )
    except (OSError, smtplib.SMTPException) as error:
        return wrong(area, f"The mail server {where} cannot be reached: {_why(error)}.", todo)
    try:
        if server.encrypted == "starttls":
            client.starttls(context=clients.tls())
        if server.user:
            client.login(server.user, server.password or "")
        return fine(area, f"The mail server {where} answers{' and takes its user' if server.user else ''}. Nothing was mailed.")
    except (OSError, smtplib.SMTPException) as error:
        return wrong(area, f"The mail server {where} refuses us: {_why(error)}.", todo)
    finally:
        with suppress(smtplib.SMTPException, OSError):
            client.quit()


def _why(error: Exception) -> str:
    """The server's own words stay out: they may quote what we said."""
    if isinstance(error, smtplib.SMTPResponseException):
        return f"it answered {error.smtp_code}"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    return getattr(error, "strerror", None) or type(error).__name__
