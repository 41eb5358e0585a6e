"""Networks beside LeNet, and the names of all, which are known without Keras."""

NAMES = ("lenet", "lenet_attention", "edge", "alexnet", "vgg16", "resnet50")
