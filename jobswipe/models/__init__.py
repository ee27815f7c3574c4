"""Tables, one file per aggregate.

Importing this package registers those that the deck asks; the others are registered when one of theirs is first named
here, and all of them with `metadata`. A table takes some 5 ms to set up, and the terminal app waits for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jobswipe.models.applications import STAGES, Application, ApplicationContact, ApplicationEvent
from jobswipe.models.keys import PersonKey, StoreKey
from jobswipe.models.people import LOCAL_PERSON_ID, Person, Profile, Resume, ResumeCorrection
from jobswipe.models.postings import (
    ChangeCounter,
    Cluster,
    ClusterMember,
    Company,
    Posting,
    PostingPlace,
    PostingSkill,
    PostingVersion,
    SkillConcept,
)
from jobswipe.models.sources import HttpValidator, Source, SourcePayload, SourceRejection, SourceRun
from jobswipe.models.swipes import PreferenceModel, Swipe

if TYPE_CHECKING:
    from sqlalchemy import MetaData

    from jobswipe.models.accounts import (
        ROLES,
        Account,
        AccountToken,
        ApiKey,
        AuditEvent,
        ExternalIdentity,
        IdempotentReply,
        LoginSession,
        RecoveryCode,
        SignInFailure,
    )
    from jobswipe.models.drafts import DRAFT_KINDS, ApplicationDocument
    from jobswipe.models.notifications import (
        NOTIFICATION_KINDS,
        NOTIFICATION_STATES,
        ApplicationReminder,
        Notification,
        NotificationChannel,
        NotificationProfile,
    )
    from jobswipe.models.ops import MetricSnapshot
    from jobswipe.models.tasks import TaskRun, TaskSchedule, WorkerBeat

    metadata: MetaData


__all__ = [
    "DRAFT_KINDS",
    "LOCAL_PERSON_ID",
    "NOTIFICATION_KINDS",
    "NOTIFICATION_STATES",
    "ROLES",
    "STAGES",
    "Account",
    "AccountToken",
    "ApiKey",
    "Application",
    "ApplicationContact",
    "ApplicationDocument",
    "ApplicationEvent",
    "ApplicationReminder",
    "AuditEvent",
    "ChangeCounter",
    "Cluster",
    "ClusterMember",
    "Company",
    "ExternalIdentity",
    "HttpValidator",
    "IdempotentReply",
    "LoginSession",
    "MetricSnapshot",
    "Notification",
    "NotificationChannel",
    "NotificationProfile",
    "Person",
    "PersonKey",
    "Posting",
    "PostingPlace",
    "PostingSkill",
    "PostingVersion",
    "PreferenceModel",
    "Profile",
    "RecoveryCode",
    "Resume",
    "ResumeCorrection",
    "SignInFailure",
    "SkillConcept",
    "Source",
    "SourcePayload",
    "SourceRejection",
    "SourceRun",
    "StoreKey",
    "Swipe",
    "TaskRun",
    "TaskSchedule",
    "WorkerBeat",
    "metadata",
]

_LATER = {
    "ROLES": "accounts",
    "Account": "accounts",
    "AccountToken": "accounts",
    "ApiKey": "accounts",
    "AuditEvent": "accounts",
    "ExternalIdentity": "accounts",
    "IdempotentReply": "accounts",
    "LoginSession": "accounts",
    "RecoveryCode": "accounts",
    "SignInFailure": "accounts",
    "DRAFT_KINDS": "drafts",
    "ApplicationDocument": "drafts",
    "NOTIFICATION_KINDS": "notifications",
    "NOTIFICATION_STATES": "notifications",
    "ApplicationReminder": "notifications",
    "Notification": "notifications",
    "NotificationChannel": "notifications",
    "NotificationProfile": "notifications",
    "MetricSnapshot": "ops",
    "TaskRun": "tasks",
    "TaskSchedule": "tasks",
    "WorkerBeat": "tasks",
}


def __getattr__(name: str) -> object:
    from importlib import import_module

    if name == "metadata":
        for module in sorted(set(_LATER.values())):
            import_module(f"jobswipe.models.{module}")
        found: object = import_module("sqlmodel").SQLModel.metadata
    elif name in _LATER:
        found = getattr(import_module(f"jobswipe.models.{_LATER[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found
