import type { ColumnType, Row } from './projection.js';
import type { Owner, Party } from '../src/ledger/party.js';

/** Columns that name a responsible party; empty text where a part does not apply, since keys are never null. */
export const PARTY_COLUMNS = {
  party: 'text',
  payer_id: 'text',
  payer_position: 'text',
} as const satisfies Record<string, ColumnType>;

export const PARTY_KEY = ['party', 'payer_id', 'payer_position'] as const;

/** A responsible party as columns. */
export function partyColumns(party: Party): Row {
  return party.party === 'patient'
    ? { party: 'patient', payer_id: '', payer_position: '' }
    : { party: 'payer', payer_id: party.payerId, payer_position: party.position };
}

/** An owner of unapplied credit as columns. */
export function ownerColumns(owner: Owner): Row {
  return {
    party: owner.party,
    payer_id: owner.party === 'payer' ? owner.payerId : '',
    party_name: owner.party === 'other' ? owner.name : '',
  };
}
