"""The bridge from Keras to TFLite: `python -m export RUN_DIR` writes files that any runtime runs.

A run directory is loaded (`source`), its graph rewritten for speed (`rewrite`), each format
converted in a process of its own (`convert`), trimmed (`trim`), checked against what the target
runtime can run (`targets`), packed with labels and contract (`package`), and judged on every test
image by the classifier that will run it on the device (`verify`).
"""
