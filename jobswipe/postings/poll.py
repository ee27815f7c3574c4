"""Poll sources over the network: boards are fetched side by side, each host at its own pace, and stored one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import JobSwipeError
from jobswipe.models import Source
from jobswipe.postings import ingest
from jobswipe.postings.ingest import Progress, Run, Summary
from jobswipe.postings.validators import StoredValidators
from jobswipe.security.outbound import Outbound
from jobswipe.settings import Settings
from jobswipe.sources import registry
from jobswipe.sources.base import Fetcher, NotModified, ReadContext


def poll(
    database: Database,
    settings: Settings,
    sources: Sequence[Source],
    *,
    progress: Callable[[str], Progress] | None = None,
) -> Iterator[Summary]:
    """Fetch and store each source; a summary for each as it is done. One that fails does not stop the others."""
    threads = settings.ingest.threads
    waiting = iter(sources)
    with (
        Outbound.from_settings(settings.outbound) as outbound,
        ThreadPoolExecutor(threads, thread_name_prefix="fetch") as pool,
    ):
        running: dict[Future[list[bytes]], tuple[Source, StoredValidators]] = {}

        def start() -> None:
            # No more boards in flight than threads: their payloads wait in memory until they are stored.
            for source in waiting:
                validators = StoredValidators(database)
                fetcher = outbound.fetcher(registry.adapter(source.kind).POLICY, validators)
                running[pool.submit(_fetch, source, fetcher)] = (source, validators)
                if len(running) >= threads:
                    return

        start()
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                source, validators = running.pop(future)
                yield _store(database, settings, source, future, validators, progress)
            start()


def _fetch(source: Source, fetcher: Fetcher) -> list[bytes]:
    return list(registry.adapter(source.kind).fetch(source.board, fetcher))


def _store(
    database: Database,
    settings: Settings,
    source: Source,
    future: Future[list[bytes]],
    validators: StoredValidators,
    progress: Callable[[str], Progress] | None,
) -> Summary:
    now = clock.now()
    try:
        payloads = future.result()
    except NotModified:
        return ingest.not_modified(database, source)
    except JobSwipeError as error:
        return ingest.failed(database, source, error)
    context = ReadContext(fetched_at=now, company=source.company, board=source.board, url=source.url)
    run = Run(database, source, batch=settings.ingest.batch, fetched_at=now)
    adapter = registry.adapter(source.kind)
    for payload in payloads:
        try:
            records = adapter.read(payload, context)
            run.feed(records, context, progress(run.summary.source) if progress else None)
        except JobSwipeError as error:
            run.fail(error)
    summary = run.finish()
    if summary.error is None:
        validators.save()
    return summary
