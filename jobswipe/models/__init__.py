"""Tables, one file per aggregate. Importing this package registers all of them."""

from sqlmodel import SQLModel

from jobswipe.models.accounts import (
    ROLES,
    Account,
    AccountToken,
    ApiKey,
    AuditEvent,
    ExternalIdentity,
    IdempotentReply,
    LoginSession,
    PersonKey,
    RecoveryCode,
    SignInFailure,
    StoreKey,
)
from jobswipe.models.applications import STAGES, Application, ApplicationEvent
from jobswipe.models.drafts import DRAFT_KINDS, ApplicationDocument
from jobswipe.models.notifications import (
    NOTIFICATION_KINDS,
    NOTIFICATION_STATES,
    ApplicationReminder,
    Notification,
    NotificationChannel,
    NotificationProfile,
)
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
from jobswipe.models.tasks import TaskRun, TaskSchedule, WorkerBeat

metadata = SQLModel.metadata

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
