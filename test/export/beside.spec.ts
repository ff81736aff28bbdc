import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { type ExportFormat, exportJournal } from '../../src/export/export-journal.js';
import { ZERO, sumOf } from '../../src/ledger/money.js';
import { LogInMemory } from '../read-models/projector/log-in-memory.js';
import {
  CONTROL,
  R1,
  RECORDED_AT,
  REMITTANCE_HISTORY,
  beside,
  bookedEntry,
  controlEntry,
  stored,
} from '../support/remittance-history.js';

const TOOLS: readonly [ExportFormat, (file: string) => [string, ...string[]]][] = [
  ['ledger', (file) => ['ledger', '--args-only', '-f', file, '--strict', '--pedantic', 'balance']],
  ['hledger', (file) => ['hledger', '-f', file, 'check', '--strict']],
  ['beancount', (file) => ['bean-check', file]],
];

let folder: string;
let log: LogInMemory;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'arledger-export-beside-'));
  log = new LogInMemory();
  for (const written of REMITTANCE_HISTORY) log.put(stored(written));
  // A control account whose ids a format could trip over.
  const odd = { controlAccountId: 'a:b_c', payerId: 'date:2020-01-01', providerId: 'x;y' };
  for (const written of beside(controlEntry(R1, 'E:9', '1.00', odd))) log.put(stored(written));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function exported(format: ExportFormat): Promise<string> {
  let text = '';
  for await (const piece of exportJournal(log.readAll(), format)) text += piece;
  return text;
}

describe('the exported journal, of what stands beside the accounts', () => {
  it('as CSV has the lines of remittances and control accounts, which name their stream', async () => {
    const rows: Record<string, string>[] = parse(await exported('csv'), { columns: true });
    const besides = rows.filter((row) => row['stream'] !== '');
    for (const row of rows) expect(row['account_id'] === '').toBe(row['stream'] !== '');
    expect(besides.slice(0, 2)).toMatchObject([
      {
        stream: `remittance-${R1}`,
        entry_id: R1,
        event_type: 'RemittanceAccepted',
        gl_account: 'Assets:Cash',
        debit: '150.00',
      },
      { stream: `remittance-${R1}`, gl_account: 'Assets:RemittanceClearing', credit: '150.00' },
    ]);
    expect(besides.find((row) => row['stream'] === `control-${CONTROL}`)).toMatchObject({
      entry_id: `${R1}.plb.1`,
      gl_account: 'Assets:PayerControl',
      debit: '20.00',
      recorded_at: RECORDED_AT,
    });
    const signed = (row: Record<string, string>) =>
      ZERO.plus(row['debit'] || '0').minus(row['credit'] || '0');
    const balances = [...Map.groupBy(rows, (row) => row['gl_account'])].map(([name, lines]) => [
      name,
      sumOf(lines.map(signed)).toFixed(2),
    ]);
    expect(Object.fromEntries(balances)).toEqual({
      'Assets:Cash': '150.00',
      'Assets:PayerControl': '-69.00',
      'Assets:Receivable:Payer': '200.00',
      'Assets:RemittanceClearing': '-81.00',
      'Income:Charges': '-200.00',
    });
  });

  it.each([
    ['ledger', /^account (\S+)$/gm, /^ {4}([A-Z]\w+:\S+) /gm],
    ['hledger', /^account (\S+)$/gm, /^ {4}([A-Z]\w+:\S+) /gm],
    ['beancount', /^1900-01-01 open (\S+)/gm, /^ {2}([A-Z]\w+:\S+) /gm],
  ] as const)('for %s books to declared accounts only', async (format, declared, booked) => {
    const places = ['interest', 'penalty', 'cash', 'write_off'] as const;
    const byHand = beside(...places.map((place) => bookedEntry(`by-hand-${place}`, '1.00', { place })));
    for (const written of byHand) log.put(stored(written));
    const text = await exported(format);
    for (const _ of byHand) log.events.pop();
    const names = (pattern: RegExp) => new Set(Array.from(text.matchAll(pattern), ([, name]) => name!));
    const used = names(booked);
    expect([...used]).toEqual(
      expect.arrayContaining([
        'Assets:Cash',
        'Assets:PayerControl',
        'Assets:RemittanceClearing',
        'Expenses:ControlWriteOff',
        'Expenses:Penalties',
        'Income:Interest',
      ]),
    );
    expect([...used].filter((name) => !names(declared).has(name))).toEqual([]);
    expect(text).toContain(`stream: ${format === 'beancount' ? '"' : ''}remittance-${R1}`);
    expect(text).toMatch(/Control entry WO between payer ACME and provider NPI1/);
  });

  it('names what it cannot read, and opens no account for it', async () => {
    const whole = await exported('ledger');
    log.put({ stream: 'remittance-x', type: 'RemittanceHeld.v9', metadata: { recordedAt: RECORDED_AT } });
    const { position } = log.events.at(-1)!;
    const broken = await exported('ledger');
    log.events.pop();
    expect(broken).toBe(
      `${whole}; NOT IN HERE: event ${position} cannot be read (unknown type of event)\n\n`,
    );
  });
});

describe.each(TOOLS)('%s', (format, commandFor) => {
  const [tool] = commandFor('');
  const isInstalled = spawnSync(tool, ['--version']).error === undefined;
  (isInstalled ? it : it.skip)(
    `accepts it strictly${isInstalled ? '' : ` (${tool} is not installed)`}`,
    async () => {
      const file = join(folder, `journal.${format}`);
      writeFileSync(file, await exported(format));
      const [name, ...args] = commandFor(file);
      expect(() => execFileSync(name, args, { encoding: 'utf8', stdio: 'pipe' })).not.toThrow();
    },
  );
});
