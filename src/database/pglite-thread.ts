import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

/*
 * PGlite in a thread of its own: it is PostgreSQL compiled to WebAssembly and would stop the whole process for as long as
 * a query runs. Started as it is by tests, so it imports nothing of ours and is JavaScript but for its types.
 */

/** A statement with the number its answer carries; text in, text out. */
export interface Statement {
  call: number;
  sql: string;
  parameters: unknown[];
  /** What the statement copies from `/dev/blob`. */
  rows?: string;
}

export interface Answer {
  call: number;
  command?: string;
  rowCount?: number;
  columns?: { name: string; type: number }[];
  rows?: (string | null)[][];
  /** What PostgreSQL said against the statement: fields of its error message. */
  refused?: { message: string } & Record<string, unknown>;
  /** Why PGlite itself is of no use any more. */
  failed?: string;
}

/** The number of the answer that says the database is open. */
const READY = 0;

const port = parentPort!;
const { folder } = workerData as { folder: string };

try {
  const pglite = await PGlite.create({
    dataDir: folder,
    postgresqlconf: ['max_wal_size = 256MB'],
  });
  await pglite.query(`set time zone 'UTC'`);
  // Cells stay text: both drivers read them with the same functions, see values.ts.
  const asText = Object.fromEntries(
    Object.keys((pglite as unknown as { parsers: object }).parsers).map((type) => [
      type,
      (text: string) => text,
    ]),
  );
  port.on('message', (statement: Statement | 'close') => {
    if (statement === 'close') {
      void pglite.close().finally(() => port.close());
      return;
    }
    void answer(pglite, asText, statement).then((given) => port.postMessage(given));
  });
  port.postMessage({ call: READY } satisfies Answer);
} catch (error) {
  port.postMessage({ call: READY, failed: textOf(error) } satisfies Answer);
  port.close();
}

async function answer(
  pglite: PGlite,
  parsers: Record<string, (text: string) => string>,
  { call, sql, parameters, rows: copied }: Statement,
): Promise<Answer> {
  try {
    const { rows, fields, affectedRows, command } = await pglite.query<(string | null)[]>(sql, parameters, {
      rowMode: 'array',
      parsers,
      ...(copied === undefined ? {} : { blob: new Blob([copied]) }),
    });
    return {
      call,
      command,
      rowCount: affectedRows || rows.length,
      columns: fields.map(({ name, dataTypeID }) => ({ name, type: dataTypeID })),
      rows,
    };
  } catch (error) {
    if (!(error instanceof Error) || !('severity' in error)) return { call, failed: textOf(error) };
    // Without the parameters: they hold data.
    const { code, severity, detail, schema, table, column, constraint } = error as unknown as Record<
      string,
      unknown
    >;
    return {
      call,
      refused: { message: error.message, code, severity, detail, schema, table, column, constraint },
    };
  }
}

/** What PGlite's file system throws is no Error: it has a name and a number. */
function textOf(error: unknown): string {
  if (error instanceof Error) return error.message;
  const { name = 'a failure', message, errno } = error as { name?: string; message?: string; errno?: number };
  return [name, message, errno !== undefined && `errno ${errno}`].filter(Boolean).join(' ');
}
