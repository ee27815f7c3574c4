"""Tables, one file per aggregate. Importing this package registers all of them."""

from sqlmodel import SQLModel

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
from jobswipe.models.ops import MetricSnapshot
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
    "STAGES",
    "Application",
    "ApplicationDocument",
    "ApplicationEvent",
    "ApplicationReminder",
    "ChangeCounter",
    "Cluster",
    "ClusterMember",
    "Company",
    "HttpValidator",
    "MetricSnapshot",
    "Notification",
    "NotificationChannel",
    "NotificationProfile",
    "Person",
    "Posting",
    "PostingPlace",
    "PostingSkill",
    "PostingVersion",
    "PreferenceModel",
    "Profile",
    "Resume",
    "ResumeCorrection",
    "SkillConcept",
    "Source",
    "SourcePayload",
    "SourceRejection",
    "SourceRun",
    "Swipe",
    "TaskRun",
    "TaskSchedule",
    "WorkerBeat",
    "metadata",
]
