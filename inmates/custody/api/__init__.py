"""Custody over HTTP: a person's episodes, admissions, and places with their occupancy."""

from fastapi import APIRouter

from inmates.custody.api import admissions, episodes, places

router = APIRouter(tags=["custody"])
for part in (episodes, admissions, places):
    router.include_router(part.router)
