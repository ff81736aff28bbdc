import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from '@jest/globals';
import * as fc from 'fast-check';
import { claimBalance } from '../../src/remittances/remittance-advice/balance.js';
import { ADVICE_FINDINGS } from '../../src/remittances/remittance-advice/findings.js';
import { isPredetermination } from '../../src/ledger/claim-status.js';
import type { AdviceItem } from '../../src/remittances/remittance-advice/model.js';
import { ENVELOPE_FINDINGS } from '../../src/x12/envelope-findings.js';
import { READER_FINDINGS } from '../../src/x12/reader-findings.js';
import { RUNS, simulation } from '../support/ledger-histories.js';
import { interchange, x12 } from '../x12/x12-text.js';
import { ADVICE, CLAIM, HEADER, items } from './advice-text.js';

/*
 * Any bytes: files that are nearly right, and noise. 3,000 files in `npm test`; ARLEDGER_RUNS says how many otherwise
 * (200,000 in the nightly run), ARLEDGER_SEED replays one.
 */
const FILES = process.env['ARLEDGER_RUNS'] === undefined ? 3000 : RUNS;

const SAMPLES = join(import.meta.dirname, '../../../shared/data/835');
const seeds: Uint8Array[] = [
  x12(ADVICE),
  x12(ADVICE, { element: '|', component: '>', repetition: '}', segment: '\n', after: '' }),
  x12(ADVICE.slice(2, -2), { after: '' }),
  x12([...interchange([...HEADER, ...CLAIM]), ...ADVICE], { after: '\r\n' }),
  ...(existsSync(SAMPLES) ? readdirSync(SAMPLES).map((file) => readFileSync(join(SAMPLES, file))) : []),
];

/** Bytes that mean something to the reader. */
const TELLING = [
  ...[
    'ISA*',
    'ISA|',
    'GS*',
    'ST*835*',
    '~ST*835*1~',
    '~SE*1*1~',
    '~IEA*1*1~',
    '~GE*1*1~',
    '\nISA^00^',
    '~LX*1~',
  ],
  ...[
    '~CLP*A*22*-1*-1~',
    '~SVC*HC:1*1*1~',
    '~CAS*CO*45*1~',
    '~PLB*1*20261231*WO*1~',
    '~BPR*I*1*D~',
    '~N1*PR*A~',
  ],
  ...[
    '~',
    '*',
    ':',
    '^',
    '\r\n',
    '\n',
    ' ',
    '\0',
    '\xff',
    '\xef\xbb\xbf',
    '\xfe\xff',
    '-',
    '.',
    '1e9',
    '9'.repeat(30),
  ],
].map((text) => Uint8Array.from(Buffer.from(text, 'latin1')));

const insertion = fc.oneof(fc.constantFrom(...TELLING), fc.uint8Array({ maxLength: 6 }));

/** One change: at a place, so many bytes give way to others, or to what stands elsewhere in the file. */
const change = fc.record({
  at: fc.nat({ max: 4000 }),
  drop: fc.oneof(fc.constant(0), fc.nat({ max: 3 }), fc.nat({ max: 3000 })),
  insert: fc.oneof(insertion, fc.record({ from: fc.nat({ max: 4000 }), bytes: fc.nat({ max: 600 }) })),
});
type Change = typeof change extends fc.Arbitrary<infer T> ? T : never;

function changed(seed: Uint8Array, changes: readonly Change[]): Uint8Array {
  let bytes = Buffer.from(seed);
  for (const { at, drop, insert } of changes) {
    const place = at % (bytes.length + 1);
    const added =
      insert instanceof Uint8Array ? insert : bytes.subarray(insert.from, insert.from + insert.bytes);
    bytes = Buffer.concat([bytes.subarray(0, place), added, bytes.subarray(place + drop)]);
  }
  return bytes;
}

const file = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 6 }))
      .map(([seed, changes]) => changed(seed, changes)),
  },
  {
    weight: 1,
    arbitrary: fc.array(insertion, { maxLength: 40 }).map((parts) => new Uint8Array(Buffer.concat(parts))),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 400 }) },
);

const KINDS = { ...READER_FINDINGS, ...ENVELOPE_FINDINGS, ...ADVICE_FINDINGS };

/** What holds of every file, whatever its bytes. */
function examine(all: AdviceItem[], length: number): void {
  let open = false;
  let claims = 0;
  let paid = 0n;
  let adjusted = 0n;
  for (const item of all) {
    const findings =
      item.kind === 'claim'
        ? item.claim.findings
        : item.kind === 'end'
          ? item.end.findings
          : item.kind === 'finding'
            ? [item.finding]
            : [];
    for (const { code, severity, segment, position } of findings) {
      assert.equal(KINDS[code].severity, severity);
      assert.ok(segment > 0);
      assert.ok(position >= 0 && position <= length);
    }
    switch (item.kind) {
      case 'begin':
        assert.equal(open, false);
        [open, claims, paid, adjusted] = [true, 0, 0n, 0n];
        break;
      case 'claim': {
        assert.equal(open, true);
        claims += 1;
        const { claim } = item;
        assert.equal(claim.number, claims);
        assert.ok(claim.lastSegment >= claim.segment);
        if (isPredetermination(claim)) break;
        paid += BigInt(claim.paid);
        const says = claim.findings.some(({ code }) => code === 'claim_does_not_balance');
        assert.equal(says, claimBalance(claim).difference !== 0n);
        break;
      }
      case 'provider-adjustment':
        assert.equal(open, true);
        adjusted += BigInt(item.adjustment.amount);
        break;
      case 'end': {
        assert.equal(open, true);
        open = false;
        const { totals } = item.end;
        const cents = (text: string) => BigInt(text.replace('.', ''));
        assert.deepEqual(
          [item.end.claims, cents(totals.claims), cents(totals.providerAdjustments)],
          [claims, paid, adjusted],
        );
        const says = item.end.findings.some(({ code }) => code === 'transaction_does_not_balance');
        assert.equal(says, cents(totals.payment) !== paid - adjusted);
        break;
      }
      case 'finding':
        break;
    }
  }
  assert.equal(open, false);
}

describe('any bytes', () => {
  it('are read without an exception; every ST ends; what does not balance is found', () => {
    fc.assert(
      fc.property(file, (bytes) => examine(items(bytes), bytes.length)),
      simulation(FILES),
    );
  }, 3_600_000);

  it('are the same however they are cut', () => {
    fc.assert(
      fc.property(file, fc.array(fc.nat({ max: 4000 }), { maxLength: 4 }), (bytes, cuts) => {
        const places = [
          0,
          ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
          bytes.length,
        ];
        const chunks = places.slice(1).map((place, i) => bytes.subarray(places[i], place));
        assert.equal(JSON.stringify(items(...chunks)), JSON.stringify(items(bytes)));
      }),
      simulation(FILES),
    );
  }, 3_600_000);
});
