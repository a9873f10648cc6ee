"""The officers' screens: live maps, and reads across packages; a folder a topic.

Coming in: `account`. Watching people: `desk`, `map`, `playback`, `zones`, `pairs`, `nearby`, `calls`.
The file of a person: `records`, a module a tab. An institution: `administration`.
What people write: `appeals`. The pages of those outside: `relatives`, `own`.
Looking after others' work: `managers`, `space`, `watching`, `glass`, `vetting`. Practice: `training`.
Shared: `pages` (how a page is answered), `assets`, `model`, `store`."""
