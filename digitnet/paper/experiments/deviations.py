"""Where the paper is silent, contradicts itself or cannot be followed, and what is done here."""

TABLE = (
    (
        "80,000 digits, 60,000 to train on and 20,000 to test on",
        "MNIST has 60,000 and 10,000",
        "all 60,000 and all 10,000; `--dataset` takes QMNIST's files, whose first 20,000 test "
        "images make the paper's count",
        "another test set is another benchmark",
    ),
    (
        "SGD, learning rate 0.01",
        "MATLAB's solver, which the paper used, has momentum 0.9 unless told otherwise",
        "no momentum in Tables 1 to 4; both in the readings of the protocol",
        "the letter first; the readings show what it costs",
    ),
    (
        "horizontal flip",
        "mirrored digits are not digits",
        "flipped in Tables 1 to 4; both in the readings of the protocol",
        "as above",
    ),
    (
        "jitter",
        "a shift of the image, or a change of its colours",
        "shifts of at most 2 whole pixels in Tables 1 to 4; ±20 % of brightness and of contrast in "
        "the readings",
        "MATLAB's augmenter, which flips too, shifts and has no colours",
    ),
    (
        "100 epochs, and a table of 50, 100 and 150",
        "one run passes through all three when the learning rate is constant",
        "one run of 150 epochs, read three times; its hundredth epoch is LeNet+Attention in every "
        "table",
        "nothing is run twice",
    ),
    (
        "test accuracy",
        "of the last epoch or of the best one: a best epoch chosen on test images is no result",
        "the last epoch; the best one stands beside it where it is of interest, and is never used",
        "the paper's table of epochs, and its curves, need the test images after each epoch: they "
        "are scored then, and no choice rests on it",
    ),
    (
        "training accuracy",
        "of augmented images while the network changes, as MATLAB shows it, or of the images as "
        "they are",
        "both, in columns of their own",
        "they are two measurements, and only one of them sees the flip",
    ),
    (
        "one figure a row",
        "no spread, no number of runs",
        "mean ± standard deviation over seeds, and each seed",
        "a difference below the spread is none",
    ),
    (
        "LeNet",
        "activation and pooling are not stated",
        "ReLU and maximum pooling, 61,706 parameters",
        "as LeNet-5 is built today",
    ),
    (
        "the attention gate",
        "number of masks and start of the bias are not stated",
        "one mask for all channels, bias 2 (open); the rest in `The gate, alone`",
        "with a bias of zero every feature starts halved",
    ),
    (
        "AlexNet, VGG16, ResNet on digits",
        "size of the input, depth of the ResNet and start of the weights are not stated",
        "one channel padded to 32×32, ResNet-50, weights at random (He)",
        "as `digitnet/networks/large.py` says, network by network",
    ),
    (
        "ResNet 86.5 %",
        "the lowest of its table, and nothing at hand says why",
        "the row as it comes out, with the epochs that it had",
        "a cause would be a guess",
    ),
    (
        "Tables 2, 3 and 4",
        "their cells were not at hand when this was written",
        "our figures alone",
        "none is made up",
    ),
)


def markdown() -> str:
    """The table, in Markdown."""
    lines = ["| the paper | the trouble | here | why |", "|---|---|---|---|"]
    return "\n".join(lines + [f"| {' | '.join(row)} |" for row in TABLE])
