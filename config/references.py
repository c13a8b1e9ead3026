"""How the parts of a file refer to each other: slugs, channels, windows, and secrets in this environment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from pydantic import ValidationError

from alerts.catalogue import channel_kinds
from config.explain import complaints
from config.models import Channel, Config, Integration
from config.problems import Complaint, unknown
from config.secrets import MissingSecret, resolve
from config.sections import Read, Sections
from config.targets import refusal
from config.windows import Window


def cross_references(found: Sections, slugs: Mapping[int, str], tags: set[str]) -> Iterator[Complaint]:
    """What points nowhere, or twice at the same, whatever else is wrong. Paths begin at the file's top."""
    yield from _twice(slugs)
    for name, channel in found.channels.items():
        yield from (complaint.below("channels", name) for complaint in _channel(channel))
    for key in ("channel", "fallback"):
        named, names = getattr(found.alerting, key), found.channel_names
        if named is not None and names is not None and named not in names:
            yield unknown(("alerting", key), named, names, "channel")
    for (section, index), read in found.windows.items():
        yield from (complaint.below(section, index) for complaint in _times(read))
        if found.lists_integrations:
            yield from (complaint.below(section, index) for complaint in _window(read.window, set(slugs.values()), tags))


def unheard(config: Config, integrations: Mapping[int, Integration]) -> Iterator[Complaint]:
    """Channels stand there, and some integrations have none: nobody would be called, and nobody would know."""
    quiet = [one.slug for one in integrations.values() if not one.channels]
    if config.channels and config.alerting.channel is None and quiet:
        named = ", ".join(quiet[:3]) + (f" and {len(quiet) - 3} more" if len(quiet) > 3 else "")
        yield Complaint(("alerting",), f"names no channel: alerts of {named} go nowhere", warning=True)


def unset_secrets(integrations: Mapping[int, Integration], channels: Mapping[str, Channel], env: Mapping[str, str]) -> Iterator[Complaint]:
    """References that lead nowhere here: a warning, because the worker may live elsewhere."""
    for index, integration in integrations.items():
        for name, reference in integration.secrets.items():
            yield from _unset(("integrations", index, "secrets", name), reference, env)
    for name, channel in channels.items():
        for key, value in channel.own.items():
            if isinstance(value, str) and value.startswith(("env:", "file:")):
                yield from _unset(("channels", name, key), value, env)


def _unset(path: tuple[str | int, ...], reference: str, env: Mapping[str, str]) -> Iterator[Complaint]:
    try:
        resolve(reference, env)
    except MissingSecret as missing:
        yield Complaint(path, str(missing), warning=True)


def _twice(slugs: Mapping[int, str]) -> Iterator[Complaint]:
    first: dict[str, int] = {}
    for index, slug in slugs.items():
        if index != first.setdefault(slug, index):
            yield Complaint(("integrations", index, "slug"), f"integrations[{first[slug]}] has the same slug")


def references_of(integration: Integration, channels: Collection[str] | None, slugs: Collection[str]) -> Iterator[Complaint]:
    """What one integration names that is not there. Paths begin below it. `channels`: None where nobody can know which there are."""
    for place, name in enumerate(integration.channels):
        if channels is not None and name not in channels:
            yield unknown(("channels", place), name, channels, "channel")
    if integration.renamed_from in slugs:
        yield Complaint(("renamed_from",), "an integration of that slug still stands in this file")
    for name, check in integration.checks.items():
        if check.renamed_from in integration.checks:
            yield Complaint(("checks", name, "renamed_from"), "a check of that name still stands here")


def _channel(channel: Channel) -> Iterator[Complaint]:
    kind = channel_kinds().get(channel.kind)
    if kind is None:
        yield unknown(("kind",), channel.kind, channel_kinds(), "kind of channel")
        return
    why = _shut(channel) if "private_targets" in kind.config.model_fields else None
    if why is not None:
        yield Complaint(("url",), why)
    try:
        kind.config.model_validate({"kind": channel.kind, **channel.own})
    except ValidationError as error:
        found = complaints(error, kind.config)
        yield from (one for one in found if why is None or one.path or not (one.message in why or "disguised" in why))


def _shut(channel: Channel) -> str | None:
    """Why its address is not asked. Its own model asks that too, but only once nothing else is wrong with it."""
    url = channel.own.get("url")
    return refusal(url, private=bool(channel.own.get("private_targets")), where="channel") if isinstance(url, str) else None


def _times(read: Read) -> Iterator[Complaint]:
    once, weekly = read.window.once, read.window.weekly
    if read.its_times_are_known and (once is None) == (weekly is None):
        yield Complaint((), "a window is either once or weekly")
    if once and once.end <= once.start:
        yield Complaint(("once", "end"), "the end is not after the start")


def _window(window: Window, slugs: set[str], tags: set[str]) -> Iterator[Complaint]:
    for index, slug in enumerate(window.integrations):
        if slug not in slugs:
            yield unknown(("integrations", index), slug, slugs, "integration")
    for index, tag in enumerate(window.tags):
        if tag not in tags:
            yield unknown(("tags", index), tag, tags, "tag")
