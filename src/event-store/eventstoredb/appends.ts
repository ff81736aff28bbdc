import type { EventStoreDBClient } from '@eventstore/db-client';
import type { AppendResult } from '../event-store.js';
import { AppendCall, type CallOptions } from './append-call.js';
import type { Proposal } from './append-messages.js';
import { Silent } from './failures.js';
import { type AppendLimits, PendingAppend } from './pending-append.js';

/** The server answers a call one by one; on several, what is due at once goes out together, for half of the work. */
const EACH_CALL = 16;
const CALLS_MAX = 8;

/**
 * The appends of one client, on calls that stay open, which is much cheaper than a call for each. When one ends, what was
 * sent on it fails, and what was not goes to another. Where its node ended it, that is a new one: the client goes on to
 * another node then, and all the calls of before lead to the old one.
 */
export class Appends {
  readonly #client: EventStoreDBClient;
  readonly #options: CallOptions;
  #calls: AppendCall[] = [];

  constructor(client: EventStoreDBClient, options: CallOptions) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * Sends an append once, under an id that it is given.
   *
   * @throws errors of the client; whether it was done is not known, unless the server has said no
   */
  append(message: Buffer, proposal: Proposal, limits: AppendLimits): Promise<AppendResult> {
    const append = new PendingAppend(message, proposal, limits);
    this.#callWithRoom().take(append);
    return append.answered;
  }

  /** Ends the calls; what is under way fails. */
  close(): void {
    for (const call of this.#calls.splice(0)) call.close(new Silent('the connection was given up'));
  }

  /** The first that is not full, so that few appends at a time share one call. */
  #callWithRoom(): AppendCall {
    const roomy = this.#calls.find(({ underWay }) => underWay < EACH_CALL);
    if (roomy !== undefined) return roomy;
    if (this.#calls.length < CALLS_MAX) return this.#open();
    return this.#calls.reduce((least, call) => (call.underWay < least.underWay ? call : least));
  }

  #open(): AppendCall {
    const call = new AppendCall(this.#client, this.#options, (byNode) => this.#isOver(call, byNode));
    this.#calls.push(call);
    return call;
  }

  #isOver(call: AppendCall, byNode: boolean): void {
    if (!this.#calls.includes(call)) return;
    const over = byNode ? this.#calls : [call];
    this.#calls = this.#calls.filter((other) => !over.includes(other));
    for (const append of over.flatMap((each) => each.retire())) this.#callWithRoom().take(append);
  }
}
