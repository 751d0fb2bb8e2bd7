"""What may be wrong with menus, boxes, queues and lists of callers: prompts that are missing, greetings that
do not say enough (P12), and what nothing leads to."""

import re
from collections import Counter
from collections.abc import Collection, Iterator

from routing.decision import CONFIRM_CALLBACK_PROMPT
from routing.flow import flow_of
from routing.numbers import show
from routing.plan import Plan
from routing.plan_menu import CENTRE_KEY, Extensions, Menu, Voicemail
from routing.problem import Problem, error, warning
from routing.tables import ToAnnouncement, ToMenu, ToVoicemail

CALLBACK_PROMPTS = ("queue_callback", "callback_promised")
"""What callers hear of a callback."""


def check_menus(plan: Plan, prompts: Collection[str] | None) -> Iterator[Problem]:
    """The problems of menus, voicemails and lists. Without `prompts` none of missing ones is told."""
    for path, prompt in _prompts(plan):
        if prompts is not None and prompt not in prompts:
            yield error(path, f'there is no prompt "{prompt}"', f"Known: {', '.join(prompts) or 'none'}")
    yield from _callbacks(plan)
    yield from _greetings(plan)
    for name, menu in plan.menus.items():
        if menu.extensions is not None:
            yield from _extensions(f"menus.{name}", menu, menu.extensions, plan)
    yield from _unused(plan)


def _prompts(plan: Plan) -> Iterator[tuple[str, str]]:
    yield from ((f"menus.{name}.prompt", menu.prompt) for name, menu in plan.menus.items())
    yield from ((f"voicemails.{name}.greeting", box.greeting) for name, box in plan.voicemails.items())
    for name, group in plan.groups.items():
        if group.queue is not None:
            for part in ("music", "welcome", "comfort"):
                yield f"groups.{name}.queue.{part}", getattr(group.queue, part)
            if group.queue.callback:
                path, people = f"groups.{name}.queue.callback", plan.people
                yield from ((path, prompt) for prompt in CALLBACK_PROMPTS)
                if any(member in people and people[member].mobile for member in group.members):
                    yield path, CONFIRM_CALLBACK_PROMPT


def _callbacks(plan: Plan) -> Iterator[Problem]:
    if any(trunk.outside for trunk in plan.trunks.values()):
        return
    for name, group in plan.groups.items():
        if group.queue is not None and group.queue.callback:
            yield error(
                f"groups.{name}.queue.callback",
                "no trunk takes calls to the public network, so nobody can be called back",
                "Set outside = true for a trunk, or leave callback out",
            )


def _extensions(path: str, menu: Menu, extensions: Extensions, plan: Plan) -> Iterator[Problem]:
    """A key of the menu counts at once, so no extension may begin with one."""
    public = [person.number for person in plan.people.values() if person.number and person.number_public]
    start, length = len(extensions.series), len(extensions.series) + extensions.digits
    numbers = [number for number in (*plan.numbers, *public) if number.startswith(extensions.series)]
    found = sorted([number[start:] for number in numbers if len(number) == length])
    if not found:
        yield error(
            f"{path}.extensions",
            f"no number from outside is {extensions.series} and {extensions.digits} digits",
            "Let series and digits make whole numbers of the plan",
        )
    for key in dict.fromkeys([*menu.keys, CENTRE_KEY]):
        begun = next((extension for extension in found if extension.startswith(key)), None)
        if begun is not None:
            yield error(
                f"{path}.keys.{key}",
                f"the extension {begun} begins with this key, which counts at once",
                "Give the choice another key, or a shorter series, so that extensions begin otherwise",
            )


def _greetings(plan: Plan) -> Iterator[Problem]:
    """P12: a greeting names whom the caller has reached, and where else to turn."""
    said = Counter(prompt for _, prompt in _prompts(plan))
    said.update(
        way.destination.prompt
        for ways in flow_of(plan).values()
        for way in ways
        if isinstance(way.destination, ToAnnouncement)
    )
    for name, box in plan.voicemails.items():
        path = f"voicemails.{name}"
        if box.person is not None and box.person not in plan.people:
            known = ", ".join(plan.people) or "none"
            yield error(f"{path}.person", f'there is no person "{box.person}"', f"Known: {known}")
            continue
        if said[box.greeting] > 1:
            yield warning(
                f"{path}.greeting",
                f'"{box.greeting}" is played elsewhere too, so it cannot name whom the caller reached (P12)',
                "Record a greeting for this box alone",
            )
        yield from _text(path, box, plan)


def _text(path: str, box: Voicemail, plan: Plan) -> Iterator[Problem]:
    spoken = plan.prompts.get(box.greeting)
    text = (box.text or (spoken.text if spoken else "")).casefold()
    if not text:
        yield warning(
            f"{path}.text",
            "what the greeting says is not written down, so nobody can check it (P12)",
            "Write here what is said",
        )
        return
    name = box.function or plan.people[box.person or ""].name
    if name.casefold() not in text:
        yield warning(
            f"{path}.text", f"the greeting does not name {name}, whom the caller has reached (P12)", "Say so"
        )
    if not _says_where(text, plan):
        yield warning(
            f"{path}.text",
            "the greeting does not say where else to turn (P12)",
            "Name Kontaktcenter, or a number of the plan",
        )


def _says_where(text: str, plan: Plan) -> bool:
    centre = plan.groups.get(plan.municipality.contact_centre)
    digits = re.sub(r"\D", "", text)
    numbers = [plan.municipality.main_number, *plan.numbers]
    by_number = any(re.sub(r"\D", "", show(number)) in digits for number in numbers)
    return by_number or (centre is not None and centre.name.casefold() in text)


def _unused(plan: Plan) -> Iterator[Problem]:
    ways = [way for ways in flow_of(plan).values() for way in ways]
    menus = {way.destination.menu for way in ways if isinstance(way.destination, ToMenu)}
    boxes = {way.destination.voicemail for way in ways if isinstance(way.destination, ToVoicemail)}
    lists = {way.when.list for way in ways if way.when is not None}
    for what, named, used in (
        ("menus", plan.menus, menus),
        ("voicemails", plan.voicemails, boxes),
        ("lists", plan.lists, lists),
    ):
        for name in named:
            if name not in used:
                yield warning(f"{what}.{name}", "nothing in the plan leads here", "Name it, or remove it")
