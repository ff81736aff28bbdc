import pg from 'pg';

const NUMERIC = 1700;
const BIGINT = 20;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;
const TEXT_ARRAY = 1009;
const ARRAYS_OF_TEXTS = { numeric: 1231, bigint: 1016, date: 1182, timestamp: 1115 };
const TIMESTAMPTZ_ARRAY = 1185;

type Parser = (text: string) => unknown;

/** How the library reads a type of its own accord. */
const parserOf = pg.types.getTypeParser as unknown as (type: number) => Parser;

const texts = parserOf(TEXT_ARRAY) as (text: string) => string[] | null;

const EXACT: Readonly<Partial<Record<number, Parser>>> = {
  [NUMERIC]: (text) => text,
  [BIGINT]: (text) => text,
  [DATE]: (text) => text,
  [TIMESTAMP]: (text) => text,
  [TIMESTAMPTZ]: instantOf,
  // The library would read these as binary floats or as local dates.
  [ARRAYS_OF_TEXTS.numeric]: texts,
  [ARRAYS_OF_TEXTS.bigint]: texts,
  [ARRAYS_OF_TEXTS.date]: texts,
  [ARRAYS_OF_TEXTS.timestamp]: texts,
  [TIMESTAMPTZ_ARRAY]: (text) => texts(text)?.map(instantOf),
};

/** Reads a cell from PostgreSQL's text of it, the same way for both drivers: nothing exact becomes a binary float. */
export function readCell(type: number, text: string): unknown {
  return (EXACT[type] ?? parserOf(type))(text);
}

/** What `pg` asks how to read a type; it asks for all of them as text. */
export const cellTypes = {
  getTypeParser: (type: number): Parser => EXACT[type] ?? parserOf(type),
};

/** PostgreSQL writes `2026-01-15 10:00:00.5+00` in the session's zone, and `infinity`. */
function instantOf(text: string): string {
  const instant = new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
  return Number.isNaN(instant.getTime()) ? text : instant.toISOString();
}
