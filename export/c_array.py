"""A model as C: the .h/.cc pair that microcontroller projects compile in."""

import textwrap

from export.flatfile import Graph, Tensor
from export.micro import Arena

BYTES_PER_LINE = 16


def header(graph: Graph, size_bytes: int, symbol: str, title: str, arena: Arena | None) -> str:
    """The .h: two symbols, and the contract of inputs and outputs in the comment.

    Args:
        graph: of the file, as `flatfile.read` returns it.
        size_bytes: of the flatbuffer.
        symbol: prefix of the C names, such as `digitnet_int8`.
        title: what the comment calls the model.
        arena: what the file was measured to need, or None where no runtime was there to measure in.
    """
    lines = [title, ""]
    for kind, tensors in (("Input", graph.inputs), ("Output", graph.outputs)):
        lines += [_contract(kind, name, graph.tensors[i]) for name, i in tensors.items()]
    lines += [
        "",
        "Pixels: 0 = background, 255 = ink (light digits on a dark background), fitted into 20x20 "
        "and centred by mass in 28x28, as MNIST has them. No scaling.",
        "",
        f"Operators for a MicroMutableOpResolver<{len(graph.operator_versions())}>: "
        f"{', '.join(graph.operator_versions())}.",
        "",
        _arena(arena),
    ]
    comment = "\n".join(
        f"// {part}".rstrip()
        for line in lines
        for part in (textwrap.wrap(line, 90, subsequent_indent="  ") or [""])
    )
    return f"""{comment}
#ifndef {symbol.upper()}_H_
#define {symbol.upper()}_H_

#ifdef __cplusplus
extern "C" {{
#endif

// A TensorFlow Lite flatbuffer of {size_bytes} bytes, aligned to 16.
extern const unsigned char {symbol}_model[];
// Its length in bytes.
extern const unsigned int {symbol}_model_size;

#ifdef __cplusplus
}}
#endif

#endif  // {symbol.upper()}_H_
"""


def source(flatbuffer: bytes, symbol: str, header_name: str) -> str:
    """The .cc: the bytes of the flatbuffer, without the labels, which a header's reader has."""
    rows = [
        "    " + ", ".join(f"0x{byte:02x}" for byte in flatbuffer[i : i + BYTES_PER_LINE]) + ","
        for i in range(0, len(flatbuffer), BYTES_PER_LINE)
    ]
    body = "\n".join(rows)
    return f"""#include "{header_name}"

alignas(16) const unsigned char {symbol}_model[] = {{
{body}
}};
const unsigned int {symbol}_model_size = sizeof({symbol}_model);
"""


def _arena(arena: Arena | None) -> str:
    if arena is None:
        return (
            "Arena: not measured. `pip install --pre tflite-micro` in an environment of its own, "
            "and export again with --target tflm --runtime and that environment's python."
        )
    return (
        f"Arena: {arena.size_bytes} bytes, aligned to 16, measured in {arena.runtime} on "
        f"{arena.machine}; 16 bytes fewer fail."
    )


def _contract(kind: str, name: str, tensor: Tensor) -> str:
    shape = "x".join(map(str, tensor.shape))
    line = f"{kind} {name}: {tensor.dtype} {shape}"
    if len(tensor.scales) == 1:
        line += (
            f", real value = (integer - ({tensor.zero_points[0]})) * {tensor.scales[0]:.9g}"
            if kind == "Output"
            else f", scale {tensor.scales[0]:.9g}, zero point {tensor.zero_points[0]}"
        )
    return line + "."
