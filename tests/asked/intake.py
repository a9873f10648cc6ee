"""Files to be imported."""

BODIES = {
    "/v1/imports": {"kind": "people", "csv": "number,surname,sex,born_on\nASKED-1,Namuna,m,1990-01-01\n"}
}
FORMS = {
    "/imports": {"kind": "people", "deed": "try"},
    "/imports/{import_id}/real": {},
    "/imports/{import_id}/columns": {"field": "number"},
}
