"""Network cameras are read like others, opened again when they break, and keep their passwords."""

import http.server
import threading
import time

import cv2
import numpy as np
import pytest

from edge_demo.contract import UserError
from edge_demo.frames import network, newest
from edge_demo.frames.sources import open_source


class Stream(http.server.BaseHTTPRequestHandler):
    """A camera's MJPEG stream: twelve frames, then the connection breaks."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        self.end_headers()
        picture = np.full((48, 64, 3), 200, np.uint8)
        encoded = cv2.imencode(".jpg", picture)[1].tobytes()
        try:
            for _ in range(12):
                head = (
                    f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(encoded)}\r\n\r\n"
                )
                self.wfile.write(head.encode() + encoded + b"\r\n")
                time.sleep(0.01)
        except OSError:
            pass  # the reader went away

    def log_message(self, *_):
        pass


@pytest.fixture
def address():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stream)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://me:secret@127.0.0.1:{server.server_port}/stream.mjpg"
    server.shutdown()
    server.server_close()


def test_a_stream_is_read_and_opened_again_when_it_breaks(address, monkeypatch, capfd):
    monkeypatch.setattr(newest, "RETRY_SECONDS", 0.05)
    frames = open_source(address)
    seen = 0
    for frame in frames:
        assert frame.image.shape == (48, 64, 3)
        assert "secret" not in frame.source + frame.relative
        seen += 1
        if "is back" in capfd.readouterr().err:
            break
        assert seen < 500
    frames.close()


def test_a_stream_that_is_not_there_is_a_sentence_without_the_password(capfd):
    with pytest.raises(UserError) as raised:
        next(open_source("http://me:secret@127.0.0.1:9/stream.mjpg"))
    said = str(raised.value) + capfd.readouterr().err
    assert "secret" not in said and "http://127.0.0.1:9/" in said


@pytest.mark.parametrize(
    ("text", "is_one"),
    [("rtsp://a/b", True), ("HTTP://a", True), ("C://a", False), ("a.jpg", False), ("0", False)],
)
def test_addresses_are_told_from_files(text, is_one):
    assert network.is_network_address(text) == is_one


def test_a_password_with_an_at_sign_is_not_shown():
    assert network.without_secrets("rtsp://me:p@ss@cam/live?pwd=1") == "rtsp://cam/live"
