import type { Random } from '../../../src/generator/random.js';
import { addDays } from '../../../src/ledger/calendar.js';
import type { AccountCommand } from '../../../src/ledger/commands.js';
import type { Party } from '../../../src/ledger/party.js';
import { decimal } from './cents-text.js';
import type { KnownCharge, KnownProcedure } from './model.js';

/** The first day of service of the hospital. */
export const FIRST_SERVICE = '2025-03-01';

const PROCEDURES: readonly KnownProcedure[] = [
  { qualifier: 'HC', system: 'CPT', code: '99213', modifiers: [] },
  { qualifier: 'HC', system: 'CPT', code: '99285', modifiers: ['25'] },
  { qualifier: 'HC', system: 'CPT', code: '71046', modifiers: ['26', 'LT'] },
  { qualifier: 'HC', system: 'CPT', code: '80053', modifiers: [] },
  { qualifier: 'HC', system: 'CPT', code: '85025', modifiers: [] },
  { qualifier: 'HC', system: 'CPT', code: '36415', modifiers: ['59'] },
  { qualifier: 'HC', system: 'HCPCS', code: 'J1885', modifiers: [] },
  { qualifier: 'HC', system: 'HCPCS', code: 'A0428', modifiers: ['RH'] },
  { qualifier: 'AD', system: 'CDT', code: 'D0120', modifiers: [] },
  { qualifier: 'N4', system: 'NDC', code: '00071015523', modifiers: [] },
  { qualifier: 'NU', system: 'REV', code: '0450', modifiers: [] },
];

/** The charges of a claim: procedures that differ, on one day or on several. */
export function drawCharges(random: Random, accountId: string, claimId: string): KnownCharge[] {
  const count = random.weighted([
    [4, 1],
    [4, 2],
    [3, 3],
    [1, 4],
    [1, 6],
  ]);
  const first = random.between(0, PROCEDURES.length - 1);
  const day = random.between(0, 60);
  const daysApart = random.permille(300) ? 1 : 0;
  return Array.from({ length: count }, (_, i) => ({
    accountId,
    chargeId: `${claimId}-${i + 1}`,
    procedure: PROCEDURES[(first + i) % PROCEDURES.length]!,
    serviceDate: addDays(FIRST_SERVICE, day + i * daysApart),
    amount: random.between(2_000, 250_000),
  }));
}

const ALIKE = '-ALIKE';

/** A charge that differs from another in its id alone, as when a procedure was done twice. */
export function alikeTo(charge: KnownCharge): KnownCharge {
  return { ...charge, chargeId: `${charge.chargeId}${ALIKE}` };
}

/** Whether a charge was made by {@link alikeTo}. */
export function isAlike({ chargeId }: KnownCharge): boolean {
  return chargeId.endsWith(ALIKE);
}

/** The id under which a charge counts: charges that are alike count together, as nobody can say which of them is meant. */
export function countedAs(chargeId: string): string {
  return chargeId.endsWith(ALIKE) ? chargeId.slice(0, -ALIKE.length) : chargeId;
}

/** Posts a charge as somebody's to pay. */
export function postCharge(
  charge: KnownCharge,
  claimId: string | undefined,
  responsible: Party,
): AccountCommand {
  const { accountId, chargeId, procedure, serviceDate, amount } = charge;
  const { system, code, modifiers } = procedure;
  return {
    type: 'PostCharge',
    accountId,
    chargeId,
    serviceDate,
    effectiveOn: serviceDate,
    amount: decimal(amount),
    code: { system, value: code, ...(modifiers.length > 0 ? { modifiers: [...modifiers] } : {}) },
    responsible,
    claimId,
  };
}
