"""The command for trunks: the password by which we prove who we are is set here, and never shown."""

from telephony.cli_options import Commands, add_command, add_settings, settings_of
from telephony.cli_phone import ask_password
from telephony.cli_text import UsageError
from telephony.config import Settings
from telephony.plan_start import offline_plan
from telephony.secrets import PasswordRefused
from telephony.trunk_secrets import TrunkSecrets


def add_commands(commands: Commands) -> None:
    """Add `vaxeln trunk password`."""
    trunk = commands.add_parser("trunk", help="work with trunks", allow_abbrev=False)
    actions = trunk.add_subparsers(required=True, metavar="ACTION")
    password = add_command(
        actions,
        "password",
        "set the password by which we register with a trunk",
        lambda o: set_password(settings_of(o), o.name),
    )
    password.add_argument("name", help="the trunk's name in the plan")
    add_settings(password, "data")


def set_password(settings: Settings, name: str) -> int:
    """Ask for it as for a phone's, and keep it for the user and the realm of the plan in force.

    A running service takes it up within a second. When the plan gets another user or realm it has to be set
    anew.
    """
    plan, _ = offline_plan(settings.data, None)
    trunk = plan.trunks.get(name)
    if trunk is None:
        known = ", ".join(plan.trunks) or "none"
        raise UsageError(f"the plan in force has no trunk {name!r}; it has {known}")
    if trunk.registration is None:
        raise UsageError(
            f"the plan in force has no [trunks.{name}.registration], which says whose password it is"
        )
    password = ask_password()
    if not password:
        raise PasswordRefused("no password given, nothing was changed")
    user, realm = trunk.registration.user, trunk.registration.realm
    TrunkSecrets(settings.data / "secrets").set_password(name, user, realm, password)
    print(f"The password of trunk {name} is set, for {user} in the realm {realm!r}.")
    return 0
