"""Frames: from cameras, videos, pictures, and a drawn scene."""
