"""What the clock asks for, one file a kind. `JOBS` is the list of all of it.

A handler takes `(job row, work, runtime)`. It finds out whether the job still has a reason, since what it is about may
have gone between two leases, and then acts; doing it twice must be harmless.
"""

from __future__ import annotations

from engine.appliers.external_tasks import LOST_LOCK
from engine.appliers.reservations import EXPIRY
from engine.jobs.batch_item import carry_out_item
from engine.jobs.calendar import drive, reckon
from engine.jobs.continuation import continue_token
from engine.jobs.counterpart import tell_counterpart
from engine.jobs.handover_item import carry_out_handover
from engine.jobs.lost_lock import give_up_lost_work
from engine.jobs.message import deliver_message
from engine.jobs.reminder import remind
from engine.jobs.reoffer import reoffer_task
from engine.jobs.reservation import expire_reservation
from engine.jobs.retry import retry_incident
from engine.jobs.rung import climb_rung
from engine.jobs.signal import broadcast_signal
from engine.jobs.timer import fire_timer
from engine.jobs.timer_start import start_by_timer
from engine.runtime.stationing import REOFFER

JOBS = {
    "batch-item": carry_out_item,
    "calendar": drive,
    "counterpart": tell_counterpart,
    "continue": continue_token,
    LOST_LOCK: give_up_lost_work,
    "handover-item": carry_out_handover,
    "message": deliver_message,
    "reckon": reckon,
    "reminder": remind,
    EXPIRY: expire_reservation,
    REOFFER: reoffer_task,
    "retry": retry_incident,
    "rung": climb_rung,
    "signal": broadcast_signal,
    "timer": fire_timer,
    "timer-start": start_by_timer,
}
