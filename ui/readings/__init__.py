"""From storage's rows to the views of the pages: pure functions, the instant and the zone passed in."""
