"""The status pages of the lab: one form per file, all drawn from the same `PageState`."""
