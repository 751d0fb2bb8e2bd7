import io
from dataclasses import replace

from telephony.call.facts import EndedBy, Outcome
from telephony.call.record import Record, begin
from telephony.demo.judging import Check
from telephony.demo.report import Report
from tests.support.calls import after, arrive

GOOD = Check("it rings", True, "")
BAD = Check("Amina Berg answers", False, "by the phones nobody")

RECORD = replace(
    begin(arrive()),
    function="Bygglov",
    reasons=(
        "08-530 611 00 is Bygglov",
        "always open",
        "arrived: to group bygglov",
        "2 of 2 free, rings all for 20 s",
    ),
    offered=("amina", "bengt"),
    rang=("amina",),
    answered_by="amina",
    person_answered_at=after(2),
    ended_at=after(5),
    outcome=Outcome.ANSWERED,
    ended_by=EndedBy.CALLER,
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def reported(record: Record | None, *checks: Check) -> tuple[Report, str]:
    out = io.StringIO()
    report = Report(out)
    report.begin("The main number")
    report.call(record, {"amina": "Amina Berg", "bengt": "Bengt Lund"}, checks)
    report.sum_up(12.3, ["the last line"])
    return report, out.getvalue()


def test_a_call_is_told_in_a_few_lines_with_peoples_names() -> None:
    _, text = reported(RECORD, GOOD)

    assert text == (
        "\n"
        "1. The main number\n"
        "   2026-11-24 12:00:00  070-174 06 05 called Bygglov, 08-530 611 00\n"
        "   because 08-530 611 00 is Bygglov; always open; arrived: to group bygglov; 2 of 2 free, "
        "rings all for\n"
        "     20 s\n"
        "   offered to Amina Berg, Bengt Lund; Amina Berg rang\n"
        "   answered by Amina Berg after 2.0 s, 3.0 s talk, ended by the caller\n"
        "   ✓ it rings\n"
        "\n"
        "Every call did what it should (1 calls, 1 checks, 12 s).\n"
    )


def test_what_fails_is_named_where_it_happens_and_at_the_end_with_the_log() -> None:
    report, text = reported(RECORD, GOOD, BAD)

    assert "   ✗ Amina Berg answers\n     found: by the phones nobody\n" in text
    assert text.endswith(
        "The demonstration failed:\n"
        "  ✗ call 1: Amina Berg answers; found: by the phones nobody\n"
        "The service's log ends:\n"
        "  the last line\n"
    )
    assert report.failures == ["call 1: Amina Berg answers; found: by the phones nobody"]


def test_a_call_without_a_record_is_told_too() -> None:
    _, text = reported(None, BAD)

    assert "The journal does not know this call." in text


def test_what_kept_it_from_going_on_is_a_failure() -> None:
    out = io.StringIO()
    report = Report(out)

    report.broke_off("the service did not start")
    report.sum_up(3, [])

    assert report.failures == ["the service did not start"]
    assert out.getvalue().endswith("The demonstration failed:\n  ✗ the service did not start\n")


def test_what_an_admin_does_is_shown_as_it_is_typed() -> None:
    out = io.StringIO()

    Report(out).command(("override", "end", "all", "--reason", "Fire drill"), "It has ended.\n")

    assert out.getvalue() == "   $ vaxeln override end all --reason 'Fire drill'\n   It has ended.\n"


def test_the_books_are_shown_and_checked_at_the_end() -> None:
    out = io.StringIO()
    report = Report(out)

    report.books(["a call"], ["a figure  0 -> 1"], [GOOD, BAD])
    report.broke_off("the database is away", "the books")

    assert out.getvalue().startswith(
        "\nThe call log, from the database\n   a call\n\nThe figures that moved\n   a figure  0 -> 1\n"
    )
    assert report.failures == [
        "the books: Amina Berg answers; found: by the phones nobody",
        "the books: the database is away",
    ]


def test_there_is_colour_on_a_terminal_only_and_not_where_it_is_unwanted() -> None:
    plain, coloured, unwanted, dumb = io.StringIO(), Terminal(), Terminal(), Terminal()

    Report(plain, {}).begin("x")
    Report(coloured, {}).begin("x")
    Report(unwanted, {"NO_COLOR": "1"}).begin("x")
    Report(dumb, {"TERM": "dumb"}).begin("x")

    assert "\x1b[1m" in coloured.getvalue()
    assert plain.getvalue() == unwanted.getvalue() == dumb.getvalue() == "\n1. x\n"
