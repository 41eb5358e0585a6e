"""Training of the page reader: crops of drawn pages, targets, losses, and the run."""
