"""Workforce: technicians, appointments, work in the field."""
