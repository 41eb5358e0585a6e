"""The API answers programs as its description says, and refuses the rest in a sentence."""

import base64
import json

import cv2
import numpy as np
import pytest

from edge_demo.contract import UserError

app_module = pytest.importorskip(
    "edge_demo.web.app", reason="the page is an extra: pip install 'digitnet[web]'"
)


def png(image):
    return cv2.imencode(".png", image)[1].tobytes()


def error_of(response):
    answer = response.json()
    assert list(answer) == ["error"] and answer["error"].endswith(".")
    return answer["error"]


def test_a_picture_is_read_as_the_command_prints_it(serve, page):
    answer = serve().post("/api/read?name=a.png", content=png(page.image)).json()
    assert answer["source"] == "a.png" and answer["frame"] == 0
    assert [digit["digit"] for digit in answer["digits"]] == list(page.digits)
    assert set(answer["digits"][0]) == {"digit", "confidence", "box"}
    assert "".join(answer["numbers"]) == "".join(map(str, page.digits))


def test_details_tell_what_the_network_saw(serve, page):
    content = png(page.image)
    answer = serve().post("/api/read?details=1&annotated=1", content=content).json()
    digit = answer["digits"][0]
    assert len(digit["probabilities"]) == 10
    image = cv2.imdecode(np.frombuffer(base64.b64decode(digit["image"]), np.uint8), 0)
    assert image.shape == (28, 28)
    annotated = base64.b64decode(answer["annotated"])
    assert cv2.imdecode(np.frombuffer(annotated, np.uint8), 1).shape == page.image.shape


def test_an_empty_pad_has_no_digit(serve):
    answer = serve().post("/api/read", content=png(np.full((480, 720), 255, np.uint8))).json()
    assert answer["digits"] == [] and answer["numbers"] == []


@pytest.mark.parametrize("content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n" + b"\0" * 40])
def test_what_is_no_picture_is_refused(serve, content):
    response = serve().post("/api/read", content=content)
    assert response.status_code == 422
    assert error_of(response)


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_decoded(serve):
    # A PNG's header says its size; the pixels of this one would take 30 GB.
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (100_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    response = serve().post("/api/read", content=header + b"\0" * 64)
    assert response.status_code == 422
    assert "100,000 by 100,000" in error_of(response)


def test_a_body_of_too_many_bytes_is_refused(serve, monkeypatch):
    monkeypatch.setattr(app_module, "MOST_BYTES", 1000)
    client = serve()
    assert client.post("/api/read", content=b"x" * 1001).status_code == 413
    chunks = (b"x" * 400 for _ in range(3))  # no length is declared
    assert client.post("/api/read", content=chunks).status_code == 413


def test_the_newest_frame_comes_with_what_was_read(serve, page):
    response = serve().get("/api/frame?after=0&boxes=1")
    facts = json.loads(response.headers["x-frame"])
    assert facts["frame"] == 1 and facts["source"] == "drawn"
    assert [digit["digit"] for digit in facts["digits"]] == list(page.digits)
    picture = cv2.imdecode(np.frombuffer(response.content, np.uint8), 1)
    assert picture.shape == page.image.shape


def test_boxes_are_drawn_when_they_are_asked_for(serve, page):
    client = serve()
    plain = client.get("/api/frame?after=0").content
    assert client.get("/api/frame?after=0&boxes=1").content != plain


def test_a_missing_camera_is_said_and_the_rest_goes_on(serve, page, monkeypatch):
    monkeypatch.setattr(app_module, "FRAME_SECONDS", 0.05)

    def open_frames():
        raise UserError("No camera is found.")

    client = serve(open_frames)
    assert client.get("/api/frame").json() == {"state": "waiting", "message": "No camera is found."}
    assert client.get("/api/health").json()["live"] is False
    assert client.post("/api/read", content=png(page.image)).status_code == 200


def test_a_camera_that_comes_back_is_shown_again(serve, page, monkeypatch):
    from edge_demo.frames.sources import Frame
    from edge_demo.web import live

    monkeypatch.setattr(live, "RETRY_SECONDS", 0.05)
    attempts = iter([UserError("gone."), UserError("gone.")])

    def open_frames():
        for error in attempts:
            raise error
        return iter([Frame("drawn", page.image, None, "drawn.jpg")])

    assert serve(open_frames).get("/api/frame").headers["content-type"] == "image/jpeg"


def test_a_frame_number_that_is_none_is_refused(serve):
    response = serve().get("/api/frame?after=x")
    assert response.status_code == 400 and error_of(response)


def test_a_correction_is_kept_once_in_a_class_folder(serve, page, tmp_path):
    client = serve()
    digit = client.post("/api/read?details=1", content=png(page.image)).json()["digits"][0]
    for label in (7, 7, 3):
        answer = client.post("/api/corrections", json={"digit": label, "image": digit["image"]})
        assert answer.json() == {"digit": label, "count": 1}
    kept = sorted(path.relative_to(tmp_path / "mine") for path in tmp_path.rglob("*.png"))
    assert [path.parts[0] for path in kept] == ["3"]
    assert cv2.imread(str(tmp_path / "mine" / kept[0]), 0).shape == (28, 28)


@pytest.mark.parametrize(
    "correction",
    [
        [],
        {"digit": 7},
        {"digit": 10, "image": ""},
        {"digit": True, "image": ""},
        {"digit": "../7", "image": ""},
        {"digit": 7, "image": "!"},
        {"digit": 7, "image": "AAAA"},
        {"digit": 7, "image": "A" * 10_000},
    ],
)
def test_what_is_no_correction_is_refused_and_nothing_is_written(serve, correction, tmp_path):
    response = serve().post("/api/corrections", json=correction)
    assert response.status_code == 422 and error_of(response)
    assert not list(tmp_path.rglob("*.png"))


def test_corrections_are_written_only_where_the_command_allows(serve):
    response = serve(collect=False).post("/api/corrections", json={"digit": 7, "image": ""})
    assert response.status_code == 403
    assert "--collect DIR" in error_of(response)


def test_the_model_s_contract_is_told(serve):
    facts = serve().get("/api/model").json()
    assert facts["labels"] == list("0123456789")
    assert facts["input"]["shape"] == [1, 28, 28, 1] and "metadata" in facts


def test_metrics_are_prometheus_text(serve, page):
    client = serve()
    client.post("/api/read", content=png(page.image))
    client.get("/nowhere")
    text = client.get("/metrics").text
    assert 'digitnet_requests_total{path="/api/read",status="200"} 1.0' in text
    assert f"digitnet_digits_total {len(page.digits)}.0" in text
    assert "nowhere" not in text


@pytest.mark.parametrize(
    "path",
    ["/etc/passwd", "/../app.py", "/%2e%2e/app.py", "/static/../app.py", "/app.py"],
)
def test_no_file_of_the_device_is_reached_by_any_path(serve, path):
    assert serve().get(path).status_code == 404


def test_every_answer_that_is_described_is_served_and_the_other_way_round(serve):
    client = serve()
    described = client.get("/openapi.json").json()["paths"]
    served = app_module.API_PATHS
    assert set(described) == served
    for path, methods in described.items():
        assert set(methods) == ({"post"} if client.get(path).status_code == 405 else {"get"})
