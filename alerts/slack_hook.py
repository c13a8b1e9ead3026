"""One incoming webhook of Slack: it cannot edit, so only what changes somebody's evening is posted."""

from __future__ import annotations

from slack_sdk.webhook.async_client import AsyncWebhookClient

from alerts.blocks import slack_form
from alerts.channel import DeliveryError, Receipt, Ref, retry_after
from alerts.message import Message
from alerts.slack_errors import MALFORMED, SlackRefusal, delivery_error

# docs.slack.dev/messaging/sending-messages-using-incoming-webhooks: errors are words in a text body
GONE = frozenset(
    {"no_service", "no_service_id", "no_team", "team_disabled", "action_prohibited", "channel_is_archived", "channel_not_found"}
)


class SlackHook:
    """Opened, reminder and resolved, each a message of its own."""

    edits = False

    def __init__(self, client: AsyncWebhookClient) -> None:
        self._client = client

    async def send(self, message: Message, ref: Ref | None) -> Receipt:
        text, blocks = slack_form(message)
        try:
            await self._post({"text": text, "blocks": blocks, "unfurl_links": False, "unfurl_media": False})
        except SlackRefusal as refusal:
            if refusal.code not in MALFORMED:
                raise
            await self._post({"text": text, "unfurl_links": False, "unfurl_media": False})
        return Receipt(detail="posted")

    async def _post(self, body: dict[str, object]) -> None:
        try:
            answer = await self._client.send_dict(body)
        except Exception as error:
            raise delivery_error(error) from None
        if answer.status_code == 200:
            return
        wait = retry_after(answer.headers.get("Retry-After"))
        if answer.status_code == 429:
            raise SlackRefusal("ratelimited", retry_after_s=wait or 30.0)
        code = str(answer.body).strip()[:60]
        if code in GONE:
            raise DeliveryError(f"Slack: this webhook is no longer served ({code})", permanent=True)
        if answer.status_code < 500 and code:
            raise SlackRefusal(code if code.replace("_", "").isalnum() else "unknown", retry_after_s=wait, status=answer.status_code)
        raise DeliveryError(f"Slack answered {answer.status_code}", retry_after_s=wait, doubtful=True)
