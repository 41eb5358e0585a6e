from benchmarks import evidence_thresholds


def counted(read, false_digits, wholly_right):
    names = evidence_thresholds.NAMES
    return dict(zip(names, (4, 1000, read, read, false_digits, wholly_right), strict=True))


def test_chosen_is_what_reads_most_less_one_and_a_half_times_what_is_false():
    pages = {"0.5": counted(900, 20, 1), "0.6": counted(890, 10, 1), "0.7": counted(800, 0, 3)}
    empty = {name: counted(0, 0, 4) for name in pages}
    assert evidence_thresholds.best({"pages": pages, "empty pages": empty}) == "0.6"


def test_of_what_is_nearly_as_good_the_most_pages_wholly_right_and_the_fewest_false_digits_count():
    pages = {
        "0.5": counted(900, 1, 1),
        "0.6": counted(900, 2, 2),
        "0.7": counted(898, 1, 2),
    }
    assert evidence_thresholds.best({"pages": pages}) == "0.7"
    table = evidence_thresholds.markdown({"pages": pages})
    assert "| all | 0.7 (chosen) | 898 of 1,000 | 1 | 2 of 4 |" in table
