"""What a person sees: annotated frames, in a window or in files."""
