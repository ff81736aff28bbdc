import { isReversal } from './claim-status.js';
import type { AccountEvent, CreditSource } from './events.js';
import type { Party, Payee } from './party.js';

/** An event in a few words for people who read an account's history; codes and ids only, no personal data. */
export function describe(event: AccountEvent): string {
  switch (event.type) {
    case 'AccountOpened':
      return `Account opened in ${event.data.currency}`;
    case 'ChargePosted': {
      const { code, description } = event.data;
      const modifiers = code.modifiers?.length ? `-${code.modifiers.join('-')}` : '';
      return `Charge ${code.system} ${code.value}${modifiers}${description ? ` ${description}` : ''}`;
    }
    case 'PaymentPosted':
      return `Payment by ${event.data.method} from ${nameOf(event.data.from)}`;
    case 'AdjustmentPosted': {
      const { category, direction, groupCode, reasonCode } = event.data;
      const codes = [groupCode, reasonCode].filter(Boolean).join('-');
      return `Adjustment ${category.replaceAll('_', ' ')}${direction === 'debit' ? ' (debit)' : ''}${codes && ` ${codes}`}`;
    }
    case 'ResponsibilityTransferred':
      return `Transfer of ${event.data.amount} on ${event.data.chargeId} from ${nameOf(event.data.from)} to ${nameOf(event.data.to)}`;
    case 'DenialRecorded':
      return `Denial by payer ${event.data.payerId}: ${event.data.lines.map((l) => `${l.groupCode}-${l.reasonCode}`).join(', ')}`;
    case 'DenialAppealed':
      return `Appeal of denial ${event.data.denialId}, level ${event.data.level}`;
    case 'DenialResolved':
      return `Denial ${event.data.denialId} ${event.data.outcome.replaceAll('_', ' ')}`;
    case 'CreditApplied':
      return `Credit applied from ${[...new Set(event.data.applied.map((a) => sourceName(a.source)))].join(', ')}`;
    case 'RefundIssued':
      return `Refund by ${event.data.method} to ${nameOf(event.data.to)}`;
    case 'EntryReversed':
      return `Reversal of ${event.data.reverses} (${event.data.reason.replaceAll('_', ' ')})`;
    case 'NoteRecorded':
      return `Note: ${event.data.kind}`;
    case 'ClaimAdjudicated': {
      const { payerId, position, charge, paid, status, settlement } = event.data;
      const what = isReversal({ status })
        ? `taken back: ${paid} of ${charge}`
        : `decided: paid ${paid} of ${charge}`;
      const beside =
        settlement === 'posted'
          ? ''
          : settlement === 'moves_nothing'
            ? ' (moves nothing)'
            : ' (waits for it)';
      return `Claim ${what} by payer ${payerId}${position ? ` (${position})` : ''}${beside}`;
    }
    case 'AdjudicationContinued':
      return `Claim gone on with (${event.data.because.replaceAll('_', ' ')})`;
  }
}

function nameOf(party: Party | Payee): string {
  switch (party.party) {
    case 'patient':
      return 'patient';
    case 'payer':
      return `payer ${party.payerId}${party.position ? ` (${party.position})` : ''}`;
    case 'other':
      return party.name;
  }
}

function sourceName(source: CreditSource): string {
  return 'paymentId' in source ? source.paymentId : `charge ${source.chargeId}`;
}
