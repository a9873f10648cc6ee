"""Work and payrolls."""

from filed.employment import last_month

MONTH = f"{last_month():%Y-%m}"
JOB = {"title": "Duradgor", "isco": "7522", "effort": "heavy"}
CLAIM = {
    "creditor": "Namuna fuqaro",
    "kind": "other",
    "basis": "sum",
    "total": 2_000_000,
    "since": "2026-01-01",
}
PAPER = {name: str(value) for name, value in CLAIM.items()}
BODIES = {
    "/v1/institutions/{institution_id}/jobs": JOB,
    "/v1/jobs/{job_id}": JOB,
    "/v1/jobs/{job_id}/people/{person_id}": {
        "tariff": "piece",
        "rate": 500,
        "since": "2026-01-01",
    },
    "/v1/placements/{placement_id}/end": {"until": "2099-01-01"},
    "/v1/placements/{placement_id}/entries": {"kind": "output", "on": f"{MONTH}-02", "pieces": 40},
    "/v1/work-entries/{work_entry_id}/corrections": {"why": "wrong day"},
    "/v1/people/{person_id}/writs": CLAIM
    | {"number": "77-ij", "issuer": "Namuna sudi", "issued_on": "2026-01-01"},
    "/v1/writs/{writ_id}": CLAIM,
    "/v1/institutions/{institution_id}/payrolls": {"month": MONTH},
    "/v1/payrolls/{payroll_id}/corrections": {"why": "hours were wrong"},
    "/v1/placements/{placement_id}/deductions": {
        "month": MONTH,
        "kind": "upkeep",
        "amount": 1,
        "ground": "order 1",
    },
}
QUESTIONS = {"/v1/institutions/{institution_id}/payroll": {"month": MONTH}}
FORMS = {
    "/institutions/{institution_id}/work": JOB,
    "/institutions/{institution_id}/jobs/{job_id}": JOB | {"version": "1"},
    "/institutions/{institution_id}/jobs/{job_id}/people": {
        "number": "nobody of ours",
        "tariff": "piece",
        "rate": "500",
        "since": "2026-01-01",
    },
    "/people/{person_id}/work/writs": PAPER
    | {"number": "78-ij", "issuer": "Namuna sudi", "issued_on": "2026-01-01"},
    "/people/{person_id}/work/writs/{writ_id}": PAPER | {"state": "active", "version": "1"},
    "/placements/{placement_id}/end": {"until": "2099-01-01"},
    "/placements/{placement_id}/entries": {"on": f"{MONTH}-03", "starts": "08:00", "ends": "16:00"},
    "/placements/{placement_id}/entries/{work_entry_id}": {
        "on": f"{MONTH}-01",
        "why": "wrong day",
        "is_void": "1",
    },
    "/placements/{placement_id}/deductions": {
        "month": MONTH,
        "kind": "upkeep",
        "amount": "1",
        "ground": "order 1",
    },
    "/payroll/{institution_id}": {"month": MONTH},
    "/payroll/corrections/{payroll_id}": {"why": "hours were wrong"},
}
HEADERS = {
    "PUT /v1/jobs/{job_id}": {"if-match": '"1"'},
    "PUT /v1/writs/{writ_id}": {"if-match": '"1"'},
}
