"""From a frame to digits."""
