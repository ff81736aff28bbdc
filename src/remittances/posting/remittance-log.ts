import type { Sender } from '../../commands/sender.js';
import { streamBeside } from '../../event-store/codec.js';
import type { RemittanceEvent } from '../../ledger/remittance-events.js';
import { BesideStream, type BesideStreams } from './beside-stream.js';
import {
  type ClaimStanding,
  type RemittanceState,
  evolveRemittance,
  unknownRemittance,
} from './remittance-state.js';
import type { KeyedEvent } from './stream-writer.js';

/** Hears of every event of a remittance; for one of a claim, with how that claim stood before it. */
export type RemittanceObserver = (event: RemittanceEvent, before: ClaimStanding) => void;

/** The stream of one remittance, folded. */
export class RemittanceLog {
  readonly state: RemittanceState = unknownRemittance();
  readonly #stream: BesideStream;

  private constructor(
    streams: BesideStreams,
    readonly remittanceId: string,
    observer: RemittanceObserver | undefined,
  ) {
    this.#stream = new BesideStream(streams, streamBeside('remittance', remittanceId), (event) => {
      const before = 'claim' in event.data ? this.state.claims.of(event.data.claim ?? 0) : 'open';
      evolveRemittance(this.state, event);
      observer?.(event, before);
    });
  }

  /** Reads the stream of a remittance; one that does not exist gives the state `unknown`. */
  static async open(
    streams: BesideStreams,
    remittanceId: string,
    observer?: RemittanceObserver,
  ): Promise<RemittanceLog> {
    const log = new RemittanceLog(streams, remittanceId, observer);
    await log.catchUp();
    return log;
  }

  /** Reads what others have written since. */
  catchUp(): Promise<number> {
    return this.#stream.catchUp();
  }

  /**
   * Appends what is missing in the state as it then is, see {@link BesideStream.append}.
   *
   * @returns whether anything was appended
   */
  append(missing: (state: RemittanceState) => readonly KeyedEvent[], sender: Sender): Promise<boolean> {
    return this.#stream.append(() => missing(this.state), sender);
  }
}
