"""A Pi without a Pi: our files and the demo under emulated aarch64, compared with this machine.

    python tests/emulated_pi.py runs/default/export/*.tflite [--images 300] [--photos FILE...]

Debian 12's own arm64 Python 3.11 (what Raspberry Pi OS Bookworm has) is unpacked into a folder, the
arm64 wheels of tflite-runtime, NumPy and OpenCV beside it, and qemu's user-mode emulator runs them:
nothing is installed on this machine. Every file answers the same test images on both machines, and
the demo reads the same pictures. Exit code 0: they agree; 1: they do not; 3: this machine cannot
emulate, with the reason. The emulator's times are not a Pi's; its answers are.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CANNOT = 3
EMULATOR = "qemu-aarch64-static"
DEBIAN_PACKAGES = (
    "python3.11-minimal libpython3.11-minimal libpython3.11-stdlib libc6 libgcc-s1 libstdc++6 "
    "zlib1g libexpat1 libssl3 libffi8 libbz2-1.0 liblzma5 libsqlite3-0 libuuid1 libcrypt1"
).split()
WHEELS = ("tflite-runtime==2.14.0", "numpy==1.26.4", "opencv-python-headless==4.11.0.86")
WHEEL_PLATFORMS = ("manylinux_2_34_aarch64", "manylinux_2_28_aarch64", "manylinux2014_aarch64")
# Confidences may differ by the last rounding of a float; answers may not.
PROBABILITY_TOLERANCE = 0.02
# Of digits 100 pixels high: the page reader's sizes and offsets are 8-bit numbers, which another
# rounding moves by a step of 1 to 2 %.
BOX_TOLERANCE_PIXELS = 3


class CannotEmulate(Exception):
    """Why this machine cannot run the emulated Pi."""


def main(argv=None):
    """Sets the emulated Pi up, compares, prints one JSON object; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", type=Path, help="default: the file of the demo")
    parser.add_argument("--images", type=int, default=300, help="test images (default: 300)")
    parser.add_argument(
        "--photos", nargs="*", type=Path, default=[], help="default: two drawn pages"
    )
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "digitnet-pi",
        help="where the emulated system is kept (default: %(default)s)",
    )
    arguments = parser.parse_args(argv)
    try:
        emulator = set_up(arguments.cache)
    except CannotEmulate as reason:
        print(f"cannot emulate a Pi here: {reason}", file=sys.stderr)
        return CANNOT
    files = arguments.files or [ROOT / "edge_demo" / "models" / "digitnet-int8.tflite"]
    with tempfile.TemporaryDirectory() as folder:
        report = compare(emulator, files, arguments.images, arguments.photos, Path(folder))
    print(json.dumps(report, indent=2))
    return 0 if report["agree"] else 1


def set_up(cache):
    """Makes the emulated system in `cache` where it is not yet; returns its command line.

    Raises:
        CannotEmulate: a tool is missing, or a package cannot be fetched.
    """
    for tool, package in ((EMULATOR, "qemu-user-static"), ("apt-get", "apt"), ("dpkg", "dpkg")):
        if shutil.which(tool) is None:
            raise CannotEmulate(f"{tool} is missing (apt-get install {package})")
    system, site = cache / "system", cache / "site"
    if not (cache / "complete").exists():
        shutil.rmtree(cache, ignore_errors=True)
        for folder in (system, site, cache / "fetched"):
            folder.mkdir(parents=True)
        _unpack_debian(cache, system)
        _unpack_wheels(cache, site)
        (cache / "complete").touch()
    packages = f"{site}:{ROOT}"
    python = system / "usr" / "bin" / "python3.11"
    command = [EMULATOR, "-L", system, "-E", "PYTHONHOME=/usr", "-E", f"PYTHONPATH={packages}"]
    return [*map(str, command), str(python)]


def _unpack_debian(cache, system):
    """Fetches arm64 packages with an apt of their own, so that this machine's stays as it is."""
    state = cache / "apt"
    (state / "lists" / "partial").mkdir(parents=True)
    (state / "status").touch()
    options = [
        "APT::Architecture=arm64",
        "APT::Architectures=arm64",
        f"Dir::State={state}",
        f"Dir::State::status={state / 'status'}",
        f"Dir::Cache={state / 'cache'}",
        "APT::Sandbox::User=root",
    ]
    if "bookworm" not in Path("/etc/os-release").read_text(encoding="utf-8"):
        sources = state / "sources.list"
        keys = "/usr/share/keyrings/debian-archive-keyring.gpg"
        sources.write_text(f"deb [signed-by={keys}] http://deb.debian.org/debian bookworm main\n")
        options += [f"Dir::Etc::SourceList={sources}", "Dir::Etc::SourceParts=-"]
    apt = ["apt-get", "-qq", *(part for option in options for part in ("-o", option))]
    # A failing side index (updates, security) is no reason to stop: the download decides.
    subprocess.run([*apt, "update"], capture_output=True)
    process = subprocess.run(
        [*apt, "download", *DEBIAN_PACKAGES], cwd=cache / "fetched", capture_output=True, text=True
    )
    if process.returncode:
        raise CannotEmulate(f"Debian's arm64 packages cannot be fetched: {_last_line(process)}")
    for package in sorted((cache / "fetched").glob("*.deb")):
        subprocess.run(["dpkg", "-x", package, system], check=True)


def _unpack_wheels(cache, site):
    platforms = [part for name in WHEEL_PLATFORMS for part in ("--platform", name)]
    process = subprocess.run(
        [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--only-binary=:all:"]
        + [*platforms, "--python-version", "3.11", "-d", cache / "fetched", *WHEELS],
        capture_output=True,
        text=True,
    )
    if process.returncode:
        raise CannotEmulate(f"the aarch64 wheels cannot be fetched: {_last_line(process)}")
    for wheel in (cache / "fetched").glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(site)


def _last_line(process):
    return (process.stderr.strip().splitlines() or ["no message"])[-1]


def compare(emulator, files, image_count, photos, folder):
    """Asks both machines and compares every answer.

    Returns:
        dict: agree, the two runtimes, images, and for each file the images with equal digits and
        the largest differences; for each picture the digits that both machines read.
    """
    import numpy as np

    images = test_images(image_count)
    np.save(folder / "images.npy", images)
    for path in files:
        shutil.copy(path, folder)
    photos = photos or drawn_pages(folder)
    machines = {"here": [sys.executable], "emulated": emulator}
    runtimes, readings = {}, {}
    for name, python in machines.items():
        (folder / name).mkdir()
        script = ["-m", "tests.emulated_pi_answers", folder, folder / name]
        runtimes[name] = _output([*python, *script]).splitlines()[-1]
        lines = _output([*python, "-m", "edge_demo", *photos, "--json"]).splitlines()
        readings[name] = [json.loads(line) for line in lines]
    report = {"runtimes": runtimes, "images": len(images), "files": {}, "pictures": {}}
    agree = True
    for path in files:
        here, there = (np.load(folder / name / f"{path.stem}.npz") for name in machines)
        same = here["probabilities"].argmax(1) == there["probabilities"].argmax(1)
        differences = {key: float(np.abs(here[key] - there[key]).max()) for key in here.files}
        agree &= bool(same.all()) and max(differences.values()) <= PROBABILITY_TOLERANCE
        report["files"][path.name] = {"equal_digits": int(same.sum()), "largest": differences}
    for photo, here, there in zip(photos, readings["here"], readings["emulated"], strict=True):
        agree &= _same_digits(here["digits"], there["digits"])
        report["pictures"][Path(photo).name] = {
            name: "".join(str(digit["digit"]) for digit in frame["digits"])
            for name, frame in (("here", here), ("emulated", there))
        }
    return {"agree": bool(agree), **report}


def _same_digits(here, there):
    """Whether both read the same digits, in boxes that differ by no more than a rounding."""
    if [digit["digit"] for digit in here] != [digit["digit"] for digit in there]:
        return False
    pairs = zip(here, there, strict=True)
    sides = (pair for one, other in pairs for pair in zip(one["box"], other["box"], strict=True))
    return all(abs(mine - theirs) <= BOX_TOLERANCE_PIXELS for mine, theirs in sides)


def test_images(count):
    """The first test images at hand: MNIST, or the embedded digits where there is no MNIST."""
    program = (
        "import sys, numpy; from digitnet.digits import datasets; "
        f"numpy.save(sys.argv[1], datasets.load('auto').x_test[:{count}])"
    )
    import numpy as np

    with tempfile.TemporaryDirectory() as folder:
        _output([sys.executable, "-c", program, f"{folder}/images.npy"])
        return np.load(f"{folder}/images.npy")


def drawn_pages(folder):
    """Two pages of digits drawn by our own code, as picture files."""
    program = (
        "import sys, cv2; from edge_demo.frames.synthetic import draw_page; "
        "cv2.imwrite(sys.argv[1], draw_page(['31415', '92653'], seed=1)[0]); "
        "cv2.imwrite(sys.argv[2], draw_page(['2718', '2818'], seed=2)[0])"
    )
    paths = [folder / "page-1.png", folder / "page-2.png"]
    _output([sys.executable, "-c", program, *paths])
    return paths


def _output(command):
    process = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True
    )
    if process.returncode:
        raise RuntimeError(f"{command[0]} failed: {process.stderr[-2000:]}")
    return process.stdout


if __name__ == "__main__":
    sys.exit(main())
