"""The paper's experiments, as `python -m digitnet.reproduce` runs them.

A table has rows (`rows.py`), a row reads one or more trials (`trials.py`) at an epoch, a trial with
a seed is a job, and a finished job is one JSON file (`store.py`). `local.py` and `cluster.py` run
jobs, `report.py` writes what came out.
"""
