"""Orders under supervision over HTTP: acts, obligations, fittings, proposed measures, release."""

from fastapi import APIRouter

from inmates.supervision.api import file, fittings, measures, obligations, orders

router = APIRouter(tags=["supervision"])
for part in (file, orders, obligations, fittings, measures):
    router.include_router(part.router)
