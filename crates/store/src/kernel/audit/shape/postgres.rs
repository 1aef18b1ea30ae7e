//! What PostgreSQL tells of the schema the tables stand in, and of what elsewhere takes part in it: tables that
//! inherit from ours, publications that carry them away, casts that change what a comparison means.
//!
//! Each text yields kind, name and make of the objects of one catalog. What is as it should be adds nothing to the
//! make, so that a listing is the same on every version of the engine. What belongs to an extension is left out.

macro_rules! ours {
    () => {
        "(SELECT n.oid FROM pg_namespace n WHERE n.nspname = current_schema())"
    };
}

macro_rules! of_no_extension {
    ($catalog:literal, $oid:literal) => {
        concat!(
            "NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = CAST('",
            $catalog,
            "' AS regclass) AND d.objid = ",
            $oid,
            " AND d.deptype = 'e')"
        )
    };
}

/// One text for each catalog.
pub(super) const LISTINGS: &[&str] = &[
    // Tables, views, sequences and the rest of what is kept like them.
    concat!(
        "SELECT 'table', c.relname, CAST(c.relkind AS TEXT) || CASE c.relpersistence WHEN 'u' THEN ' unlogged' WHEN 't' THEN ' temporary' ELSE '' END || CASE WHEN c.relispartition THEN ' partition' ELSE '' END || CASE WHEN c.relrowsecurity THEN ' row security' ELSE '' END || CASE WHEN c.relforcerowsecurity THEN ' forced row security' ELSE '' END FROM pg_class c WHERE c.relnamespace = ",
        ours!(),
        " AND c.relkind NOT IN ('i', 'I', 't') AND ",
        of_no_extension!("pg_class", "c.oid")
    ),
    concat!(
        "SELECT 'column', c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod) || CASE WHEN a.attnotnull THEN ' not null' ELSE '' END || COALESCE(' default ' || pg_get_expr(f.adbin, f.adrelid), '') || CASE WHEN a.attcollation <> t.typcollation THEN ' collate ' || CAST(CAST(a.attcollation AS regcollation) AS TEXT) ELSE '' END || CASE WHEN a.attidentity <> '' THEN ' identity' ELSE '' END || CASE WHEN a.attgenerated <> '' THEN ' generated' ELSE '' END || CASE WHEN a.attinhcount > 0 THEN ' inherited' ELSE '' END FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_attrdef f ON f.adrelid = c.oid AND f.adnum = a.attnum WHERE c.relnamespace = ",
        ours!(),
        " AND c.relkind = 'r'"
    ),
    concat!(
        "SELECT 'index', c.relname, replace(pg_get_indexdef(c.oid), quote_ident(CAST(current_schema() AS TEXT)) || '.', '') || CASE WHEN i.indisvalid AND i.indisready AND i.indislive THEN '' ELSE ' invalid' END FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid WHERE c.relnamespace = ",
        ours!(),
        " AND c.relkind IN ('i', 'I')"
    ),
    concat!(
        "SELECT 'constraint', c.relname || '.' || k.conname, replace(pg_get_constraintdef(k.oid), quote_ident(CAST(current_schema() AS TEXT)) || '.', '') FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid WHERE c.relnamespace = ",
        ours!(),
        " AND k.contype <> 'n'"
    ),
    // Of a table somewhere else, that keeps rows of ours from being deleted.
    concat!(
        "SELECT 'constraint', CAST(CAST(k.conrelid AS regclass) AS TEXT) || '.' || k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_class c ON c.oid = k.conrelid JOIN pg_class o ON o.oid = k.confrelid WHERE o.relnamespace = ",
        ours!(),
        " AND c.relnamespace <> o.relnamespace"
    ),
    concat!(
        "SELECT 'trigger', c.relname || '.' || t.tgname, pg_get_triggerdef(t.oid) || CASE WHEN t.tgenabled = 'O' THEN '' ELSE ' enabled ' || CAST(t.tgenabled AS TEXT) END FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = ",
        ours!(),
        " AND (NOT t.tgisinternal OR t.tgconstraint = 0)"
    ),
    // Those by which the engine keeps a foreign key: there are any only where they were switched off.
    concat!(
        "SELECT 'trigger', c.relname || '.' || COALESCE(CAST(k.conname AS TEXT), '') || '.' || t.tgname, 'switched off' FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint WHERE c.relnamespace = ",
        ours!(),
        " AND t.tgisinternal AND t.tgenabled <> 'O'"
    ),
    concat!(
        "SELECT 'rule', c.relname || '.' || r.rulename, pg_get_ruledef(r.oid) || CASE WHEN r.ev_enabled = 'O' THEN '' ELSE ' enabled ' || CAST(r.ev_enabled AS TEXT) END FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class WHERE c.relnamespace = ",
        ours!(),
        " AND ",
        of_no_extension!("pg_class", "c.oid")
    ),
    concat!(
        "SELECT 'policy', c.relname || '.' || p.polname, '' FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relnamespace = ",
        ours!()
    ),
    // In any schema, either way.
    concat!(
        "SELECT 'inheritance', CAST(CAST(h.inhrelid AS regclass) AS TEXT) || ' from ' || CAST(CAST(h.inhparent AS regclass) AS TEXT), '' FROM pg_inherits h JOIN pg_class child ON child.oid = h.inhrelid JOIN pg_class parent ON parent.oid = h.inhparent WHERE ",
        ours!(),
        " IN (child.relnamespace, parent.relnamespace)"
    ),
    concat!(
        "SELECT 'function', p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')', '' FROM pg_proc p WHERE p.pronamespace = ",
        ours!(),
        " AND ",
        of_no_extension!("pg_proc", "p.oid")
    ),
    // A type of its own; each table brings one along, and each type that of its lists.
    concat!(
        "SELECT 'type', t.typname, '' FROM pg_type t WHERE t.typnamespace = ",
        ours!(),
        " AND t.typrelid = 0 AND NOT EXISTS (SELECT 1 FROM pg_type e WHERE e.typarray = t.oid) AND ",
        of_no_extension!("pg_type", "t.oid")
    ),
    concat!(
        "SELECT 'operator', o.oprname || ' (' || CASE WHEN o.oprleft = 0 THEN '' ELSE format_type(o.oprleft, NULL) || ', ' END || format_type(o.oprright, NULL) || ')', '' FROM pg_operator o WHERE o.oprnamespace = ",
        ours!(),
        " AND ",
        of_no_extension!("pg_operator", "o.oid")
    ),
    concat!(
        "SELECT 'operator class', o.opcname || ' ' || m.amname, '' FROM pg_opclass o JOIN pg_am m ON m.oid = o.opcmethod WHERE o.opcnamespace = ",
        ours!(),
        " AND ",
        of_no_extension!("pg_opclass", "o.oid")
    ),
    concat!(
        "SELECT 'operator family', o.opfname || ' ' || m.amname, '' FROM pg_opfamily o JOIN pg_am m ON m.oid = o.opfmethod WHERE o.opfnamespace = ",
        ours!(),
        " AND ",
        of_no_extension!("pg_opfamily", "o.oid")
    ),
    concat!(
        "SELECT 'collation', l.collname || ' ' || CAST(l.collencoding AS TEXT), '' FROM pg_collation l WHERE l.collnamespace = ",
        ours!(),
        " AND ",
        of_no_extension!("pg_collation", "l.oid")
    ),
    concat!(
        "SELECT 'conversion', v.conname, '' FROM pg_conversion v WHERE v.connamespace = ",
        ours!(),
        " AND ",
        of_no_extension!("pg_conversion", "v.oid")
    ),
    // The engine's own have smaller numbers; a cast stands in no schema.
    concat!(
        "SELECT 'cast', format_type(s.castsource, NULL) || ' to ' || format_type(s.casttarget, NULL), '' FROM pg_cast s WHERE s.oid >= 16384 AND ",
        of_no_extension!("pg_cast", "s.oid")
    ),
    "SELECT 'event trigger', evtname, evtevent FROM pg_event_trigger",
    "SELECT 'publication', pubname, '' FROM pg_publication",
    "SELECT 'subscription', s.subname, '' FROM pg_subscription s JOIN pg_database b ON b.oid = s.subdbid WHERE b.datname = current_database()",
];
