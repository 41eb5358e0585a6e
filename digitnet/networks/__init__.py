"""Networks beside LeNet: the camera's, and the large ones that the paper weighs."""
