"""Where a person is held and why: episodes, movements, admission, and the place to sleep."""
