/** Where a payer stands in the order of coverage. */
export type PayerPosition = 'primary' | 'secondary' | 'tertiary';

export interface Patient {
  party: 'patient';
}
export interface PayerInPosition {
  party: 'payer';
  payerId: string;
  position: PayerPosition;
}
/** Anyone else who pays or is paid: an employer, a charity, a relative. */
export interface OtherParty {
  party: 'other';
  name: string;
}

/** Who is responsible for a part of a charge. */
export type Party = Patient | PayerInPosition;

/** Who paid, or is paid: money does not always come in a position. */
export type Payee = Patient | { party: 'payer'; payerId: string; position?: PayerPosition } | OtherParty;

/** Who owns unapplied credit: a payer is one owner whatever its positions. */
export type Owner = Patient | { party: 'payer'; payerId: string } | OtherParty;

/** A key that tells responsible parties apart; ids never contain `|`. */
export function partyKey(party: Party): string {
  return party.party === 'patient' ? 'patient' : `payer|${party.payerId}|${party.position}`;
}

/** A key that tells owners of credit apart. */
export function ownerKey(owner: Owner): string {
  switch (owner.party) {
    case 'patient':
      return 'patient';
    case 'payer':
      return `payer|${owner.payerId}`;
    case 'other':
      return `other|${owner.name}`;
  }
}

/** The owner of credit that this party's money makes. */
export function ownerOf(payee: Payee | Party): Owner {
  return payee.party === 'payer' ? { party: 'payer', payerId: payee.payerId } : payee;
}
