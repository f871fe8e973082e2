"""SQL adapters: tables, migrations, repositories (SQLite and PostgreSQL)."""
