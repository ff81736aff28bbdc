import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import Table from 'cli-table3';
import { claimBalance, lineBalance } from '../../src/remittances/remittance-advice/balance.js';
import { stops } from '../../src/x12/finding.js';
import { chunked } from '../x12/x12-text.js';
import { items, read } from './advice-text.js';

/*
 * Remittance files that nobody here wrote, read in place; their index says, counted by somebody else, what balances.
 */
const FOLDER = join(import.meta.dirname, '../../../shared/data');
const there = existsSync(join(FOLDER, 'INDEX.tsv'));
if (!there) console.log(`skipped: the sample remittances are not in ${FOLDER}`);

interface Sample {
  file: string;
  balance: string;
  notes: string;
}

function index(): Sample[] {
  const rows = readFileSync(join(FOLDER, 'INDEX.tsv'), 'utf8').split('\n').slice(1);
  return rows
    .map((row) => row.split('\t'))
    .filter(([file]) => file?.startsWith('835/'))
    .map(([file, , , , balance, notes]) => ({ file: file!, balance: balance!, notes: notes! }));
}

/** How many of claims, transactions and lines do not balance, out of how many. */
function unbalanced({ claims, ends }: ReturnType<typeof read>) {
  const lines = claims.flatMap((claim) => claim.lines);
  const codes = ends.flatMap(({ findings }) => findings.map(({ code }) => code));
  return {
    claims: [claims.filter((claim) => claimBalance(claim).difference !== 0n).length, claims.length],
    tx: [codes.filter((code) => code === 'transaction_does_not_balance').length, ends.length],
    svc: [lines.filter((line) => lineBalance(line).difference !== 0n).length, lines.length],
  };
}

/** The same, from the words of the index: `UNBALANCED(claims 1/3, tx 0/1, svc 5/5)`. */
function indexed({ balance, notes }: Sample) {
  const count = (name: string): [number, number] => {
    const total = Number(new RegExp(`${name === 'svc' ? 'svc' : 'claims'}=(\\d+)`).exec(notes)![1]);
    if (balance === 'BALANCES') return [0, total];
    const off = name === 'svc' && /(\d+) svc lines off/.exec(balance);
    if (balance.startsWith('BALANCES')) return [off ? Number(off[1]) : 0, total];
    const [, some, all] = new RegExp(`${name} (\\d+)/(\\d+)`).exec(balance)!;
    return [Number(some), Number(all)];
  };
  const tx = /tx (\d+)\/(\d+)/.exec(balance);
  return {
    claims: count('claims'),
    tx: tx ? [Number(tx[1]), Number(tx[2])] : [0, 1],
    svc: count('svc'),
  };
}

(there ? describe : describe.skip)('the sample remittances', () => {
  // A table must have a row, even one that is skipped.
  const samples = there ? index() : [{ file: 'none', balance: '', notes: '' }];
  const table = new Table({
    head: ['file', 'index', 'outcome', 'findings'],
    style: { head: [], border: [] },
  });
  afterAll(() => console.log(table.toString()));

  it('are all in the index', () => {
    expect(samples.map(({ file }) => file.slice(4)).sort()).toEqual(readdirSync(join(FOLDER, '835')).sort());
    expect(samples.length).toBeGreaterThan(40);
  });

  it.each(samples)('balance as counted elsewhere: $file', (sample) => {
    const bytes = readFileSync(join(FOLDER, sample.file));
    const whole = read(bytes);
    const held = whole.claims.filter(({ findings }) => stops(findings)).length;
    const heldWhole = whole.ends.some(({ findings }) => stops(findings));
    const codes = [...new Set(whole.findings.map(({ code }) => code))];
    table.push([
      sample.file.slice(4, 60),
      sample.balance.replace('UNBALANCED', 'OFF').replace('BALANCES', 'ok'),
      heldWhole ? 'held' : `${whole.claims.length - held} of ${whole.claims.length} claims may post`,
      codes.join('\n'),
    ]);
    expect(unbalanced(whole)).toEqual(indexed(sample));
    expect(whole.ends).toHaveLength(1);
    if (sample.balance === 'BALANCES') expect([heldWhole, held]).toEqual([false, 0]);
  });

  it.each(samples)('is the same however it is cut: $file', ({ file }) => {
    const bytes = readFileSync(join(FOLDER, file));
    const expected = JSON.stringify(items(bytes));
    for (const size of [1, 2, 17, 106, 512])
      expect(JSON.stringify(items(...chunked(bytes, size)))).toBe(expected);
  });
});
