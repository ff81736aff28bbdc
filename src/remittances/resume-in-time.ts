import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { describeError } from '../logging.js';
import type { RemittanceImport } from './posting/remittance-import.js';

const AGAIN_AFTER_MS = 30_000;

/**
 * Goes on with what an earlier process left unfinished, and tries again later while store, database or projections are
 * away. Ends at the signal, and never throws: whoever starts the service waits for nothing here.
 */
export async function resumeInTime(
  importing: Pick<RemittanceImport, 'resume'>,
  signal: AbortSignal,
  log: Logger,
): Promise<void> {
  while (!signal.aborted) {
    try {
      const files = await importing.resume({ sender: { actor: 'resume' }, signal });
      if (files.length > 0) log.info({ files: files.length }, 'went on with remittances that were cut off');
      return;
    } catch (error) {
      if (isAborted(signal)) return;
      log.warn({ err: describeError(error) }, 'remittances that were cut off are gone on with later');
      await setTimeout(AGAIN_AFTER_MS, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** Asked anew, since it changes while others are waited for. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
