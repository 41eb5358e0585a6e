"""What an installation without extras answers: `python tests/base_install.py`, outside the clone.

Every command's help and version answer, and what a command lacks is a sentence that names the
extra. Run by CI in an environment that has the wheel and NumPy alone; needs nothing but the
standard library.
"""

import os
import subprocess
import sys
import tempfile
import zipfile

# Each command with arguments with which it gets as far as the first package it lacks.
COMMANDS = {
    "digitnet.train": ["--dataset", "optdigits"],
    "digitnet.evaluate": ["model.keras"],
    "digitnet.reproduce": ["--tables", "1"],
    "export": ["run"],
    "export.inspect": ["model.tflite"],
    "edge_demo": ["picture.png"],
    "edge_demo.bulk": ["pictures", "--out", "read"],
}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
    "0000000a49444154789c6360000000020001e221bc330000000049454e44ae426082"
)


def run(folder, module, arguments):
    command = [sys.executable, "-m", module, *arguments]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)


def main():
    """Runs every command in an empty folder and prints what it said."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("model.keras", "model.tflite", "run/model.keras"):
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if name.endswith("keras"):
                with zipfile.ZipFile(path, "w") as file:
                    file.writestr("config.json", "{}")
            else:
                with open(path, "wb") as file:
                    file.write(b"\0\0\0\0TFL3")
        with open(os.path.join(folder, "picture.png"), "wb") as file:
            file.write(PNG)
        for module, arguments in COMMANDS.items():
            for option in ("--help", "--version"):
                answer = run(folder, module, [option])
                assert answer.returncode == 0, f"{module} {option}: {answer.stderr}"
            answer = run(folder, module, arguments)
            said = answer.stderr.strip()
            print(f"{module}: {said}")
            assert answer.returncode == 2, f"{module} ended with {answer.returncode}: {said}"
            assert said.startswith("error: ") and "\n" not in said, said
            assert "pip install 'digitnet[" in said, said
        answer = run(
            folder, "edge_demo.doctor", []
        )  # it says what is missing, and that is its work
        assert "to mend it: pip install" in answer.stdout, answer
        answer = subprocess.run(
            [sys.executable, "-c", "import digitnet, edge_demo; print(digitnet.__version__)"],
            cwd=folder,
            capture_output=True,
            text=True,
        )
        assert answer.returncode == 0, answer.stderr
    print("every command says what it lacks")


if __name__ == "__main__":
    main()
