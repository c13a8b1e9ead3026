"""The tables, by idea. Only `storage.models` and the migrations look in here."""
