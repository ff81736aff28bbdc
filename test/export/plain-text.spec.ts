import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import type { StoredEvent } from '../../src/event-store/event-store.js';
import { asBeancountName, withoutColon } from '../../src/export/account-name.js';
import { type ExportCounts, type ExportFormat, exportJournal } from '../../src/export/export-journal.js';
import { hospital } from '../../src/generator/hospital.js';
import { balanceOf } from '../../src/ledger/account.js';
import { formatMoney, Money, ZERO } from '../../src/ledger/money.js';
import type { RuleBook } from '../generator/rule-book.js';
import { oddAccounts } from './odd-accounts.js';
import { logOf, streamed } from './recorded-log.js';

const isInstalled = (tool: string): boolean => spawnSync(tool, ['--version']).error === undefined;
const describeWith = (tool: string) =>
  isInstalled(tool)
    ? describe
    : (name: string, body: () => void) => describe.skip(`${name} (${tool} is not installed)`, body);

let folder: string;
let log: StoredEvent[];
let rules: RuleBook;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'arledger-export-'));
  ({ log, rules } = logOf([...oddAccounts(), ...hospital({ accounts: 60, months: 9, seed: 3 })]));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function exported(format: ExportFormat): Promise<{ text: string; counts: ExportCounts }> {
  const pieces = exportJournal(streamed(log), format);
  let text = '';
  for (;;) {
    const next = await pieces.next();
    if (next.done) return { text, counts: next.value };
    text += next.value;
  }
}

async function exportedFile(format: ExportFormat): Promise<string> {
  const path = join(folder, `journal.${format}`);
  writeFileSync(path, (await exported(format)).text);
  return path;
}

/** Every account's balance as the rules have it, in the form `12.50 USD`. */
function ourBalances(): Record<string, string> {
  return Object.fromEntries(
    [...rules.accounts].map(([id, { account }]) => [
      id,
      `${formatMoney(balanceOf(account), account.currency)} ${account.currency}`,
    ]),
  );
}

/** Adds up what a tool says of each account's parts; `rows` are names of accounts and amounts such as `-1.00 USD`. */
function balancesFrom(
  rows: [name: string, amount: string][],
  encode: (id: string) => string,
): Record<string, string> {
  const idOf = new Map([...rules.accounts.keys()].map((id) => [encode(id), id]));
  const found = new Map([...rules.accounts.keys()].map((id) => [id, ZERO]));
  for (const [name, amount] of rows) {
    const part = /^(?:Assets:Receivable:(?:Patient|Payer)|Liabilities:Unapplied):([^:]+)$/.exec(name)?.[1];
    if (part === undefined) continue;
    const id = idOf.get(part);
    if (id === undefined) throw new Error(`${name} is no account of ours`);
    const [number, currency] = amount.trim().split(/\s+/);
    if (number !== '0') expect(currency).toBe(rules.accounts.get(id)!.account.currency);
    found.set(id, found.get(id)!.plus(new Money(number!.replaceAll(',', ''))));
  }
  return Object.fromEntries(
    [...found].map(([id, sum]) => {
      const { currency } = rules.accounts.get(id)!.account;
      return [id, `${formatMoney(sum, currency)} ${currency}`];
    }),
  );
}

const run = (tool: string, ...args: string[]): string =>
  execFileSync(tool, args, { encoding: 'utf8', maxBuffer: 1 << 28 });

describe('the exported journal', () => {
  it('has an entry for every event that moves money, and names what it cannot read', async () => {
    const { text, counts } = await exported('ledger');
    expect(counts).toMatchObject({ events: log.length, unreadable: 0 });
    expect(text.match(/^\d{4}-\d\d-\d\d \*/gm)).toHaveLength(counts.entries);

    log.push({ ...log[1]!, position: '999999', type: 'FromTheFuture' });
    const broken = await exported('ledger');
    log.pop();
    expect(broken.counts).toEqual({ ...counts, events: counts.events + 1, unreadable: 1 });
    expect(broken.text).toContain('; NOT IN HERE: event 999999 cannot be read (unknown type of event)');
  });

  it('writes ids for beancount so that they can be read back', () => {
    const ids = ['a:b', 'a', 'x.y_z', 'x-y', 'x--y', 'x-', 'X--a', 'X--2Da', '7', 'A--3A', 'a-.b', 'Z9'];
    const names = ids.map(asBeancountName);
    expect(names.map(fromBeancountName)).toEqual(ids);
    expect(new Set(names).size).toBe(ids.length);
    for (const name of names) expect(name).toMatch(/^[A-Z0-9][A-Za-z0-9-]*$/);
  });

  it('is balanced as CSV, account by account ours', async () => {
    const { text } = await exported('csv');
    const rows: Record<string, string>[] = parse(text, { columns: true });
    const signed = (row: Record<string, string>): string =>
      row['debit'] === '' ? `-${row['credit']} ${row['currency']}` : `${row['debit']} ${row['currency']}`;
    const named = rows.map((row): [string, string] => [
      /^(Assets:Receivable|Liabilities)/.test(row['gl_account']!)
        ? `${row['gl_account']}:${withoutColon(row['account_id']!)}`
        : row['gl_account']!,
      signed(row),
    ]);
    expect(balancesFrom(named, withoutColon)).toEqual(ourBalances());
    for (const currency of ['USD', 'JPY', 'KWD', 'EUR']) {
      const total = rows
        .filter((row) => row['currency'] === currency)
        .reduce((sum, row) => sum.plus(row['debit'] || 0).minus(row['credit'] || 0), ZERO);
      expect(total.toFixed()).toBe('0');
    }
  });
});

describeWith('ledger')('ledger', () => {
  it('accepts the journal strictly and gives our balance for every account', async () => {
    const file = await exportedFile('ledger');
    const out = run(
      'ledger',
      '--args-only',
      '-f',
      file,
      '--strict',
      '--pedantic',
      'balance',
      '--flat',
      '--no-total',
      '--balance-format',
      '%(account)\t%(quantity(scrub(display_total)))\t%(commodity(scrub(display_total)))\n',
      '^Assets:Receivable',
      '^Liabilities',
    );
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line): [string, string] => {
        const [name, number, currency] = line.split('\t');
        return [name!, `${number} ${currency}`];
      });
    expect(balancesFrom(rows, withoutColon)).toEqual(ourBalances());
  });
});

describeWith('hledger')('hledger', () => {
  it('accepts the journal strictly and gives our balance for every account', async () => {
    const file = await exportedFile('hledger');
    run('hledger', '-f', file, 'check', '--strict');
    const out = run(
      'hledger',
      '-f',
      file,
      'balance',
      '--flat',
      '--no-total',
      '--empty',
      '-O',
      'csv',
      '^Assets:Receivable',
      '^Liabilities',
    );
    const parsed: string[][] = parse(out, { from: 2 });
    const rows = parsed.map(([name, amount]): [string, string] => [name!, amount!]);
    expect(balancesFrom(rows, withoutColon)).toEqual(ourBalances());
  });
});

describeWith('bean-check')('beancount', () => {
  it('accepts the journal and gives our balance for every account', async () => {
    const file = await exportedFile('beancount');
    expect(run('bean-check', file)).toBe('');
    const out = run(
      'bean-query',
      '-f',
      'csv',
      file,
      "SELECT account, currency, sum(number) AS total WHERE account ~ '^(Assets:Receivable|Liabilities)' GROUP BY account, currency",
    );
    const parsed: string[][] = parse(out, { from: 2, trim: true });
    const rows = parsed.map(([name, currency, total]): [string, string] => [name!, `${total} ${currency}`]);
    expect(balancesFrom(rows, asBeancountName)).toEqual(ourBalances());
  });
});

/** The id that `asBeancountName` wrote. */
function fromBeancountName(name: string): string {
  return name
    .replace(/^X--(?=[a-z])/, '')
    .replace(/--([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
