import { randomBytes } from 'node:crypto';
import { type EventStoreDBClient, UnavailableError } from '@eventstore/db-client';
import shared from '@eventstore/db-client/generated/shared_pb.js';
import streamServices from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import type { BatchAppendResp } from '@eventstore/db-client/generated/streams_pb.js';
import { appendAnswer } from './append-messages.js';
import { Silent, isPassing, typedError } from './failures.js';
import type { PendingAppend } from './pending-append.js';

type Call = ReturnType<StreamsClient['batchAppend']>;
/** What calls of a client carry. */
export type CallOptions = Parameters<EventStoreDBClient['callArguments']>[0];

/** Where a call gets its appends from. */
export interface AppendSource {
  /** The next append that is to be sent. */
  next(): PendingAppend | undefined;
  /** The call takes no more, because of a failure that the next call would meet as well, where one is given. */
  isOver(call: AppendCall, failure?: unknown): void;
}

/**
 * One call that carries appends, each under an id (`BatchAppend` of the server). Its answers find their appends in a map
 * of its own: the client's own batches (6.2.1) are kept in one map for all connections of a process, where an error on
 * one takes the others' appends along and a late answer is an exception that nobody can catch.
 */
export class AppendCall {
  readonly #source: AppendSource;
  /** What was sent and not answered, by the second half of its id. */
  readonly #sent = new Map<string, PendingAppend>();
  readonly #firstHalf = String(randomBytes(8).readBigInt64BE());
  #count = 0;
  #call: Call | undefined;
  #isSending = false;
  #hasSent = false;
  #isRetired = false;
  #failure: unknown;

  constructor(client: EventStoreDBClient, options: CallOptions, source: AppendSource) {
    this.#source = source;
    // The client hears of how the call ends, so that it looks for another node where this one does not lead any more.
    client['execute'](streamServices.StreamsClient, 'append', (grpc) =>
      this.#run(grpc.batchAppend(...client['callArguments'](options, { deadline: Infinity }))),
    ).then(
      () => this.end(new Silent('it has ended the call of the appends')),
      (error: unknown) => {
        if (this.#isRetired) source.isOver(this);
        else this.end(error);
      },
    );
  }

  /** Sends what is due, one append when the one before has left: until then the others can still go elsewhere. */
  send(): void {
    if (this.#call === undefined || this.#isSending || this.#isRetired || this.#failure !== undefined) return;
    const next = this.#source.next();
    if (next === undefined) return;
    this.#count += 1;
    const [first, second] = [this.#firstHalf, String(this.#count)];
    const id = new shared.UUID.Structured().setMostSignificantBits(first).setLeastSignificantBits(second);
    next.message.setCorrelationId(new shared.UUID().setStructured(id));
    next.sentOn = this;
    this.#sent.set(second, next);
    this.#isSending = true;
    this.#call.write(next.message, (error?: Error | null) => {
      this.#isSending = false;
      if (error) return; // The call ends with it.
      this.#hasSent = true;
      this.send();
    });
  }

  /** Ends the call, if it has not ended. What was sent has no answer: it may or may not have been done. */
  end(failure: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.#call?.cancel();
    for (const append of this.#sent.values()) append.reject(failure);
    this.#sent.clear();
    if (this.#isRetired) return;
    if (this.#hasSent && isPassing(typedError(failure))) this.#source.isOver(this);
    else this.#source.isOver(this, failure);
  }

  /** @returns when the call has ended; @throws why it has, or takes no more */
  async #run(call: Call): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    call
      .on('data', (message: BatchAppendResp) => {
        const error = this.#takeAnswer(message);
        if (error instanceof UnavailableError) {
          this.#isRetired = true;
          reject(error);
        }
        if (this.#isRetired && this.#sent.size === 0) this.end(new Silent('the connection was given up'));
      })
      .on('end', () => {
        resolve(undefined);
        if (this.#isRetired) this.end(new Silent('it has ended the call of the appends'));
      })
      .on('error', (error) => {
        reject(error);
        if (this.#isRetired) this.end(error);
      });
    this.#call = call;
    if (this.#failure === undefined) this.send();
    else call.cancel();
    await promise;
  }

  /** @returns the error that an append is answered with */
  #takeAnswer(message: BatchAppendResp): Error | undefined {
    const id = message.getCorrelationId()?.getStructured()?.getLeastSignificantBits() ?? '';
    const append = this.#sent.get(id);
    if (append === undefined) return undefined;
    this.#sent.delete(id);
    const answer = appendAnswer(message, append.proposal);
    if (answer instanceof Error) append.reject(answer);
    else append.resolve(answer);
    return answer instanceof Error ? answer : undefined;
  }
}
