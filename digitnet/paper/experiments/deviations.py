"""Where the paper is silent, contradicts itself or cannot be followed, and what is done here."""

HEAD = ("the paper", "the trouble", "here", "why")
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
        "an input of 32×32, six maps of 28×28, halved to 14×14 while their number grows",
        "MNIST's images are of 28×28, and halving adds no maps",
        "two zeros around the image; six maps after the first convolution and its pooling, sixteen "
        "after the second",
        "as LeNet-5 has it",
    ),
    (
        "two full connections",
        "LeNet-5 has three, if the ten answers count",
        "120 and 84, then the ten answers",
        "as LeNet-5 has it",
    ),
    (
        "LeNet",
        "activation and pooling are not stated",
        "ReLU and maximum pooling, 61,706 parameters",
        "as LeNet-5 is built today",
    ),
    (
        "the attention gate: a mask from the map by a 1×1 convolution, multiplied with the map",
        "what keeps the mask between 0 and 1, after which layers it stands, the number of masks "
        "and the start of the bias are not stated",
        "a sigmoid, after both poolings, one mask for all channels, bias 2 (open); the rest in "
        "`The gate, alone`",
        "with a bias of zero every feature starts halved",
    ),
    (
        "the gate filters out background and noise",
        "the background of MNIST's images is empty, and no experiment measures it",
        "the masks in the attention maps; the gate's gain on MNIST alone",
        "cluttered digits are another benchmark",
    ),
    (
        "cross-entropy, equation 1",
        "the logarithm is of what the text does not call the model's output, so of the labels: "
        "log 0",
        "minus the logarithm of the probability of the true digit",
        "the only reading that has a value",
    ),
    (
        "pixels from 0 to 1, flattened to 784 numbers",
        "a convolution needs the image",
        "28×28 pixels of 0 to 255, divided by 255 inside the model",
        "the same numbers",
    ),
    (
        "programmed in MATLAB, images in arrays of NumPy",
        "NumPy is Python's, where SGD has no momentum unless told so",
        "Keras; both readings of the momentum",
        "nothing at hand decides",
    ),
    (
        "only two kinds of digits, easy to tell apart",
        "MNIST has ten",
        "all ten",
        "the other sentences speak of ten",
    ),
    (
        "local binary patterns do not do well on harder problems, sparse codes may be redundant, "
        "and the paper's method mends both",
        "no figure for either",
        "both with a linear classifier in Table 1, without a figure of the paper",
        "the paper names no settings of theirs",
    ),
    (
        "local binary patterns of nine pixels as numbers of eight bits, in figure 1",
        "256 numbers, most of which are rare",
        "58 numbers for patterns of at most two changes, one for the rest, in 4×4 cells",
        "the form that is used for recognition",
    ),
    (
        "AlexNet, VGG16, ResNet on digits",
        "size of the input, depth of the ResNet and start of the weights are not stated",
        "one channel padded to 32×32, ResNet-50, weights at random (He)",
        "as `digitnet/networks/large.py` says, network by network",
    ),
    (
        "ResNet 86.5 %, because a network so large overfits",
        "VGG16 has more weights and comes second, and no training accuracy is given",
        "test and training accuracy side by side in Table 1, with the epochs that the row had",
        "overfitting would show as a gap between the two",
    ),
    (
        "the best learning rate is 0.01, a batch of 96 and 100 epochs suffice",
        "chosen on the test images, or on training accuracy alone (Table 3)",
        "each cell beside ours, and each step between cells in the first table",
        "a step is compared seed by seed",
    ),
    (
        "numbers of tables and captions",
        "Table 2 is called 3 in the text, the epochs of Table 4 a batch size, and Table 1 has the "
        "caption of the template",
        "numbers as they are printed above the tables",
        "the text leaves no doubt which is meant",
    ),
    (
        "state of the art",
        "LeCun et al. 1998 have 99.05 % for LeNet-5 and 99.2 % with distorted digits; Cireşan et "
        "al. 2012 have 99.77 %",
        "no claim of that kind",
        "its 99.3 % lies near those of 1998",
    ),
)


def markdown() -> str:
    """The table, in Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *TABLE]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
