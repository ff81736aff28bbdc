import { createHash } from 'node:crypto';
import type { EventStore } from '../event-store/event-store.js';
import { differingParts, eventText } from './event-text.js';
import { whichEvent } from './refusals.js';
import { sideBySide } from './side-by-side.js';
import { wholeLog } from './whole-log.js';

export interface Comparison {
  /** Events that are the same on both sides, from the first on. */
  equal: number;
  /** Events that the source has after those, and the target has not. */
  missing: number;
  /** What differs first, in words; left out while nothing does. */
  difference?: string;
  /** SHA-256 over the equal events, the same whichever store they are read from. */
  digest: string;
}

/** Holds two logs against each other, event by event and in their order, from the stores alone. */
export async function compareLogs(
  source: EventStore,
  target: EventStore,
  { signal, onProgress }: { signal: AbortSignal; onProgress?: (equal: number, position: string) => void },
): Promise<Comparison> {
  const hash = createHash('sha256');
  const compared: Comparison = { equal: 0, missing: 0, digest: '' };
  for await (const [event, copy] of sideBySide(wholeLog(source, signal), wholeLog(target, signal), signal)) {
    if (event === undefined) {
      compared.difference = `the source has no event for ${whichEvent(copy!)} of the target`;
      break;
    }
    if (copy === undefined) {
      compared.missing += 1;
      continue;
    }
    const parts = differingParts(event, copy);
    if (parts.length > 0) {
      compared.difference = `${whichEvent(event)} differs in ${parts.join(', ')}`;
      break;
    }
    hash.update(eventText(event)).update('\n');
    compared.equal += 1;
    onProgress?.(compared.equal, event.position);
  }
  return { ...compared, digest: hash.digest('hex') };
}
