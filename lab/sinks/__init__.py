"""Where messages end up that do not go to Slack: a receiver of signed webhooks, and a mail server."""
