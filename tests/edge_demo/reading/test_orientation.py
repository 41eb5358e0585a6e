"""How much more has to be seen another way round before a page is turned."""

import pytest

from edge_demo.reading.orientation import Rules, Told, decide


@pytest.mark.parametrize(("other", "turns"), [(6.5, 0), (7.5, 2)])
def test_a_full_page_is_turned_only_for_a_third_more_than_it_shows_as_it_lies(other, turns):
    nothing = Told(0.0, 0, 0.0, 0)
    lies, turned = Told(5.0, 12, 0.6, 20), Told(other, 12, 0.8, 20)
    views = [lies, nothing, turned, nothing]
    assert decide(lies, lambda: views, lambda: [nothing] * 4, Rules()) == (turns, False)
