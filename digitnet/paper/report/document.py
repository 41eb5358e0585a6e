"""`report.md`: what was run, what came out, and how that differs from the paper."""

import collections
import datetime
import pathlib
from collections.abc import Callable, Sequence
from typing import Any

from digitnet import files
from digitnet.digits.datasets import Digits
from digitnet.errors import UserError
from digitnet.paper.experiments import deviations
from digitnet.paper.experiments.rows import ATTENTION, SECTIONS, all_rows
from digitnet.paper.report import cost, effects, findings, gates, pictures, tables
from digitnet.paper.report.results import Result, read, read_further
from digitnet.paper.runners.store import Outcome, Store

HEAD = """# The paper, reproduced

Hao and Chen, "Deep Neural Network for Handwritten Digital Recognition Based on Attention
Mechanism".

Accuracies are in percent, mean ± standard deviation over seeds. *Test* is on all test images, at
the epoch that the row names; *training* is on the training images as they are, *augmented* on them
as they were shown, averaged over the epoch. *Epochs* and *images* are those that were used; "20 of
100" are fewer than the protocol has. *Seconds* are of training alone, beside whatever else the
machine did. The test images were scored after every epoch, for Table 4 and the curves; rows are
read at the epoch that they name, and no choice rests on a test image, but for the best reading of
the protocol in the first table, which says so. *Best epoch* is the highest test accuracy of any
epoch up to there: what a reader gets who picks the epoch on the test images, and no result."""

NOTES = {
    "table2": "The run at 0.01 is that of LeNet+Attention in Table 1. The paper's text calls this "
    "table its Table 3.",
    "table3": "The run of batch 96 is that of LeNet+Attention in Table 1. The paper has training "
    "accuracies alone.",
    "table4": "One run of 150 epochs, read three times; its hundredth epoch is LeNet+Attention in "
    "Table 1. The paper's text speaks of a batch size of 100 and means 100 epochs.",
    "protocol": "LeNet+Attention. All rows are read at one epoch, with the same seeds.",
    "gate": "LeNet under the recipe `paper` with the gate changed and nothing else. All rows are "
    "read at one epoch, with the same seeds, and differences are taken seed by seed.",
}

HOLDS = (
    "The paper's figures have no spread. What our seeds allow for is the 95 % interval of their "
    "mean, by Student's t; what one change does is taken seed by seed. Training accuracies are "
    "compared on the training images as they are."
)

EFFECTS = (
    "What one change does, everything else as it was: the mean over the pairs of rows that differ "
    "in it alone, ± standard deviation and 95 % interval over seeds."
)

FURTHER = "Rows that were run for more epochs, read at the last that all of these reached:"


def write(store: Store, digits: Digits) -> None:
    """Writes the report and its pictures from all that is stored.

    A picture that cannot be drawn here (its model was not kept, a package is missing) stays in the
    report as an earlier one has left it.

    Args:
        store: The reproduction's folder.
        digits: For the pictures of digits.
    """
    outcomes = store.outcomes()
    sections = read(all_rows(), outcomes)
    parts = [HEAD]
    holds = findings.what_holds(sections)
    if holds:
        parts += ["## How much of it holds", holds]
        parts += [f"{HOLDS} {findings.cells(sections)}".rstrip()]
    for section, results in sections.items():
        further = read_further(section, all_rows(), outcomes)
        parts += _section(store, section, results, further)
    missing = _missing(sections)
    if missing:
        parts += ["## Not run", missing]
    parts += ["## Where this differs from the paper, and why", deviations.markdown()]
    parts += _pictures(store, digits, sections)
    parts += ["## How this came to be", _origin(store, outcomes)]
    files.write_text(store.folder / "report.md", "\n\n".join(parts) + "\n")


def _section(store: Store, section: str, results: list[Result], further: list[Result]) -> list[str]:
    parts = [f"## {SECTIONS[section]}"]
    if section in NOTES:
        parts.append(NOTES[section])
    if section == "gate":
        parts += _gates(store, results, further)
    else:
        parts.append(tables.of_results(results))
        if section == "protocol":
            parts += _effects(effects.of_protocol(results))
        if further:
            parts += [FURTHER, tables.of_results(further)]
    if section != "table4":
        parts += _curves(store, f"{section}.png", results)
    return parts + _curves(store, f"{section}-further.png", further)


def _curves(store: Store, name: str, results: Sequence[Result]) -> list[str]:
    """A picture of the rows that have epochs, and its place in the report, where there are any."""
    curves = [one for one in results if one.epoch and one.values("test")]
    if not curves:
        return _picture(store, name, "", None)
    is_gate = curves[0].row.section == "gate"
    title = (gates.headline(curves) if is_gate else None) or _least_and_most(curves)
    reference = gates.without_gate(curves) if is_gate else None
    return _picture(
        store, name, title, lambda path: pictures.write_curves(path, curves, title, reference)
    )


def _least_and_most(curves: Sequence[Result]) -> str:
    errors = {one.row.label: 100 * (1 - (one.mean("test") or 0.0)) for one in curves}
    least, most = min(errors, key=errors.__getitem__), max(errors, key=errors.__getitem__)
    found = f"{least} ({errors[least]:.2f} %)"
    if least == most:
        return f"Error at the end: {found}"
    return f"Least error at the end: {found}; most: {most} ({errors[most]:.2f} %)"


def _picture(
    store: Store, name: str, title: str, draw: Callable[[pathlib.Path], None] | None
) -> list[str]:
    """Draws what there is to show and gives its place; with nothing, an earlier report's goes."""
    path = store.folder / name
    if draw is None:
        path.unlink(missing_ok=True)
        return []
    draw(path)
    return [f"![{title}]({name})"]


def _gates(store: Store, results: list[Result], further: list[Result]) -> list[str]:
    names = {gates.costs_as(one.row.trial) for one in results}
    costs = cost.costs(sorted(names), store.folder / "cost.json")
    parts = _compared_gates(results, costs)
    if further:
        parts += [FURTHER, *_compared_gates(further, costs)]
    return [
        *parts,
        *_differences(store, results),
        "Microseconds are of the function that Keras' backend compiles from the float32 model, on "
        "one thread, the least of many calls: of one image alone, and of each in a batch of "
        f"{cost.BATCH}; measured on {costs['machine']}. A deployed file is quicker: see the "
        "latency of exported models.",
    ]


def _compared_gates(results: list[Result], costs: dict[str, Any]) -> list[str]:
    said = [gates.of_gates(results, costs), gates.verdict(results)]
    return said + _effects(effects.of_gate(results))


def _differences(store: Store, results: list[Result]) -> list[str]:
    """A picture of the gates against none, and its place in the report, where there are any."""
    found = gates.differences(results)
    name = "gate-differences.png"
    if not found:
        return _picture(store, name, "", None)
    title = "Against no gate: each seed, their mean, its 95 % interval"
    return _picture(store, name, title, lambda path: pictures.write_differences(path, found, title))


def _effects(found: str) -> list[str]:
    return [EFFECTS, found] if found else []


def _missing(sections: dict[str, list[Result]]) -> str:
    read_already = {one.row for results in sections.values() for one in results}
    missing = [row.full_name for row in all_rows() if row not in read_already]
    return ", ".join(f"`{name}`" for name in missing)


def _pictures(store: Store, digits: Digits, sections: dict[str, list[Result]]) -> list[str]:
    parts: list[str] = []

    def add(
        name: str, title: str, caption: str, draw: Callable[[pathlib.Path], None] | None
    ) -> None:
        path = store.folder / name
        why_not = ""
        try:
            if draw is not None:
                draw(path)
        except UserError as error:  # without scikit-image the rest of the report stands
            why_not = f"The picture {name} was not drawn: {error}"
        if path.exists():
            parts.extend([f"## {title}", caption, f"![{title}]({name})"])
        elif why_not:
            parts.append(why_not)

    model = _attention_model(store, sections)
    add(
        "attention.png",
        "Attention maps, as the paper's figure 3",
        "Each gate's mask over the first test image of every digit, LeNet+Attention, seed 0.",
        None if model is None else lambda path: pictures.write_attention(path, model, digits),
    )
    add(
        "lbp.png",
        "Local binary patterns, as the paper's figure 1",
        "A digit, the pattern of each of its pixels, and how often each pattern occurs.",
        lambda path: pictures.write_lbp(path, digits),
    )
    add(
        "digits.png",
        "Sample digits, as the paper's figure 4",
        "The first training images of each digit.",
        lambda path: pictures.write_digits(path, digits),
    )
    add(
        "jitter.png",
        "What augmentation makes of a digit",
        "As it is; mirrored or not and shifted; under other brightness and contrast.",
        lambda path: pictures.write_jitter(path, digits),
    )
    return parts


def _attention_model(store: Store, sections: dict[str, list[Result]]) -> pathlib.Path | None:
    """The model of LeNet+Attention's longest run with seed 0, where it still lies there."""
    for results in sections.values():
        for result in results:
            for outcome in result.outcomes:
                path = store.run_dir(outcome.job) / "model.keras"
                plain = outcome.job.trial == ATTENTION and outcome.job.seed == 0
                if plain and path.exists():
                    return path
    return None


def _origin(store: Store, outcomes: list[Outcome]) -> str:
    """The commands that were given, and machines, versions, commits and dates of the jobs."""
    origins = [one.facts["provenance"] for one in outcomes if "provenance" in one.facts]
    dates = sorted(origin["date"][:10] for origin in origins)
    lines = [f"- command: `{command}`" for command in store.commands()]
    lines.append(f"- written: {datetime.date.today().isoformat()}")
    if dates:
        lines.append(f"- jobs: {len(outcomes)}, ended from {dates[0]} to {dates[-1]}")
    facts: dict[str, Callable[[dict[str, Any]], str]] = {
        "machine": lambda origin: origin["machine"],
        "backend": lambda origin: f"Keras on {origin['backend']}",
        "versions": lambda origin: ", ".join(f"{k} {v}" for k, v in origin["versions"].items()),
        "commit": lambda origin: origin["git_commit"] or "not from a checkout",
    }
    for title, of in facts.items():
        for value, count in collections.Counter(map(of, origins)).most_common():
            lines.append(f"- {title}: {value} ({count} of {len(origins)} jobs)")
    names = sorted({one.facts["dataset"] for one in outcomes if "dataset" in one.facts})
    lines.append(f"- digits: {', '.join(names)}")
    return "\n".join(lines)
