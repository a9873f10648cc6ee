"""Every router of the HTTP application, in the order in which they are asked."""

import core.api
import core.factors.api
import core.federation.api
import core.ledger.api
import core.signed.api
import geofence.api
import geofence.evidence.api
import geofence.incidents.api
import geofence.open.api
import geofence.proposals.api
import geofence.shifts.api
import inmates.api
import inmates.bonds.api
import inmates.conduct.api
import inmates.custody.api
import inmates.detections.api
import inmates.education.api
import inmates.education.statements.api
import inmates.employment.api
import inmates.entitlements.api
import inmates.flags.api
import inmates.glass.api
import inmates.handover.api
import inmates.health.api
import inmates.identity.api
import inmates.intake.api
import inmates.legality.api
import inmates.photos.api
import inmates.psychology.api
import inmates.renown.api
import inmates.rights.api
import inmates.sentences.api
import inmates.supervision.api
import inmates.tasks.api
import inmates.vetting.api
import messaging.appeals.api
import messaging.appeals.receipting
import messaging.calls.api
import messaging.mobile.api
import messaging.mobile.push.api
import messaging.mobile.uploads.api
import messaging.open.api
import messaging.own.service
import messaging.receipts.api
import messaging.relatives.accounts.api
import messaging.relatives.contact.api
import messaging.relatives.files.api
import messaging.relatives.kinship.api
import messaging.relatives.letters.api
import messaging.sealed.api
import messaging.sealed.service
import tracking.api
from app import ready
from dashboards import calls, zones
from dashboards.account import federation, security, sign_in
from dashboards.administration import imports, institutions, jobs, payroll
from dashboards.appeals import appeal, boxes, delays, deputies, inbox, receipts
from dashboards.bonds import pages as bonds
from dashboards.desk import alerts, devices, people, shifts, tasks
from dashboards.glass import pages as glass
from dashboards.managers import api as figures_api
from dashboards.managers import pages as figures
from dashboards.map import live, scenes
from dashboards.nearby import pages as nearby
from dashboards.own import pages as own
from dashboards.pairs import pages as pairs
from dashboards.playback import days
from dashboards.playback import pages as playback
from dashboards.records import appeals as appeals_tab
from dashboards.records import (
    conduct,
    custody,
    education,
    employment,
    entering,
    entitlements,
    evidence,
    flags,
    handover,
    health,
    identity,
    lessons,
    obligations,
    photos,
    psychology,
    relatives,
    rights,
    sentence,
    supervision,
    timeline,
    writs,
)
from dashboards.records import own as own_tab
from dashboards.relatives import authorize, kinship, my
from dashboards.signing import api as signing_api
from dashboards.signing import pages as signing
from dashboards.signing import waiting
from dashboards.space import pages as space
from dashboards.vetting import pages as vetting
from dashboards.watching import oversight

ROUTERS = (
    core.api,
    ready,
    core.factors.api,
    core.federation.api,
    core.ledger.api,
    core.signed.api,
    signing_api,
    inmates.identity.api,
    inmates.intake.api,
    inmates.photos.api,
    inmates.api,
    inmates.tasks.api,
    inmates.detections.api,
    inmates.bonds.api,
    inmates.renown.api,
    inmates.glass.api,
    inmates.vetting.api,
    inmates.education.api,
    inmates.education.statements.api,
    inmates.custody.api,
    inmates.entitlements.api,
    inmates.conduct.api,
    inmates.health.api,
    inmates.sentences.api,
    inmates.handover.api,
    inmates.legality.api,
    inmates.psychology.api,
    inmates.rights.api,
    inmates.supervision.api,
    inmates.employment.api,
    inmates.flags.api,
    messaging.appeals.api,
    messaging.receipts.api,
    messaging.sealed.api,
    messaging.open.api,
    tracking.api,
    geofence.api,
    geofence.evidence.api,
    geofence.open.api,
    geofence.incidents.api,
    geofence.proposals.api,
    geofence.shifts.api,
    live,
    my,
    scenes,
    sign_in,
    security,
    federation,
    alerts,
    shifts,
    devices,
    entering,
    people,
    days,
    playback,
    institutions,
    imports,
    tasks,
    inbox,
    appeal,
    delays,
    deputies,
    appeals_tab,
    identity,
    photos,
    timeline,
    oversight,
    education,
    lessons,
    custody,
    entitlements,
    conduct,
    health,
    sentence,
    handover,
    evidence,
    psychology,
    rights,
    supervision,
    obligations,
    zones,
    employment,
    writs,
    jobs,
    payroll,
    flags,
    messaging.relatives.accounts.api,
    messaging.mobile.api,
    messaging.mobile.push.api,
    messaging.mobile.uploads.api,
    messaging.relatives.files.api,
    messaging.relatives.kinship.api,
    messaging.relatives.contact.api,
    messaging.relatives.letters.api,
    messaging.calls.api,
    calls,
    kinship,
    relatives,
    authorize,
    receipts,
    boxes,
    figures,
    figures_api,
    glass,
    bonds,
    vetting,
    space,
    nearby,
    pairs,
    own,
    own_tab,
    signing,
    waiting,
)
