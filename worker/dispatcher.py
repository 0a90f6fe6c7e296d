"""Tells people over other channels than the inbox: takes deliveries under a lease, sends each outside of any transaction.

Any number may run beside each other. One that is killed loses its leases after two minutes, and its messages are sent again
under the same id.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Mapping

from sqlalchemy.exc import SQLAlchemyError

from engine.commands.delivery import (
    ClaimDeliveries,
    DeliveryOrder,
    DispatchNotifications,
    FollowDeliveries,
    NoteNotSent,
    NoteSent,
)
from engine.engine import Engine
from engine.errors import EngineError
from worker.bell_thread import BellThread
from worker.channels import Channel
from worker.messages import message_of
from worker.outbound import SendFailure

log = logging.getLogger(__name__)


class Dispatcher(BellThread):
    """One thread that tells people."""

    def __init__(self, engine: Engine, channels: Mapping[str, Channel], public_url: str = "", *, seconds: float = 2.0) -> None:
        self.name = f"{socket.gethostname()[:40]}-{os.getpid()}-{secrets.token_hex(3)}"
        self._engine = engine
        self._channels = channels
        self._names = tuple(sorted(channels))
        self._public_url = public_url
        super().__init__(f"dispatcher {self.name}", seconds)

    def start(self) -> None:
        """Begins to tell people, unless no channel is configured."""
        if self._names:
            super().start()

    def drain(self) -> int:
        """Empties the outbox and sends what is due, in the calling thread; returns how many messages were tried."""
        while self._engine.execute(DispatchNotifications(channels=self._names)):
            pass
        self._engine.execute(FollowDeliveries(channels=self._names))
        tried = 0
        # One at a time: a channel that takes its time must not use up the leases of what waits behind it.
        while not self._stopping.is_set():
            taken = self._engine.execute(ClaimDeliveries(worker=self.name, channels=self._names, limit=1))
            if not taken:
                return tried
            for order in taken:
                self._send(order)
                tried += 1
        return tried

    def work(self) -> None:
        """Tells what is to be told."""
        self.drain()

    def missed(self, error: SQLAlchemyError | EngineError) -> None:
        """Says so in the log."""
        log.warning("dispatcher %s could not take deliveries: %s", self.name, type(error).__name__)

    def _send(self, order: DeliveryOrder) -> None:
        try:
            receipt = self._channels[order.channel].send(order, message_of(order, self._public_url))
        except SendFailure as failure:
            self._note(order, str(failure), final=failure.final)
        except Exception as error:  # noqa: BLE001  one broken channel must not stop the others
            log.error("dispatcher %s: delivery %s broke: %s", self.name, order.id, type(error).__name__)
            self._note(order, type(error).__name__, final=False)
        else:
            self._engine.execute(NoteSent(delivery=order.id, lease=order.lease, receipt=receipt))

    def _note(self, order: DeliveryOrder, error: str, *, final: bool) -> None:
        command = NoteNotSent(delivery=order.id, lease=order.lease, error=error, channels=self._names, final=final)
        self._engine.execute(command)
