"""Tables, one file per aggregate. Importing this package registers all of them."""

from sqlmodel import SQLModel

from jobswipe.models.applications import STAGES, Application, ApplicationEvent
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
from jobswipe.models.sources import HttpValidator, Source, SourceRejection, SourceRun
from jobswipe.models.swipes import PreferenceModel, Swipe
from jobswipe.models.tasks import TaskRun, TaskSchedule, WorkerBeat

metadata = SQLModel.metadata

__all__ = [
    "LOCAL_PERSON_ID",
    "STAGES",
    "Application",
    "ApplicationEvent",
    "ChangeCounter",
    "Cluster",
    "ClusterMember",
    "Company",
    "HttpValidator",
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
    "SourceRejection",
    "SourceRun",
    "Swipe",
    "TaskRun",
    "TaskSchedule",
    "WorkerBeat",
    "metadata",
]
