"""A Slack of the lab's own: it keeps what it is sent, refuses what Slack refuses, and shows it as a page."""
