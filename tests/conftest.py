"""Shared by all tests. Imports nothing heavy: the device side's tests run without Keras."""

import contextlib

# tflite-runtime 2.14.0 crashes in a process that imported TensorFlow 2.21 first; this order works.
with contextlib.suppress(ImportError):
    import tflite_runtime.interpreter  # noqa: F401
