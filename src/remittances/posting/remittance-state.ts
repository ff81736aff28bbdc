import type { RemittanceDataOf, RemittanceEvent } from '../../ledger/remittance-events.js';

/** What became of a claim of a remittance; `open` while nothing has. */
export type ClaimStanding = 'open' | 'posted' | 'suspended' | 'rejected';

const STANDINGS: readonly ClaimStanding[] = ['open', 'posted', 'suspended', 'rejected'];

/** The standing of every claim of a remittance by its number: one byte each, since there may be a million. */
export class ClaimStandings {
  #codes = new Uint8Array(64);
  readonly #counts = new Map<ClaimStanding, number>();

  of(claim: number): ClaimStanding {
    return STANDINGS[this.#codes[claim] ?? 0]!;
  }

  /** How many claims stand so. */
  count(standing: Exclude<ClaimStanding, 'open'>): number {
    return this.#counts.get(standing) ?? 0;
  }

  set(claim: number, standing: ClaimStanding): void {
    if (claim >= this.#codes.length) {
      const longer = new Uint8Array(Math.max(claim + 1, this.#codes.length * 2));
      longer.set(this.#codes);
      this.#codes = longer;
    }
    this.#add(this.of(claim), -1);
    this.#add(standing, 1);
    this.#codes[claim] = STANDINGS.indexOf(standing);
  }

  #add(standing: ClaimStanding, some: number): void {
    this.#counts.set(standing, (this.#counts.get(standing) ?? 0) + some);
  }
}

/** A remittance as its stream tells it. */
export interface RemittanceState {
  received: RemittanceDataOf<'RemittanceReceived'> | undefined;
  /** `unknown` before it was received. */
  standing: 'unknown' | 'received' | 'accepted' | 'held' | 'completed';
  claims: ClaimStandings;
  /** Numbers of the provider adjustments that are posted. */
  providerAdjustments: Set<number>;
  /** What was decided on claims, by the id of the decision. */
  resolutions: Map<string, RemittanceDataOf<'RemittanceClaimResolved'>>;
  /** By claim: the decision to post it that is begun and came to no end yet. */
  begun: Map<number, string>;
}

/** The state of a remittance of which there is no event. */
export function unknownRemittance(): RemittanceState {
  return {
    received: undefined,
    standing: 'unknown',
    claims: new ClaimStandings(),
    providerAdjustments: new Set(),
    resolutions: new Map(),
    begun: new Map(),
  };
}

/** Folds the next event of the remittance's stream into the state. */
export function evolveRemittance(state: RemittanceState, event: RemittanceEvent): void {
  switch (event.type) {
    case 'RemittanceReceived':
      state.received = event.data;
      state.standing = 'received';
      return;
    case 'RemittanceAccepted':
      state.standing = 'accepted';
      return;
    case 'RemittanceHeld':
      state.standing = 'held';
      return;
    case 'RemittanceClaimPosted':
      state.claims.set(event.data.claim, 'posted');
      state.begun.delete(event.data.claim);
      return;
    case 'RemittanceClaimSuspended':
      state.claims.set(event.data.claim, 'suspended');
      state.begun.delete(event.data.claim);
      return;
    case 'RemittanceClaimResolved':
      resolve(state, event.data);
      return;
    case 'ProviderAdjustmentPosted':
      state.providerAdjustments.add(event.data.number);
      return;
    case 'RemittanceCompleted':
      state.standing = 'completed';
      return;
    case 'RemittanceReconciled':
    case 'ControlEntryPosted':
    case 'ControlEntryBooked':
    case 'DepositRecorded':
      return;
  }
}

/** A decision on a suspended claim rejects it at once, or begins to post it; one on a posted claim is the account's. */
function resolve(state: RemittanceState, data: RemittanceDataOf<'RemittanceClaimResolved'>): void {
  const { claim, resolutionId, resolution } = data;
  state.resolutions.set(resolutionId, data);
  if (state.claims.of(claim) !== 'suspended') return;
  if (resolution === 'reject') state.claims.set(claim, 'rejected');
  else state.begun.set(claim, resolutionId);
}
