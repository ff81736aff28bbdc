import type { Provider } from '@nestjs/common';
import { SHARED_CLOCK, type SharedClock } from '../../clock.js';
import { CONFIG, type Config } from '../../config.js';
import { DATABASE, type Database } from '../../database/database.js';
import { EVENT_STORE, type EventStore } from '../../event-store/event-store.js';
import { ProjectionProgress, waitUntilKnown } from '../projector/progress.js';
import { AccountListQuery } from './account-list.js';
import { AccountQuery } from './account.js';
import { AgingQuery } from './aging.js';
import { ControlAccountsQuery } from './control-accounts.js';
import { DenialsQuery } from './denials.js';
import { HistoryQuery } from './history.js';
import { JournalQuery } from './journal.js';
import { Moments } from './moment.js';
import { OpenItemsQuery } from './open-items.js';
import { RemittanceClaimsQuery } from './remittance-claims.js';
import { RemittanceListQuery } from './remittance-list.js';
import { RemittanceQuery } from './remittance.js';
import { TrialBalanceQuery } from './trial-balance.js';
import { WorkItemsQuery } from './work-items.js';

/** How long a query waits for the projections before it is refused. */
const WAIT_MS_MAX = 5_000;

/** Every query, by its class. */
export const QUERIES = [
  AccountQuery,
  AccountListQuery,
  OpenItemsQuery,
  HistoryQuery,
  AgingQuery,
  DenialsQuery,
  TrialBalanceQuery,
  JournalQuery,
  RemittanceListQuery,
  RemittanceQuery,
  RemittanceClaimsQuery,
  ControlAccountsQuery,
  WorkItemsQuery,
];

/** What the module of the read models provides for them. */
export const QUERY_PROVIDERS: Provider[] = [
  {
    provide: Moments,
    inject: [DATABASE, ProjectionProgress, EVENT_STORE, SHARED_CLOCK, CONFIG],
    useFactory: (
      database: Database,
      progress: ProjectionProgress,
      store: EventStore,
      clock: SharedClock,
      { timeZone, clockSkewMs }: Config,
    ) =>
      new Moments(
        database,
        {
          requireSameLog: (standing) => progress.sameLog.require(standing),
          waitFor: (position) => progress.waitFor(position, WAIT_MS_MAX),
          waitUntilKnown: async (knownAt) => {
            const instant = new Date(knownAt);
            const rule = { store, progress, clock, clockSkewMs };
            const position = await waitUntilKnown(rule, instant, clockSkewMs + WAIT_MS_MAX);
            clock.settle(instant);
            return position;
          },
        },
        clock,
        timeZone,
      ),
  },
  ...QUERIES,
];
