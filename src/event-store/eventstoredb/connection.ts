import { DeadlineExceededError, EventStoreDBClient } from '@eventstore/db-client';
import { type ConnectionString, ConnectionStringUnusable } from './connection-string.js';
import { Silent, isDiscoveryFailure } from './failures.js';

/** A client that is given up may finish what it has begun, for so long. */
const GRACE_MS = 60_000;
/** No client is given up sooner: a server that is only slow is not to be met with ever new connections. */
const TRIED_MS_MIN = 2_000;

/**
 * The client, and a new one where the old one is of no use any more: it connects again by itself, to another leader
 * too; but when it could once not find a node of its cluster it never looks again, and of a leader that hangs with its
 * connections open it waits for ever.
 */
export class Connection {
  readonly #string: ConnectionString;
  readonly #cutOff = new WeakSet<EventStoreDBClient>();
  #client: EventStoreDBClient;
  #connectedAt = performance.now();

  /** @throws ConnectionStringUnusable */
  constructor(string: ConnectionString) {
    this.#string = string;
    this.#client = connect(string);
  }

  /**
   * What every call carries: the leader alone answers, so that what one process wrote another one reads; and the
   * credentials, which also keep the client (6.2.1) to the plain way to append. Its batches are kept in one map for
   * all connections of a process, where an error on one takes the others' appends along and a late answer is an
   * exception that nobody can catch.
   */
  get callOptions(): { credentials: ConnectionString['credentials']; requiresLeader: true } {
    return { credentials: this.#string.credentials, requiresLeader: true };
  }

  get client(): EventStoreDBClient {
    return this.#client;
  }

  /** Told of every failure of a client. */
  failed(client: EventStoreDBClient, error: unknown): void {
    if (client !== this.#client || !isOfNoUse(error, performance.now() - this.#connectedAt)) return;
    this.#client = connect(this.#string);
    this.#connectedAt = performance.now();
    setTimeout(() => void this.#end(client), GRACE_MS).unref();
  }

  /** Whether calls of a client were ended from here: what they brought until then looks complete, and is not. */
  isCutOff(client: EventStoreDBClient): boolean {
    return this.#cutOff.has(client);
  }

  async close(): Promise<void> {
    await this.#end(this.#client);
  }

  async #end(client: EventStoreDBClient): Promise<void> {
    this.#cutOff.add(client);
    await client.dispose();
  }
}

function isOfNoUse(error: unknown, triedMs: number): boolean {
  if (isDiscoveryFailure(error)) return true;
  return (error instanceof Silent || error instanceof DeadlineExceededError) && triedMs > TRIED_MS_MIN;
}

function connect({ text }: ConnectionString): EventStoreDBClient {
  try {
    return EventStoreDBClient.connectionString(text);
  } catch (error) {
    throw new ConnectionStringUnusable(
      `cannot be used: ${error instanceof Error ? error.name : 'it is malformed'}`,
    );
  }
}
