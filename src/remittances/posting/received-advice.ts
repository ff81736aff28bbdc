import type { CalendarDate } from '../../ledger/calendar.js';
import { isCurrency, minorDigitsOf } from '../../ledger/currency.js';
import type { RecordedFinding, RemittanceDataOf } from '../../ledger/remittance-events.js';
import { ledgerId } from '../../ledger-id.js';
import { dollars } from '../remittance-advice/cents.js';
import type { AdviceHeader, ProviderAdjustment } from '../remittance-advice/model.js';
import { remittanceIdOf } from '../../ledger/adjudication-id.js';
import { controlAccountIdOf, payerIdOf, providerIdOf } from '../settlement/payer-id.js';
import type { CheckedAdvice } from './check-file.js';
import type { ControlEntry } from './control-accounts.js';
import { plainName, plainText } from './plain-text.js';
import { recordedFindings } from './recorded-findings.js';
import type { KeyedEvent } from './stream-writer.js';

export type Received = RemittanceDataOf<'RemittanceReceived'>;

const USUAL_CURRENCY = 'USD';
const NO_CURRENCY = 'XXX';
/** DTM*405: when the remittance was made. */
const PRODUCTION_DATE = '405';

/**
 * What is recorded of an ST when it comes for the first time: it was received, and accepted or held. It is held when a
 * finding about the ST as a whole stops it, or its currency is unknown or has other minor digits than cents, which all
 * amounts are read in.
 *
 * @param of the file it came in, the day it came on, and whether accounts are opened for it
 */
export function firstEventsOf(
  { header, end, claimFindings }: CheckedAdvice,
  of: { documentSha256: string; receivedOn: CalendarDate; createAccounts: boolean },
): KeyedEvent[] {
  const remittanceId = remittanceIdOf(end.contentHash);
  const { payment, trace } = header;
  const effectiveOn = effectiveOnOf(header, of.receivedOn);
  const { currency, about } = currencyOf(header);
  const findings = [...(about ? [about] : []), ...recordedFindings(end.findings)];
  const balances = !findings.some(({ severity }) => severity === 'stops');
  // Claims of an accepted ST are suspended one by one, each with its own.
  if (!balances) findings.push(...recordedFindings(claimFindings));
  const received: Received = {
    remittanceId,
    contentHash: end.contentHash,
    document: { sha256: of.documentSha256, segment: header.segment, lastSegment: end.segment },
    controlNumber: plainText(header.controlNumber),
    version: plainText(header.version),
    currency,
    effectiveOn,
    receivedOn: of.receivedOn,
    payer: { id: payerIdOf(header), name: plainText(header.payer?.name ?? '') },
    provider: { id: providerIdOf(header) },
    ...(trace && { trace: { number: plainName(trace.number), payerId: plainName(trace.payerId) } }),
    ...(payment && { payment: { amount: end.totals.payment, method: plainText(payment.method) } }),
    totals: { claims: end.totals.claims, providerAdjustments: end.totals.providerAdjustments },
    claims: end.claims,
    providerAdjustments: end.providerAdjustments,
    createAccounts: of.createAccounts,
    findings,
  };
  return [
    { key: 'received', event: { type: 'RemittanceReceived', data: received } },
    {
      key: 'checked',
      event: balances
        ? {
            type: 'RemittanceAccepted',
            data: { remittanceId, currency, effectiveOn, amount: end.totals.payment },
          }
        : { type: 'RemittanceHeld', data: { remittanceId, effectiveOn } },
    },
  ];
}

/** The day from which all of it counts: BPR16, else DTM*405, else the day it was received. */
function effectiveOnOf({ payment, dates }: AdviceHeader, receivedOn: CalendarDate): CalendarDate {
  const made = dates.find(({ qualifier }) => qualifier === PRODUCTION_DATE)?.date;
  return payment?.date ?? made ?? receivedOn;
}

/** Without CUR02, and where it is XXX, the code for no currency, amounts are in dollars. */
function currencyOf({ currency, segment }: AdviceHeader): { currency: string; about?: RecordedFinding } {
  if (!currency) return { currency: USUAL_CURRENCY };
  if (isCurrency(currency) && minorDigitsOf(currency) === 2) return { currency };
  const facts = { element: 'CUR02' };
  return {
    currency: USUAL_CURRENCY,
    about:
      currency === NO_CURRENCY
        ? {
            code: 'currency_not_said',
            severity: 'warns',
            segment,
            facts: { ...facts, taken: USUAL_CURRENCY },
          }
        : { code: 'currency_not_supported', severity: 'stops', segment, facts },
  };
}

/** The control account that a provider adjustment belongs to, by the provider that PLB01 names. */
function controlAccountOf(
  received: Received,
  { providerId }: ProviderAdjustment,
): { controlAccountId: string; providerId: string } {
  const provider = providerId === '' ? received.provider.id : ledgerId(providerId);
  return { controlAccountId: controlAccountIdOf(received.payer.id, provider), providerId: provider };
}

/**
 * The entry of a provider adjustment on its control account.
 *
 * @param segment of the PLB, within the file that the remittance first came in
 * @param claim of this remittance that it names
 */
export function controlEntryOf(
  received: Received,
  adjustment: ProviderAdjustment,
  segment: number,
  claim: number | undefined,
): ControlEntry {
  const { remittanceId, payer, currency, effectiveOn } = received;
  return {
    ...controlAccountOf(received, adjustment),
    entryId: `${remittanceId}.plb.${adjustment.number}`,
    payerId: payer.id,
    currency,
    effectiveOn,
    amount: dollars(adjustment.amount),
    reason: plainText(adjustment.reason),
    reference: plainName(adjustment.reference),
    remittance: { id: remittanceId, claim: claim ?? 0, segment },
    number: adjustment.number,
  };
}

/** The remittance's own event about a provider adjustment that is posted on its control account. */
export function adjustmentPosted(entry: ControlEntry): KeyedEvent {
  const { controlAccountId, providerId, reason, reference, currency, amount, remittance, number = 0 } = entry;
  return {
    key: `provider adjustment ${number}`,
    event: {
      type: 'ProviderAdjustmentPosted',
      data: {
        remittanceId: remittance.id,
        number,
        segment: remittance.segment,
        controlAccountId,
        providerId,
        reason,
        reference,
        currency,
        amount,
        ...(remittance.claim > 0 && { claim: remittance.claim }),
      },
    },
  };
}
