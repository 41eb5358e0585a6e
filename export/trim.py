"""A converted file without the converter's baggage: names that nobody reads, notes, duplicates.

It is a third of the bytes that are not weights. Inputs and outputs get the contract's names, and
outputs its order: the converter sorts them by name, and whoever follows a tutorial reads output 0.
"""

from types import ModuleType
from typing import Any

import flatbuffers
import numpy as np

from edge_demo.contract import ATTENTION, PROBABILITIES

ALIGNMENT_BYTES = 16  # what the schema promises to the runtimes for the contents of a buffer


class _Builder(flatbuffers.Builder):
    """flatbuffers' Python builder forgets `force_align`, which only byte vectors carry here."""

    def StartVector(self, element_size: int, count: int, alignment: int) -> int:
        if element_size == 1:
            alignment = ALIGNMENT_BYTES
        return super().StartVector(element_size, count, alignment)


def trimmed(content: bytes) -> bytes:
    """Rewrites a .tflite file, smaller; weights and answers stay as they are.

    Input and outputs are named as the file's signature has them, and `probabilities` becomes output
    0 and `attention` output 1, in the graph and in the signature alike.
    """
    from tensorflow.lite.python import schema_py_generated as schema

    model = schema.ModelT.InitFromObj(schema.Model.GetRootAs(content, 0))
    (graph,), (signature,) = model.subgraphs, model.signatureDefs
    names = {tensor.tensorIndex: tensor.name for tensor in signature.inputs + signature.outputs}
    for index, tensor in enumerate(graph.tensors):
        tensor.name = names.get(index)
        if tensor.quantization is not None and tensor.quantization.scale is None:
            tensor.quantization = None
        # A signature of shapes is for tensors that can be resized; the batch is fixed.
        tensor.shapeSignature = None
    signature.outputs.sort(key=lambda output: _rank(output.name))
    graph.outputs = [output.tensorIndex for output in signature.outputs]
    graph.name = None
    model.metadataBuffer = None
    model.description = b"digitnet"
    # The oldest runtime is worth its 100 bytes; how the file was converted stands in our report.
    model.metadata = [m for m in model.metadata or [] if m.name == b"min_runtime_version"]
    _share_buffers(model, schema)
    builder = _Builder(len(content))
    builder.Finish(model.Pack(builder), file_identifier=b"TFL3")
    return bytes(builder.Output())


def _rank(name: bytes) -> int:
    """An output's place in the file; names that the contract does not have come last."""
    order = (PROBABILITIES, ATTENTION)
    return order.index(name.decode()) if name.decode() in order else len(order)


def _share_buffers(model: Any, schema: ModuleType) -> None:
    """Keeps each content once. Buffer 0 is empty by the format's rule, and serves all the empty."""
    kept, number_of = [schema.BufferT()], {b"": 0}
    for graph in model.subgraphs:
        for tensor in graph.tensors:
            data = model.buffers[tensor.buffer].data
            key = b"" if data is None else np.asarray(data, np.uint8).tobytes()
            if key not in number_of:
                number_of[key] = len(kept)
                kept.append(model.buffers[tensor.buffer])
            tensor.buffer = number_of[key]
    for note in model.metadata:
        kept.append(model.buffers[note.buffer])
        note.buffer = len(kept) - 1
    model.buffers = kept
