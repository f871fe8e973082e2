"""Prometheus figures of the gateway."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

SECONDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 3.0, 4.0, 4.5, 5.0, 10.0)


class Figures:
    """What operators watch; no label holds anything of a person."""

    def __init__(self, registry: CollectorRegistry) -> None:
        """Registers the figures."""
        self.registry = registry
        self.pushes = Counter(
            "gateway_pushes",
            "Deliveries of messengers by what was answered.",
            ["channel", "outcome"],
            registry=registry,
        )
        self.answer_seconds = Histogram(
            "gateway_answer_seconds",
            "From a delivery to its answer.",
            ["channel"],
            buckets=SECONDS,
            registry=registry,
        )
        self.waiting = Gauge(
            "gateway_waiting_deliveries",
            "Deliveries that wait for a worker.",
            registry=registry,
        )
        self.streams = Gauge(
            "gateway_open_streams", "Open pages of the web chat.", registry=registry
        )
        self.messages = Counter(
            "gateway_web_messages",
            "Messages of the web chat by what became of them.",
            ["outcome"],
            registry=registry,
        )
