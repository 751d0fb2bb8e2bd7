from telephony.simulate.draws import Draws


def test_a_draw_is_the_same_whatever_else_was_drawn() -> None:
    first, second = Draws(1), Draws(1)
    first("patience", "c1")

    assert first("answer", "c1", "amina") == second("answer", "c1", "amina")
    assert first("answer", "c1", "amina") != first("answer", "c1", "bengt")
    assert Draws(2)("answer", "c1", "amina") != first("answer", "c1", "amina")


def test_draws_are_spread_evenly() -> None:
    drawn = [Draws(7)("x", str(number)) for number in range(2000)]

    assert min(drawn) >= 0.0 and max(drawn) < 1.0
    assert abs(sum(drawn) / len(drawn) - 0.5) < 0.02
