"""`report.md`: what was run, what came out, and how that differs from the paper."""

import collections
import datetime

from digitnet import files
from digitnet.errors import UserError
from digitnet.paper.experiments import deviations
from digitnet.paper.experiments.rows import SECTIONS, all_rows
from digitnet.paper.experiments.trials import Trial
from digitnet.paper.report import cost, effects, findings, pictures, tables
from digitnet.paper.report.results import read, read_further
from digitnet.paper.runners.store import Store

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
    "table2": "The paper's cells are not at hand. The run at 0.01 is that of LeNet+Attention in "
    "Table 1.",
    "table3": "The paper's cells are not at hand. The run of batch 96 is that of LeNet+Attention "
    "in Table 1.",
    "table4": "The paper's cells are not at hand. One run of 150 epochs, read three times; its "
    "hundredth epoch is LeNet+Attention in Table 1.",
    "protocol": "LeNet+Attention. All rows are read at one epoch, with the same seeds.",
    "gate": "LeNet under the recipe `paper` with the gate changed and nothing else. All rows are "
    "read at one epoch, with the same seeds, and differences are taken seed by seed.",
}

HOLDS = (
    "The paper's figures have no spread. What our seeds allow for is the 95 % interval of their "
    "mean, by Student's t; the gate's gain is taken seed by seed."
)

EFFECTS = (
    "What one change does, everything else as it was: the mean over the pairs of rows that differ "
    "in it alone, ± standard deviation and 95 % interval over seeds."
)

FURTHER = "Rows that were run for more epochs, read at the last that all of these reached:"


def write(store: Store, digits) -> None:
    """Writes the report and its pictures from all that is stored.

    Args:
        store: The reproduction's folder.
        digits: The `Digits`, for the pictures of digits.
    """
    outcomes = store.outcomes()
    sections = read(all_rows(), outcomes)
    parts = [HEAD]
    holds = findings.what_holds(sections.get("table1", []), sections.get("protocol", []))
    if holds:
        parts += ["## How much of it holds", holds, HOLDS]
    for section, readings in sections.items():
        further = read_further(section, all_rows(), outcomes)
        parts += _section(store, section, readings, further)
    missing = _missing(sections)
    if missing:
        parts += ["## Not run", missing]
    parts += ["## Where this differs from the paper, and why", deviations.markdown()]
    parts += _pictures(store, digits, sections)
    parts += ["## How this came to be", _origin(store, outcomes)]
    files.write_text(store.folder / "report.md", "\n\n".join(parts) + "\n")


def _section(store, section, readings, further):
    parts = [f"## {SECTIONS[section]}"]
    if section in NOTES:
        parts.append(NOTES[section])
    if section == "gate":
        parts += _gates(store, readings, further)
    else:
        with_best = section in ("table1", "protocol")
        parts.append(tables.of_readings(readings, section == "table1", with_best))
        if section == "protocol":
            parts += _effects(effects.of_protocol(readings))
        if further:
            parts += [FURTHER, tables.of_readings(further, False, with_best)]
    if section != "table4":
        parts += _curves(store, f"{section}.png", readings)
    return parts + _curves(store, f"{section}-further.png", further)


def _curves(store, name, readings):
    """A picture of the rows that have epochs, and its place in the report, where there are any."""
    curves = [one for one in readings if one.epoch and one.values("test")]
    title = "Error on the test images over epochs"
    return _picture(store, name, title, pictures.write_curves, curves)


def _picture(store, name, title, write, shown):
    """Draws what there is to show and gives its place; with nothing, an earlier report's goes."""
    path = store.folder / name
    if not shown:
        path.unlink(missing_ok=True)
        return []
    write(path, shown)
    return [f"![{title}]({name})"]


def _gates(store, readings, further):
    names = {tables.costs_as(one.row.trial.model) for one in readings}
    costs = cost.costs(sorted(names), store.folder / "cost.json")
    parts = _compared_gates(readings, costs)
    if further:
        parts += [FURTHER, *_compared_gates(further, costs)]
    return [
        *parts,
        *_differences(store, readings),
        "Microseconds are of the function that Keras' backend compiles from the float32 model, on "
        "one thread, the least of many calls: of one image alone, and of each in a batch of "
        f"{cost.BATCH}; measured on {costs['machine']}. A deployed file is quicker: see the "
        "latency of exported models.",
    ]


def _compared_gates(readings, costs):
    said = [tables.of_gates(readings, costs), tables.verdict(readings)]
    return said + _effects(effects.of_gate(readings))


def _differences(store, readings):
    """A picture of the gates against none, and its place in the report, where there are any."""
    pairs = zip(readings, tables.differences(readings), strict=True)
    found = {one.row.label: values for one, values in pairs if values}
    title = "Against no gate: each seed, their mean, its 95 % interval"
    return _picture(store, "gate-differences.png", title, pictures.write_differences, found)


def _effects(found):
    return [EFFECTS, found] if found else []


def _missing(sections):
    read_already = {one.row for readings in sections.values() for one in readings}
    missing = [row.full_name for row in all_rows() if row not in read_already]
    return ", ".join(f"`{name}`" for name in missing)


def _pictures(store, digits, sections):
    parts = []

    def add(name, title, caption, write, *arguments):
        write(store.folder / name, *arguments)
        parts.extend([f"## {title}", caption, f"![{title}]({name})"])

    model = _attention_model(store, sections)
    if model:
        add(
            "attention.png",
            "Attention maps, as the paper's figure 3",
            "Each gate's mask over the first test image of every digit, LeNet+Attention, seed 0.",
            pictures.write_attention,
            model,
            digits,
        )
    try:
        add(
            "lbp.png",
            "Local binary patterns, as the paper's figure 1",
            "A digit, the pattern of each of its pixels, and how often each pattern occurs.",
            pictures.write_lbp,
            digits,
        )
    except UserError as error:  # without scikit-image the rest of the report stands
        parts.append(f"The picture of local binary patterns is missing: {error}")
    add(
        "digits.png",
        "Sample digits, as the paper's figure 4",
        "The first training images of each digit.",
        pictures.write_digits,
        digits,
    )
    add(
        "jitter.png",
        "What augmentation makes of a digit",
        "As it is; mirrored or not and shifted; under other brightness and contrast.",
        pictures.write_readings_of_jitter,
        digits,
    )
    return parts


def _attention_model(store, sections):
    """The model of LeNet+Attention's longest run with seed 0, where it still lies there."""
    for readings in sections.values():
        for reading in readings:
            for outcome in reading.outcomes:
                path = store.run_dir(outcome.job) / "model.keras"
                plain = outcome.job.trial == Trial() and outcome.job.seed == 0
                if plain and path.exists():
                    return path
    return None


def _origin(store, outcomes):
    """The commands that were given, and machines, versions, commits and dates of the jobs."""
    origins = [one.facts["provenance"] for one in outcomes if "provenance" in one.facts]
    dates = sorted(origin["date"][:10] for origin in origins)
    lines = [f"- command: `{command}`" for command in store.commands()]
    lines.append(f"- written: {datetime.date.today().isoformat()}")
    if dates:
        lines.append(f"- jobs: {len(outcomes)}, ended from {dates[0]} to {dates[-1]}")
    for title, of in (
        ("machine", lambda origin: origin["machine"]),
        ("backend", lambda origin: f"Keras on {origin['backend']}"),
        ("versions", lambda origin: ", ".join(f"{k} {v}" for k, v in origin["versions"].items())),
        ("commit", lambda origin: origin["git_commit"] or "not from a checkout"),
    ):
        for value, count in collections.Counter(map(of, origins)).most_common():
            lines.append(f"- {title}: {value} ({count} of {len(origins)} jobs)")
    names = sorted({one.facts["dataset"] for one in outcomes if "dataset" in one.facts})
    lines.append(f"- digits: {', '.join(names)}")
    return "\n".join(lines)
