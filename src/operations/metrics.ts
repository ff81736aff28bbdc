import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { TransactObserver } from '../commands/transact.js';
import type { EventStore } from '../event-store/event-store.js';
import { type ProjectionStatusProvider, behind } from './projection-status.js';

/** What Prometheus is told. No label ever names an account, a person or a caller's text. */
export class Metrics implements TransactObserver {
  readonly registry = new Registry();
  private readonly appendSeconds = new Histogram({
    name: 'arledger_append_seconds',
    help: 'Time from asking the event store to append until it was durable',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
    registers: [this.registry],
  });
  private readonly retries = new Counter({
    name: 'arledger_append_retries_total',
    help: 'Commands decided again because the account had moved on',
    registers: [this.registry],
  });
  private readonly commands = new Counter({
    name: 'arledger_commands_total',
    help: 'Commands by type and by what they came to',
    labelNames: ['type', 'result'],
    registers: [this.registry],
  });

  private refusedAt: number | undefined;

  /** Adds what Node says about its process; once a process. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Adds, at each reading, how far the projections are behind the log. */
  followProjections(store: EventStore, projections: ProjectionStatusProvider): void {
    const deadLetters = new Gauge({
      name: 'arledger_projection_dead_letters',
      help: 'Events set aside because a projection could not take them',
      labelNames: ['projection'],
      registers: [this.registry],
    });
    new Gauge({
      name: 'arledger_projection_lag',
      help: 'Positions between the end of the log and what a projection has taken',
      labelNames: ['projection'],
      registers: [this.registry],
      async collect() {
        this.reset();
        deadLetters.reset();
        // A database that is away shows in readiness; the other figures are wanted all the same.
        const all = await projections.projectionStatus().catch(() => []);
        const head = all.length > 0 ? await store.head().catch(() => undefined) : undefined;
        for (const one of all) {
          this.set({ projection: one.name }, behind(head, one.position));
          deadLetters.set({ projection: one.name }, one.deadLetters);
        }
      },
    });
  }

  appended(seconds: number): void {
    this.refusedAt = undefined;
    this.appendSeconds.observe(seconds);
  }

  appendRefused(): void {
    this.refusedAt = performance.now();
  }

  /** How long ago the store refused an append, when none was made since; else infinite. */
  secondsSinceRefusal(): number {
    return this.refusedAt === undefined ? Infinity : (performance.now() - this.refusedAt) / 1000;
  }

  retried(): void {
    this.retries.inc();
  }

  finished(type: string, result: string): void {
    this.commands.inc({ type, result });
  }
}
