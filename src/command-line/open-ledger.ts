import type { INestApplicationContext } from '@nestjs/common';
import { type Config, readConfig } from '../config.js';
import { EVENT_STORE, type EventStore } from '../event-store/event-store.js';
import { ProjectionProgress } from '../read-models/projector/progress.js';
import type { ReadModels } from '../read-models/projector/rebuild.js';
import { PROJECTOR, type Projector } from '../read-models/projector/projector.js';

/** What every command that looks at data knows. */
export interface DataOptions {
  data?: string;
}

/** Projections are given so long to take one batch more before a command gives up on them. */
const PATIENCE_MS = 60_000;

/**
 * The configuration of a command: the environment, `--data` before ARLEDGER_DATA. Nothing is logged unless
 * LOG_LEVEL asks for it: a command speaks for itself.
 */
export function configFor({ data }: DataOptions): Config {
  return readConfig({
    ...process.env,
    ...(data === undefined ? {} : { ARLEDGER_DATA: data }),
    LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'silent',
  });
}

/** The whole ledger, open for one command; it holds the data folder. */
export class OpenLedger {
  constructor(
    readonly app: INestApplicationContext,
    readonly config: Config,
  ) {}

  get store(): EventStore {
    return this.app.get<EventStore>(EVENT_STORE);
  }

  /** What `rebuild` and `verify` work on. */
  async readModels(): Promise<ReadModels> {
    const { READ_MODELS } = await import('../read-models/read-models.module.js');
    return this.app.get<ReadModels>(READ_MODELS);
  }

  private get projector(): Projector {
    return this.app.get<Projector>(PROJECTOR);
  }

  /**
   * Resolves when everything in the log is in the read models, and nothing else.
   *
   * @param onProgress hears now and then how many events still wait
   * @throws ReadModelsOfAnotherLog, ProjectionsBehind
   */
  async caughtUp(onProgress?: (waiting: number) => void): Promise<void> {
    await this.app.get(ProjectionProgress).requireSameLog();
    const head = await this.store.head();
    this.projector.start();
    if (head === undefined) return;
    const tell = setInterval(() => {
      void this.projector.status().then(({ lagEvents }) => onProgress?.(lagEvents));
    }, 250);
    try {
      await this.progressTo(head);
    } finally {
      clearInterval(tell);
    }
  }

  /** Waits as long as the projections get on; gives up when they stand still. */
  private async progressTo(head: string): Promise<void> {
    const progress = this.app.get(ProjectionProgress);
    for (let before = -1; ;) {
      try {
        await progress.waitFor(head, PATIENCE_MS);
        return;
      } catch (error) {
        const { events } = await this.projector.status();
        if (events === before) throw error;
        before = events;
      }
    }
  }
}

/** Opens the ledger for a piece of work, and closes it whatever happens. */
export async function withLedger<T>(config: Config, work: (ledger: OpenLedger) => Promise<T>): Promise<T> {
  // Loaded when needed: commands that only look at the log, or at nothing, start in a third of the time.
  const { createLedger } = await import('../app.module.js');
  const app = await createLedger(config, { projecting: true });
  try {
    return await work(new OpenLedger(app, config));
  } finally {
    await app.close();
  }
}

/** Opens only the event log, only to be read: goes on beside a running service. */
export async function withLog<T>(config: Config, work: (log: EventStore) => Promise<T>): Promise<T> {
  const { openReadOnlyLog } = await import('../composition.js');
  const log = await openReadOnlyLog(config);
  try {
    return await work(log);
  } finally {
    await log.close();
  }
}
