"""The fault lab: simulated vendors as real servers on loopback."""
