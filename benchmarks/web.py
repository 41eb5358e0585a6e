"""How the demo's page stands many clients and hostile ones, on this machine's loopback.

    python -m benchmarks.web [--seconds N] [--clients N] [--fuzz N] [--seed N] [--write FILE.md]

Starts `python -m edge_demo PICTURE --web PORT` and has it read 640×480 pictures for clients that
each ask again as soon as they are answered; then sends it requests of every wrong kind. Ends with 1
when a request failed, an answer was a 5xx, or the server died.
"""

import collections
import contextlib
import http.client
import json
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from benchmarks import blocks
from edge_demo.contract import UserError, run_command

ROOT = Path(__file__).resolve().parents[1]
PICTURES = 8
WARM_UP_SECONDS = 5  # before memory is looked at: each reading thread loads its interpreter
READ = "/api/read"
PATHS = ("/", READ, "/api/frame", "/api/corrections", "/api/health", "/api/model", "/metrics")


def main(argv=None):
    """Measures, prints the table and returns the exit code."""
    return run_command(_run, argv)


def _run(argv):
    parser = blocks.parser("web", __doc__)
    parser.add_argument("--seconds", type=float, default=60, help="of load (default: 60)")
    parser.add_argument("--clients", type=int, default=50, help="at once (default: 50)")
    parser.add_argument("--fuzz", type=int, default=10_000, help="wrong requests (default: 10000)")
    parser.add_argument("--seed", type=int, default=0, help="of the wrong requests (default: 0)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    blocks.add_write_option(parser)
    arguments = parser.parse_args(argv)
    if arguments.clients < 1 or arguments.seconds <= 0 or arguments.fuzz < 0:
        raise UserError("--clients takes 1 or more, --seconds more than 0, --fuzz 0 or more.")
    import cv2

    from edge_demo.frames.synthetic import draw_page

    pages = [draw_page(["01234", "56789"], seed=seed).image for seed in range(PICTURES)]
    pictures = [cv2.imencode(".jpg", page)[1].tobytes() for page in pages]
    with tempfile.TemporaryDirectory() as folder, served(folder, pages[0]) as server:
        result = {"load": load(server, pictures, arguments.clients, arguments.seconds)}
        if arguments.fuzz:
            result["fuzz"] = fuzz(server, pictures[0], arguments.fuzz, arguments.seed)
        result["seconds_to_end"] = server.end()
    table = to_table(result, arguments)
    print(json.dumps(result) if arguments.json else table)
    if arguments.write:
        blocks.write(arguments.write, "web", table, blocks.command(parser, argv))
    bad = result["load"]["errors"] or result.get("fuzz", {}).get("server_errors")
    return 1 if bad else 0


class Server:
    """The command under test."""

    def __init__(self, process, port):
        self.process, self.port = process, port

    def memory_mb(self):
        """Resident memory in megabytes, or None where /proc is not there."""
        try:
            text = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return None
        return int(re.search(r"VmRSS:\s+(\d+)", text)[1]) / 1024

    def end(self):
        """Sends SIGTERM and returns the seconds until the process is gone."""
        start = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)
        return round(time.monotonic() - start, 2)


@contextlib.contextmanager
def served(folder, page):
    """Serves a picture; yields the `Server`."""
    import cv2

    path = Path(folder, "page.png")
    cv2.imwrite(str(path), page)
    command = [sys.executable, "-m", "edge_demo", str(path), "--web", "0"]
    command += ["--collect", str(Path(folder, "mine"))]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    try:
        said = process.stderr.readline()
        found = re.search(r":(\d+)/", said)
        if not found:
            raise UserError(f"the page does not start: {said.strip()}")
        threading.Thread(target=process.stderr.read, daemon=True).start()
        yield Server(process, int(found[1]))
    finally:
        process.kill()
        process.wait()


def load(server, pictures, clients, seconds):
    """Pictures read for many clients at once: how many a second, how soon, what went wrong."""
    from tqdm import tqdm

    times, errors = [], collections.Counter()
    stop = threading.Event()

    def ask(number):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        while not stop.is_set():
            start = time.perf_counter()
            try:
                connection.request("POST", READ, pictures[number % len(pictures)])
                response = connection.getresponse()
                answer = json.loads(response.read())
                if response.status != 200 or not answer["digits"]:
                    errors[str(response.status)] += 1
            except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
                errors[type(error).__name__] += 1
                connection.close()
            else:
                times.append((time.perf_counter(), time.perf_counter() - start))
        connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    warm_up = min(WARM_UP_SECONDS, seconds / 2)
    time.sleep(warm_up)
    before, counted_from = server.memory_mb(), time.perf_counter()
    for _ in tqdm(range(10), desc="load", unit=" tenths", leave=False):
        time.sleep((seconds - warm_up) / 10)
    ended, after = time.perf_counter(), server.memory_mb()
    stop.set()
    for thread in threads:
        thread.join()
    counted = [took for at, took in times if counted_from <= at <= ended]
    cuts = statistics.quantiles(counted, n=100) if len(counted) > 1 else [float("nan")] * 99
    return {
        "clients": clients,
        "seconds": round(ended - began, 1),
        "requests": len(times),
        "requests_per_second": round(len(counted) / (ended - counted_from), 1),
        "median_ms": round(1000 * cuts[49], 1),
        "percentile_99_ms": round(1000 * cuts[98], 1),
        "errors": sum(errors.values()),
        "kinds_of_errors": dict(errors),
        "memory_mb": [before, after],
    }


def fuzz(server, picture, count, seed):
    """Requests of every wrong kind: what they were answered, and whether the server stands."""
    from tqdm import tqdm

    rng = random.Random(seed)
    kinds = (_bytes, _broken, _huge, _wrong_type, _long_header, _path, _slow, _method)
    statuses = collections.Counter()
    before = None
    for number in tqdm(range(count), desc="fuzz", unit=" requests", leave=False):
        if number == count // 10:
            before = server.memory_mb()
        kind = rng.choice(kinds)
        statuses[_send(server.port, kind(rng, picture), goes_away=kind is _slow)] += 1
        if server.process.poll() is not None:
            raise UserError(f"the server died of request {number} (seed {seed}).")
    after = server.memory_mb()
    alive = _send(server.port, _request("GET", "/api/health"))
    if alive != "200":
        raise UserError(f"after the wrong requests the server's health is {alive}.")
    return {
        "requests": count,
        "statuses": dict(sorted(statuses.items())),
        "server_errors": sum(n for status, n in statuses.items() if status.startswith("5")),
        "memory_mb": [before, after],
    }


def _request(method, path, body=b"", headers=()):
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", "Connection: close", *headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + body


def _bytes(rng, picture):
    if rng.random() < 0.5:
        return rng.randbytes(rng.randint(1, 2000)) + b"\r\n\r\n"
    return _request("POST", rng.choice((READ, "/api/corrections")), rng.randbytes(3000))


def _broken(rng, picture):
    content = bytearray(picture)
    for _ in range(rng.randint(1, 60)):
        content[rng.randrange(len(content))] = rng.randrange(256)
    query = rng.choice(("", "?details=1", "?details=1&annotated=1"))
    return _request("POST", READ + query, bytes(content[: rng.randint(1, len(content))]))


def _huge(rng, picture):
    side = rng.choice((20_000, 65_500, 2**31 - 1))
    head = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + side.to_bytes(4, "big") * 2 + b"\x08\x06\0\0\0"
    gif = b"GIF89a" + min(side, 65535).to_bytes(2, "little") * 2 + b"\x80\0\0"
    return _request("POST", READ, rng.choice((head, gif)) + rng.randbytes(200))


def _wrong_type(rng, picture):
    values = (None, True, -1, 1e300, "7", [], {}, [[]] * 50, {"digit": {}}, {"digit": 3})
    body = json.dumps(rng.choice(values)).encode()
    body = rng.choice((body, b"[" * 5000, b'{"digit": 7, "image": "' + b"A" * 9000 + b'"}'))
    return _request("POST", "/api/corrections", body, ("Content-Type: application/json",))


def _long_header(rng, picture):
    name = rng.choice(("Cookie", "X-" + "a" * rng.randint(1, 5000), "Authorization"))
    return _request("GET", rng.choice(PATHS), headers=(f"{name}: {'b' * rng.randint(1, 70_000)}",))


def _path(rng, picture):
    parts = ("..", "%2e%2e", "etc", "passwd", "static", "app.py", "\\", "%00", "~", "é", "")
    path = "/" + "/".join(rng.choices(parts, k=rng.randint(1, 8)))
    query = "?after=" + rng.choice(("", "x", "-1", "9" * 400, "%ff", "1&after=2"))
    return _request("GET", path if rng.random() < 0.7 else "/api/frame" + query)


def _slow(rng, picture):
    """A body that is announced and never sent: the sender goes away."""
    return _request("POST", READ, headers=(f"Content-Length: {rng.randint(1, 10**9)}",))


def _method(rng, picture):
    return _request(
        rng.choice("PUT DELETE PATCH HEAD OPTIONS TRACE BREW".split()), rng.choice(PATHS)
    )


def _send(port, content, goes_away=False):
    """Sends one request and returns the status that came back, or how the connection ended."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
            connection.sendall(content)
            if goes_away:
                return "went away"
            answer = connection.recv(64)
    except TimeoutError:
        return "no answer"
    except OSError:
        return "closed"
    found = re.match(rb"HTTP/1\.[01] (\d{3})", answer)
    return found[1].decode() if found else "closed"


def to_table(result, arguments):
    """The figures as Markdown."""
    loaded = result["load"]
    rows = [
        ("clients at once", loaded["clients"]),
        ("pictures of 640×480 read a second", loaded["requests_per_second"]),
        ("milliseconds, median", loaded["median_ms"]),
        ("milliseconds, 99th percentile", loaded["percentile_99_ms"]),
        ("failed requests", f"{loaded['errors']} of {loaded['requests']:,}"),
        ("memory at the start and the end, MB", _span(loaded["memory_mb"])),
    ]
    if "fuzz" in result:
        wrong = result["fuzz"]
        answered = ", ".join(f"{status}: {n:,}" for status, n in wrong["statuses"].items())
        rows += [
            ("wrong requests", f"{wrong['requests']:,} (seed {arguments.seed}): {answered}"),
            ("of them answered with 5xx", wrong["server_errors"]),
            ("memory after a tenth of them and at the end, MB", _span(wrong["memory_mb"])),
        ]
    rows.append(("seconds from SIGTERM to the end", result["seconds_to_end"]))
    return "\n".join(["| what | figure |", "|---|---|", *(f"| {a} | {b} |" for a, b in rows)])


def _span(pair):
    return "not known here" if None in pair else f"{pair[0]:.0f}, {pair[1]:.0f}"


if __name__ == "__main__":
    sys.exit(main())
