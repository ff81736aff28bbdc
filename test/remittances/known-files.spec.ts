import { describe, expect, test } from '@jest/globals';
import { money } from '../../src/ledger/money.js';
import { arrivals } from '../support/known-remittances/files.js';
import {
  type KnownOptions,
  knownRemittances,
  onlyStories,
} from '../support/known-remittances/known-remittances.js';
import {
  commandsFor,
  largeRemittanceFile,
  largeRemittances,
} from '../support/known-remittances/large-file.js';
import { PATIENT_NAME } from '../support/known-remittances/transaction-text.js';
import { AccountInMemory } from '../support/ledger.js';
import { type ReadFile, read } from './advice-text.js';

/*
 * The generator of remittances, held against the reader and against itself: what it means to write is what is read, and
 * what it expects ties.
 */

const USUAL: KnownOptions = { seed: 5, accounts: 150, periods: 40 };

function readAll({ files }: ReturnType<typeof knownRemittances>): ReadFile[] {
  return files.map(({ text }) => read(Buffer.from(text)));
}

function countOf(values: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

describe('what is expected', () => {
  test.each(Array.from({ length: 20 }, (_, i) => i + 1))(
    'ties, account by account and as a whole: seed %i',
    (seed) => {
      const { commands, expected } = knownRemittances({ seed, accounts: 60 });
      const total = (amounts: Iterable<string>): string =>
        [...amounts].reduce((sum, amount) => sum.plus(amount), money('0')).toFixed(2);
      expect(total(Object.values(expected.trialBalance))).toBe('0.00');
      const balances = total(Object.values(expected.accounts).map(({ balance }) => balance));
      expect(balances).toBe(
        total(
          Object.entries(expected.trialBalance)
            .filter(([account]) => /Receivable|Unapplied/.test(account))
            .map(([, amount]) => amount),
        ),
      );
      const charged = commands.flatMap((command) => (command.type === 'PostCharge' ? [command.amount] : []));
      expect(expected.trialBalance['Income:Charges']).toBe(`-${total(charged)}`);
    },
  );

  test('comes of charges that the ledger takes', () => {
    const { commands, expected } = knownRemittances(USUAL);
    const byAccount = Map.groupBy(commands, ({ accountId }) => accountId);
    expect([...byAccount.keys()].sort()).toEqual(Object.keys(expected.accounts).sort());
    for (const ofAccount of byAccount.values()) new AccountInMemory(ofAccount);
  });

  test('is the same for the same seed, and another for another', () => {
    expect(knownRemittances(USUAL)).toEqual(knownRemittances(USUAL));
    expect(knownRemittances(USUAL)).not.toEqual(knownRemittances({ ...USUAL, seed: 6 }));
  });
});

describe('the files', () => {
  test('hold exactly the transactions and claims that are expected, once for each copy', () => {
    const known = knownRemittances(USUAL);
    const read = readAll(known);
    const transactions = read.flatMap(({ headers, ends }) =>
      ends.map((end, i) => ({ trace: headers[i]!.trace!.number, end })),
    );
    const byTrace = Map.groupBy(transactions, ({ trace }) => trace);
    expect([...byTrace.keys()].sort()).toEqual(Object.keys(known.expected.remittances).sort());
    for (const [trace, of] of byTrace) {
      const { contents, copies, amount, claims } = known.expected.remittances[trace]!;
      const hashes = new Map(of.map(({ end }) => [end.contentHash, end]));
      expect({
        trace,
        contents: hashes.size,
        copies: of.length,
        amounts: [...new Set(of.map(({ end }) => end.totals.payment))],
        claims: [...hashes.values()].reduce((sum, end) => sum + end.claims, 0),
      }).toEqual({ trace, contents, copies, amounts: [amount], claims: claims.total });
    }
    // Every way of coming twice did come.
    const remittances = Object.values(known.expected.remittances);
    expect(remittances.some(({ contents }) => contents > 1)).toBe(true);
    expect(remittances.some(({ copies, contents }) => copies > contents)).toBe(true);
  });

  test('are found to be what they are meant to be, and nothing else', () => {
    const known = knownRemittances({ ...USUAL, copiesPermille: 0 });
    const findings = readAll(known).flatMap((file) => file.findings);
    const stopping = findings.filter(({ severity }) => severity === 'stops');
    const { work } = known.expected;
    expect(stopping.filter(({ claim }) => claim === undefined).map(({ code }) => code)).toEqual(
      Array.from({ length: work.remittancesHeld }, () => 'transaction_does_not_balance'),
    );
    expect(countOf(stopping.filter(({ claim }) => claim !== undefined).map(({ code }) => code))).toEqual({
      claim_does_not_balance: expect.any(Number),
      line_does_not_balance: expect.any(Number),
    });
    expect(stopping.filter(({ claim }) => claim !== undefined)).toHaveLength(
      work.suspended.does_not_balance!,
    );
    expect([
      ...new Set(findings.filter(({ severity }) => severity === 'warns').map(({ code }) => code)),
    ]).toEqual(['lines_do_not_sum_to_claim']);
  });

  test('bring the cash, the control accounts and the claims that are expected', () => {
    const known = knownRemittances({ ...USUAL, copiesPermille: 0 });
    const accepted = readAll(known).flatMap(({ headers, ends, adjustments, findings }) =>
      headers
        .map((header, i) => ({ header, end: ends[i]! }))
        .filter(
          ({ end }) =>
            !findings.some(
              ({ code, segment }) =>
                code === 'transaction_does_not_balance' && headers[ends.indexOf(end)]!.segment === segment,
            ),
        )
        .map(({ header, end }) => ({
          header,
          end,
          adjustments: adjustments.filter(({ segment }) => segment > header.segment && segment < end.segment),
        })),
    );
    let cash = money('0');
    const control = new Map<string, bigint>();
    for (const { header, end, adjustments } of accepted) {
      cash = cash.plus(end.totals.payment);
      for (const { providerId, amount } of adjustments) {
        const key = `${header.trace!.payerId}|${providerId}`;
        control.set(key, (control.get(key) ?? 0n) + BigInt(amount));
      }
    }
    expect(cash.toFixed(2)).toBe(known.expected.trialBalance['Assets:Cash']);
    const standing = [...control].filter(([, amount]) => amount !== 0n);
    expect(
      Object.fromEntries(standing.map(([key, amount]) => [key, (Number(amount) / 100).toFixed(2)])),
    ).toEqual(known.expected.controlAccounts);
    const forwarded = accepted
      .flatMap(({ adjustments }) => adjustments)
      .filter(({ reason }) => reason === 'FB');
    expect(forwarded.some(({ amount }) => amount < 0)).toBe(true);
    expect(forwarded.some(({ amount }) => amount > 0)).toBe(true);
  });

  test('are written in many ways, and say the same in each', () => {
    const known = knownRemittances(USUAL);
    const starts = new Set(known.files.map(({ text }) => text.slice(3, 4)));
    expect(starts.size).toBeGreaterThan(2);
    const all = readAll(known);
    expect(all.some(({ ends }) => ends.length > 2)).toBe(true);
    const headers = all.flatMap((file) => file.headers);
    expect(countOf(headers.map(({ version }) => version))).toEqual({
      '004010X091A1': expect.any(Number),
      '005010X221A1': expect.any(Number),
    });
    expect(countOf(headers.map(({ payment }) => payment!.direction))).toEqual({
      credit: expect.any(Number),
      debit: expect.any(Number),
    });
    const claims = all.flatMap((file) => file.claims);
    const groups = claims
      .filter(({ status }) => status === '22')
      .flatMap(({ lines }) => lines.flatMap(({ adjustments }) => adjustments.map(({ group }) => group)));
    expect(countOf(groups)).toMatchObject({ CR: expect.any(Number), CO: expect.any(Number) });
    expect([...new Set(claims.map(({ status }) => status))].sort()).toEqual(
      expect.arrayContaining(['1', '19', '2', '22', '25', '3', '4']),
    );
    for (const { personal } of claims) expect(personal.patient?.last).toBe(PATIENT_NAME);
  });

  test('can be told of one story alone', () => {
    const known = knownRemittances({ seed: 3, accounts: 20, stories: onlyStories('reversedOnly') });
    const claims = readAll(known).flatMap((file) => file.claims);
    expect(new Set(claims.map(({ status }) => status))).toEqual(new Set(['22']));
    expect(known.expected.work.reversalsWaiting).toBeGreaterThanOrEqual(20);
    expect(known.expected.trialBalance['Assets:Receivable:Patient']).toBeUndefined();
  });

  test('arrive in any order, none twice and none lost', () => {
    const { files } = knownRemittances(USUAL);
    expect(arrivals(files, 1)).not.toEqual(files);
    expect(arrivals(files, 1)).toEqual(arrivals(files, 1));
    expect(new Set(arrivals(files, 2))).toEqual(new Set(files));
  });
});

describe('a large file', () => {
  const options = { seed: 9, claims: 450, claimsPerTransaction: 100 };

  test('is whole, and comes to what its parts say', () => {
    const file = read(...largeRemittanceFile(options));
    expect(file.findings).toEqual([]);
    const parts = [...largeRemittances(options)];
    expect(file.ends.map(({ claims, totals }) => [claims, totals.payment])).toEqual(
      parts.map(({ claims, paid }) => [claims, (paid / 100).toFixed(2)]),
    );
    for (const { charged, paid, writtenOff, withPatients, denied } of parts) {
      expect(paid + writtenOff + withPatients + denied).toBe(charged);
    }
  });

  test('has an account with charges for each claim', () => {
    const commands = [...commandsFor(options)];
    const opened = commands.filter(({ type }) => type === 'OpenAccount').map(({ accountId }) => accountId);
    const { claims } = read(...largeRemittanceFile(options));
    expect(opened).toEqual(claims.map(({ patientControlNumber }) => patientControlNumber));
    const charges = commands.filter(({ type }) => type === 'PostCharge');
    expect(charges).toHaveLength(claims.reduce((sum, { lines }) => sum + lines.length, 0));
  });

  test('is as large as it was asked to be', () => {
    const size = [...largeRemittanceFile({ seed: 9, bytes: 300_000 })].reduce(
      (sum, { length }) => sum + length,
      0,
    );
    expect(size).toBeGreaterThanOrEqual(300_000);
    expect(() => [...largeRemittanceFile({ seed: 9 })]).toThrow('say how large');
  });
});
