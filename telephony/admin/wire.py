"""What whoever asks and whoever answers agree on: where the API is, media types, how long a page may be."""

BASE = "/api/v1"
"""Before every path."""

JSON = "application/json"
TOML = "application/toml"
HTML = "text/html"
SVG = "image/svg+xml"
ICAL = "text/calendar"
EVENTS = "text/event-stream"
WAV = "audio/wav"

MAX_PAGE = 200
"""Items of a page at most: more than one looks at, and still within 10 ms."""

ALL_NUMBERS = "all"
"""In place of a number: the override for all of them."""
