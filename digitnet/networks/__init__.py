"""Networks beside LeNet, and the names of all, which are known without Keras."""

NAMES = (
    "lenet",
    "lenet_attention",
    "lenet_deeper_mask",
    "edge",
    "edge_small",
    "edge_teacher",
    "edge_camera",
    "alexnet",
    "vgg16",
    "resnet50",
)
# These find digits on pages: another input, other outputs.
PAGE_READERS = ("page_reader", "page_reader_own_gates", "page_reader_no_gates")
