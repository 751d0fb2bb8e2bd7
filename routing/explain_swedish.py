"""A decision in Swedish sentences, for officials who ask why a call went where it did.

A reason says in English what was found, and is journalled so. Here stands each thing that routing says with
its Swedish: a decision of years ago is told as one of today. What is not in the catalogue is told as it
stands, so nothing is ever left out.
"""

import re
from collections.abc import Callable, Sequence
from typing import assert_never

from routing.decision import CALLBACK_KEY, Decision, Kind, Reason, Strategy, Target
from routing.hours import STOCKHOLM
from routing.numbers import show
from routing.spoken import first_of

Told = Callable[[re.Match[str]], str]

_ENTRIES = {
    "calendar": "enligt veckans tider",
    "holiday": "eftersom det är helgdag",
    "rule": "enligt en regel om dagar vid helg",
    "deviation": "enligt ett undantag för just den dagen",
    "break": "för en paus",
    "override": "för hand",
}
"""What kind of entry of the plan decides whether it is open."""

_TURNS = {
    Strategy.LINEAR: "en i taget",
    Strategy.ROUND_ROBIN: "en i taget i tur och ordning",
    Strategy.LONGEST_IDLE: "en i taget, den som varit ledig längst först",
    Strategy.FEWEST_CALLS: "en i taget, den som svarat minst i dag först",
    Strategy.RANDOM: "en i taget i slumpvis ordning",
    Strategy.SKILL: "en i taget, den kunnigaste först",
}

_OUTCOMES = {
    "closed": "det är stängt",
    "nobody_there": "ingen är på plats",
    "busy": "alla är upptagna",
    "no_answer": "ingen svarade",
    "full": "det är fullt",
    "callback": "uppringaren vill bli uppringd",
    "self_service": "det är det som uppringaren valde",
    "error": "något gick fel",
    "failed": "samtalet inte kan kopplas",
}

_BRANCHES = {
    "arrived": "När det är öppet",
    "closed": "När det är stängt",
    "no answer": "När ingen svarar",
    "busy": "När alla är upptagna",
    "nobody there": "När ingen är på plats",
    "full": "När det är fullt",
    "error": "När något går fel",
}

_CLASSES = {
    "emergency": "nödnummer",
    "public_service": "samhällsnummer",
    "directory": "nummerupplysning",
    "fixed": "fast nummer",
    "mobile": "mobilnummer",
    "uan": "010-nummer",
    "toll_free": "frinummer",
    "shared_cost": "077-nummer",
    "premium": "betalnummer",
    "special": "särskilt nummer",
    "abroad": "utlandsnummer",
}


def swedish_lines(decision: Decision) -> tuple[str, ...]:
    """What is done with the call, then each step that led there, a sentence each."""
    head = [_head(decision)]
    head += [f"Det ringer hos {_target(target)}." for target in decision.targets]
    if decision.protected:
        head.append("Numret är skyddat: uppringaren är hemlig.")
    return (*head, *map(swedish_reason, decision.reasons))


def swedish_reason(reason: Reason) -> str:
    """One step, as a sentence."""
    text, note = reason.text, ""
    if reason.rule in _ENTRIES and reason.rule != "override":
        text, _, note = text.partition("; the holidays of ")
    if reason.rule == "holiday":  # of its name anything may be thought
        return f"Stängt {_ENTRIES['holiday']}: {text.removeprefix('closed: ')}."
    for pattern, told in _CATALOGUE:
        if found := pattern.fullmatch(text):
            sentence = told(found)
            return f"{_with_entry(sentence, reason)}{_unknown(note)}"
    return f"{reason.rule}: {reason.text}."


def _with_entry(sentence: str, reason: Reason) -> str:
    """The kind of entry that decided goes into the sentence about open or closed."""
    entry = _ENTRIES.get(reason.rule, "")
    return f"{sentence.replace('{entry}', entry)}."


def _unknown(note: str) -> str:
    if not note:
        return ""
    return f" Helgdagarna {note[:4]} är inte kända, och det okända stänger aldrig."


def _head(decision: Decision) -> str:
    whom = _whom(decision)
    match decision.kind:
        case Kind.RING:
            return f"Samtalet {whom} ringer {_how(decision)}."
        case Kind.ANNOUNCE:
            end = f"före svar, och avslutas sedan med {decision.status}" if decision.early else "efter svar"
            said = first_of(decision.prompt)
            return f"Samtalet {whom} får höra meddelandet {said} {end}, för {_why(decision)}."
        case Kind.MENU:
            return f"Samtalet {whom} {_menu(decision)}."
        case Kind.QUEUE:
            return f"Samtalet {whom} {_queue(decision)}."
        case Kind.VOICEMAIL:
            box = f"röstbrevlådan {decision.voicemail} efter hälsningen {decision.prompt}"
            return f"Samtalet {whom} tas emot av {box}, för {_why(decision)}."
        case Kind.REJECT:
            return f"Samtalet {whom} avvisas med {decision.status}, för {_why(decision)}."
        case _ as never:
            assert_never(never)


def _queue(decision: Decision) -> str:
    wait = decision.wait
    assert wait is not None  # of this kind
    end = f" och längst till {wait.leave_at.astimezone(STOCKHOLM):%H:%M}" if wait.leave_at else ""
    pressed = sorted([*wait.keys, *(CALLBACK_KEY if wait.callback else "")])
    keys = f", med knapparna {' '.join(pressed)}" if pressed else ""
    most = f"i högst {_number(wait.max_wait_seconds)} sekunder{end}"
    return f"ställs i kö till gruppen {decision.group}, prioritet {wait.priority}, {most}{keys}"


def _menu(decision: Decision) -> str:
    menu = decision.menu
    assert menu is not None  # of this kind
    times = "en gång" if menu.tries == 1 else f"högst {menu.tries} gånger"
    wait = f"{_number(menu.wait_seconds)} sekunder för någon av {' '.join(menu.keys)}"
    wait += f" eller en anknytning med {menu.extension_digits} siffror" if menu.extension_digits else ""
    return f"får välja i menyn {menu.name}: meddelandet {menu.prompt} hörs {times}, med {wait}"


def _whom(decision: Decision) -> str:
    if decision.outside:
        return f"till {show(decision.outside)} utanför kommunen"
    if not decision.number:
        return "till ett nummer som inte finns i planen"
    return f"till {decision.function} på {show(decision.number)}"


def _why(decision: Decision) -> str:
    return _OUTCOMES.get(decision.outcome, decision.outcome)


def _how(decision: Decision) -> str:
    if decision.emergency:
        whom = "till larmcentralen, en väg i taget"
    elif decision.targets and decision.targets[0].trunk and not decision.targets[0].is_mobile:
        whom = "ut, en väg i taget"
    else:
        whom = f"i gruppen {decision.group}" if decision.group else "hos en person"
        each = "hos alla samtidigt" if decision.strategy is Strategy.ALL else _TURNS[decision.strategy]
        whom += f", {each}" if decision.group else ""
    return f"{whom}, i {_number(decision.ring_seconds)} sekunder"


def _target(target: Target) -> str:
    if target.is_mobile:
        return f"{target.member} utanför växeln genom {target.trunk}"
    if target.trunk:
        return f"{show(target.number)} genom {target.trunk}"
    return f"{target.member} på telefonen {target.phone}"


def _number(value: float) -> str:
    return f"{value:g}".replace(".", ",")


def _destination(text: str) -> str:
    """Where a branch goes, from its English words."""
    for pattern, told in _DESTINATIONS:
        if found := pattern.fullmatch(text):
            return told(found)
    return text


def _branch(found: re.Match[str]) -> str:
    branch, destination, default = found["branch"], found["destination"], found["default"]
    given = ", som är det vanliga när planen inte säger något annat" if default else ""
    return f"{_BRANCHES[branch]} {_destination(destination)}{given}"


def _key(found: re.Match[str]) -> str:
    when = f"På tangenten {found['key']}" if found["key"] else "När ingen tangent trycks"
    given = ", som är det vanliga när planen inte säger något annat" if found["default"] else ""
    return f"{when} {_destination(found['destination'])}{given}"


def _case(found: re.Match[str]) -> str:
    words = [_condition(text) for text in found["conditions"].split(", ")]
    return f"Fallet gäller{'' if found['taken'] else ' inte'}: {' och '.join(words)}"


def _condition(text: str) -> str:
    for pattern, told in _CONDITIONS:
        if found := pattern.fullmatch(text):
            return told(found)
    return text


def _noted(sentence: str) -> Told:
    """A sentence about hours, with the note that the plan has for the day."""

    def told(found: re.Match[str]) -> str:
        note = f": {found['note']}" if found["note"] else ""
        return f"{found.expand(sentence)} {{entry}}{note}"

    return told


def _override(found: re.Match[str]) -> str:
    state = "Öppet" if found[1] == "open" else "Stängt"
    return f"{state} {{entry}} till {found[2]}: {found[3]} ({found[4]})"


def _allowed(found: re.Match[str]) -> str:
    return f"Samtal dit får ringas ut: numret är ett {_CLASSES.get(found[1], found[1])}"


def _barred(found: re.Match[str]) -> str:
    may = [_CLASSES.get(name, name) for name in found[2].split(", ")]
    may = ["nummer i planen" if name == "numbers of the plan" else name for name in may]
    number = _CLASSES.get(found[1], found[1])
    return f"Ett {number} får inte ringas härifrån; tillåtet är {', '.join(may)} och 112"


def _ended(found: re.Match[str]) -> str:
    said = f" (svaret var {found[2]})" if found[2] else ""
    return f"Utanför kommunen: {_OUTCOMES.get(found[1].replace(' ', '_'), found[1])}{said}"


def _presence(found: re.Match[str]) -> str:
    return _free(*found.groups())


def _queued(found: re.Match[str]) -> str:
    waiting, *free = found.groups()
    return f"{waiting} väntar, {_free(*free)}"


def _free(free: str, members: str, strategy: str, seconds: str) -> str:
    each = "alla samtidigt" if strategy == Strategy.ALL else "en i taget"
    comma = seconds.replace(".", ",")
    return f"{free} av {members} är lediga: det ringer hos {each} i {comma} sekunder"


def _plain(template: str) -> Told:
    return lambda found: found.expand(template)


def _catalogue(rows: Sequence[tuple[str, Told | str]]) -> list[tuple[re.Pattern[str], Told]]:
    return [(re.compile(text), _plain(told) if isinstance(told, str) else told) for text, told in rows]


_NOTE = r"(?:: (?P<note>.*))?"
_DESTINATIONS = _catalogue(
    [
        (r"on to (.*)", r"går samtalet vidare till \1"),
        (r"to group (.*)", r"ringer det i gruppen \1"),
        (r"to person (.*)", r"ringer det hos \1"),
        (r"to phone (.*)", r"ringer det på telefonen \1"),
        (r"to voicemail (.*)", r"tar röstbrevlådan \1 emot"),
        (r"to menu (.*)", r"hörs menyn \1"),
        (r"to the outside number (.*)", r"ringer det ut till \1"),
        (r"announcement (\S+) before an answer", r"hörs meddelandet \1 före svar"),
        (r"announcement (\S+)", r"hörs meddelandet \1"),
        (r"refused with (\d+)", r"avvisas samtalet med \1"),
    ]
)
_CONDITIONS = _catalogue(
    [
        (r"it has no condition", r"det har inget villkor"),
        (r"the caller is outside", r"uppringaren är utanför kommunen"),
        (r"the caller is at a phone of ours", r"uppringaren är vid en av våra telefoner"),
        (r"the caller shows no number", r"uppringaren visar inget nummer"),
        (r"the caller shows a number", r"uppringaren visar sitt nummer"),
        (r"the caller is on the list (\S+)", r"uppringaren står på listan \1"),
        (r"the caller is not on the list (\S+)", r"uppringaren står inte på listan \1"),
        (r"(\S+) is open", r"\1 har öppet"),
        (r"(\S+) is closed", r"\1 har stängt"),
    ]
)
_CATALOGUE = _catalogue(
    [
        (r"(.*) is (.*)'s own number", r"\1 är \2s eget nummer"),
        (r"(\+?[0-9 -]+) is (.*)", r"\1 är \2"),
        (r"a person's own number has no hours", r"En persons eget nummer har inga öppettider"),
        (r"(open|closed) by override until (\S+ \S+): (.*) \((.*)\)", _override),
        (r"always open", r"Alltid öppet"),
        (r"never open", r"Aldrig öppet"),
        (rf"open ([0-9:-]+){_NOTE}", _noted(r"Öppet \1")),
        (rf"closed outside ([0-9:, -]*[0-9]){_NOTE}", _noted(r"Stängt utom \1")),
        (rf"closed all day{_NOTE}", _noted("Stängt hela dagen")),
        (rf"closed from ([0-9:]+){_NOTE}", _noted(r"Stängt från \1")),
        (r"closed ([0-9:]+-[0-9:]+)", r"Stängt \1 {entry}"),
        (r"this day has its own", r"Dagen har ett eget meddelande"),
        (
            r"the caller is told that it opens again (\S+) (\S+)",
            r"Uppringaren får veta att det öppnar igen \1 klockan \2",
        ),
        (r"this override has its own", r"Den som stängde har valt ett eget meddelande"),
        (
            rf"(?P<branch>{'|'.join(_BRANCHES)}): (?P<destination>.*?)"
            r"(?P<default> \(not given in the plan, so the default\))?",
            _branch,
        ),
        (
            r"(?:key (?P<key>.)|no key): (?P<destination>.*?)"
            r"(?P<default> \(not given in the plan, so the default\))?",
            _key,
        ),
        (r"(?:(?P<taken>taken)|passed over): (?P<conditions>.*)", _case),
        (r"the caller keyed the extension (\d+)", r"Uppringaren slog anknytningen \1"),
        (r"the caller keyed (\d+), which is no extension", r"Uppringaren slog \1, som inte är en anknytning"),
        (r"the caller pressed (.)", r"Uppringaren tryckte \1"),
        (r"the caller pressed none of its keys", r"Uppringaren tryckte ingen av menyns tangenter"),
        (
            r"the menu is no longer in the plan: the call goes to the main number",
            r"Menyn finns inte längre i planen: samtalet går till huvudnumret",
        ),
        (
            r"the queue is no longer in the plan: the call goes to the main number",
            r"Kön finns inte längre i planen: samtalet går till huvudnumret",
        ),
        (r"(.*) is away until (\S+) inclusive", r"\1 är borta till och med \2"),
        (r"(.*) is away until further notice", r"\1 är borta tills vidare"),
        (r"(\d+) of (\d+) paused or logged out", r"\1 av \2 har paus eller är utloggade"),
        (r"all who are there are busy", r"Alla som är på plats är upptagna"),
        (
            r"no channel is free for those who are outside",
            r"Ingen kanal är ledig till dem som är utanför växeln",
        ),
        (r"(.*) is rung outside by (.*)", r"\1 rings upp utanför växeln genom \2"),
        (r"(.*) is not rung outside: no channel is free", r"\1 rings inte upp: ingen kanal är ledig"),
        (r"(.*) is not rung outside: there is no way", r"\1 rings inte upp: det finns ingen väg dit"),
        (r"all are paused or logged out", r"Alla har paus eller är utloggade"),
        (r"(\d+) wait: it is full", r"\1 väntar: kön är full"),
        (r"(\d+) wait, all are paused or logged out", r"\1 väntar, alla har paus eller är utloggade"),
        (r"(\d+) wait, (\d+) of (\d+) free, rings (\w+) for ([\d.]+) s", _queued),
        (r"the caller will be called back", r"Uppringaren blir uppringd"),
        (r"calls back whoever asked for it in call (.*)", r"Ringer upp den som bad om det i samtalet \1"),
        (r"it has closed while the caller waited", r"Det har stängt medan uppringaren väntade"),
        (r"all are away", r"Alla är borta"),
        (r"nobody is registered", r"Ingen har en telefon som är ansluten"),
        (r"(\d+) of (\d+) free, rings (\w+) for ([\d.]+) s", _presence),
        (r"the call has been here before: it ends", r"Samtalet har redan varit här: det tar slut"),
        (
            r"the number is no longer in the plan: the call goes to the main number",
            r"Numret finns inte längre i planen: samtalet går till huvudnumret",
        ),
        (
            r"not a number of the plan that can be reached from there",
            r"Numret finns inte i planen, eller nås inte därifrån",
        ),
        (r"every emergency trunk was tried", r"Alla vägar till larmcentralen är prövade"),
        (r"the plan has no emergency trunk", r"Planen har ingen väg till larmcentralen"),
        (r"no emergency trunk can be reached", r"Ingen väg till larmcentralen kan nås"),
        (r"an emergency call, before every other rule: (.*)", r"Nödsamtal går före alla andra regler: \1"),
        (r"no address of (.*) is known", r"Ingen adress till \1 är känd"),
        (r"it does not answer at (.*): tried after the others", r"\1 svarar inte: den prövas sist"),
        (r"it does not answer: tried after the others", r"En väg svarar inte: den prövas sist"),
        (r"all that calls out may have are taken", r"Alla kanaler för utgående samtal är upptagna"),
        (r"no trunk takes calls to the public network", r"Planen har ingen väg ut till telenätet"),
        (r"to the public network by (.*)", r"Ut till telenätet genom \1"),
        (r"an outside number \((\w+)\), which is allowed", _allowed),
        (r"an outside number \((\w+)\); allowed are (.*), and 112", _barred),
        (r"(no answer|busy|nobody there|full|error) outside(?:: (\d+))?", _ended),
        (r"112 is dialled, not transferred to", r"112 slås själv, och kopplas inte vidare till"),
        (r"nobody to take it", r"Ingen kan ta emot samtalet"),
        (r"there is only a menu now", r"Där finns bara en meny nu"),
        (r"there is only a voicemail now", r"Där finns bara en röstbrevlåda nu"),
        (r"there is only an announcement now", r"Där hörs bara ett meddelande nu"),
        (
            r"nobody took the transfer: back to (\S+), rings for ([\d.]+) s",
            r"Ingen tog emot samtalet: det går åter till \1 och ringer i \2 sekunder",
        ),
        (r"pick-up: (.*)", r"Svara åt en kollega: \1"),
        (r"member's code: (.*)", r"Kod från en medarbetares telefon: \1"),
    ]
)
