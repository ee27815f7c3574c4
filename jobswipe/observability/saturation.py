"""How full the machine is, and how much of it the service takes: read at each scrape."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric

from jobswipe.observability.processes import Group


class Saturation:
    """A collector. Figures of processes are of all that count in the group, added up."""

    def __init__(self, group: Group, home: Path) -> None:
        self.group = group
        self.home = home
        self._lock = threading.Lock()
        self._seconds: dict[int, float] = {}

    def collect(self) -> Iterator[Metric]:
        yield from self._host()
        yield from self._processes()

    def _host(self) -> Iterator[Metric]:
        memory = psutil.virtual_memory()
        disk = psutil.disk_usage(str(self.home))
        yield _gauge("host_cpus", "Processors that the service may use.", _cpus())
        yield _gauge(
            "host_load1", "Processes that run or wait for a processor or disk, over a minute.", os.getloadavg()[0]
        )
        yield _gauge("host_memory_bytes", "Memory of the machine.", memory.total)
        yield _gauge("host_memory_available_bytes", "Memory that can still be had without swapping.", memory.available)
        yield _gauge("disk_size_bytes", "Size of the disk that holds the data directory.", disk.total)
        yield _gauge("disk_free_bytes", "What is free of it.", disk.free)

    def _processes(self) -> Iterator[Metric]:
        count = resident = threads = files = 0
        started = 0.0
        with self._lock:
            for pid in self.group.pids():
                try:
                    process = psutil.Process(pid)
                    with process.oneshot():
                        times = process.cpu_times()
                        resident += process.memory_info().rss
                        threads += process.num_threads()
                        files += process.num_fds()
                        started = max(started, process.create_time())
                        # Kept when the process ends: a counter does not go back.
                        self._seconds[pid] = times.user + times.system
                except psutil.Error:
                    continue
                count += 1
            seconds = sum(self._seconds.values())
        yield _gauge("processes", "Processes of the service.", count)
        yield _gauge("process_resident_memory_bytes", "Memory that they hold.", resident)
        yield _gauge("process_threads", "Threads that they run.", threads)
        yield _gauge("process_open_fds", "Files and sockets that they have open.", files)
        yield _gauge("process_max_fds", "Files and sockets that one of them may have open.", _most_files())
        yield _gauge("process_start_time_seconds", "When the newest of them started, in Unix time.", started)
        yield CounterMetricFamily("jobswipe_process_cpu_seconds", "Processor time that they took.", seconds)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(f"jobswipe_{name}", meaning, value)


def _cpus() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _most_files() -> int:
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)[0]
