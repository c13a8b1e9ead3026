"""How often a vendor may be asked: intervals that fit its call budget and its four places, and how long to wait when told to."""
