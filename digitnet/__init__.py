"""digitnet: an attention-gated LeNet for handwritten digits, from a paper to a device.

This package is the training side. `export` turns a trained model into one .tflite file and
`edge_demo` reads digits with it. Start with `models.py`, then `train.py`.
"""

__version__ = "0.1.0"
