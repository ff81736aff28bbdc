import { setTimeout } from 'node:timers/promises';
import { EventLogDamaged, type WrongExpectedRevision } from '../event-store/event-store.js';
import type { FoldedAccount } from './folded-account.js';
import { AccountBusy } from './refusals.js';

const ATTEMPTS_MAX = 10;
const PAUSE_MS_MAX = 100;

/** How often appending to an account was tried while other processes were faster. */
export class Attempts {
  private failed = 0;
  private readonly eventsAtFirst: number;

  /**
   * @param folded the account as it is before the first attempt
   * @param onRetry told of each further attempt
   */
  constructor(
    { events }: FoldedAccount,
    private readonly onRetry: (() => void) | undefined,
  ) {
    this.eventsAtFirst = events;
  }

  /**
   * Notes that an append found the stream elsewhere, and waits a while before the next one.
   *
   * @param folded the account that was to be appended to
   * @throws AccountBusy when it was the last attempt
   * @throws EventLogDamaged when the stream was never where reading it ends, so that it cannot have been others
   */
  async retry(folded: FoldedAccount, mismatch: WrongExpectedRevision): Promise<void> {
    this.failed += 1;
    if (this.failed >= ATTEMPTS_MAX) {
      throw folded.events > this.eventsAtFirst ? new AccountBusy(this.failed) : goneFrom(folded, mismatch);
    }
    this.onRetry?.();
    await pause(this.failed);
  }
}

/** What is said of a stream that is not where reading it ends, however often it is read. */
function goneFrom({ events }: FoldedAccount, { actual }: WrongExpectedRevision): EventLogDamaged {
  const at = actual === 'no_stream' ? 'the store has none' : `the store has it at revision ${actual}`;
  const read = events === 0 ? 'no event' : `the events to revision ${events - 1}`;
  return new EventLogDamaged(`events are missing in a stream: ${at}, reading it gives ${read}`);
}

/** Waits longer from attempt to attempt, each process another while, so that they do not meet again. */
async function pause(attempt: number): Promise<void> {
  const bound = Math.min(2 ** attempt, PAUSE_MS_MAX);
  await setTimeout(Math.random() * bound);
}
