import { setTimeout as delay } from 'node:timers/promises';
import type { Database, Session } from '../../database/database.js';

/** The lead: while it lasts, this process is the one that projects. */
export interface Lead {
  /** Aborted when it is lost. */
  readonly lost: AbortSignal;
  /** Gives it up, so that another one can have it at once; never throws. */
  release(): Promise<void>;
}

/**
 * Decides which one of several processes projects. It keeps them from working in vain: that a process which does not
 * know yet that it has lost the lead writes nothing, the term in the checkpoint makes sure of.
 */
export interface Leadership {
  /**
   * Stands for the lead until this process has it; undefined when it was told to stop before.
   *
   * @param onOther is called whenever another one turns out to have it
   * @throws DatabaseUnavailable
   */
  lead(stopping: AbortSignal, onOther?: () => void): Promise<Lead | undefined>;
}

/** Among the processes that share a database, or alone with one that no other process can open. */
export function leadershipOn(database: Database): Leadership {
  return database.isShared ? new LeadershipByLock(database) : ALONE;
}

const NEVER = new AbortController().signal;

/** Leads as soon as it wants to. */
const ALONE: Leadership = {
  lead: (stopping) =>
    Promise.resolve(stopping.aborted ? undefined : { lost: NEVER, release: () => Promise.resolve() }),
};

/** How often those who do not lead try to, and how often the one who does gives a sign of life. */
const EVERY_MS = 1_000;
/** A process that hangs for so long is not the leader any more: the server ends its session. */
const HANGING_MS_MAX = 5_000;
const ANSWER_MS_MAX = 3_000;

/** A number of our own, so that no lock of another application is ours; the second half is the schema. */
const LOCK = `7258041, hashtext('ledger_internal')`;

/**
 * The lead is an advisory lock of a PostgreSQL session. It ends with the session: at once when the process dies, by
 * the server's own hand when nothing has come from it for a few seconds, since it hangs or the network is cut.
 */
class LeadershipByLock implements Leadership {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async lead(stopping: AbortSignal, onOther?: () => void): Promise<Lead | undefined> {
    const session = await this.#database.openSession({
      idleMsMax: HANGING_MS_MAX,
      answerMsMax: ANSWER_MS_MAX,
    });
    try {
      while (!stopping.aborted) {
        const { rows } = await session.query(`select pg_try_advisory_lock(${LOCK}) as won`);
        if (rows[0]?.['won'] === true) return leadOf(session);
        onOther?.();
        await pause(stopping);
      }
    } catch (error) {
      await session.close();
      throw error;
    }
    await session.close();
    return undefined;
  }
}

function leadOf(session: Session): Lead {
  const over = new AbortController();
  const living = giveSignsOfLife(session, over.signal);
  return {
    lost: session.ended,
    release: async () => {
      over.abort();
      await living;
      // The server would find out that the session has ended a moment later than we go on.
      await session.query(`select pg_advisory_unlock(${LOCK})`).catch(() => undefined);
      await session.close();
    },
  };
}

async function giveSignsOfLife(session: Session, over: AbortSignal): Promise<void> {
  const until = AbortSignal.any([over, session.ended]);
  await pause(until);
  while (!until.aborted) {
    // What fails has ended the session, and with it the lead.
    await session.query('select 1').catch(() => session.close());
    await pause(until);
  }
}

/** Ends early, and without an error, with the signal. */
async function pause(signal: AbortSignal): Promise<void> {
  await delay(EVERY_MS, undefined, { signal }).catch(() => undefined);
}
