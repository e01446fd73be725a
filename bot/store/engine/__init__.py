"""The database: transactions, the SQLite driver, group commit, migrations, backups and the lock."""
