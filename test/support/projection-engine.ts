import { createContext, runInContext } from 'node:vm';
import { foldChanges } from '../../projections/fold-changes.js';
import type { Projection } from '../../projections/projection.js';
import type { AccountState, CategoryEvent } from '../../projections/user-projection.js';
import { decode } from '../../src/event-store/codec.js';
import type { StoredEvent } from '../../src/event-store/event-store.js';

interface Handlers {
  $init: () => AccountState;
  $any: (state: AccountState, event: CategoryEvent) => AccountState;
}

/**
 * Runs a user projection as EventStoreDB does: in a context that holds the language and the projection API, with the
 * state of each stream kept as JSON between its events. An event that the script throws on stops it.
 */
export class ProjectionEngine {
  readonly #states = new Map<string, string>();
  readonly #handlers: Handlers;
  category: string | undefined;

  constructor(query: string) {
    let handlers: Handlers | undefined;
    const context = createContext(
      {
        fromCategory: (category: string) => {
          this.category = category;
          return { foreachStream: () => ({ when: (given: Handlers) => (handlers = given) }) };
        },
      },
      { codeGeneration: { strings: false, wasm: false } },
    );
    // V8's own, which the engine does not have.
    for (const name of ['console', 'WebAssembly']) runInContext(`delete globalThis.${name}`, context);
    runInContext(query, context);
    if (handlers === undefined) throw new Error('the script defines no handlers');
    this.#handlers = handlers;
    // Afterwards the engine takes the definition away, too.
    runInContext('delete globalThis.fromCategory', context);
  }

  /** As after a reset. */
  forget(): void {
    this.#states.clear();
  }

  handle(event: CategoryEvent): void {
    const before = this.#states.get(event.streamId);
    const state = before === undefined ? this.#handlers.$init() : (JSON.parse(before) as AccountState);
    this.#states.set(event.streamId, JSON.stringify(this.#handlers.$any(state, event)));
  }

  stateOf(stream: string): AccountState | undefined {
    const state = this.#states.get(stream);
    return state === undefined ? undefined : (JSON.parse(state) as AccountState);
  }
}

/** An event of the log as the category's stream shows it. */
export function inCategory(event: StoredEvent): CategoryEvent {
  return {
    streamId: event.stream,
    sequenceNumber: event.revision,
    eventId: event.id,
    eventType: event.type,
    isJson: event.data !== undefined,
    bodyRaw: event.data === undefined ? 'no JSON' : JSON.stringify(event.data),
    metadataRaw: JSON.stringify(event.metadata),
    linkMetadataRaw: JSON.stringify({
      $v: '1:-1:1:4',
      $c: Number(event.position),
      $p: Number(event.position),
    }),
  };
}

/** The states of all accounts, by stream, as the codec and the fold give them outside. */
export function statesOutside(
  projection: Projection,
  events: readonly StoredEvent[],
): Map<string, AccountState> {
  const states = new Map<string, AccountState>();
  for (const stored of events) {
    const state = states.get(stored.stream) ?? { tables: {}, unreadable: [] };
    states.set(stored.stream, state);
    try {
      foldChanges(projection, state.tables, decode(stored));
    } catch {
      state.unreadable.push(stored.revision);
    }
  }
  return states;
}
