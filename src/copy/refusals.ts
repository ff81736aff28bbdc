import type { StoredEvent } from '../event-store/event-store.js';

/** Which event is meant, without its stream: account ids are personal data. */
export function whichEvent({ position, revision }: StoredEvent): string {
  return `the event at position ${position} (revision ${revision} of its stream)`;
}

/** The target holds other events than those that this ledger begins with; nothing was written. */
export class TargetNotACopy extends Error {
  constructor(what: string) {
    super(`the target is not empty and is not a part of this ledger: ${what}; nothing was written`);
    this.name = 'TargetNotACopy';
  }
}

/** Somebody else writes to the target at the same time. */
export class TargetWrittenByOthers extends Error {
  constructor(event: StoredEvent) {
    super(
      `somebody else writes to the target: in place of ${whichEvent(event)} another one is there by now; ` +
        'stop them, and start again with an empty target',
    );
    this.name = 'TargetWrittenByOthers';
  }
}

/** An event cannot be held by the target as it is. */
export class EventNotCopied extends Error {
  constructor(event: StoredEvent, reason: string, options?: ErrorOptions) {
    super(`${whichEvent(event)} cannot be copied: ${reason}`, options);
    this.name = 'EventNotCopied';
  }
}
