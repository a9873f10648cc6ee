"""Jobs, placements and entries over HTTP: versions, who may work where, corrections that replace."""

from datetime import timedelta

from fastapi import FastAPI

from files import institution, posting
from workshop import JOB, PLACING, TODAY, Workshop, code


async def test_a_job_is_edited_by_version(shop: Workshop) -> None:
    path = f"/v1/jobs/{await shop.job()}"
    read = await shop.clerk.get(path)
    assert (read.headers["etag"], read.json()["title"]) == ('"1"', "Tikuvchi")
    assert (await shop.clerk.put(path, json=JOB)).status_code == 428
    edited = await shop.clerk.put(path, json=JOB | {"title": "Bichuvchi"}, headers={"if-match": '"1"'})
    assert (edited.headers["etag"], edited.json()["title"]) == ('"2"', "Bichuvchi")
    assert (await shop.clerk.put(path, json=JOB, headers={"if-match": '"1"'})).status_code == 412
    wrong = await shop.clerk.put(path, json=JOB | {"isco": "7599"}, headers={"if-match": '"2"'})
    assert (wrong.status_code, code(wrong)) == (422, "unknown_occupation")
    assert (await shop.clerk.get(path)).json()["version"] == 2


async def test_jobs_come_in_pages(shop: Workshop) -> None:
    made = [await shop.job() for _ in range(3)]
    path = f"/v1/institutions/{shop.place}/jobs"
    first = (await shop.clerk.get(path, params={"most": 2})).json()
    rest = (await shop.clerk.get(path, params={"most": 2, "after": first["after"]})).json()
    assert [job["id"] for job in first["jobs"] + rest["jobs"]] == made
    assert rest["after"] is None


async def test_somebody_works_where_they_stay_and_once(shop: Workshop, app: FastAPI) -> None:
    job = await shop.job()
    path = f"/v1/jobs/{job}/people/{shop.whom}"
    assert (await shop.clerk.post(path, json=PLACING)).status_code == 201
    assert code(await shop.clerk.post(path, json=PLACING)) == "already_placed"
    closed = f"/v1/jobs/{await shop.job(is_open=False)}/people/{shop.whom}"
    assert code(await shop.clerk.post(closed, json=PLACING)) == "job_closed"
    elsewhere = await institution(app.state.engine)
    await posting(app.state.engine, shop.who, elsewhere)
    other = await shop.clerk.post(f"/v1/institutions/{elsewhere}/jobs", json=JOB)
    far = f"/v1/jobs/{other.json()['id']}/people/{shop.whom}"
    assert code(await shop.clerk.post(far, json=PLACING)) == "not_staying_there"


async def test_what_was_worked_is_written_and_corrected(shop: Workshop) -> None:
    placed, day = await shop.placed(), "2026-03-31"
    made = await shop.shift(placed, day, "22:00", "06:00")
    assert made.status_code == 201
    assert code(await shop.shift(placed, "2026-04-01", "05:00", "09:00")) == "shift_overlaps"
    assert code(await shop.shift(placed, "2025-12-31")) == "outside_placement"
    assert code(await shop.shift(placed, (TODAY + timedelta(days=2)).isoformat())) == "impossible_work"
    await shop.write(placed, kind="output", on=day, pieces=12)
    path = f"/v1/work-entries/{made.json()['id']}/corrections"
    instead = {"kind": "shift", "on": day, "starts": "22:00", "ends": "23:30"}
    assert (await shop.clerk.post(path, json={"why": "left early", "instead": instead})).status_code == 201
    again = await shop.clerk.post(path, json={"why": "again", "instead": instead})
    assert code(again) == "already_corrected"
    read = (await shop.clerk.get(f"/v1/people/{shop.whom}/work", params={"month": "2026-03"})).json()
    assert [(e["kind"], e["minutes"], e["pieces"]) for e in read["entries"]] == [
        ("shift", 90, None),
        ("output", 0, 12),
    ]
    assert [e["minutes"] for e in read["corrected"]] == [480]


async def test_a_correction_stays_in_its_month(shop: Workshop) -> None:
    placed = await shop.placed()
    made = (await shop.shift(placed, "2026-03-31")).json()["id"]
    instead = {"kind": "shift", "on": "2026-04-01", "starts": "08:00", "ends": "16:00"}
    path = f"/v1/work-entries/{made}/corrections"
    assert code(await shop.clerk.post(path, json={"why": "day", "instead": instead})) == "other_month"
    assert (await shop.clerk.post(path, json={"why": "never came"})).status_code == 201
    read = await shop.clerk.get(f"/v1/people/{shop.whom}/work", params={"month": "2026-03"})
    assert read.json()["entries"] == []


async def test_a_placement_ends_behind_its_work(shop: Workshop) -> None:
    job = await shop.job()
    placed = await shop.placed(job)
    await shop.shift(placed, "2026-03-10")
    path = f"/v1/placements/{placed}/end"
    assert code(await shop.clerk.post(path, json={"until": "2026-03-10"})) == "worked_later"
    assert (await shop.clerk.post(path, json={"until": "2026-03-11"})).status_code == 204
    assert code(await shop.clerk.post(path, json={"until": "2026-03-12"})) == "placement_ended"
    assert code(await shop.shift(placed, "2026-03-11")) == "outside_placement"
    assert await shop.placed(job, since="2026-03-11", rate=7000) > placed


async def test_occupations_are_found_by_words_and_code(shop: Workshop) -> None:
    found = await shop.clerk.get("/v1/occupations", params={"search": "bricklayers"})
    assert found.json()["occupations"] == [{"code": "7112", "title": "Bricklayers and related workers"}]
