"""The commands for the tokens of the admin API. A running service takes a change up within a second."""

from datetime import UTC, datetime

from telephony.config import Settings
from telephony.tokens import Role, Tokens


def create(settings: Settings, name: str, role: str, days: int | None) -> int:
    """Make a token and print it alone on a line: it is shown this once."""
    print(_tokens(settings).create(name, Role(role), datetime.now(UTC), days))
    return 0


def show(settings: Settings) -> int:
    """Print who holds a token: name, role, since when, until when."""
    now = datetime.now(UTC)
    for name, token in sorted(_tokens(settings).all().items()):
        until = "until revoked"
        if token.expires is not None:
            until = f"{'until' if token.is_good(now) else 'ran out'} {token.expires:%Y-%m-%d %H:%M} UTC"
        print(f"{name:24} {token.role:8} made {token.created:%Y-%m-%d}, {until}")
    return 0


def revoke(settings: Settings, name: str) -> int:
    """Make a token worthless."""
    _tokens(settings).revoke(name)
    print(f"The token {name} is revoked.")
    return 0


def _tokens(settings: Settings) -> Tokens:
    return Tokens(settings.data / "secrets")
