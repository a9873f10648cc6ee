"""Who was near a place, over HTTP: asked by a court order, answered with doubt, recorded."""

from datetime import datetime

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, Field

from core import http
from core.auth import Caller, Permission, allow
from core.geo import LonLat
from geofence import nearby

router = APIRouter(tags=["nearby"])


class Question(BaseModel):
    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    radius_m: float = Field(ge=nearby.LEAST_RADIUS_M, le=nearby.MOST_RADIUS_M, allow_inf_nan=False)
    since: AwareDatetime
    until: AwareDatetime
    order_number: str = Field(max_length=200, description="Of the court act that asks")
    reason: str = Field(max_length=1000)
    least: float = Field(0.1, ge=0.02, le=0.99, description="Below this probability nobody is named")

    def question(self) -> nearby.Question:
        return nearby.Question(
            LonLat(self.lon, self.lat),
            self.radius_m,
            self.since,
            self.until,
            self.order_number,
            self.reason,
            self.least,
        )


class Witness(BaseModel, from_attributes=True):
    sequence: int
    taken_at: datetime
    distance_m: float = Field(description="From the middle of the circle")
    accuracy_m: float = Field(description="68 %")
    is_assumed: bool = Field(description="The device named no accuracy")
    confidence: float = Field(description="How probable it is that the device was within the circle")


class Hit(BaseModel, from_attributes=True):
    person_id: int
    device_id: int
    best: Witness
    fixes: int = Field(description="How many say so with at least the probability asked for")
    first_at: datetime
    last_at: datetime


class Answer(BaseModel):
    proves: str = Field(description="What the answer is evidence of, and of what it is not")
    policy: str = Field(description="By whose error model")
    algorithm: str = Field(description="Version and digest of what weighed the fixes")
    run: int = Field(description="Under which the search and its answer are kept")
    hits: list[Hit]


@router.post("/v1/nearby", summary="Whose device was within a circle; the search and each hit are recorded")
async def search_nearby(
    given: Question, request: Request, conn: http.Conn, caller: Caller = allow(Permission.NEARBY_SEARCH)
) -> Answer:
    found = await nearby.search(conn, caller, asked=given.question())
    proves = request.app.state.texts.say(http.language(request), "nearby.proves")
    hits = [Hit.model_validate(hit) for hit in found.hits]
    return Answer(proves=proves, policy=found.policy, algorithm=found.algorithm, run=found.run, hits=hits)
