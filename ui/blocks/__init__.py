"""Pure builders: a view in, HTML out; everything foreign is escaped on the way."""
