"""The vocabulary: values and pure functions, without I/O and without a clock."""
