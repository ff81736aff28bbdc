import type { PayerPosition } from '../../ledger/party.js';

const POSITIONS: ReadonlyMap<string, PayerPosition> = new Map([
  ['1', 'primary'],
  ['19', 'primary'],
  ['2', 'secondary'],
  ['20', 'secondary'],
  ['3', 'tertiary'],
  ['21', 'tertiary'],
]);

/**
 * In which position a payer decided, by the claim status of CLP02: 1 to 3, and 19 to 21 for claims that it sent on.
 * Undefined for statuses that do not say, such as 4 (denied) and 22 (reversal).
 */
export function positionOf(status: string): PayerPosition | undefined {
  return POSITIONS.get(status);
}
