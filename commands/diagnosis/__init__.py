"""What `doctor` looks at, one area a file. Nothing here writes, and no sentence holds a secret."""
