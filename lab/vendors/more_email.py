"""Postmark and Amazon SES, in a few words (postmarkapp.com/developer/api/overview#error-codes)."""

from __future__ import annotations

from typing import Final

from lab.plain import No, api_key, plain


def _postmark(status: int, code: int, message: str) -> No:
    return No(status, {"ErrorCode": code, "Message": message})


POSTMARK: Final = plain(
    "postmark",
    "Postmark",
    "email",
    "/server",
    {"ID": 8_214_007, "Name": "Shop Example", "DeliveryType": "Live", "Color": "blue", "SmtpApiActivated": True},
    {
        "refused_key": _postmark(401, 10, "No Account or Server API tokens were supplied in the HTTP headers, or they were incorrect."),
        "missing_scope": _postmark(403, 412, "Not allowed to send: the account is pending approval."),
        "quota": _postmark(429, 429, "Rate limit exceeded. Please try again later."),
        "server_error": _postmark(0, 100, "Our service is offline for maintenance."),
    },
    auth=api_key("X-Postmark-Server-Token"),
    components=("API", "SMTP", "Outbound Delivery", "Webhooks"),
)
SES: Final = plain(
    "aws_ses",
    "Amazon SES",
    "email",
    "/ping",
    {"message": "healthy"},
    {"server_error": No(0, {"message": "Service Unavailable. Please try again later."})},
    auth={},
)
VENDORS: Final = (POSTMARK, SES)
