import { type Money, ZERO } from '../../../src/ledger/money.js';
import type {
  FileSummary,
  Need,
  RemittanceSummary,
} from '../../../src/remittances/posting/import-summary.js';

/**
 * What became of a file, in a line that a table can be compared with and printed from: how many claims of how many were
 * posted or did otherwise, what was paid where, what of posted claims is not posted, and why.
 */
export function saidOf({ remittances }: Pick<FileSummary, 'remittances'>): string {
  return remittances.map(saidOfOne).join(' | ');
}

function saidOfOne({ outcome, claims, paid, needs, findings }: RemittanceSummary): string {
  const stopping = findings.filter(({ severity, claim }) => severity === 'stops' && claim === undefined);
  if (outcome === 'held') return `held: ${stopping.map(({ code }) => code).join(', ')}`;
  const { total, posted, waiting, movesNothing, suspended } = claims;
  const counts = [
    [posted, 'posted'],
    [waiting, 'waiting'],
    [movesNothing, 'moving nothing'],
    [suspended, `suspended (${reasonsOf(needs)})`],
  ] as const;
  const kinds = counts.filter(([count]) => count > 0).map(([count, what]) => `${count} of ${total} ${what}`);
  const rest = notPosted(needs);
  return [
    `${outcome === 'duplicate' ? 'duplicate, ' : ''}${kinds.join(', ')}; paid ${paid.posted}`,
    ...(paid.inClearing === '0.00' ? [] : [`in clearing ${paid.inClearing}`]),
    ...(rest === '' ? [] : [`held ${rest}`]),
  ].join('; ');
}

function reasonsOf(needs: readonly Need[]): string {
  return [...new Set(needs.filter(({ code }) => code !== 'held').map(({ code }) => code))].join(', ');
}

/** What of posted claims could not be posted: payments stand unapplied, of others nothing moved. */
function notPosted(needs: readonly Need[]): string {
  const sums = new Map<string, Money>();
  for (const { kind, groupCode = '', reasonCode = '', amount } of needs.flatMap(({ held }) => held)) {
    const what = kind === 'payment' ? kind : `${kind} ${groupCode}-${reasonCode}`;
    sums.set(what, (sums.get(what) ?? ZERO).plus(amount));
  }
  return [...sums].map(([what, amount]) => `${what} ${amount.toFixed(2)}`).join(', ');
}
