// Rows of the same kind as columns: a table of thousands of trials names its columns once, is smaller to send and
// quicker to read. What stands in few variants, as states do, is told once and pointed at. Only plain data.

/** What JSON can say. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

export type Columns =
  | { readonly values: readonly Plain[] }
  /** `at`: of each row, its place in `words`. */
  | { readonly words: readonly Plain[]; readonly at: readonly number[] }
  | { readonly count: number; readonly fields: Readonly<Record<string, Field>> };

/** `rows`: those that have it; absent: all of them. */
interface Field {
  readonly rows?: readonly number[];
  readonly column: Columns;
}

export function toColumns(rows: readonly Plain[]): Columns {
  if (rows.length === 0 || !rows.every(isRecord)) return toLeaves(rows);
  const fields = new Map<string, { readonly rows: number[]; readonly values: Plain[] }>();
  for (const [row, record] of rows.entries()) {
    for (const [name, value] of Object.entries(record)) {
      if (value === undefined) continue; // as in JSON
      const field = fields.get(name) ?? { rows: [], values: [] };
      field.rows.push(row);
      field.values.push(value);
      fields.set(name, field);
    }
  }
  const named = [...fields].map(([name, { rows: own, values }]): [string, Field] => [
    name,
    { ...(own.length < rows.length && { rows: own }), column: toColumns(values) },
  ]);
  return { count: rows.length, fields: Object.fromEntries(named) };
}

/** The rows again; fields of a row may come in another order. */
export function fromColumns(columns: Columns): readonly Plain[] {
  if ("values" in columns) return columns.values;
  if ("words" in columns) return columns.at.map((place) => columns.words[place]);
  const rows = Array.from({ length: columns.count }, (): Record<string, Plain> => ({}));
  for (const [name, { rows: own, column }] of Object.entries(columns.fields))
    for (const [i, value] of fromColumns(column).entries())
      rows[own === undefined ? i : own[i]][name] = value;
  return rows;
}

function isRecord(value: Plain): value is Readonly<Record<string, Plain>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Numbers are short already, and mostly differ. */
function toLeaves(rows: readonly Plain[]): Columns {
  if (rows.some((value) => typeof value !== "string" && typeof value !== "boolean")) return { values: rows };
  const words = new Map<Plain, number>();
  const at = rows.map((value) => {
    const place = words.get(value) ?? words.size;
    words.set(value, place);
    return place;
  });
  return words.size <= rows.length / 4 ? { words: [...words.keys()], at } : { values: rows };
}
