"""The editor of zones and hours: drawing, templates, what would have been, the second pair of eyes."""

from fastapi import APIRouter

from dashboards.records import rules
from dashboards.zones import pages

router = APIRouter()
for part in (pages, rules):
    router.include_router(part.router)
