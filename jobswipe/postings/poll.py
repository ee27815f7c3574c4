"""Poll sources over the network: boards are fetched side by side, each host at its own pace, and stored one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context

from jobswipe import clock
from jobswipe.db.engine import Database
from jobswipe.errors import JobSwipeError
from jobswipe.models import Source
from jobswipe.observability.context import span
from jobswipe.postings import ingest, repeats
from jobswipe.postings.ingest import Progress, Run, Summary
from jobswipe.postings.validators import BoardFetcher, StoredValidators
from jobswipe.security.outbound import Outbound
from jobswipe.security.urls import shown
from jobswipe.settings import Settings
from jobswipe.sources import catalog, registry
from jobswipe.sources.base import NotModified, ReadContext


def poll(
    database: Database,
    settings: Settings,
    sources: Sequence[Source],
    *,
    progress: Callable[[str], Progress] | None = None,
    outbound: Outbound | None = None,
) -> Iterator[Summary]:
    """Fetch and store each source; a summary for each as it is done. One that fails does not stop the others.

    `outbound` is closed at the end, which also ends the requests of a poll that is broken off.
    """
    threads = settings.ingest.threads
    waiting = iter(sources)
    with (
        ThreadPoolExecutor(threads, thread_name_prefix="fetch") as pool,
        outbound or Outbound.from_settings(settings.outbound) as client,
    ):
        running: dict[Future[list[bytes]], tuple[Source, StoredValidators]] = {}

        def start() -> None:
            # No more boards in flight than threads: their payloads wait in memory until they are stored.
            while len(running) < threads and (source := next(waiting, None)):
                validators = StoredValidators(database, source)
                running[pool.submit(copy_context().run, _fetch, source, client, validators)] = (source, validators)

        start()
        while running:
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                source, validators = running.pop(future)
                try:
                    summary = _store(database, settings, source, future, validators, progress)
                except Exception as error:  # noqa: BLE001 - the store does not take it; the other sources go on
                    said = error if isinstance(error, JobSwipeError) else _fault(source, error)
                    summary = Summary(source=catalog.name(source), status="failed", error=said.message)
                yield summary
            start()


def _fetch(source: Source, client: Outbound, validators: StoredValidators) -> list[bytes]:
    adapter = registry.adapter(source.kind)
    fetcher = BoardFetcher(client.fetcher(adapter.POLICY, validators), validators)
    with span(f"fetch {source.kind}"):
        return list(adapter.fetch(source.board, fetcher))


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
    except Exception as error:  # noqa: BLE001 - an adapter's fault is its source's failure, not the others'
        return ingest.failed(database, source, _fault(source, error))
    context = ReadContext(fetched_at=now, company=source.company, board=source.board, url=source.url)
    digests = [repeats.digest(payload, context) for payload in payloads]
    summary = ingest.repeated(database, source, digests, now, validators)
    if summary is not None:
        return summary
    run = Run(database, source, batch=settings.ingest.batch, fetched_at=now)
    adapter = registry.adapter(source.kind)
    try:
        for payload in payloads:
            run.feed(adapter.read(payload, context), context, progress(run.summary.source) if progress else None)
    except JobSwipeError as error:
        run.fail(error)
    except Exception as error:  # noqa: BLE001 - likewise
        run.fail(_fault(source, error))
    return run.finish(digests, validators)


def _fault(source: Source, error: Exception) -> JobSwipeError:
    said = shown(f"{type(error).__name__}: {error}".rstrip(": "))
    return JobSwipeError(f"Reading {catalog.name(source)} met a fault of JobSwipe ({said}): please report it.")
