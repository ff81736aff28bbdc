import type { EventStoreDBClient } from '@eventstore/db-client';
import type { BatchAppendReq } from '@eventstore/db-client/generated/streams_pb.js';
import type { AppendResult } from '../event-store.js';
import { AppendCall, type AppendSource, type CallOptions } from './append-call.js';
import type { Proposal } from './append-messages.js';
import { Silent } from './failures.js';
import { type AppendLimits, PendingAppend } from './pending-append.js';

/**
 * The appends of one client, all on one call that stays open, which is much cheaper than a call for each. When it ends,
 * what was sent fails, and what was not goes to the next one.
 */
export class Appends implements AppendSource {
  readonly #client: EventStoreDBClient;
  readonly #options: CallOptions;
  readonly #unsent: PendingAppend[] = [];
  #call: AppendCall | undefined;

  constructor(client: EventStoreDBClient, options: CallOptions) {
    this.#client = client;
    this.#options = options;
  }

  /**
   * Sends an append once, under an id that it is given.
   *
   * @throws errors of the client; whether it was done is not known, unless the server has said no
   */
  append(message: BatchAppendReq, proposal: Proposal, limits: AppendLimits): Promise<AppendResult> {
    const append = new PendingAppend(message, proposal, limits);
    this.#unsent.push(append);
    this.#send();
    return append.answered;
  }

  /** Ends the call; what is under way fails. */
  close(): void {
    const failure = new Silent('the connection was given up');
    this.#failUnsent(failure);
    this.#call?.end(failure);
  }

  next(): PendingAppend | undefined {
    for (let append = this.#unsent.shift(); append !== undefined; append = this.#unsent.shift()) {
      if (append.isDue()) return append;
    }
    return undefined;
  }

  isOver(call: AppendCall, failure?: unknown): void {
    if (call !== this.#call) return;
    this.#call = undefined;
    if (failure !== undefined) this.#failUnsent(failure);
    if (this.#unsent.length > 0) this.#send();
  }

  #send(): void {
    this.#call ??= new AppendCall(this.#client, this.#options, this);
    this.#call.send();
  }

  #failUnsent(failure: unknown): void {
    for (const append of this.#unsent.splice(0)) append.reject(failure);
  }
}
