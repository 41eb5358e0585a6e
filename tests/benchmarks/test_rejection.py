import numpy as np

from benchmarks import rejection

PROBABILITIES = np.array([[0.9, 0.05], [0.2, 0.6], [0.1, 0.2], [0.3, 0.65]])


def test_rates_of_digits_count_rejected_and_wrong_answers():
    row = rejection.rates(PROBABILITIES, np.array([0, 1, 1, 0]))
    assert row["accuracy"] == 0.75
    assert row["thresholds"]["0.5"] == {"accepted": 0.75, "wrong": 0.25}


def test_rates_without_digits_count_accepted_pictures():
    row = rejection.rates(PROBABILITIES, np.full(4, 10))
    assert row["thresholds"]["0.7"] == {"accepted": 0.25}
    assert "accuracy" not in row


def test_missing_model_is_one_sentence(capsys):
    assert rejection.main(["nowhere.keras"]) == 2
    assert "nowhere.keras" in capsys.readouterr().err


def test_table_has_a_row_for_each_threshold():
    sets = {
        "digits": rejection.rates(PROBABILITIES, np.array([0, 1, 1, 0])),
        "none": rejection.rates(PROBABILITIES, np.full(4, 10)),
    }
    table = rejection.markdown({"sets": sets})
    assert len(table.splitlines()) == 2 + len(rejection.THRESHOLDS)
    assert "25.00% rejected, 25.00% wrong | 75.00% accepted" in table
