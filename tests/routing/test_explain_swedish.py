"""What officials read in Swedish: whole, and of everything that routing says."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.decide import decide
from routing.decision import Branch, Decision, Kind, Menu, Origin, Question, Reason, Target
from routing.explain import question_of
from routing.explain_swedish import swedish_lines, swedish_reason
from routing.override import Override
from routing.situation import Everybody
from tests.support.plans import BYGGLOV, MAIN, NUMBERS, Presence, tables_of

MONDAY = datetime(2027, 5, 3, 9, tzinfo=UTC)
BEFORE_ASCENSION = datetime(2027, 5, 5, 13, 5, tzinfo=UTC)  # Wednesday, 15:05 in Sweden
HOURS = (
    '{ holidays = "SE", weekly = { mon = ["08:00-16:30"], wed = ["08:00-16:30"] }, '
    'breaks = ["11:30-12:00"], '
    'rules = [{ day_before = ["Kristi himmelsfärdsdag"], closes = "15:00", note = "Dagen före helg" }], '
    'deviations = [{ date = 2027-05-12, intervals = ["10:00-12:00"], note = "Flytt" }] }'
)
CALENDARS = f"""
[calendars]
alltid = {{ open = "always" }}
aldrig = {{ open = "never" }}
kontorstid = {HOURS}
"""


def told(at: datetime, number: str = BYGGLOV, presence: Everybody | None = None) -> tuple[str, ...]:
    main, _, others = NUMBERS.rpartition('calendar = "alltid"')
    tables = tables_of(1, calendars=CALENDARS, numbers=f'{main}calendar = "kontorstid"{others}')
    return swedish_lines(decide(tables, question_of(number, None), presence or Everybody(), at))


def test_a_call_after_closing_before_a_holiday_is_told_whole() -> None:
    assert told(BEFORE_ASCENSION) == (
        "Samtalet till Bygglov på 08-530 612 01 får höra meddelandet closed efter svar, för det är stängt.",
        "08-530 612 01 är Bygglov.",
        "Stängt från 15:00 enligt en regel om dagar vid helg: Dagen före helg.",
        "När det är stängt hörs meddelandet closed, som är det vanliga när planen inte säger något annat.",
        "Uppringaren får veta att det öppnar igen 2027-05-10 klockan 08:00.",
    )


def test_a_call_that_rings_is_told_whole() -> None:
    lines = told(MONDAY)

    assert lines[0] == (
        "Samtalet till Bygglov på 08-530 612 01 ringer i gruppen bygglov, en i taget, i 15 sekunder."
    )
    assert "Det ringer hos david på telefonen bygg1." in lines
    assert "Öppet 08:00-16:30 enligt veckans tider." in lines


@pytest.mark.parametrize(
    ("at", "sentence"),
    [
        (MONDAY.replace(hour=9, minute=45), "Stängt 11:30-12:00 för en paus."),
        (MONDAY.replace(hour=20), "Stängt utom 08:00-16:30 enligt veckans tider."),
        (MONDAY + timedelta(days=1), "Stängt hela dagen enligt veckans tider."),
        (BEFORE_ASCENSION + timedelta(days=1), "Stängt eftersom det är helgdag: Kristi himmelsfärdsdag."),
        (MONDAY + timedelta(days=9), "Öppet 10:00-12:00 enligt ett undantag för just den dagen: Flytt."),
        (
            MONDAY.replace(year=2101, day=2),
            "Öppet 08:00-16:30 enligt veckans tider. "
            "Helgdagarna 2101 är inte kända, och det okända stänger aldrig.",
        ),
    ],
)
def test_each_entry_of_a_calendar_has_its_sentence(at: datetime, sentence: str) -> None:
    assert sentence in told(at)


def test_an_override_is_told_with_who_and_why() -> None:
    shut = Override(False, MONDAY + timedelta(hours=1), "Vattenläcka: källaren", "Anna (KC)", "busy")

    lines = told(MONDAY, MAIN, Everybody({MAIN: shut}))

    assert "Stängt för hand till 2027-05-03 12:00: Vattenläcka: källaren (Anna (KC))." in lines
    assert "Den som stängde har valt ett eget meddelande." in lines


EVERYTHING = (
    ("08-530 612 01 is Amina Berg's own number", "08-530 612 01 är Amina Bergs eget nummer."),
    ("a person's own number has no hours", "En persons eget nummer har inga öppettider."),
    ("never open", "Aldrig öppet."),
    ("busy: on to 08-530 610 00", "När alla är upptagna går samtalet vidare till 08-530 610 00."),
    ("no answer: to group kc", "När ingen svarar ringer det i gruppen kc."),
    ("nobody there: to person eva", "När ingen är på plats ringer det hos eva."),
    ("arrived: to the outside number 070-1", "När det är öppet ringer det ut till 070-1."),
    ("closed: announcement busy before an answer", "När det är stängt hörs meddelandet busy före svar."),
    ("busy: refused with 486", "När alla är upptagna avvisas samtalet med 486."),
    ("arrived: to phone hiss", "När det är öppet ringer det på telefonen hiss."),
    ("closed: to voicemail bygg", "När det är stängt tar röstbrevlådan bygg emot."),
    ("full: to menu val", "När det är fullt hörs menyn val."),
    ("key *: to group kc", "På tangenten * ringer det i gruppen kc."),
    (
        "no key: on to 08-530 610 00 (not given in the plan, so the default)",
        "När ingen tangent trycks går samtalet vidare till 08-530 610 00, som är det vanliga när planen inte "
        "säger något annat.",
    ),
    ("taken: it has no condition", "Fallet gäller: det har inget villkor."),
    (
        "taken: the caller is outside, lunch is open",
        "Fallet gäller: uppringaren är utanför kommunen och lunch har öppet.",
    ),
    (
        "passed over: the caller is at a phone of ours",
        "Fallet gäller inte: uppringaren är vid en av våra telefoner.",
    ),
    ("passed over: the caller shows no number", "Fallet gäller inte: uppringaren visar inget nummer."),
    ("passed over: the caller shows a number", "Fallet gäller inte: uppringaren visar sitt nummer."),
    ("taken: the caller is on the list x", "Fallet gäller: uppringaren står på listan x."),
    (
        "passed over: the caller is not on the list x",
        "Fallet gäller inte: uppringaren står inte på listan x.",
    ),
    ("passed over: lunch is closed", "Fallet gäller inte: lunch har stängt."),
    ("taken: something new", "Fallet gäller: something new."),
    ("Eva Ek is away until 2027-03-01 inclusive", "Eva Ek är borta till och med 2027-03-01."),
    ("all are away", "Alla är borta."),
    ("all are paused or logged out", "Alla har paus eller är utloggade."),
    ("Eva Ek is away until further notice", "Eva Ek är borta tills vidare."),
    ("there is only a menu now", "Där finns bara en meny nu."),
    ("there is only a voicemail now", "Där finns bara en röstbrevlåda nu."),
    ("busy: somewhere new", "När alla är upptagna somewhere new."),
    ("1 of 3 free, rings all for 20 s", "1 av 3 är lediga: det ringer hos alla samtidigt i 20 sekunder."),
    ("3 of 3 free, rings linear for 7.5 s", "3 av 3 är lediga: det ringer hos en i taget i 7,5 sekunder."),
    ("an outside number (mobile), which is allowed", "Samtal dit får ringas ut: numret är ett mobilnummer."),
    (
        "an outside number (abroad); allowed are fixed, numbers of the plan, and 112",
        "Ett utlandsnummer får inte ringas härifrån; tillåtet är fast nummer, nummer i planen och 112.",
    ),
    (
        "calls back whoever asked for it in call 01a2-b3",
        "Ringer upp den som bad om det i samtalet 01a2-b3.",
    ),
    ("busy outside: 486", "Utanför kommunen: alla är upptagna (svaret var 486)."),
    ("nobody there outside", "Utanför kommunen: ingen är på plats."),
    (
        "it does not answer at gw.example: tried after the others",
        "gw.example svarar inte: den prövas sist.",
    ),
)


@pytest.mark.parametrize(("english", "swedish"), EVERYTHING)
def test_each_thing_that_is_said_has_its_sentence(english: str, swedish: str) -> None:
    assert swedish_reason(Reason("any", "x", english)) == swedish


@pytest.mark.parametrize("protected", [True, False])
def test_every_kind_of_call_is_told(protected: bool) -> None:
    outside = Target("trunk/op", trunk="op", number="+46701740605")
    called = replace(
        Decision(kind=Kind.RING, targets=(outside,), ring_seconds=120.0), visited=("outside:+46701740605",)
    )
    assert swedish_lines(called) == (
        "Samtalet till 070-174 06 05 utanför kommunen ringer ut, en väg i taget, i 120 sekunder.",
        "Det ringer hos 070-174 06 05 genom op.",
    )
    sos = Decision(kind=Kind.RING, number="112", function="112", emergency=True, ring_seconds=180.0)
    assert swedish_lines(sos) == (
        "Samtalet till 112 på 112 ringer till larmcentralen, en väg i taget, i 180 sekunder.",
    )
    early = Decision(kind=Kind.ANNOUNCE, number=MAIN, function="KC", prompt="busy", early=True, status=480)
    told_so = swedish_lines(replace(early, outcome="busy", protected=protected))
    assert told_so[0].endswith(
        "meddelandet busy före svar, och avslutas sedan med 480, för alla är upptagna."
    )
    assert ("Numret är skyddat: uppringaren är hemlig." in told_so) is protected
    menu = Menu("val", prompt="valj", keys="12", wait_seconds=5, tries=1)
    offered = Decision(kind=Kind.MENU, number=MAIN, function="KC", menu=menu)
    assert swedish_lines(offered) == (
        "Samtalet till KC på 08-530 610 00 får välja i menyn val: meddelandet valj hörs en gång, med 5 "
        "sekunder för någon av 1 2.",
    )
    (twice,) = swedish_lines(replace(offered, menu=replace(menu, tries=2, wait_seconds=2.5)))
    assert twice.endswith("hörs högst 2 gånger, med 2,5 sekunder för någon av 1 2.")
    box = Decision(kind=Kind.VOICEMAIL, number=MAIN, function="KC", voicemail="bygg", prompt="hej")
    assert swedish_lines(replace(box, outcome="self_service")) == (
        "Samtalet till KC på 08-530 610 00 tas emot av röstbrevlådan bygg efter hälsningen hej, för det är "
        "det som uppringaren valde.",
    )
    one = Decision(kind=Kind.RING, number=MAIN, function="KC", targets=(Target("eva", phone="e1"),))
    assert swedish_lines(one)[0] == "Samtalet till KC på 08-530 610 00 ringer hos en person, i 0 sekunder."


@given(st.sampled_from([MONDAY + timedelta(minutes=30 * step) for step in range(48 * 12)]), st.booleans())
def test_no_step_of_a_call_is_left_in_english(at: datetime, phone: bool) -> None:
    tables = tables_of(1, calendars=CALENDARS)
    for number in (MAIN, BYGGLOV, "112", "+46701740699", "+4685306"):
        for presence in (
            Presence(),
            Presence(unregistered={"kc1", "kc2"}),
            Presence(busy={"amina", "bengt"}),
        ):
            for branch in Branch:
                origin = Origin.PHONE if phone else Origin.TRUNK
                asked = Question(number, origin, "kc1" if phone else "", None, branch, MAIN)
                for reason in decide(tables, asked, presence, at).reasons:
                    assert not swedish_reason(reason).startswith(f"{reason.rule}: "), reason


def test_what_is_not_in_the_catalogue_is_told_as_it_stands() -> None:
    assert swedish_reason(Reason("new", "x", "something else")) == "new: something else."
    strange = Decision(kind=Kind.REJECT, status=404, outcome="odd", reasons=())
    assert swedish_lines(strange) == (
        "Samtalet till ett nummer som inte finns i planen avvisas med 404, för odd.",
    )
