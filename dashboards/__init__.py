"""The officers' screens: reads across packages and live maps. A room a topic, its pages in `pages.py` or by name.

Doors: `account`. Who is watched: `desk`, `map`, `playback`, `zones`, `nearby`, `pairs`, `calls`.
The file of a person: `records`, a module a tab. Running a house: `administration`.
Those outside: `appeals`, `relatives`, `own`.
Those who look after others: `managers`, `space`, `watching`, `glass`, `vetting`, `training`.
Shared by all: `pages` (how a page is answered), `assets`, `model`, `store`."""
