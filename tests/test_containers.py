"""containers/: what the images may be made of, by the checks of those who read the files."""

import json
import pathlib
import re
import shutil
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONTAINERS = ROOT / "containers"
DOCKERFILES = sorted(CONTAINERS.glob("*.Dockerfile"))
LOCKS = sorted(CONTAINERS.glob("*.txt"))
each_dockerfile = pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.name)


def tool(name):
    """The path of a command that is installed beside this Python, or on the PATH."""
    beside = pathlib.Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


def instructions(path):
    """(name, value) of each instruction of a Dockerfile, continuation lines joined."""
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    text = re.sub(r"\\\n\s*", "", "\n".join(lines))
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line]


def values(path, name):
    return [value for one, value in instructions(path) if one == name]


@pytest.mark.skipif(tool("hadolint") is None, reason="hadolint is not installed here")
@each_dockerfile
def test_hadolint_finds_nothing(path):
    result = subprocess.run([tool("hadolint"), path], capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "")


@each_dockerfile
def test_the_base_is_slim_and_pinned_by_its_full_version(path):
    (base,) = values(path, "FROM")
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", base)


@each_dockerfile
def test_nothing_runs_as_root_or_through_a_shell(path):
    found = instructions(path)
    names = [name for name, _ in found]
    assert values(path, "USER") == ["10001:10001"]
    assert "RUN" not in names[names.index("USER") :]
    for value in [*values(path, "CMD"), *values(path, "ENTRYPOINT")]:
        assert isinstance(json.loads(value), list)
    assert "ADD" not in names


@each_dockerfile
def test_packages_are_layered_before_the_code(path):
    first, second = values(path, "COPY")
    assert first.startswith("containers/") and second.startswith("edge_demo")


def health_check(path):
    (value,) = values(path, "HEALTHCHECK")
    return json.loads(value.partition("CMD ")[2])


def test_the_page_is_healthy_while_it_answers():
    pytest.importorskip("starlette", reason="the page is not installed here")
    pytest.importorskip("uvicorn", reason="the page is not installed here")
    python, *arguments = health_check(CONTAINERS / "page.Dockerfile")
    code = arguments[-1]
    assert python == "python" and "8000" in code
    command = [sys.executable, "-m", "edge_demo", "synthetic", "--web", "127.0.0.2:0"]
    page = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        lines = (page.stderr.readline() for _ in range(20))
        port = next(found[1] for line in lines if (found := re.search(r":(\d+)/", line)))
        code = code.replace("127.0.0.1", "127.0.0.2").replace("8000", port)
        assert subprocess.run([sys.executable, "-c", code]).returncode == 0
    finally:
        page.kill()
        page.communicate()
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode != 0


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="there is no /proc here")
def test_a_bulk_container_without_ray_is_unhealthy(tmp_path):
    code = health_check(CONTAINERS / "bulk.Dockerfile")[-1]
    (tmp_path / "1").mkdir()
    code = code.replace("/proc/", f"{tmp_path}/")
    for comm, status in (("python\n", 1), ("raylet\n", 0)):
        (tmp_path / "1" / "comm").write_text(comm)
        assert subprocess.run([sys.executable, "-c", code]).returncode == status


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned(path):
    lines = [line for line in path.read_text().splitlines() if not line.startswith("#")]
    assert lines and all(re.fullmatch(r"[\w.-]+==[\w.]+", line) for line in lines)


def test_the_page_s_packages_are_what_its_extras_ask_for():
    tomllib = pytest.importorskip("tomllib", reason="Python 3.10 has none")
    requirements = pytest.importorskip("packaging.requirements")
    utils = pytest.importorskip("packaging.utils")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    lines = (CONTAINERS / "page.txt").read_text().splitlines()
    pins = [line.split("==") for line in lines if not line.startswith("#")]
    pinned = {utils.canonicalize_name(name): version for name, version in pins}
    image = {"python_version": "3.13", "sys_platform": "linux"}
    asked = map(
        requirements.Requirement, [*project["dependencies"], *extras["edge"], *extras["web"]]
    )
    for one in asked:
        if one.name != "digitnet" and (one.marker is None or one.marker.evaluate(image)):
            assert one.specifier.contains(pinned[utils.canonicalize_name(one.name)]), one


def test_an_image_is_built_of_the_device_s_code_alone():
    rules = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {rule for rule in rules if rule.startswith("!")}
    assert "*" in rules and kept == {"!edge_demo", "!containers/*.txt"}


@pytest.mark.skipif(tool("check-jsonschema") is None, reason="check-jsonschema is not installed")
def test_the_compose_file_is_one_by_compose_s_own_schema():
    command = [tool("check-jsonschema"), "--builtin-schema", "vendor.compose-spec"]
    result = subprocess.run([*command, CONTAINERS / "compose.yaml"], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout


def test_every_service_is_closed():
    yaml = pytest.importorskip("yaml", reason="PyYAML is not installed here")
    services = yaml.safe_load((CONTAINERS / "compose.yaml").read_text())["services"]
    assert set(services) == {"page", "bulk"}
    for service in services.values():
        assert service["read_only"] and service["init"] and service["tmpfs"]
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert (CONTAINERS / service["build"]["context"]).resolve() == ROOT
        assert (ROOT / service["build"]["dockerfile"]).is_file()
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


def test_the_cluster_file_is_one_by_ray_s_own_check():
    util = pytest.importorskip("ray.autoscaler._private.util", reason="Ray is not installed here")
    import yaml

    config = yaml.safe_load((CONTAINERS / "ray-cluster.yaml").read_text())
    prepared = util.prepare_config(config)  # as `ray up` does
    util.validate_config(prepared)
    with pytest.raises(Exception, match="workers_of_all_lands"):
        util.validate_config({**prepared, "workers_of_all_lands": 3})
