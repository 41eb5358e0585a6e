"""Digits as arrays: MNIST, files of one's own, photographs, and mixtures of them."""
