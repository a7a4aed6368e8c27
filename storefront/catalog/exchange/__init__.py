"""The catalogue as a table: read from CSV and spreadsheets, looked over before it is taken in, and written out."""
