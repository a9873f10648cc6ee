"""The shell opens the database and knows the packages."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_question_is_answered(database: str) -> None:
    asked = "print(run(conn.fetchval('select count(*) + 42 from users')), geofence.__name__)\n"
    done = subprocess.run(
        [sys.executable, "-m", "app", "shell"],
        input=asked,
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "EJAZO_DATABASE_URL": database},
    )
    assert "42 geofence" in done.stdout
