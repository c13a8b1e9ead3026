"""One status page engine per file, found by looking in this folder."""
