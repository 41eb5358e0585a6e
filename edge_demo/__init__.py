"""Reads handwritten digits from pictures and cameras with a small TFLite file."""
