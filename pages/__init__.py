"""One question per page; router.py is the frame."""
