"""The words of these enums are written in the journal: changing one would change the past."""

from routing.decision import Branch, Decision, Kind, Origin, Strategy


def test_the_words_that_the_journal_keeps() -> None:
    assert [kind.value for kind in Kind] == ["ring", "announce", "menu", "voicemail", "queue", "reject"]
    assert [branch.value for branch in Branch] == [
        "arrived", "no_answer", "busy", "nobody_there", "full", "error", "pressed", "extension", "no_key",
        "closing", "callback",
    ]  # fmt: skip
    assert [origin.value for origin in Origin] == ["trunk", "phone"]
    assert [strategy.value for strategy in Strategy] == [
        *("all", "linear", "round_robin", "longest_idle", "fewest_calls", "random", "skill")
    ]


def test_a_decision_without_more_says_nothing_more() -> None:
    decision = Decision(kind=Kind.REJECT)

    assert (decision.targets, decision.outcome, decision.reasons) == ((), "", ())
