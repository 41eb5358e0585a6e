"""What happens between digits and a run directory."""
