"""One vendor per file, found by looking in this folder: add a file, and it is known."""
