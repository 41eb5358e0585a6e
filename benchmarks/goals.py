"""How far a reader is from what is asked of it: shares over groups of tiers, beside the goals."""

from typing import NamedTuple


class Goal(NamedTuple):
    """What is asked over some tiers together.

    digits, wholly_right: least shares, 0..1. false: most false digits, a share of the digits, or
    of the pictures where `per_picture` says so.
    """

    tiers: tuple[str, ...]
    digits: float
    wholly_right: float
    false: float
    per_picture: bool = False


GOALS = (
    Goal(("core", "operators", "single", "singles"), 0.995, 0.95, 1 / 200),
    Goal(("hard", "form", "form_rotated", "sudoku_mixed"), 0.97, 0.60, 2 / 100),
    Goal(("letters",), 0.97, 0.50, 1 / 4, per_picture=True),
    Goal(("flat_scan", "tablet", "chars74k_hnd", "singles_ink"), 0.99, 0.90, 1 / 200),
)


def table(tiers):
    """Returns the goals as a Markdown table, those alone of whose tiers there are pictures.

    Args:
        tiers: {tier: summary}, as `scoring.by` gives them.
    """
    lines = ["| tiers | digits | wholly right | false digits | met |", "|---|---|---|---|---|"]
    for goal in GOALS:
        there = [tier for tier in goal.tiers if tier in tiers]
        if not there:
            continue
        names = ("pictures", "digits", "hits", "false_digits", "wholly_right")
        total = {name: sum(tiers[tier][name] for tier in there) for name in names}
        whole = total["pictures" if goal.per_picture else "digits"]
        digits = total["hits"] / max(total["digits"], 1)
        right = total["wholly_right"] / total["pictures"]
        most = goal.false * whole
        met = digits >= goal.digits and right >= goal.wholly_right and total["false_digits"] <= most
        lines.append(
            f"| {', '.join(there)} | {100 * digits:.1f} % of {100 * goal.digits:g} % "
            f"| {100 * right:.1f} % of {100 * goal.wholly_right:g} % "
            f"| {total['false_digits']} of at most {most:.1f} | {'yes' if met else 'no'} |"
        )
    return "\n".join(lines)
