"""The commands for the tokens of the admin API. A running service takes a change up within a second."""

from datetime import UTC, datetime

from telephony.cli_options import Commands, add_choice, add_command, add_settings, settings_of
from telephony.config import Settings
from telephony.tokens import Role, Tokens


def add_commands(commands: Commands) -> None:
    """Add `vaxeln token create`, `list` and `revoke`."""
    token = commands.add_parser("token", help="work with tokens of the admin API", allow_abbrev=False)
    actions = token.add_subparsers(required=True, metavar="ACTION")
    made = add_command(
        actions,
        "create",
        "make a token, and show it this once",
        lambda o: create(settings_of(o), o.name, o.role, o.days),
    )
    made.add_argument("name", help="whose it is: every change is journalled with it")
    add_choice(made, "--role", Role, "each may what the former may", required=True)
    made.add_argument("--days", type=int, metavar="N", help="how long it is good; until revoked if left out")
    listed = add_command(actions, "list", "show who holds a token", lambda o: show(settings_of(o)))
    revoked = add_command(
        actions, "revoke", "make a token worthless", lambda o: revoke(settings_of(o), o.name)
    )
    revoked.add_argument("name", help="the name that it was made with")
    for command in (made, listed, revoked):
        add_settings(command, "data")


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
