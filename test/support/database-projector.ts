import { projections } from '../../projections/all.js';
import { systemClock } from '../../src/clock.js';
import { openDatabase } from '../../src/database/open-database.js';
import { openEmbeddedStore } from '../../src/event-store/embedded/embedded-event-store.js';
import { ProjectionProgress } from '../../src/read-models/projector/progress.js';
import { Projector } from '../../src/read-models/projector/projector.js';
import { installViews } from '../../src/read-models/views/install-views.js';

/*
 * A process that projects the event log of a folder into a PostgreSQL, or into the PGlite of the folder, in small
 * batches until it is killed; says how far it is.
 */

const [folder, url] = process.argv.slice(2) as [string, string];
const store = await openEmbeddedStore({ folder, readOnly: true });
const database = await openDatabase({
  url: url || undefined,
  folder,
  warn: (text) => console.log(`warn ${text}`),
});
const progress = new ProjectionProgress(database, store);
const tell = progress.tell.bind(progress);
progress.tell = (position) => {
  console.log(`at ${position ?? 0}`);
  tell(position);
};
const log = { info: () => undefined, warn: (facts: object) => console.log(`warn ${JSON.stringify(facts)}`) };
new Projector({
  database,
  store,
  projections,
  installViews,
  progress,
  clock: systemClock,
  log,
  batchSize: 7,
}).start();
setInterval(() => undefined, 1000);
