from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('work', '0002_a_live_item_has_a_running_turn'),
    ]

    operations = [
        migrations.AddField(
            model_name='item',
            name='skill',
            field=models.CharField(blank=True, default='', max_length=50),
            preserve_default=False,
        ),
    ]
