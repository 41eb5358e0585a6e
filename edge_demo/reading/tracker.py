"""One steady answer per digit across frames: evidence is averaged over a track."""

from collections.abc import Sequence

import numpy as np

from edge_demo.reading.readings import Reading

MEMORY_SECONDS = 0.15  # time constant of the average: a new digit outweighs the old one after 0.1 s
SIGHTINGS = 2  # before a track is shown: a flicker in one frame is not a digit
HOLD_SECONDS = 0.3  # for which a track that is not seen any more is still shown


class Track:
    """A digit followed across frames: its newest Reading and its averaged probabilities."""

    def __init__(self, reading: Reading, time: float) -> None:
        self.reading, self.probabilities = reading, reading.probabilities.astype(np.float64)
        self.seen_at, self.sightings = time, 1

    def add(self, reading: Reading, time: float) -> None:
        """Adds a Reading of the same digit at a time in seconds."""
        share = 1 - np.exp(-max(time - self.seen_at, 1e-3) / MEMORY_SECONDS)
        self.probabilities += share * (reading.probabilities - self.probabilities)
        self.reading, self.seen_at = reading, time
        self.sightings += 1

    def steady(self) -> Reading:
        """Returns the newest Reading with the track's averaged answer."""
        digit = int(self.probabilities.argmax())
        confidence = min(1.0, float(self.probabilities[digit]))
        return self.reading._replace(digit=digit, confidence=confidence)


class Tracker:
    """Turns the Readings of each frame into steady ones."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []

    def update(self, readings: Sequence[Reading], time: float) -> list[Reading]:
        """Takes the Readings of one frame at a time in seconds; returns steady Readings.

        Those of this frame come first, in its reading order, then those held over from before.
        """
        matches = self._match(readings)
        current = []
        for reading, track in zip(readings, matches, strict=True):
            if track is None:
                track = Track(reading, time)
                self.tracks.append(track)
            else:
                track.add(reading, time)
            current.append(track)
        self.tracks = [track for track in self.tracks if time - track.seen_at <= HOLD_SECONDS]
        held = [track for track in self.tracks if track not in current]
        return [t.steady() for t in current + held if t.sightings >= SIGHTINGS]

    def _match(self, readings: Sequence[Reading]) -> list[Track | None]:
        """Returns for each Reading the nearest free track within half its height, or None."""
        result: list[Track | None] = [None] * len(readings)
        if not self.tracks or not readings:
            return result
        places = np.array([_centre(track.reading.box) for track in self.tracks])
        distances = np.array([np.hypot(*(places - _centre(r.box)).T) for r in readings])
        reach = np.array([0.5 * max(r.box[2:]) for r in readings])
        for pair in distances.argsort(axis=None):
            row, column = np.unravel_index(pair, distances.shape)
            track = self.tracks[column]
            if result[row] is None and track not in result and distances[row, column] < reach[row]:
                result[row] = track
        return result


def _centre(box: tuple[int, int, int, int]) -> np.ndarray:
    return np.array([box[0] + box[2] / 2, box[1] + box[3] / 2])
