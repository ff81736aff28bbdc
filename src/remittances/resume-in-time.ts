import { setTimeout } from 'node:timers/promises';
import type { Logger } from 'pino';
import { describeError } from '../logging.js';
import { isOfAll } from './posting/is-of-all.js';
import type { RemittanceImport } from './posting/remittance-import.js';
import { StandsStill } from './posting/stands-still.js';

/** How often a service looks for what another process was cut off in, so that it is gone on with within twice that. */
export const LOOK_EVERY_MS = 5 * 60_000;
const AGAIN_AFTER_MS = 30_000;

/**
 * Goes on with what other processes left unfinished: at once with whatever there is, and then, looking now and then, with
 * what has not come further from one look to the next. A look is two questions to the read models. Tries again sooner
 * while store, database or projections are away. Ends at the signal, and never throws: whoever starts the service waits
 * for nothing here.
 *
 * @param everyMs between two looks, give or take a fifth, so that processes which started together do not look together
 */
export async function resumeInTime(
  importing: Pick<RemittanceImport, 'resume'>,
  signal: AbortSignal,
  log: Logger,
  everyMs = LOOK_EVERY_MS,
): Promise<void> {
  const later = new StandsStill();
  let isFirst = true;
  while (!signal.aborted) {
    let waitMs = everyMs * (0.8 + 0.4 * Math.random());
    try {
      const standsStill = isFirst ? {} : { standsStill: later };
      const files = await importing.resume({ sender: { actor: 'resume' }, signal, ...standsStill });
      isFirst = false;
      if (files.length > 0) log.info({ files: files.length }, 'went on with remittances that were cut off');
    } catch (error) {
      if (isAborted(signal)) return;
      log.warn({ err: describeError(error) }, 'remittances that were cut off are gone on with later');
      // What is damaged stays so: all others were gone on with, and may be under way in other processes the next time.
      if (isOfAll(error)) waitMs = Math.min(waitMs, AGAIN_AFTER_MS);
      else isFirst = false;
    }
    await setTimeout(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

/** Asked anew, since it changes while others are waited for. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
