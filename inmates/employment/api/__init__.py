"""Work over HTTP."""

from fastapi import APIRouter

from inmates.employment.api import papers, payrolls, work, writs

router = APIRouter()
for room in (work, writs, payrolls, papers):
    router.include_router(room.router)
