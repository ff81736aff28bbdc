import type { Stamp } from './moment.js';

/** When an answer is about that shows everything recorded as it stands, future dates included. */
export type AsItIs = Omit<Stamp, 'asOf'>;

/** The stamp of an answer that no effective date bounds. */
export function withoutDate({ knownAt, position }: Stamp): AsItIs {
  return { knownAt, ...(position !== undefined && { position }) };
}
