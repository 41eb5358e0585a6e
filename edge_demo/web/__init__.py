"""The demo as one page in a browser: the live view, a pad to draw on, photographs, and an API."""
