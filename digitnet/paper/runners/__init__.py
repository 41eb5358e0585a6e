"""How it is run: methods, worker processes, a cluster, stored outcomes."""
