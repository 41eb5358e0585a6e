"""The model card: README.md beside the files, in the form that model hubs read."""

from typing import Any


def to_markdown(report: dict[str, Any]) -> str:
    """Writes the card from `report.build`'s dict: front matter for a hub, then text for people."""
    best = report["files"][0]
    judged = best["runtimes"][0]
    dataset = report["dataset"]
    name = report["model"] or "digitnet"
    front = [
        "---",
        "license: apache-2.0",
        "library_name: tflite",
        "pipeline_tag: image-classification",
        "tags: [mnist, handwriting, attention, tflite, raspberry-pi, microcontroller]",
        *([f"datasets: [{dataset}]"] if dataset == "mnist" else []),
        "model-index:",
        f"- name: {name}",
        "  results:",
        "  - task: {type: image-classification}",
        f"    dataset: {{name: {dataset}, type: {dataset}, split: test}}",
        "    metrics:",
        f"    - {{type: accuracy, value: {judged['accuracy']:.4f}, name: {best['file']}}}",
        "---",
    ]
    gated = "attention" in best["outputs"]
    attention = (
        "- Output `attention`: the mask of the first attention gate, 0 to 1.\n" if gated else ""
    )
    second = " and `attention` output 1" if gated else ""
    text = f"""
# {name}: handwritten digits in {best["bytes"]:,} bytes

A small convolutional network{" with attention gates" if gated else ""} that reads one handwritten
digit, as TensorFlow Lite files exported by digitnet. Each file carries its labels and its input
contract as a zip that is appended to it (`unzip -p FILE digitnet.json`).

| file | bytes | accuracy on {judged["images"]:,} test images | runtime |
|---|---|---|---|
"""
    for file in report["files"]:
        for runtime in file["runtimes"]:
            text += (
                f"| `{file['file']}` | {file['bytes']:,} | {100 * runtime['accuracy']:.2f} % | "
                f"{runtime['runtime']} |\n"
            )
    text += f"""
The Keras model that they were made from reads {100 * report["keras_accuracy"]:.2f} % right.

## Use

- Input `image`: uint8 `[1, 28, 28, 1]`, 0 = background, 255 = ink: light digits on a dark
  background, fitted into 20×20 pixels and centred by mass, as MNIST has them. No scaling.
- Output `probabilities`: ten numbers, one for each digit. Where the file gives them as integers,
  (integer - zero point) · scale is the probability; both stand in the file.
{attention}
```python
from tflite_runtime.interpreter import Interpreter  # or: from ai_edge_litert.interpreter

interpreter = Interpreter("{best["file"]}")
interpreter.allocate_tensors()
runner = interpreter.get_signature_runner()
answer = runner(image=image)  # uint8 (1, 28, 28, 1)
digit = answer["probabilities"].argmax()
```

By number, `probabilities` is output 0{second}.

## Limits

It was trained on `{dataset}` and answers with one of ten digits whatever it is shown. A photograph
must first be made into what it was trained on: background removed, one digit cut out, ink light.

## Origin

Trained with the recipe `{report["recipe"]}`; exported on {report["date"]} for
{report["target"]}; the whole record is `report.json`. The Keras model's sha256 is
`{report["source_sha256"]}`.
"""
    return "\n".join(front) + "\n" + text
