from django.db import migrations

# Each urge of a leg is a row of `work.Urge` already, with what was said (work 0011).


class Migration(migrations.Migration):

    dependencies = [
        ('ordering', '0004_legs_are_pressed_for'),
        ('work', '0011_an_urge_says_who_and_why'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='leg', name='ordering_urged_by_somebody'),
        migrations.RemoveIndex(model_name='leg', name='ordering_leg_urged'),
        migrations.RemoveField(model_name='leg', name='urged'),
        migrations.RemoveField(model_name='leg', name='urged_at'),
        migrations.RemoveField(model_name='leg', name='urged_by'),
        migrations.RemoveField(model_name='leg', name='urged_why'),
    ]
