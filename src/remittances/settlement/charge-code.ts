import type { StatedLine, StatedProcedure } from '../../ledger/claim-statement.js';
import type { DataOf } from '../../ledger/events.js';

/** What was done, as a charge has it. */
export type ChargeCode = Required<DataOf<'ChargePosted'>['code']>;

/** Of a claim that has no lines, and of a line that says nothing of what was done. */
export const WHOLE_CLAIM: ChargeCode = { system: 'LOCAL', value: 'CLAIM', modifiers: [] };
const UNSPECIFIED: ChargeCode = { system: 'LOCAL', value: 'UNSPECIFIED', modifiers: [] };

/** As much as the contract lets a charge have. */
const VALUE_MAX = 64;
const MODIFIER_MAX = 16;
const MODIFIERS_MAX = 10;

/**
 * What a line can be charged as, the likeliest first: what was billed (SVC06), what was paid (SVC01), its revenue code
 * (SVC04). Never empty.
 *
 * | qualifier | code | system |
 * |---|---|---|
 * | HC | five digits, or four and F, T or U | CPT |
 * | HC | D and four digits | CDT |
 * | HC | another letter and four digits | HCPCS |
 * | AD | any | CDT |
 * | N4 | any | NDC |
 * | NU | any | REV |
 * | others, and other codes | any | LOCAL |
 */
export function chargeCodesOf(line: StatedLine): [ChargeCode, ...ChargeCode[]] {
  if (line.line === 0) return [WHOLE_CLAIM];
  const codes = [line.billedProcedure, line.procedure]
    .filter((procedure) => procedure !== undefined && procedure.code !== '')
    .map((procedure) => codeOf(procedure!));
  if (line.revenueCode) codes.push(codeOf({ qualifier: 'NU', code: line.revenueCode, modifiers: [] }));
  const [first = UNSPECIFIED, ...others] = codes;
  return [first, ...others];
}

/** What modifiers say does not depend on their order. */
export function sameModifiers(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((modifier, i) => modifier === b[i]) || [...a].sort().join() === [...b].sort().join();
}

function codeOf({ qualifier, code, modifiers }: StatedProcedure): ChargeCode {
  return {
    system: systemOf(qualifier, code),
    value: code.slice(0, VALUE_MAX),
    modifiers: modifiers.slice(0, MODIFIERS_MAX).map((modifier) => modifier.slice(0, MODIFIER_MAX)),
  };
}

function systemOf(qualifier: string, code: string): ChargeCode['system'] {
  switch (qualifier) {
    case 'HC':
      if (/^\d{4}[\dFTU]$/.test(code)) return 'CPT';
      if (/^D\d{4}$/.test(code)) return 'CDT';
      return /^[A-Z]\d{4}$/.test(code) ? 'HCPCS' : 'LOCAL';
    case 'AD':
      return 'CDT';
    case 'N4':
      return 'NDC';
    case 'NU':
      return 'REV';
    default:
      return 'LOCAL';
  }
}
