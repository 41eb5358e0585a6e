"""All figures of a GPU in one go: the paper's 100 epochs, 99 %, 32 seeds, host time, PyTorch.

    KERAS_BACKEND=jax python -m benchmarks.gpu --dataset digits.npz [--out DIR] [--minutes N]

Each part is a command of its own in a process of its own. A part that fails, or would run beyond
the minutes in all, is said and left out, and the others go on: a machine without TensorFlow or
PyTorch gives what it can. DIR gets each part's output and `gpu.md`, written anew after each part.
"""

from __future__ import annotations

import os
import pathlib
import re
import statistics
import subprocess
import sys
import time

from benchmarks import blocks
from digitnet import files
from edge_demo.contract import UserError, run_command

EPOCH = re.compile(r"^Epoch (\d+)/\d+ - ([\d.]+)s", re.MULTILINE)


def parts(dataset: str, epochs: int, seeds: int, few: int, out: pathlib.Path) -> dict[str, list]:
    """The commands by name, the most wanted first."""
    digits = ["--dataset", dataset]
    watch = ["benchmarks.time_to_accuracy", *digits]
    many = ["digitnet.train", "--recipe", "paper", *digits, "--epochs", str(epochs)]
    return {
        "99 percent": [*watch, "--recipe", "default", "--epochs", str(few)],
        "paper": [*watch, "--recipe", "paper", "--epochs", str(epochs)],
        "seeds": [*many, "--seeds", str(seeds), "--run-dir", str(out / "seeds")],
        "host time": ["benchmarks.host_time"],
        "images a second": ["benchmarks.train_speed", "--rounds", "1"],
    }


def seconds_of_seeds(output: str) -> tuple[float, float] | None:
    """Seconds of all epochs without compilation, and of compilation, out of the run's lines.

    Example:

    >>> seconds_of_seeds("Epoch 1/3 - 9.0s - …\\nEpoch 2/3 - 1.0s - …\\nEpoch 3/3 - 1.2s - …\\n")
    (3.3, 7.9)
    """
    seconds = [float(found.group(2)) for found in EPOCH.finditer(output)]
    if len(seconds) < 2:
        return None
    usual = statistics.median(seconds[1:])
    return round(sum(seconds[1:]) + usual, 2), round(max(0.0, seconds[0] - usual), 2)


def run(name: str, command: list[str], seconds: float, out: pathlib.Path) -> str:
    """Runs one part and returns what `gpu.md` says of it."""
    log = out / f"{name.replace(' ', '-')}.log"
    started = time.perf_counter()
    with open(log, "w", encoding="utf-8") as stream:
        try:
            code = subprocess.run(
                [sys.executable, "-m", *command],
                stdout=stream,
                stderr=subprocess.STDOUT,
                timeout=max(1.0, seconds),
                env={**os.environ, "KERAS_BACKEND": "jax"},
            ).returncode
        except subprocess.TimeoutExpired:
            return f"left out: it was not done after {seconds:.0f} s; see {log.name}"
    spent = time.perf_counter() - started
    output = log.read_text(encoding="utf-8", errors="replace")
    if code:
        last = (output.strip().splitlines() or ["it said nothing"])[-1]
        return f"left out: it failed ({last}); see {log.name}"
    lines = [line for line in output.splitlines() if not EPOCH.match(line)]
    kept = [line for line in lines if line.startswith("|") or " seeds, " in line]
    if name == "seeds" and (found := seconds_of_seeds(output)):
        kept.append(f"Epochs {found[0]:.1f} s, compilation {found[1]:.1f} s besides.")
    return "\n".join([*kept, "", f"The whole command: {spent:.0f} s."])


def main(argv=None) -> int:
    """The command line. Returns the exit code."""
    return run_command(_main, argv)


def _main(argv):
    parser = blocks.parser("gpu", __doc__)
    parser.add_argument("--dataset", required=True, help="an .npz: it takes no TensorFlow to read")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("runs/gpu"))
    parser.add_argument("--minutes", type=float, default=10.0, help="in all (default: 10)")
    parser.add_argument("--epochs", type=int, default=100, help="of `paper` (default: 100)")
    parser.add_argument("--seeds", type=int, default=32, help="side by side (default: 32)")
    parser.add_argument("--few", type=int, default=4, help="epochs to 99 %% (default: 4)")
    parser.add_argument("--only", nargs="+", metavar="PART", help="these parts (default: all)")
    arguments = parser.parse_args(argv)
    chosen = parts(
        arguments.dataset, arguments.epochs, arguments.seeds, arguments.few, arguments.out
    )
    unknown = set(arguments.only or ()) - chosen.keys()
    if unknown:
        raise UserError(f"there is no part {unknown.pop()!r}; they are: {', '.join(chosen)}.")
    if (arguments.out / "seeds").exists():
        raise UserError(f"{arguments.out} holds an earlier run's seeds; give another --out.")
    files.make_folder(arguments.out)
    end = time.monotonic() + 60 * arguments.minutes
    text = [f"# {blocks.command(parser, argv)}", ""]
    for name, command in chosen.items():
        if arguments.only and name not in arguments.only:
            continue
        print(f"{name} …", file=sys.stderr, flush=True)
        answer = run(name, command, end - time.monotonic(), arguments.out)
        text += [f"## {name}", "", f"`python -m {' '.join(command)}`", "", answer, ""]
        files.write_text(arguments.out / "gpu.md", "\n".join(text))
    print("\n".join(text))
    return 0


if __name__ == "__main__":
    sys.exit(main())
