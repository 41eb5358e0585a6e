"""Each figure the README quotes, as a script that anyone can run."""
