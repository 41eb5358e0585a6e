"""What this machine answers: run by emulated_pi.py here and under the emulator, with equal inputs.

Needs NumPy, a TFLite runtime and edge_demo. `IN` holds images.npy and the .tflite files, `OUT` gets
an .npz for each file. The last line printed is the runtime.
"""

import platform
import sys
from pathlib import Path

import numpy as np

from edge_demo.model.classifier import Classifier


def main(argv):
    """Classifies every image with every file."""
    inputs, outputs = map(Path, argv)
    images = np.load(inputs / "images.npy")
    for path in sorted(inputs.glob("*.tflite")):
        classifier = Classifier(path)
        prediction = classifier.predict_batch(images)
        arrays = {"probabilities": prediction.probabilities}
        if prediction.attention is not None:
            arrays["attention"] = prediction.attention
        np.savez(outputs / f"{path.stem}.npz", **arrays)
    print(f"{classifier.runtime}, Python {platform.python_version()}, {platform.machine()}")


if __name__ == "__main__":
    main(sys.argv[1:])
