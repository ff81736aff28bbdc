import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readCsv } from '../../src/synthea/csv-file.js';

const folder = mkdtempSync(join(tmpdir(), 'arledger-csv-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The notes of a file of these bytes, and how its reading broke off. */
async function read(content: string | Buffer) {
  const file = join(folder, 'some.csv');
  writeFileSync(file, content);
  const notes: string[] = [];
  try {
    for await (const row of readCsv<'ID' | 'NOTE'>(file, ['ID', 'NOTE'])) notes.push(row.get('NOTE'));
  } catch (error) {
    return { notes, broken: String(error) };
  }
  return { notes };
}

describe('text in a CSV file', () => {
  it.each([
    ['without a mark', 'utf8', ''],
    ['with the mark of UTF-8', 'utf8', '\uFEFF'],
    ['as UTF-16', 'utf16le', '\uFEFF'],
  ] as const)('is taken as it stands, %s', async (_name, encoding, mark) => {
    const note = 'père, “ü” €, 心 and 🫀; even \uFFFD as somebody wrote it';
    const csv = `${mark}ID,NOTE\r\n1,"${note}"\r\n2,plain\r\n`;
    expect(await read(Buffer.from(csv, encoding))).toEqual({ notes: [note, 'plain'] });
  });

  it('is whole wherever the chunks that are read end', async () => {
    const notes = Array.from({ length: 20_000 }, (_, i) => `${'x'.repeat(i % 7)}€🫀`);
    const csv = `ID,NOTE\n${notes.map((note, i) => `${i},${note}\n`).join('')}`;
    expect(await read(csv)).toEqual({ notes });
  });

  it.each([
    ['a letter of Latin-1', 'caf\xE9'],
    ['a letter of Latin-1 before a comma', 'caf\xC3'],
    ['the end of a letter missing', '\xE2\x82'],
    ['the beginning of a letter missing', '\xACuro'],
    ['a form that is too long', '\xC0\xAF'],
    ['half a surrogate pair', '\xED\xA0\x80'],
  ])('that is no UTF-8, %s, is named by line and column after the rows before it', async (_name, note) => {
    const csv = Buffer.from(`ID,NOTE,MORE\n1,fine,\n2,${note},more\n3,fine,\n`, 'latin1');
    expect(await read(csv)).toEqual({
      notes: ['fine'],
      broken: expect.stringContaining('some.csv, line 3, column NOTE: the text is not UTF-8'),
    });
  });

  it('that is no UTF-8 is found in the header, in columns nobody asks for, and behind a mark', async () => {
    expect(await read(Buffer.from('ID,NOTE,K\xF6\n1,a,b\n', 'latin1'))).toEqual({
      notes: [],
      broken: expect.stringContaining('line 1, column 3: the text is not UTF-8'),
    });
    const marked = Buffer.from('\xEF\xBB\xBFID,NOTE,MORE\n1,a,K\xF6\n', 'latin1');
    expect((await read(marked)).broken).toContain('line 2, column MORE: the text is not UTF-8');
  });
});
