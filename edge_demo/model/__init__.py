"""A .tflite file as a function, checked before it is trusted."""
