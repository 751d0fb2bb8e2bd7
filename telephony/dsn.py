"""Where the database is, in a form whose text never shows the password."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

EMBEDDED = "embedded"
NONE = "none"
_SCHEMES = ("postgresql", "postgres")


@dataclass(frozen=True, slots=True)
class Dsn:
    """`embedded` (a server of our own), `none`, or the URL of a PostgreSQL server, password and all."""

    value: str = field(repr=False)

    @classmethod
    def parse(cls, text: str) -> "Dsn":
        """Raises `ValueError`, without the text, for what is none of the three."""
        if text not in (EMBEDDED, NONE):
            try:
                parts = urlsplit(text)
                is_url = parts.scheme in _SCHEMES and parts.port != 0
            except ValueError:
                is_url = False
            if not is_url:
                raise ValueError("neither embedded, none nor the URL of a PostgreSQL server")
        return cls(text)

    @property
    def is_url(self) -> bool:
        """Whether it names a server."""
        return self.value not in (EMBEDDED, NONE)

    def __str__(self) -> str:
        if not self.is_url:
            return self.value
        parts = urlsplit(self.value)
        return f"{parts.scheme}://{parts.hostname or ''}{parts.path}"
