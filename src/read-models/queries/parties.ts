/** Columns that name a party; empty text where a part does not apply. */
export interface PartyColumns {
  party: string;
  payer_id: string;
  payer_position: string;
}

/** A responsible party in an answer. */
export interface PartyAnswer {
  party: string;
  payerId?: string;
  position?: string;
}

/** A responsible party as answers show it: what does not apply is absent. */
export function partyOf(row: PartyColumns): PartyAnswer {
  return row.party === 'payer'
    ? { party: row.party, payerId: row.payer_id, position: row.payer_position }
    : { party: row.party };
}
