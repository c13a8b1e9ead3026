"""One simulated vendor per file, found by looking in this folder; `others` holds those that need only a few words."""
