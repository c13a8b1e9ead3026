"""What Slack's answers mean for a delivery; codes from docs.slack.dev/reference/methods/chat.postMessage and chat.update."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import aiohttp
from slack_sdk.errors import SlackApiError

from alerts.channel import DeliveryError, retry_after

# The workspace, the token or the channel says no: somebody has to change something first.
REFUSED: Final = {
    "not_authed": "the bot token is missing",
    "invalid_auth": "Slack refuses the bot token",
    "account_inactive": "the bot token belongs to a deleted app or user",
    "token_revoked": "the bot token was revoked",
    "token_expired": "the bot token has expired",
    "no_permission": "the bot token may not post here",
    "missing_scope": "the bot token lacks the scope chat:write",
    "not_allowed_token_type": "this kind of token may not post",
    "ekm_access_denied": "an administrator has suspended posting",
    "access_denied": "the bot may not use this channel",
    "restricted_action": "the workspace does not let apps post here",
    "restricted_action_read_only_channel": "the channel is read-only",
    "channel_not_found": "the channel does not exist, or the bot was not invited to it",
    "not_in_channel": "the bot is not a member of the channel",
    "is_archived": "the channel is archived",
    "team_access_not_granted": "the app is not installed in this workspace",
}
# The message says no: the same one will never be taken.
MALFORMED: Final = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "too_many_attachments",
        "metadata_too_large",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_arguments",
        "invalid_arg_name",
        "invalid_json",
        "invalid_payload",
    }
)
# The message to edit is no longer ours to edit: it is posted anew.
GONE: Final = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found", "is_inactive"})
# Some of it may have been done before the error was raised.
STUMBLED: Final = frozenset({"fatal_error", "internal_error"})
THROTTLED: Final = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})


class SlackRefusal(DeliveryError):
    """Slack answered with a code of its own."""

    def __init__(self, code: str, *, retry_after_s: float | None = None, status: int = 200) -> None:
        said = REFUSED.get(code, code.replace("_", " ")[:80])
        super().__init__(
            f"Slack: {said} ({code[:60]})" if said != code else f"Slack: {code[:80]}",
            permanent=code in REFUSED or code in MALFORMED,
            retry_after_s=retry_after_s,
            doubtful=status >= 500 or code in STUMBLED,
            throttled=code in THROTTLED,
        )
        self.code = code


def delivery_error(error: BaseException) -> DeliveryError:
    """Any failure of a call to Slack; never with an address or a token in its words."""
    if isinstance(error, SlackApiError):
        return _answered(error.response)
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return DeliveryError(f"Slack cannot be reached ({type(error).__name__})")
    if isinstance(error, asyncio.TimeoutError | aiohttp.ClientError):
        return DeliveryError(f"Slack did not answer ({type(error).__name__})", doubtful=True)
    return DeliveryError(f"Slack's answer could not be read ({type(error).__name__})", doubtful=True)


def _answered(response: Any) -> DeliveryError:
    status = int(getattr(response, "status_code", None) or getattr(response, "status", None) or 0)
    headers = getattr(response, "headers", None) or {}
    body = getattr(response, "data", None)
    code = body.get("error") if isinstance(body, dict) else None
    wait = retry_after(headers.get("Retry-After"))
    if status == 429:
        return SlackRefusal("ratelimited", retry_after_s=wait or 30.0)
    if isinstance(code, str) and code:
        return SlackRefusal(code, retry_after_s=wait, status=status)
    return DeliveryError(f"Slack answered {status or 'something unreadable'}", retry_after_s=wait, doubtful=True)
