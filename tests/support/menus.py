"""A menu and a voicemail of a small town, for tests: 1 is Bygglov, 2 what is closed, 0 Kontaktcenter."""

from tests.support.plans import BYGGLOV
from tests.support.stage import CLOSED, GROUPS, NUMBERS, Stage

MENU = "+46853061600"
BOX = "+46853061650"
RUNG = "+46853061680"
"""Rings for 15 s before the menu."""
WAIT = 4.0

GREETING = "voicemail"

MORE = f"""
[numbers."{MENU}"]
function = "Växel"
calendar = "alltid"
destination = {{ menu = "val" }}
[numbers."{BOX}"]
function = "Kontaktcenter efter stängning"
calendar = "aldrig"
destination = {{ group = "kc" }}
closed = {{ voicemail = "kontaktcenter" }}
[numbers."{RUNG}"]
function = "Växel"
calendar = "alltid"
destination = {{ group = "watch" }}
no_answer = {{ menu = "val" }}
[groups.watch]
name = "Vakt"
members = ["bengt"]
ring_seconds = 15
[menus.val]
prompt = "menu"
wait_seconds = {WAIT}
tries = 2
[menus.val.keys]
1 = {{ number = "{BYGGLOV}" }}
2 = {{ number = "{CLOSED}" }}
3 = {{ reject = 486 }}
[voicemails.kontaktcenter]
function = "Kontaktcenter"
greeting = "{GREETING}"
text = "Kontaktcenter. Ring 08-530 610 00."
"""


def menu_town() -> Stage:
    """A town with both, in which everybody who is needed is registered."""
    stage = Stage(groups=GROUPS, numbers=NUMBERS, more=MORE)
    stage.register("kc1", "bygg1")
    return stage
