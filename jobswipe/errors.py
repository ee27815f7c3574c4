"""Every error that JobSwipe raises on purpose. Each has a stable code, an HTTP status, an exit code and a sentence.

JobSwipeError
├── UsageError            2   the caller asked for something that makes no sense
│   ├── SettingsError         a setting is unknown, malformed or missing
│   └── NotFoundError         what was named does not exist
├── InputError            1   a file, payload or text cannot be read as what it was said to be
│   ├── PayloadError          a board's payload is not of its kind
│   ├── ResumeError           a resume cannot be read
│   └── LimitError            an input is larger, longer or slower than the stated limit
├── OutboundError         1   an HTTP request to the outside failed
│   ├── RefusedUrlError       the URL may not be fetched (private address, scheme, credentials)
│   └── UpstreamError         the other side answered badly or not at all
├── StorageError          1   the store could not be read or written
│   ├── NotReadyError     3   the store is not initialised, is behind, or is newer than the code
│   └── QueueError            the queue that carries task ids did not answer; the ledger keeps the work
├── AccessError           1   whoever asks may not
│   ├── UnauthenticatedError  nobody that is known asks
│   │   └── SecondFactorError     the password is right, and a code is needed too
│   ├── ForbiddenError        somebody who may not do this asks
│   ├── CodeError             a code from a mail is unknown, used or too old
│   └── ThrottledError        too many attempts; it says when the next one is taken
├── ConflictError         1   the change contradicts what is stored
│   ├── IdempotencyError      an idempotency key was used for another request
│   └── LeaseLostError        a task was taken from this worker: what it did is rolled back
├── BusyError             1   too much is being done at this moment
└── HopelessError         1   a task can never succeed: it is dead at once instead of being tried again
"""

from __future__ import annotations


class JobSwipeError(Exception):
    """Base of all. `message` is one sentence: what is wrong and what to do.

    `hint` is what to do at the command line, for whoever is there: "'jobswipe match' shows the ids".
    """

    code = "error"
    status = 500
    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    @property
    def at_the_command_line(self) -> str:
        """The sentence with its hint."""
        return f"{self.message.removesuffix('.')}: {self.hint}." if self.hint else self.message


class UsageError(JobSwipeError):
    code = "usage"
    status = 400
    exit_code = 2


class SettingsError(UsageError):
    code = "settings"
    status = 500


class NotFoundError(UsageError):
    code = "not_found"
    status = 404


class InputError(JobSwipeError):
    code = "bad_input"
    status = 422


class PayloadError(InputError):
    code = "bad_payload"


class ResumeError(InputError):
    code = "bad_resume"


class LimitError(InputError):
    code = "too_large"
    status = 413


class OutboundError(JobSwipeError):
    code = "outbound"
    status = 502


class RefusedUrlError(OutboundError):
    code = "refused_url"
    status = 422


class UpstreamError(OutboundError):
    """`retry_after` is in seconds where the other side said so."""

    code = "upstream"

    def __init__(self, message: str, *, upstream_status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.upstream_status = upstream_status
        self.retry_after = retry_after


class StorageError(JobSwipeError):
    code = "storage"
    status = 503


class NotReadyError(StorageError):
    code = "not_ready"
    exit_code = 3


class QueueError(StorageError):
    code = "queue"


class AccessError(JobSwipeError):
    code = "forbidden"
    status = 403


class UnauthenticatedError(AccessError):
    code = "unauthenticated"
    status = 401


class SecondFactorError(UnauthenticatedError):
    code = "second_factor"


class ForbiddenError(AccessError):
    pass


class CodeError(AccessError):
    code = "bad_code"
    status = 400


class ThrottledError(AccessError):
    """`retry_after` is in seconds, where it is known."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class ConflictError(JobSwipeError):
    code = "conflict"
    status = 409


class IdempotencyError(ConflictError):
    code = "idempotency_conflict"


class LeaseLostError(ConflictError):
    code = "lease_lost"


class BusyError(JobSwipeError):
    code = "busy"
    status = 503


class HopelessError(JobSwipeError):
    code = "hopeless"
