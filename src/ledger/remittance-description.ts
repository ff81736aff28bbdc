import type { RemittanceEvent } from './remittance-events.js';

/** The id by which an event beside the accounts is found again: of its remittance, its control entry or its deposit. */
export function entryIdOfRemittance(event: RemittanceEvent): string {
  switch (event.type) {
    case 'ControlEntryPosted':
    case 'ControlEntryBooked':
      return event.data.entryId;
    case 'DepositRecorded':
      return event.data.depositId;
    case 'RemittanceReceived':
    case 'RemittanceAccepted':
    case 'RemittanceHeld':
    case 'RemittanceClaimPosted':
    case 'RemittanceClaimSuspended':
    case 'RemittanceClaimResolved':
    case 'ProviderAdjustmentPosted':
    case 'RemittanceCompleted':
    case 'RemittanceReconciled':
      return event.data.remittanceId;
  }
}

/** An event beside the accounts in a few words; codes, ids and amounts only. */
export function describeRemittance(event: RemittanceEvent): string {
  switch (event.type) {
    case 'RemittanceReceived': {
      const { payer, claims, trace } = event.data;
      return `Remittance of payer ${payer.id} received, ${claims} claims${trace ? `, trace ${trace.number}` : ''}`;
    }
    case 'RemittanceAccepted':
      return 'Remittance accepted: its payment waits for its claims';
    case 'RemittanceHeld':
      return 'Remittance held: it does not balance';
    case 'RemittanceClaimPosted':
      return `Claim ${event.data.claim} posted on account ${event.data.accountId}`;
    case 'RemittanceClaimSuspended':
      return `Claim ${event.data.claim} suspended: ${event.data.reason.replaceAll('_', ' ')}`;
    case 'RemittanceClaimResolved':
      return event.data.again === undefined
        ? `Claim ${event.data.claim} decided by a person: ${event.data.resolution}`
        : `Claim ${event.data.claim} tried again: account ${event.data.accountId ?? ''} has it`;
    case 'ProviderAdjustmentPosted':
      return `Provider adjustment ${event.data.reason} of ${event.data.amount}`;
    case 'RemittanceCompleted':
      return `Remittance completed: ${event.data.posted} claims posted, ${event.data.suspended} suspended`;
    case 'RemittanceReconciled':
      return `Remittance reconciled with ${event.data.depositId === undefined ? 'no deposit' : `deposit ${event.data.depositId}`}`;
    case 'ControlEntryPosted': {
      const { reason, payerId, providerId, remittance } = event.data;
      return `Control entry ${reason.replaceAll('_', ' ')} between payer ${payerId} and provider ${providerId}, remittance ${remittance.id}`;
    }
    case 'ControlEntryBooked': {
      const { against, payerId, providerId } = event.data;
      const what =
        against.place === 'remittance'
          ? `remittance ${against.remittanceId}`
          : against.place.replaceAll('_', ' ');
      return `Control entry by hand between payer ${payerId} and provider ${providerId}, against ${what}`;
    }
    case 'DepositRecorded':
      return `Deposit of ${event.data.amount} with trace ${event.data.traceNumber}`;
  }
}
