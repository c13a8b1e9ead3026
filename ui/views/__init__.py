"""What each page shows, as values: made from storage's rows by pure functions, drawn by `ui.blocks`."""
