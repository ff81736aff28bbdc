import type { Config } from './config.js';
import { readScripts } from './event-store/eventstoredb/user-projections/scripts.js';
import { UserProjections } from './event-store/eventstoredb/user-projections/user-projections.js';

export type {
  Installed,
  Removal,
  Standing,
  Standings,
} from './event-store/eventstoredb/user-projections/user-projections.js';

/**
 * The user projections of EventStoreDB and the names of the folds that can be one; undefined where the event log is the
 * embedded one, which has none.
 *
 * @throws ConnectionStringUnusable, UserProjectionsNotBuilt
 */
export async function openUserProjections({
  eventStoreUrl,
}: Config): Promise<{ userProjections: UserProjections; names: string[] } | undefined> {
  if (eventStoreUrl === undefined) return undefined;
  const scripts = await readScripts();
  return {
    userProjections: new UserProjections(eventStoreUrl, scripts),
    names: scripts.map(({ projection }) => projection),
  };
}
