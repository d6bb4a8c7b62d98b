/** The functions that statements call, by how much their results depend on more than their arguments. */

/** Depend on nothing else. Citus accepts them everywhere. */
const immutable = new Set([
  ...[
    "char_length",
    "chr",
    "concat",
    "count",
    "decode",
    "encode",
    "floor",
    "json_to_recordset",
    "left",
    "max",
    "md5",
    "min"
  ],
  ...[
    "normalize",
    "octet_length",
    "regexp_replace",
    "row_number",
    "string_to_array",
    "timezone",
    "to_timestamp",
    "upper"
  ],
  ...["ceil", "generate_series", "sha256", "convert_to", "sum", "hashtext"]
])

/** The same during a statement. Citus computes them before it sends the statement to the nodes. */
const stable = new Set([
  "current_setting",
  "date_part",
  "extract",
  "now",
  "statement_timestamp",
  "to_char",
  "pg_is_in_recovery"
])

/** How a function may be used: one that is not listed here could be of any kind. */
export const volatilityOf = (name: string): "immutable" | "stable" | "volatile" =>
  immutable.has(name) ? "immutable" : stable.has(name) ? "stable" : "volatile"

/** Functions that mean something else on each node, each with the reason. */
export const nodeBound: ReadonlyArray<readonly [name: RegExp, reason: string]> = [
  [
    /^(txid_|pg_current_xact|pg_current_snapshot|pg_snapshot|pg_visible_in|pg_xact_|age$)/,
    "transaction ids are of one node"
  ],
  [/^pg_(try_)?advisory_/, "advisory locks are of one node"],
  [/^(nextval|currval|lastval|setval)$/, "sequences do not follow the order of commits, and are of one node"],
  [/^pg_(notify|listening_channels)$/, "notifications reach one node"]
]
