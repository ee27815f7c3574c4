"""The log on its way to an OTLP collector, where [logging] otlp_endpoint names one."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING

from opentelemetry._logs import SeverityNumber
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

from jobswipe import __version__
from jobswipe.observability import otlp

if TYPE_CHECKING:
    from jobswipe.settings import Settings

_SEVERITIES = {
    "debug": SeverityNumber.DEBUG,
    "info": SeverityNumber.INFO,
    "warning": SeverityNumber.WARN,
    "error": SeverityNumber.ERROR,
    "critical": SeverityNumber.FATAL,
}


class ShippingHandler(logging.Handler):
    """Sends each line as it would be written: the formatter has cleaned it. Batches leave in the background."""

    def __init__(self, provider: LoggerProvider) -> None:
        super().__init__()
        self._provider = provider
        self._logger = provider.get_logger("jobswipe", __version__)

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("opentelemetry"):  # that a delivery failed cannot be delivered
            return
        try:
            line = json.loads(self.format(record))
            self._logger.emit(
                timestamp=int(record.created * 1e9),
                severity_number=_SEVERITIES.get(str(line.get("level")), SeverityNumber.INFO),
                severity_text=str(line.pop("level", "info")).upper(),
                body=str(line.pop("event", "")),
                attributes={
                    key: value if isinstance(value, bool | int | float | str) else json.dumps(value)
                    for key, value in line.items()
                    if value is not None and key != "timestamp"
                },
            )
        except Exception:  # noqa: BLE001 - as every handler
            self.handleError(record)

    def close(self) -> None:
        last = threading.Thread(target=self._provider.shutdown, name="last-lines", daemon=True)
        last.start()
        last.join(otlp.LAST_SECONDS)
        super().close()


def handler(settings: Settings, role: str) -> ShippingHandler:
    """Raises SettingsError."""
    chosen = settings.logging
    provider = LoggerProvider(resource=otlp.resource(role), shutdown_on_exit=False)
    provider.add_log_record_processor(
        BatchLogRecordProcessor(
            OTLPLogExporter(
                endpoint=otlp.address(chosen.otlp_endpoint or "", "/v1/logs", "[logging] otlp_endpoint"),
                headers=otlp.headers(chosen.otlp_headers, "[logging] otlp_headers"),
                timeout=otlp.EXPORT_SECONDS,
                compression=Compression.Gzip,
            ),
            schedule_delay_millis=2_000,
        )
    )
    return ShippingHandler(provider)
