"""From an event to a delivered message."""
