"""How much more has to be seen another way round before a page is turned."""

import pytest

from edge_demo.reading.orientation import Rules, Told, decide

NOTHING = Told(0.0, 0, 0.0, 0)


def turns(lies, turned):
    views = [lies, NOTHING, turned, NOTHING]
    return decide(lies, lambda: views, lambda: [NOTHING] * 4, Rules())[0]


@pytest.mark.parametrize(("other", "expected"), [(5.8, 0), (6.3, 2)])
def test_a_page_is_turned_for_one_sure_digit_more_than_it_shows_as_it_lies(other, expected):
    assert turns(Told(5.0, 12, 0.6, 20), Told(other, 12, 0.7, 20)) == expected


def test_words_that_read_as_many_doubtful_digits_upside_down_do_not_turn_a_page():
    assert turns(Told(0.2, 1, 0.65, 5), Told(1.9, 9, 0.6, 22)) == 0
