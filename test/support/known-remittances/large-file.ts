import type { Cents } from '../../../src/generator/cents.js';
import { Random } from '../../../src/generator/random.js';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import { USUAL, x12 } from '../../x12/x12-text.js';
import { sum } from './cents-text.js';
import { FIRST_SERVICE, drawCharges, postCharge } from './charges.js';
import { type LineDecision, decideClaim, linesOf } from './decisions.js';
import { gs, isa, transactionText } from './file-text.js';
import type { KnownPayer, KnownStatement, KnownTransaction } from './model.js';

/** How large a file is to be: by claims or by bytes, whichever is reached first; whole transactions. */
export interface LargeOptions {
  seed: number;
  claims?: number;
  bytes?: number;
  /** Claims of one ST; usually 1,000. */
  claimsPerTransaction?: number;
}

/** One ST of a large file, and what it comes to. */
export interface LargePart {
  text: Buffer;
  segments: number;
  claims: number;
  lines: number;
  /** In the end: what was charged, paid, written off, passed on to the patients, and stays with the payer as denied. */
  charged: Cents;
  paid: Cents;
  writtenOff: Cents;
  withPatients: Cents;
  denied: Cents;
  /** Opens the accounts of its claims, one each, and posts their charges. */
  commands: () => Generator<AccountCommand>;
}

const PAYER: KnownPayer = { id: '1455555555', name: 'LARGE HEALTH PLAN' };
const PROVIDER = '1234567893';

/** Made-up claims, each of an account of its own, one ST at a time: nothing of the last one is held. */
export function* largeRemittances(options: LargeOptions): Generator<LargePart> {
  const { seed, claimsPerTransaction = 1000 } = options;
  const { claims = Infinity, bytes = Infinity } = options;
  if (claims === Infinity && bytes === Infinity) throw new Error('say how large: claims or bytes');
  let [madeClaims, madeBytes] = [0, 0];
  for (let n = 1; madeClaims < claims && madeBytes < bytes; n += 1) {
    const part = largePart(seed, n, madeClaims, Math.min(claimsPerTransaction, claims - madeClaims));
    madeClaims += part.claims;
    madeBytes += part.text.length;
    yield part;
  }
}

/** The bytes of a large file: an ISA, a GS, and the STs of {@link largeRemittances}. Holds one ST at a time. */
export function* largeRemittanceFile(options: LargeOptions): Generator<Uint8Array> {
  yield x12([isa('5010', '000000001'), gs('5010', 1)]);
  let transactions = 0;
  for (const { text } of largeRemittances(options)) {
    transactions += 1;
    yield text;
  }
  yield x12([`GE*${transactions}*1`, 'IEA*1*000000001']);
}

/** What has to be on the ledger before a large file, one account a claim. */
export function* commandsFor(options: LargeOptions): Generator<AccountCommand> {
  for (const { commands } of largeRemittances(options)) yield* commands();
}

function largePart(seed: number, n: number, after: number, count: number): LargePart {
  const random = new Random(seed, 7, n);
  const claims = Array.from({ length: count }, (_, i) => {
    const accountId = `L${String(after + i + 1).padStart(8, '0')}`;
    return { accountId, decisions: decide(random, accountId) };
  });
  const statements = claims.map(({ accountId, decisions }) => statementOf(accountId, decisions));
  const transaction: KnownTransaction = {
    payer: PAYER,
    providerId: PROVIDER,
    traceNumber: `LARGE${seed}-${n}`,
    paidOn: '2026-01-15',
    producedOn: '2026-01-15',
    version: '5010',
    statements,
    providerAdjustments: [],
    payment: sum(statements.map(({ paid }) => paid)),
    held: false,
  };
  const segments = transactionText(transaction, String(n).padStart(4, '0'));
  const decisions = claims.flatMap((claim) => claim.decisions);
  return {
    text: x12(segments, USUAL),
    segments: segments.length,
    claims: count,
    lines: decisions.length,
    charged: sum(decisions.map(({ of }) => of.amount)),
    paid: transaction.payment,
    writtenOff: sum(decisions.flatMap(({ writtenOff }) => writtenOff.map(({ amount }) => amount))),
    withPatients: sum(decisions.map(({ responsibility }) => responsibility)),
    denied: sum(decisions.map(({ denied }) => denied)),
    commands: function* () {
      for (const claim of claims) yield* open(claim.accountId, claim.decisions);
    },
  };
}

function decide(random: Random, accountId: string): LineDecision[] {
  return decideClaim(random, drawCharges(random, accountId, accountId), [
    [16, 'paid'],
    [2, 'deductible'],
    [1, 'denied'],
    [1, 'bundled'],
  ]);
}

function statementOf(claimId: string, decisions: readonly LineDecision[]): KnownStatement {
  return {
    payer: PAYER,
    claimId,
    payerClaimNumber: `ICN-${claimId}`,
    status: '1',
    charge: sum(decisions.map(({ of }) => of.amount)),
    paid: sum(decisions.map(({ paid }) => paid)),
    adjustments: [],
    lines: decisions.flatMap((decision) => linesOf(decision, { named: true, parts: 1 })),
    fate: 'recorded',
  };
}

function* open(accountId: string, decisions: readonly LineDecision[]): Generator<AccountCommand> {
  yield { type: 'OpenAccount', accountId, openedOn: FIRST_SERVICE };
  for (const { of } of decisions) {
    yield postCharge(of, accountId, { party: 'payer', payerId: PAYER.id, position: 'primary' });
  }
}
