"""What a run says about the machine and the packages it ran on."""

import pathlib
import platform

import numpy as np

from digitnet.training import provenance


def test_versions_are_those_of_python_and_of_the_installed_packages_alone():
    found = provenance.versions(("numpy", "no-such-package"))
    assert found == {"python": platform.python_version(), "numpy": np.__version__}


def test_the_machine_in_words_has_its_architecture_processor_and_cores():
    words = provenance.machine()
    assert words.startswith(platform.machine())
    assert provenance.processor() in words
    assert words.endswith((" cores", " 1 core"))


def test_a_system_without_cpuinfo_still_names_the_architecture_once(monkeypatch):
    monkeypatch.setattr(pathlib.Path, "is_file", lambda path: False)
    monkeypatch.setattr(platform, "processor", lambda: "")
    assert provenance.processor() == platform.machine()
    assert provenance.machine().count(platform.machine()) == 1
