"""How well lists of digits match the truth: as multisets, in order, per group."""

from collections import Counter
from typing import NamedTuple


class Score(NamedTuple):
    """One picture's result: its group and source, truth and answer as lists of int.

    optional: digits that may be read or not, such as printed ones on a form: they count neither
    way. Everything else that is read beyond the truth is false, whatever kind of picture it is.
    """

    name: str
    group: str
    source: str
    truth: list
    answer: list
    optional: tuple = ()

    @property
    def hits(self):
        """Digits of the truth that were read, as a multiset."""
        return sum((Counter(self.truth) & Counter(self.answer)).values())

    @property
    def false_digits(self):
        """Digits that were read and are neither in the truth nor optional."""
        surplus = Counter(self.answer) - Counter(self.truth) - Counter(self.optional)
        return sum(surplus.values())

    @property
    def wholly_right(self):
        """Whether exactly the digits of the truth were read, in any order."""
        return self.hits == len(self.truth) and not self.false_digits

    @property
    def in_order(self):
        """Whether the digits were read in the truth's order too."""
        left = iter(self.answer)
        return self.wholly_right and all(digit in left for digit in self.truth)


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
