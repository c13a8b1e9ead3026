"""One way of telling people per file, found by looking in this folder."""
