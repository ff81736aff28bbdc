import { projections as everyProjection } from '../../../projections/all.js';
import type { Projection } from '../../../projections/projection.js';
import { systemClock } from '../../../src/clock.js';
import type { Database } from '../../../src/database/database.js';
import type { EventStore } from '../../../src/event-store/event-store.js';
import { ProjectionProgress } from '../../../src/read-models/projector/progress.js';
import { Projector } from '../../../src/read-models/projector/projector.js';
import type { ReadModels } from '../../../src/read-models/projector/rebuild.js';
import { installViews } from '../../../src/read-models/views/install-views.js';

export interface TestReadModels extends ReadModels {
  projector: Projector;
  progress: ProjectionProgress;
  /** What the projector wrote to its log. */
  logged: string[];
}

/** The read models as the service has them, on a database and a log of a test's own. */
export function readModels(
  database: Database,
  store: EventStore,
  options: { projections?: readonly Projection[]; batchSize?: number; gatherMs?: number } = {},
): TestReadModels {
  const projections = options.projections ?? everyProjection;
  const logged: string[] = [];
  const write = (facts: object, text: string): void => void logged.push(`${text} ${JSON.stringify(facts)}`);
  const parts = { database, store, projections, installViews: options.projections ? noViews : installViews };
  const progress = new ProjectionProgress(database, store);
  const projector = new Projector({
    ...parts,
    progress,
    clock: systemClock,
    log: { info: write, warn: write },
    ...(options.batchSize === undefined ? {} : { batchSize: options.batchSize }),
    ...(options.gatherMs === undefined ? {} : { gatherMs: options.gatherMs }),
  });
  return { ...parts, projector, progress, logged };
}

/** Projections made up by a test have no public views. */
const noViews = (): Promise<void> => Promise.resolve();

/** Waits until something holds. */
export async function until(holds: () => boolean | Promise<boolean>, patienceMs = 20_000): Promise<void> {
  for (const end = Date.now() + patienceMs; !(await holds());) {
    if (Date.now() > end) throw new Error('it did not come true in time');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
