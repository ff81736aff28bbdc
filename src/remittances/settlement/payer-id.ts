import { ledgerId } from '../../ledger-id.js';
import type { AdviceHeader, NamedPayer } from '../remittance-advice/model.js';

const UNKNOWN_PAYER = 'unknown-payer';
const UNKNOWN_PROVIDER = 'unknown-provider';

/** Which REF of the payee says who it is where its N1 does not: tax id, payee id, NCPDP, state licence. */
const PAYEE_REFERENCES = ['TJ', 'PQ', 'D3', '0B'] as const;

/**
 * The ledger's id of the payer of a remittance: TRN03, which deposits are matched by too; else N104 of N1*PR, else
 * BPR10, else `unknown-payer`. What the pattern of ids does not allow is encoded by {@link ledgerId}.
 */
export function payerIdOf(header: AdviceHeader): string {
  const id = header.trace?.payerId || header.payer?.id || header.payment?.originatingCompany;
  return id ? ledgerId(id) : UNKNOWN_PAYER;
}

/** The ledger's id of the payee: N104 of N1*PE, else a REF of it, else `unknown-provider`. */
export function providerIdOf(header: AdviceHeader): string {
  const payee = header.payee;
  const id = payee?.id || PAYEE_REFERENCES.map(referenceOf).find((value) => value !== undefined);
  return id ? ledgerId(id) : UNKNOWN_PROVIDER;

  function referenceOf(wanted: string): string | undefined {
    return payee?.references.find(({ qualifier, value }) => qualifier === wanted && value !== '')?.value;
  }
}

/** The ledger's id of a payer that an NM1 of a claim names: by its id, else by its name; undefined when it has neither. */
export function namedPayerIdOf(payer: NamedPayer | undefined): string | undefined {
  const id = payer?.id || payer?.name;
  return id ? ledgerId(id) : undefined;
}

/**
 * Id of the control account of a payer and a provider, both ids of the ledger: `{payer}.{provider}` where that has at
 * most 64 characters and neither has a point in it. Otherwise both as a JSON array under {@link ledgerId}, which gives
 * an id without a point: no two pairs ever share one.
 */
export function controlAccountIdOf(payerId: string, providerId: string): string {
  const plain = `${payerId}.${providerId}`;
  const readable = plain.length <= 64 && !payerId.includes('.') && !providerId.includes('.');
  return readable ? plain : ledgerId(JSON.stringify([payerId, providerId]));
}
