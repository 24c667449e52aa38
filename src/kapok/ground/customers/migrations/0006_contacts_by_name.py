"""Contacts are found by the name of the person, and by when they ended."""

from django.contrib.postgres.indexes import OpClass
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    atomic = False  # customers are served while their indexes are made

    dependencies = [("customers", "0005_contact_persons_and_closed_accounts")]

    operations = [
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index(
                OpClass(F("name"), name="varchar_pattern_ops"),
                condition=Q(ended_at__isnull=True) & ~Q(name=""),
                name="customers_contact_by_name",
            ),
        ),
        AddIndexConcurrently(
            model_name="contact",
            index=models.Index("ended_at", condition=Q(ended_at__isnull=False), name="customers_contact_ended"),
        ),
    ]
