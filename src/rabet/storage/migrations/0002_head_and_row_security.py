"""The head row of an empty node, and on PostgreSQL the second wall: row-level security on every table of records.

Two roles, neither owner nor able to bypass the wall. An act that decides itself runs as `rabet_act` and says so (`rabet.act`); what an
officer lists is read as `rabet_sight`, which sees what `storage.access.Sight.settings` allows. The policy on `record` is the rule of
access; the other tables follow the record they point to. Who sets nothing sees nothing, the owner of the tables included.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

ROLES = ("rabet_act", "rabet_sight")
EMPTY_TREE = bytes(8)
# No column in it: PostgreSQL asks it once for each query, and plans as if there were no policy.
ACT = "coalesce(current_setting('rabet.act', true), '') = 'on'"
FOLLOW = ("version", "list_row", "identifier", "release", "withheld", "partner_receipt")
# Sealed bytes do not shrink: do not try.
SEALED = (("version", "content"), ("outbox", "text"), ("quarantine", "text"))


def _list(name: str) -> str:
    return f"string_to_array(current_setting('rabet.{name}', true), chr(31))"


def _one(name: str) -> str:
    return f"current_setting('rabet.{name}', true)"


SIGHT = f"""
handling = ANY({_list("handling")}) AND state = ANY({_list("states")}) AND NOT blocked AND retain_until >= {_one("today")}
AND (author = {_one("agency")} OR agreement = ANY({_list("agreements")}))
AND ('all' = ANY({_list("permits")})
     OR ('own' = ANY({_list("permits")}) AND author = {_one("agency")})
     OR ('unit' = ANY({_list("permits")}) AND ((unit <> '' AND unit = {_one("unit")})
                                              OR ("case" <> '' AND "case" = ANY({_list("cases")})))))
"""


def _follows(*columns: str) -> str:
    """Ask `record`, under its own policy. OFFSET 0 has PostgreSQL look up the one record instead of all that may be seen."""
    return " AND ".join(f"EXISTS (SELECT 1 FROM record r WHERE r.id = {column} OFFSET 0)" for column in columns)  # noqa: S608 - names are ours


POLICIES = {
    "record": SIGHT,
    **{table: _follows(f"{table}.record_id") for table in FOLLOW},
    "alert": _follows("alert.record_id", "alert.other_id"),
    "event": f"event.record IS NULL OR {_follows('event.record')}",
    "outbox": "false",
    "quarantine": "false",
}
MAKE_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN
        CREATE ROLE {role} NOLOGIN NOBYPASSRLS;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
END $$
"""
JOIN_ROLE = """
DO $$ BEGIN
    IF NOT pg_has_role(current_user, '{role}', 'MEMBER') THEN EXECUTE format('GRANT {role} TO %I', current_user); END IF;
END $$
"""
GRANTS = f"""
GRANT USAGE ON SCHEMA public TO rabet_act, rabet_sight;
GRANT SELECT ON {", ".join(("record", "alert", "event", *FOLLOW))} TO rabet_sight;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO rabet_act;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO rabet_act;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO rabet_act;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO rabet_act;
"""


def add_head(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("storage", "Head").objects.using(editor.connection.alias).create(id=1, tree=EMPTY_TREE)


def raise_wall(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
    del apps
    if editor.connection.vendor != "postgresql":
        return
    for statement in (*(text.format(role=role) for role in ROLES for text in (MAKE_ROLE, JOIN_ROLE)), GRANTS):
        editor.execute(statement, None)
    for table, column in SEALED:
        editor.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STORAGE EXTERNAL", None)
    for table, sight in POLICIES.items():
        editor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", None)
        editor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY", None)
        editor.execute(f"CREATE POLICY act ON {table} TO rabet_act USING ({ACT}) WITH CHECK ({ACT})", None)
        editor.execute(f"CREATE POLICY sight ON {table} FOR SELECT TO rabet_sight USING ({sight})", None)


class Migration(migrations.Migration):
    dependencies = [("storage", "0001_initial")]

    operations = [migrations.RunPython(add_head), migrations.RunPython(raise_wall)]
