"""The one appointment of what has one place, in short."""

from __future__ import annotations

from kapok.back.workforce.models import CANCELLED, Appointment
from kapok.back.workforce.queries import AppointmentView, appointment_view


def appointment_of(holder: str) -> AppointmentView | None:
    """The one that is booked, else the last that was kept; None where there is none."""
    rows = Appointment.objects.filter(holder=holder).exclude(state=CANCELLED)
    row = rows.select_related("address", "unit", "kept_for").order_by("-made_at", "-id").first()
    return appointment_view(row) if row else None
