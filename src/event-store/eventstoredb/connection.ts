import { EventStoreDBClient } from '@eventstore/db-client';
import { type ConnectionString, ConnectionStringUnusable } from './connection-string.js';
import { isDiscoveryFailure } from './failures.js';

/**
 * The client, and a new one where the old one has given up: it connects again by itself, to another leader too, but
 * when it could once not find a node of its cluster it never looks again.
 */
export class Connection {
  readonly #string: ConnectionString;
  #client: EventStoreDBClient;

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
    if (!isDiscoveryFailure(error) || client !== this.#client) return;
    this.#client = connect(this.#string);
    void client.dispose();
  }

  async close(): Promise<void> {
    await this.#client.dispose();
  }
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
