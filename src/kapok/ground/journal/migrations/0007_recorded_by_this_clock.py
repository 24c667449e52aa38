"""When an entry was recorded is what the database's clock says, whatever is given.

The condition is weighed for every row and costs next to nothing; the function runs only where another moment was given. A backup
that is restored is read in before there are triggers: its entries keep their moments.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION journal_recorded_now() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.recorded_at := statement_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER journal_entry_is_recorded_now BEFORE INSERT ON journal_entry
    FOR EACH ROW WHEN (NEW.recorded_at IS DISTINCT FROM statement_timestamp())
    EXECUTE FUNCTION journal_recorded_now();
"""

BACKWARD = """
DROP TRIGGER journal_entry_is_recorded_now ON journal_entry;
DROP FUNCTION journal_recorded_now();
"""


class Migration(migrations.Migration):
    dependencies = [("journal", "0006_words_kept_apart")]

    operations = [migrations.RunSQL(FORWARD, BACKWARD)]
