"""One way of asking per file, found by looking in this folder."""
