"""The audit's report: figures in, a page for people and tables for programs out.

write(figures, out)             every file of the report into a folder
body(figures, language)         the same page as a fragment for another page, with css()
compare(left, right, language)  two audits side by side, from their figures.json
BreachWriter(path, zone)        breaches.csv, written while the audit still runs
"""

from kapok.batch.audit.report.comparison import compare
from kapok.batch.audit.report.files import MissingBreaches, write
from kapok.batch.audit.report.page import body, css
from kapok.batch.audit.report.tables_csv import BreachWriter

__all__ = ["BreachWriter", "MissingBreaches", "body", "compare", "css", "write"]
