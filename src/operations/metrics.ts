import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { ClockGuard } from '../commands/clock-guard.js';
import type { TransactObserver } from '../commands/transact.js';
import { ANSWER_MS_MAX, answerInTime } from '../answer-in-time.js';
import type { ProjectionLags } from './projection-lag.js';
import type { ProjectionStatusProvider } from './projection-status.js';

/** What Prometheus is told. No label ever names an account, a person or a caller's text. */
export class Metrics implements TransactObserver {
  readonly registry = new Registry();
  private readonly requestSeconds = new Histogram({
    name: 'arledger_http_request_seconds',
    help: 'Time from the headers of a request to the end of its answer, by route and class of status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [this.registry],
  });
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
  private readonly refusals = new Counter({
    name: 'arledger_append_refused_total',
    help: 'Appends that the event store refused or left without an answer: it was away, full or too slow',
    registers: [this.registry],
  });
  private readonly commands = new Counter({
    name: 'arledger_commands_total',
    help: 'Commands by type and by what they came to',
    labelNames: ['type', 'result'],
    registers: [this.registry],
  });

  private refusedAt: number | undefined;
  private lookAtProjections: (() => Promise<void>) | undefined;

  /** Adds what Node says about its process; once a process. */
  collectProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  /** Adds how far the projections are behind the log, and whether this process runs them. */
  followProjections(lags: ProjectionLags, projections: ProjectionStatusProvider): void {
    const gauge = (name: string, help: string) =>
      new Gauge({ name, help, labelNames: ['projection'], registers: [this.registry] });
    const lagEvents = gauge(
      'arledger_projection_lag_events',
      'Events between what a projection has taken and the end of the log, estimated from positions',
    );
    const lagSeconds = gauge(
      'arledger_projection_lag_seconds',
      'Time since the first event that a projection has not taken was recorded, or at least seen; 0 when none waits',
    );
    const deadLetters = gauge(
      'arledger_projection_dead_letters',
      'Events set aside because a projection could not take them',
    );
    this.lookAtProjections = async () => {
      const until = performance.now() + ANSWER_MS_MAX;
      // A database or a store that is away shows in readiness; the other figures are wanted all the same, and soon.
      const inTime = <T>(asked: Promise<T[]>): Promise<T[]> =>
        answerInTime(asked, until - performance.now()).catch(() => []);
      const all = await inTime(projections.projectionStatus());
      const behind = all.length > 0 ? await inTime(lags.of(all)) : [];
      for (const one of [lagEvents, lagSeconds, deadLetters]) one.reset();
      for (const one of all) deadLetters.set({ projection: one.name }, one.deadLetters);
      for (const [i, { events, seconds }] of behind.entries()) {
        lagEvents.set({ projection: all[i]!.name }, events);
        lagSeconds.set({ projection: all[i]!.name }, seconds);
      }
    };
    if (!projections.leading) return;
    new Gauge({
      name: 'arledger_projection_leader',
      help: '1 in the process that runs the projections, 0 in the others',
      registers: [this.registry],
      collect() {
        this.set(projections.leading?.() ? 1 : 0);
      },
    });
  }

  /** Adds how far this process's clock is from the database's; no figure while they were not compared. */
  followClock(clockGuard: ClockGuard): void {
    new Gauge({
      name: 'arledger_clock_offset_seconds',
      help: "How far the clock of this process is ahead of the database's",
      registers: [this.registry],
      collect() {
        const { differenceMs } = clockGuard.status();
        if (differenceMs === undefined) this.remove();
        else this.set(differenceMs / 1000);
      },
    });
  }

  /** All figures as they are now, as Prometheus reads them. */
  async read(): Promise<string> {
    await this.lookAtProjections?.();
    return this.registry.metrics();
  }

  /** @param route the pattern, never the path: that one names accounts; undefined where there is none */
  answered(method: string, route: string | undefined, status: number, seconds: number): void {
    this.requestSeconds.observe(
      { method, route: route ?? 'none', status: `${Math.floor(status / 100)}xx` },
      seconds,
    );
  }

  appended(seconds: number): void {
    this.refusedAt = undefined;
    this.appendSeconds.observe(seconds);
  }

  appendRefused(): void {
    this.refusedAt = performance.now();
    this.refusals.inc();
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
