"""How well lists of digits match the truth: as multisets, in order, per group."""

from collections import Counter
from typing import NamedTuple


class Score(NamedTuple):
    """One picture's result: its group and source, truth and answer as lists of int."""

    name: str
    group: str
    source: str
    truth: list
    answer: list

    @property
    def hits(self):
        """Digits of the truth that were read, as a multiset."""
        return sum((Counter(self.truth) & Counter(self.answer)).values())

    @property
    def false_digits(self):
        """Digits that were read and are not in the truth."""
        return len(self.answer) - self.hits

    @property
    def wholly_right(self):
        """Whether exactly the digits of the truth were read, in any order."""
        return Counter(self.truth) == Counter(self.answer)

    @property
    def in_order(self):
        """Whether the digits were read in the truth's order too."""
        return self.truth == self.answer


def summarise(scores):
    """Returns the totals of a list of Scores as a dict of numbers."""
    digits = sum(len(score.truth) for score in scores)
    hits = sum(score.hits for score in scores)
    return {
        "pictures": len(scores),
        "digits": digits,
        "hits": hits,
        "digit_share": hits / digits if digits else 0.0,
        "false_digits": sum(score.false_digits for score in scores),
        "wholly_right": sum(score.wholly_right for score in scores),
        "in_order": sum(score.in_order for score in scores),
    }


def by(scores, field):
    """Returns {value of the field: summary}, in the order of first appearance."""
    groups = {}
    for score in scores:
        groups.setdefault(getattr(score, field), []).append(score)
    return {name: summarise(members) for name, members in groups.items()}


def table(groups, title):
    """Returns summaries as a Markdown table whose first column is headed `title`."""
    lines = [
        f"| {title} | pictures | digits read | share | false digits | wholly right | in order |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, summary in groups.items():
        lines.append(
            f"| {name} | {summary['pictures']} | {summary['hits']} of {summary['digits']} "
            f"| {100 * summary['digit_share']:.1f} % | {summary['false_digits']} "
            f"| {summary['wholly_right']} | {summary['in_order']} |"
        )
    return "\n".join(lines)
