import type { UnfinishedRemittance } from './unfinished-work.js';

/** What is not finished, as one look at it shows. */
export interface Unfinished {
  decisions: readonly { remittanceId: string; resolutionId: string }[];
  remittances: readonly UnfinishedRemittance[];
}

/** Chooses what to go on with. */
export interface ToGoOnWith {
  of: (now: Unfinished) => Unfinished;
}

/** For a process that starts: whatever is there may have been left. */
export const everything: ToGoOnWith = { of: (now) => now };

/**
 * Chooses what has not come further between one look and the next: what does may be under way in another process. To go
 * on with that as well would be work done twice, and more than that where an account comes in between that is a better one
 * for a claim: streams are appended to at the revision that was read, but two processes that find two accounts for a claim
 * post it on both; the work item `clearing_left` then shows it. What a person decided on a suspended claim, or the ledger
 * tries again, is safe from that, since its account is recorded first; so are two imports of a remittance in one process.
 */
export class StandsStill implements ToGoOnWith {
  #before: ReadonlySet<string> = new Set();

  /**
   * @param now what is not finished
   * @returns what of it was there, and stood so, when this was asked last
   */
  of(now: Unfinished): Unfinished {
    const before = this.#before;
    this.#before = new Set([...now.decisions.map(decisionText), ...now.remittances.map(remittanceText)]);
    return {
      decisions: now.decisions.filter((one) => before.has(decisionText(one))),
      remittances: now.remittances.filter((one) => before.has(remittanceText(one))),
    };
  }
}

function decisionText({ remittanceId, resolutionId }: Unfinished['decisions'][number]): string {
  return `decision ${remittanceId} ${resolutionId}`;
}

function remittanceText({ remittanceId, progress }: UnfinishedRemittance): string {
  return `remittance ${remittanceId} ${progress}`;
}
