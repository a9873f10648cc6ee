"""Files of the pages: packed for who can unpack, told apart by version, the same bytes for everybody."""

import pytest
from fastapi import FastAPI

from callers import browser

PATHS = {"/static/map.js": "javascript", "/static/towns.geojson": "", "/vendor/leaflet.js": "javascript"}


@pytest.mark.parametrize("path", list(PATHS))
async def test_a_text_is_packed_and_sent_once_a_version(app: FastAPI, path: str) -> None:
    async with browser(app) as visitor:
        packed = await visitor.get(path, headers={"accept-encoding": "gzip, br"})
        plain = await visitor.get(path, headers={"accept-encoding": "identity"})
        assert packed.headers["content-encoding"] == "gzip"
        assert int(packed.headers["content-length"]) < len(plain.content) / 2
        assert packed.content == plain.content  # the client unpacks
        assert "content-encoding" not in plain.headers
        assert PATHS[path] in packed.headers["content-type"]
        assert packed.headers["vary"] == plain.headers["vary"] == "accept-encoding"
        for asked, answer in (("gzip, br", packed), ("identity", plain)):
            known = {"accept-encoding": asked, "if-none-match": answer.headers["etag"]}
            again = await visitor.get(path, headers=known)
            assert (again.status_code, again.content) == (304, b"")
        other = {"accept-encoding": "identity", "if-none-match": packed.headers["etag"]}
        assert (await visitor.get(path, headers=other)).status_code == 200


async def test_what_is_packed_already_is_sent_as_it_is_and_in_parts(app: FastAPI) -> None:
    path = "/vendor/inter-latin-wght-normal.woff2"
    async with browser(app) as visitor:
        whole = await visitor.get(path, headers={"accept-encoding": "gzip"})
        part = await visitor.get(path, headers={"range": "bytes=4-9"})
    assert "content-encoding" not in whole.headers
    assert (part.status_code, part.content) == (206, whole.content[4:10])
