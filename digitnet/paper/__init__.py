"""The paper's experiments, as `python -m digitnet.reproduce` runs them.

A table has rows (`experiments/rows.py`), a row reads one or more trials (`experiments/trials.py`)
at an epoch, a trial with a seed is a job, and a finished job is one JSON file (`runners/store.py`).
`runners/local.py` and `runners/cluster.py` run jobs, `report/` says what came out.
"""
