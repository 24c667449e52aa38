"""Numbers are found by one form, with the area code and without any prefix: what was kept in another is read again."""

from django.conf import settings
from django.db import migrations
from django.db.models import Q

BATCH = 5_000
OTHERWISE = Q(digits__startswith="0") | Q(digits__regex=r"^\d{5,9}$") | Q(digits__regex=r"^\d{12,}$") | Q(value__regex=r"^\s*(\+|00)")


def read_again(apps, editor):
    contacts = apps.get_model("customers", "Contact").objects.using(editor.connection.alias)
    written = contacts.filter(OTHERWISE).exclude(digits="")
    changed = []
    for row in written.only("id", "value", "digits").iterator(BATCH):
        if (digits := settings.NUMBERING.national(row.value)) != row.digits:
            row.digits = digits
            changed.append(row)
    contacts.bulk_update(changed, ["digits"], batch_size=BATCH)


class Migration(migrations.Migration):
    dependencies = [("customers", "0006_contacts_by_name")]

    operations = [migrations.RunPython(read_again, migrations.RunPython.noop, elidable=True)]
