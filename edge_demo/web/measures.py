"""What /metrics tells: requests, seconds and frames, in Prometheus' text form."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Measures:
    """The numbers of one server, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "digitnet_requests", "Answered requests.", ["path", "status"], registry=self._registry
        )
        self.read_seconds = Histogram(
            "digitnet_read_seconds",
            "Seconds to read a picture that was sent.",
            buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
            registry=self._registry,
        )
        self.digits = Counter(
            "digitnet_digits", "Digits read on pictures that were sent.", registry=self._registry
        )
        self.live_frames = Gauge(
            "digitnet_live_frames", "Frames of the source read so far.", registry=self._registry
        )
        self.live_milliseconds = Gauge(
            "digitnet_live_read_milliseconds",
            "Milliseconds to read a frame of the source, smoothed.",
            registry=self._registry,
        )
        self.under_way = Gauge(
            "digitnet_requests_under_way", "Requests under way.", registry=self._registry
        )

    def text(self) -> bytes:
        """All of them, as a scrape wants them."""
        return generate_latest(self._registry)
