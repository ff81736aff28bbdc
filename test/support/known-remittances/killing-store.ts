import type { Random } from '../../../src/generator/random.js';
import {
  type AppendResult,
  type EventStore,
  type ExpectedRevision,
  type NewEvent,
  StoreUnavailable,
} from '../../../src/event-store/event-store.js';

/**
 * A store as a process sees it that is killed: after so many appends nothing comes through any more. The last one may
 * have been kept all the same.
 */
export class KillingStore implements EventStore {
  #left: number;

  /** @param appends that come through; undefined kills nothing */
  constructor(
    private readonly store: EventStore,
    appends: number | undefined,
    private readonly random: Random,
  ) {
    this.#left = appends ?? Infinity;
  }

  async append(
    stream: string,
    expected: ExpectedRevision,
    events: readonly NewEvent[],
  ): Promise<AppendResult> {
    this.#left -= 1;
    if (this.#left < -1) throw killed();
    if (this.#left === -1) {
      if (this.random.permille(500)) await this.store.append(stream, expected, events);
      throw killed();
    }
    return this.store.append(stream, expected, events);
  }

  readonly readStream: EventStore['readStream'] = (stream, options) => this.store.readStream(stream, options);
  readonly readAll: EventStore['readAll'] = (options) => this.store.readAll(options);
  readonly subscribeToAll: EventStore['subscribeToAll'] = (options) => this.store.subscribeToAll(options);
  readonly head: EventStore['head'] = () => this.store.head();

  /** The process is gone, the store is not. */
  close(): Promise<void> {
    return Promise.resolve();
  }
}

function killed(): StoreUnavailable {
  return new StoreUnavailable('the process was killed');
}
