import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { hospital } from '../../src/generator/hospital.js';
import { arledger } from './built-cli.js';
import { temporaryFolder } from './temporary-folder.js';

/*
 * One ledger through its life on the command line, each step a process of its own; the steps build on each other.
 */
const folder = temporaryFolder();
const data = join(folder, 'data');
const file = join(folder, 'hospital.ndjson');
/** Of some MB that importing the larger hospital writes. */
const WRITTEN_BYTES = 200_000;
const SIZE = ['--accounts', '40', '--months', '4', '--seed', '9'];
const json = async (...args: string[]) => {
  const { code, stdout, stderr } = await arledger([...args, '--json', '--data', data]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout);
};

describe('one ledger on the command line', () => {
  it('generates the same hospital as the library, a command a line', async () => {
    const { stdout, code } = await arledger(['generate', ...SIZE]);
    expect(code).toBe(0);
    writeFileSync(file, stdout);
    const expected = [...hospital({ accounts: 40, months: 4, seed: 9 })].map((command) =>
      JSON.stringify(command),
    );
    expect(stdout).toBe(`${expected.join('\n')}\n`);
  });

  it('imports it, twice: the second time posts nothing', async () => {
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n').length;
    const first = await json('import', 'commands', file);
    expect(first).toMatchObject({ posted: lines, alreadyThere: 0, refused: 0 });
    const input = readFileSync(file, 'utf8');
    const again = await arledger(['import', 'commands', '-', '--data', data], { input });
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(
      new RegExp(`^0 posted, ${lines.toLocaleString('en')} already there, 0 refused`),
    );
  });

  it('names bad lines by file, line and code, goes on, and ends with 1', async () => {
    const bad = join(folder, 'bad.ndjson');
    const note = (noteId: string) =>
      `{"type":"RecordNote","accountId":"A000001","noteId":"${noteId}","kind":"call","text":"x"}`;
    writeFileSync(
      bad,
      [
        note('GOOD-1'),
        'not json',
        '{"type":"PostPayment","accountId":"A000001","paymentId":"P","amount":"1e3","from":{"party":"patient"},"method":"cash"}',
        '{"type":"PostPayment","accountId":"nobody","paymentId":"P","amount":"1.00","from":{"party":"patient"},"method":"cash"}',
        '',
        note('GOOD-2'),
      ].join('\n'),
    );
    const { code, stdout, stderr } = await arledger(['import', 'commands', bad, '--data', data]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^2 posted, 0 already there, 3 refused/);
    const named = stderr.trimEnd().split('\n');
    expect(named).toEqual([
      expect.stringMatching(/bad\.ndjson, line 2: validation_failed: body /),
      expect.stringMatching(/bad\.ndjson, line 3: validation_failed: amount must be a decimal string/),
      expect.stringMatching(/bad\.ndjson, line 4: account_not_found: /),
    ]);
  });

  it('gives reports that tie with each other and with a replay of the events', async () => {
    const accounts = await json('accounts');
    const aging = await json('aging', '--group-by', 'payer', '--buckets', '30,60');
    const trial = await json('trial-balance');
    const cents = (amount: string): bigint => BigInt(amount.replace('.', ''));
    const sum = (amounts: string[]): bigint => amounts.reduce((total, amount) => total + cents(amount), 0n);
    const balances = sum(accounts.items.map((a: { balance: string }) => a.balance));
    expect(accounts.items).toHaveLength(40);
    expect(balances > 0n).toBe(true);
    expect(cents(aging.totals[0].total)).toBe(balances);
    expect(aging.buckets).toEqual(['0-30', '31-60', '61+']);
    expect(trial.totals[0].debit).toBe(trial.totals[0].credit);

    const { accountId, balance } = accounts.items[7];
    const replayed = await json('replay', accountId);
    expect(replayed).toMatchObject({ accountId, balance, trustworthy: true });
    expect(replayed.items.at(-1).runningBalance).toBe(balance);
  });

  it('replays to a past date, as a table too, and knows what it leaves out', async () => {
    const all = await json('replay', 'A000003');
    const middle = all.items[Math.floor(all.items.length / 2)];
    const past = await json('replay', 'A000003', '--as-of', middle.effectiveOn);
    expect(past.items.at(-1).effectiveOn <= middle.effectiveOn).toBe(true);
    expect(past.effectiveLater).toBe(all.items.length - past.items.length);
    const known = await json('replay', 'A000003', '--known-at', middle.recordedAt);
    const later = all.items.filter((item: { recordedAt: string }) => item.recordedAt > middle.recordedAt);
    expect(known).toMatchObject({ knownAt: middle.recordedAt, recordedLater: later.length });
    expect(known.items).toHaveLength(all.items.length - later.length);

    const { stdout } = await arledger(['replay', 'A000003', '--data', data]);
    expect(stdout).toMatch(/^Account A000003 {2}USD {2}as of /);
    expect(stdout).not.toContain('\u001b');
    const unknown = await arledger(['replay', 'nobody', '--data', data]);
    expect(unknown).toMatchObject({ code: 1, stdout: '' });
    expect(unknown.stderr).toMatch(/^arledger: account_not_found: .*\n$/);
    const then = ['--known-at', '2020-01-01T00:00:00.000Z'];
    const unknownThen = await arledger(['replay', 'A000001', ...then, '--data', data]);
    expect(unknownThen).toMatchObject({ code: 1, stdout: '' });
  });

  it('prints reports as table and CSV', async () => {
    const table = await arledger(['aging', '--data', data]);
    expect(table.stdout).toMatch(
      /^Aging from the service date, as of \d{4}-\d\d-\d\d\n\nCurrency +0-30 +31-60/,
    );
    const csv = await arledger(['accounts', '--csv', '--limit', '3', '--data', data]);
    expect(csv.stdout.split('\r\n').slice(0, 2)).toEqual([
      'accountId,currency,entity,balance,unapplied,lastActivityOn,trustworthy',
      expect.stringMatching(/^A000001,USD,(hospital|clinic),-?\d+\.\d\d,\d+\.\d\d,\d{4}-\d\d-\d\d,true$/),
    ]);
    expect(csv.stdout.trimEnd().split('\n')).toHaveLength(4);
  });

  it('finds nothing to complain about, rebuilds without a difference', async () => {
    expect(await json('verify', '--log')).toMatchObject({ ok: true, findings: [] });
    expect(await json('verify')).toMatchObject({ ok: true, findings: [] });
    const rebuilt = await json('rebuild', 'balances');
    expect(rebuilt).toMatchObject([{ projection: 'balances', differences: [] }]);
    expect(rebuilt[0].events).toBeGreaterThan(0);
    const unknown = await arledger(['rebuild', 'astrology', '--data', data]);
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/^arledger: unknown_projection: .*\n$/);
  });

  it('exports the journal to a file that appears when it is complete', async () => {
    const out = join(folder, 'books.journal');
    const { code, stdout } = await arledger([
      'export',
      'journal',
      '--format',
      'ledger',
      '--out',
      out,
      '--data',
      data,
    ]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    const printed = await arledger(['export', 'journal', '--format', 'ledger', '--data', data]);
    expect(printed.stdout).toBe(readFileSync(out, 'utf8'));
  });

  it('reads the log beside a running service, and says to writers who holds the folder', async () => {
    let service: { kill(signal: NodeJS.Signals): boolean } | undefined;
    const listening = Promise.withResolvers<string>();
    const served = arledger(['serve', '--data', data], {
      env: { PORT: '0', LOG_LEVEL: 'silent' },
      onStart: (child) => {
        service = child;
        child.stdout!.on('data', (text: string) => {
          const url = /http:\S+\d/.exec(text)?.[0];
          if (url !== undefined) listening.resolve(url);
        });
      },
    });
    try {
      const url = await listening.promise;
      const beside = await Promise.all([
        arledger(['replay', 'A000003', '--data', data]),
        arledger(['export', 'journal', '--format', 'csv', '--data', data]),
        arledger(['verify', '--log', '--data', data]),
      ]);
      expect(beside.map(({ code }) => code)).toEqual([0, 0, 0]);
      const refused = await arledger(['aging', '--data', data]);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toMatch(/^arledger: data_folder_in_use: .*\n$/);
      expect(refused.stderr).toContain(url);
    } finally {
      service!.kill('SIGTERM');
    }
    expect((await served).code).toBe(0);
  });

  it('answers for a ledger that holds nothing yet', async () => {
    const empty = join(folder, 'empty');
    for (const report of [['aging'], ['verify', '--log']]) {
      const { code, stderr } = await arledger([...report, '--json', '--data', empty]);
      expect({ report, code, stderr }).toEqual({ report, code: 0, stderr: '' });
    }
  });

  it('stops at Ctrl-C, says how to go on, and then completes without posting twice', async () => {
    const big = join(folder, 'big.ndjson');
    const commands = [...hospital({ accounts: 200, months: 5, seed: 5 })];
    writeFileSync(big, commands.map((command) => `${JSON.stringify(command)}\n`).join(''));
    const other = join(folder, 'stopped');
    const stopped = await arledger(['import', 'commands', big, '--data', other], {
      onStart: (child) => {
        // When a part of it is in the log and much is left.
        const wait = setInterval(() => {
          const log = statSync(join(other, 'events.db-wal'), { throwIfNoEntry: false });
          if ((log?.size ?? 0) < WRITTEN_BYTES) return;
          clearInterval(wait);
          child.kill('SIGINT');
        }, 2);
        child.on('close', () => clearInterval(wait));
      },
    });
    expect(stopped.code).toBe(130);
    expect(stopped.stderr).toMatch(
      /stopped: [\d,]+ posted so far; running the same command again completes it\n$/,
    );
    expect(stopped.stderr).not.toContain('validation_failed');
    const { stdout, code } = await arledger(['import', 'commands', big, '--json', '--data', other]);
    expect(code).toBe(0);
    const { posted, alreadyThere, refused }: Record<string, number> = JSON.parse(stdout);
    expect(refused).toBe(0);
    expect(posted! + alreadyThere!).toBe(commands.length);
    expect(posted).toBeGreaterThan(0);
  });
});
