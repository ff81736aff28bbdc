import { isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { Transform } from 'node:stream';
import { CsvError, parse } from 'csv-parse';

/** A CSV file that cannot be read on: which, where, and what is wrong. What came before stands. */
export class BrokenCsvFile extends Error {
  constructor(
    readonly file: string,
    readonly line: number,
    readonly column: string | undefined,
    readonly reason: string,
  ) {
    super(`${file}, line ${line}${column === undefined ? '' : `, column ${column}`}: ${reason}`);
    this.name = 'BrokenCsvFile';
  }
}

/** One row by the names of its columns. */
export interface CsvRow<C extends string> {
  /** Line of the file where the row ends; the header is line 1. */
  line: number;
  /** The field of a column, trimmed; empty where the file has not that column. */
  readonly get: (column: C) => string;
}

/** A field as the parser gives it: bytes, or a string where the file is marked as UTF-16. */
type Field = Buffer | string;

const BYTE_ORDER_MARK = Buffer.from('\uFEFF');

/**
 * Reads a CSV file row by row (with a header; BOM, CRLF, quotes and line ends inside quotes as they come); only a
 * chunk of it is in memory.
 *
 * @param required columns without which the file cannot be used
 * @param onBytes hears how many bytes have been read
 * @throws BrokenCsvFile for a missing column, a row with too few or too many fields, a quote that never ends, text that
 *   is not UTF-8
 */
export async function* readCsv<C extends string>(
  path: string,
  required: readonly NoInfer<C>[],
  onBytes?: (bytes: number) => void,
): AsyncGenerator<CsvRow<C>> {
  const file = basename(path);
  const bytes = createReadStream(path);
  const parser = parse({
    // Bytes: the parser would write U+FFFD for what is not UTF-8. A mark of UTF-16 makes it give strings.
    encoding: null,
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
    max_record_size: 1 << 20,
  });
  bytes.on('error', (error) => parser.destroy(error));
  bytes.pipe(withoutMark()).pipe(parser);
  let header: string[] | undefined;
  let index = new Map<string, number>();
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: Field[];
      info: { lines: number };
    }>) {
      const line = info.lines;
      if (!header) {
        requireText(file, line, record);
        header = record.map((name) => name.toString().trim());
        index = new Map(header.map((name, at) => [name, at]));
        const missing = required.filter((name) => !index.has(name));
        if (missing.length > 0) {
          const plural = missing.length > 1 ? 'these columns are' : 'this column is';
          throw new BrokenCsvFile(file, line, missing.join(', '), `${plural} missing in the header`);
        }
        continue;
      }
      if (record.length !== header.length) throw wrongCount(file, line, header, record.length);
      requireText(file, line, record, header);
      onBytes?.(bytes.bytesRead);
      yield {
        line,
        get: (column) => record[index.get(column) ?? -1]?.toString().trim() ?? '',
      };
    }
    if (!header) throw new BrokenCsvFile(file, 1, undefined, 'the file is empty; a header was expected');
  } catch (error) {
    throw error instanceof CsvError ? brokenQuoting(file, error, header) : error;
  } finally {
    bytes.destroy();
    parser.destroy();
  }
}

/** Takes the mark of UTF-8 away, which the parser would take for a reason to give strings. */
function withoutMark(): Transform {
  let begin: Buffer | undefined = Buffer.alloc(0);
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const known = begin === undefined ? chunk : Buffer.concat([begin, chunk]);
      if (begin !== undefined && known.length < BYTE_ORDER_MARK.length) {
        begin = known;
        done();
        return;
      }
      const isMarkedHere = begin !== undefined && isMarked(known);
      begin = undefined;
      done(null, isMarkedHere ? known.subarray(BYTE_ORDER_MARK.length) : known);
    },
    flush(done) {
      done(null, begin);
    },
  });
}

function isMarked(begin: Buffer): boolean {
  return begin.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
}

function requireText(file: string, line: number, record: readonly Field[], header?: string[]): void {
  const at = record.findIndex((field) => !(typeof field === 'string' ? field.isWellFormed() : isUtf8(field)));
  if (at === -1) return;
  const reason = 'the text is not UTF-8 (perhaps Latin-1 or Windows-1252); save the file as UTF-8';
  throw new BrokenCsvFile(file, line, header?.[at] ?? String(at + 1), reason);
}

function wrongCount(file: string, line: number, header: string[], found: number): BrokenCsvFile {
  const column = found < header.length ? header[found]! : header.at(-1)!;
  const where =
    found < header.length ? 'the row ends before this column' : 'the row goes on after this column';
  return new BrokenCsvFile(
    file,
    line,
    column,
    `${found} fields where the header has ${header.length}: ${where}`,
  );
}

const CSV_REASONS: Partial<Record<CsvError['code'], string>> = {
  CSV_QUOTE_NOT_CLOSED: 'a quote opens and never closes',
  CSV_INVALID_CLOSING_QUOTE: 'a quote closes in the middle of a field',
  INVALID_OPENING_QUOTE: 'a quote stands in the middle of a field',
  CSV_MAX_RECORD_SIZE: 'the row is longer than 1 MB, perhaps a quote never closes',
};

function brokenQuoting(file: string, error: CsvError, header: string[] | undefined): BrokenCsvFile {
  const { lines, column, index } = error as unknown as { lines?: number; column?: unknown; index?: unknown };
  const at = typeof index === 'number' ? index : typeof column === 'number' ? column : undefined;
  const name = typeof column === 'string' ? column : at === undefined ? undefined : header?.[at];
  return new BrokenCsvFile(file, lines ?? 1, name, CSV_REASONS[error.code] ?? 'not a row of a CSV file');
}
