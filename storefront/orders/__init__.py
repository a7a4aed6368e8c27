"""The promise we made: lines, totals and addresses frozen in time; states and their history."""
