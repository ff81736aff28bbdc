import shared from '@eventstore/db-client/generated/shared_pb.js';
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js';
import { invalid } from './refusals.js';

/** A UUID as text, from either of its forms on the wire. @throws Refused when it is none */
export function uuidText(uuid: UUID | undefined): string {
  const structured = uuid?.getStructured();
  const hex = structured
    ? hexOf(structured.getMostSignificantBits()) + hexOf(structured.getLeastSignificantBits())
    : (uuid?.getString() ?? '').replaceAll('-', '').toLowerCase();
  const parts = /^([0-9a-f]{8})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{4})([0-9a-f]{12})$/.exec(hex);
  if (parts === null) throw invalid('an event needs a UUID');
  return parts.slice(1).join('-');
}

/** A UUID for the wire, as text or as two signed halves. */
export function uuidMessage(text: string, structured: boolean): UUID {
  const uuid = new shared.UUID();
  if (!structured) return uuid.setString(text);
  const hex = text.replaceAll('-', '');
  const halves = new shared.UUID.Structured();
  halves.setMostSignificantBits(signed(hex.slice(0, 16)));
  halves.setLeastSignificantBits(signed(hex.slice(16)));
  return uuid.setStructured(halves);
}

function hexOf(half: string): string {
  return BigInt.asUintN(64, BigInt(half)).toString(16).padStart(16, '0');
}

function signed(hex: string): string {
  return BigInt.asIntN(64, BigInt(`0x${hex}`)).toString();
}
