import { DeadlineExceededError, EventStoreDBClient } from '@eventstore/db-client';
import type { CallOptions } from './append-call.js';
import { Appends } from './appends.js';
import { type ConnectionString, ConnectionStringUnusable } from './connection-string.js';
import { Silent, isDiscoveryFailure } from './failures.js';

/** A client that is given up may finish what it has begun, for so long. */
const GRACE_MS = 60_000;
/** No client is given up sooner: a server that is only slow is not to be met with ever new connections. */
const TRIED_MS_MIN = 2_000;

interface Connected {
  client: EventStoreDBClient;
  appends: Appends;
}

/**
 * The client, and a new one where the old one is of no use any more: it connects again by itself, to another leader
 * too; but when it could once not find a node of its cluster it never looks again, and of a leader that hangs with its
 * connections open it waits for ever.
 */
export class Connection {
  /** What every call carries: the leader alone answers, so that what one process wrote another one reads. */
  readonly callOptions: CallOptions;
  readonly #string: ConnectionString;
  readonly #cutOff = new WeakSet<EventStoreDBClient>();
  readonly #givenUp = new Set<Connected>();
  #connected: Connected;
  #connectedAt = performance.now();

  /** @throws ConnectionStringUnusable */
  constructor(string: ConnectionString) {
    this.#string = string;
    this.callOptions = { credentials: string.credentials, requiresLeader: true };
    this.#connected = this.#connect();
  }

  get client(): EventStoreDBClient {
    return this.#connected.client;
  }

  /** The appends of the client. */
  get appends(): Appends {
    return this.#connected.appends;
  }

  /** Told of every failure of a client. */
  failed(client: EventStoreDBClient, error: unknown): void {
    const failed = this.#connected;
    if (client !== failed.client || !isOfNoUse(error, performance.now() - this.#connectedAt)) return;
    this.#connected = this.#connect();
    this.#connectedAt = performance.now();
    this.#givenUp.add(failed);
    setTimeout(() => {
      if (this.#givenUp.has(failed)) this.#end(failed);
    }, GRACE_MS).unref();
  }

  /** Whether calls of a client were ended from here: what they brought until then looks complete, and is not. */
  isCutOff(client: EventStoreDBClient): boolean {
    return this.#cutOff.has(client);
  }

  /** Ends all clients: one that is given up would keep the process alive as long as its grace lasts. */
  close(): void {
    for (const connected of [this.#connected, ...this.#givenUp]) this.#end(connected);
  }

  #connect(): Connected {
    const client = connect(this.#string);
    return { client, appends: new Appends(client, this.callOptions) };
  }

  #end(connected: Connected): void {
    const { client, appends } = connected;
    this.#givenUp.delete(connected);
    this.#cutOff.add(client);
    appends.close();
    // Its calls are cancelled at once. It is not waited for: of an answer that has come and that nobody takes, it waits
    // for the end for ever.
    void client.dispose();
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
