"""A track gives one steady answer and follows a digit that is written over."""

import numpy as np

from edge_demo.reading.reader import Reading
from edge_demo.reading.tracker import HOLD_SECONDS, Tracker

FRAME = 1 / 30


def reading(digit, x=100, confidence=0.9):
    probabilities = np.full(10, (1 - confidence) / 9, np.float32)
    probabilities[digit] = confidence
    return Reading(digit, confidence, (x, 50, 40, 60), None, probabilities, None)


def run(tracker, frames, start=0.0):
    """Feeds lists of readings at 30 frames a second; returns the digits shown at each."""
    return [
        [r.digit for r in tracker.update(readings, start + number * FRAME)]
        for number, readings in enumerate(frames)
    ]


def test_one_wrong_frame_does_not_change_the_answer():
    frames = [[reading(7)] for _ in range(10)]
    frames[6] = [reading(1, confidence=0.7)]
    assert run(Tracker(), frames)[2:] == [[7]] * 8


def test_a_digit_written_over_changes_within_half_a_second():
    tracker = Tracker()
    run(tracker, [[reading(1)]] * 60)
    shown = run(tracker, [[reading(8)]] * 15, start=60 * FRAME)
    assert shown[-1] == [8]
    assert shown.index([8]) * FRAME < 0.5


def test_a_flicker_is_not_shown():
    assert run(Tracker(), [[reading(4)], [], [], []]) == [[], [], [], []]


def test_a_digit_missed_for_a_moment_stays_and_then_goes():
    gone = round(HOLD_SECONDS / FRAME) + 2
    shown = run(Tracker(), [[reading(4)]] * 5 + [[]] * gone)
    assert shown[5] == [4] and shown[-1] == []


def test_neighbours_are_two_tracks():
    frames = [[reading(3, x=100 + n), reading(5, x=160 + n)] for n in range(8)]
    assert run(Tracker(), frames)[-1] == [3, 5]


def test_tracks_do_not_pile_up():
    tracker = Tracker()
    run(tracker, [[reading(number % 10, x=50 * number)] for number in range(200)])
    assert len(tracker.tracks) <= HOLD_SECONDS / FRAME + 2
