"""A Slack channel by bot token: does Slack take the token, and is the channel there. Nothing is posted."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from alerts.channel import Clients
from commands.diagnosis.finding import Finding, Grade, fine, watch, wrong

TIMEOUT_S: Final = 5.0
NO_SCOPE: Final = "missing_scope"


async def slack(area: str, config: Any, clients: Clients) -> list[Finding]:
    from slack_sdk.web.async_client import AsyncWebClient

    base = clients.slack_base_url or AsyncWebClient.BASE_URL
    client = AsyncWebClient(clients.secrets["token"], base_url=base, timeout=round(TIMEOUT_S), ssl=clients.tls(), retry_handlers=[])
    client.proxy = clients.proxy
    who = await _asked(client, "auth.test", {})
    if not who.get("ok"):
        return [wrong(area, f"Slack says {who.get('error')} to its token.", "Make a new bot token and set it where the worker runs.")]
    first = fine(area, f"Slack takes its token: {who.get('user', 'a bot')} in {who.get('team', 'its workspace')}.")
    return [first, await _slack_channel(area, config.channel, client)]


async def _slack_channel(area: str, channel: str, client: Any) -> Finding:
    """By its id where it is one, else by its name in the list; both need a scope that posting does not."""
    name, cursor = channel.removeprefix("#"), ""
    for _ in range(5):
        query = {"types": "public_channel,private_channel", "exclude_archived": "true", "limit": "1000", "cursor": cursor}
        said = await _asked(client, "conversations.list", query)
        if said.get("error") == NO_SCOPE:
            return Finding(
                area,
                Grade.UNKNOWN,
                f"Whether it may post to {channel} cannot be seen without the scope channels:read.",
                "integration-health alerts test",
            )
        if not said.get("ok"):
            return watch(area, f"Slack says {said.get('error')} when it is asked for its channels.", "integration-health alerts test")
        if any(name in (one.get("name"), one.get("id")) for one in said.get("channels", ())):
            return fine(area, f"{channel} is there.")
        cursor = str((said.get("response_metadata") or {}).get("next_cursor") or "")
        if not cursor:
            break
    return wrong(area, f"{channel} is not among the channels that it sees.", "Correct its name, or invite the bot: /invite.")


async def _asked(client: Any, method: str, query: Mapping[str, str]) -> Mapping[str, Any]:
    """What Slack said; what kept it from saying anything stands as its `error`."""
    from slack_sdk.errors import SlackApiError

    try:
        answer = await asyncio.wait_for(client.api_call(method, http_verb="GET" if query else "POST", params=query or None), TIMEOUT_S)
    except SlackApiError as error:
        return {"ok": False, "error": str(error.response.get("error") or error.response.status_code)}
    except Exception as error:  # aiohttp's, by the dozen; none of them may bring the token along
        return {"ok": False, "error": f"nothing ({type(error).__name__})"}
    found: Mapping[str, Any] = answer.data if isinstance(answer.data, dict) else {"ok": False, "error": "something that is no JSON"}
    return found
