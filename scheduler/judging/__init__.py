"""How results, requests and timers change what the worker knows: pure functions over a draft of its memory."""
