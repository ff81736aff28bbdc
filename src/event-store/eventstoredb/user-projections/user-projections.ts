import { setTimeout as delay } from 'node:timers/promises';
import type { EventStoreDBClient, ProjectionDetails } from '@eventstore/db-client';
import { StoreUnavailable } from '../../event-store.js';
import { Connection } from '../connection.js';
import { readConnectionString } from '../connection-string.js';
import { readStreamOnce } from '../read.js';
import { CategoriesDiffer, UserProjectionFaulted, UserProjectionsOff, projectionsError } from './errors.js';
import { deleteLeftovers } from './leftovers.js';
import { type Script, headerOf } from './scripts.js';

/** The server's own projection that makes the stream `$ce-account`, which the folds follow. */
const BY_CATEGORY = '$by_category';
const FIRST_DASH = 'first\n-';

const CALL_WITHIN_MS = 20_000;
const SETTLED_WITHIN_MS = 15_000;
const ASK_EVERY_MS = 100;

export interface Installation {
  projection: string;
  name: string;
  version: number;
  content: string;
  /** `started`: it was installed as it is here, but did not run. */
  outcome: 'installed' | 'updated' | 'started' | 'already_installed';
}

/** What `install` did. */
export interface Installed {
  projections: Installation[];
  /** Whether `$by_category` did not run, and was started. */
  startedCategories: boolean;
}

export interface Removal {
  projection: string;
  name: string;
  outcome: 'removed' | 'not_installed';
}

/** How a user projection stands in the server. */
export interface Standing {
  projection: string;
  name: string;
  /** The server's word, in lower case: `running`, `stopped`, `faulted`, or on the way from one to the other. */
  state: string;
  /** Why it is faulted. */
  reason?: string;
  /** How much of the accounts' events it has taken; it is left out where it was never started. */
  progressPercent?: number;
  /** Events of accounts that are in its states. */
  events?: number;
  /** Left out where the script in the server has no line that says so. */
  installed?: Pick<Script, 'version' | 'content'>;
  build: Pick<Script, 'version' | 'content'>;
  /** Whether what is installed is what this build would install. */
  matches: boolean;
}

/** What `list` finds. */
export interface Standings {
  projections: Standing[];
  /** How `$by_category` stands: nothing comes to the folds unless it runs. */
  categories: string;
}

/**
 * The folds of bounded state inside EventStoreDB, as user projections that the server runs by itself. Only those whose
 * name begins with `arledger-` are touched; `$by_category` is started where it does not run.
 *
 * Every method throws UserProjectionsOff, UserProjectionsDenied or StoreUnavailable.
 */
export class UserProjections {
  readonly #connection: Connection;

  /**
   * @param url of EventStoreDB, with a user who may look after projections where it has users
   * @throws ConnectionStringUnusable
   */
  constructor(
    url: string,
    private readonly scripts: readonly Script[],
  ) {
    this.#connection = new Connection(readConnectionString(url));
  }

  /**
   * Installs what is not there, updates what differs and starts what stands still. State of another content cannot be
   * carried on: it is computed anew from the first event.
   *
   * @param projections names of folds; all unless given
   * @throws UserProjectionFaulted, CategoriesDiffer
   */
  async install(projections?: readonly string[]): Promise<Installed> {
    const chosen = this.#chosen(projections);
    const startedCategories = await this.#startCategories();
    // What was deleted by other means has left its checkpoints behind.
    await this.#deleteLeftovers(await this.#notThere(chosen));
    const done: Installation[] = [];
    for (const script of chosen) {
      const { projection, name, version, content } = script;
      done.push({ projection, name, version, content, outcome: await this.#installOne(script) });
    }
    return { projections: done, startedCategories };
  }

  /** How each stands. */
  async list(): Promise<Standings> {
    const found = await this.#all();
    const projections: Standing[] = [];
    for (const script of this.scripts) {
      const details = found.find(({ name }) => name === script.name);
      projections.push(await this.#standing(script, details));
    }
    const categories = found.find(({ name }) => name === BY_CATEGORY);
    return { projections, categories: categories ? stateOf(categories) : 'not installed' };
  }

  /**
   * Stops and removes them with their state and checkpoints, also those that an earlier one has left behind.
   *
   * @param projections names of folds; all unless given
   */
  async remove(projections?: readonly string[]): Promise<Removal[]> {
    const chosen = this.#chosen(projections);
    const absent = await this.#notThere(chosen);
    for (const { name } of chosen.filter((script) => !absent.includes(script))) {
      await this.#stop(name);
      await this.#call((client, options) =>
        client.deleteProjection(name, {
          ...options,
          deleteStateStream: true,
          deleteCheckpointStream: true,
          deleteEmittedStreams: true,
        }),
      );
      await this.#until(name, 'go away', (details) => details === undefined);
    }
    await this.#deleteLeftovers(chosen);
    return chosen.map((script) => ({
      projection: script.projection,
      name: script.name,
      outcome: absent.includes(script) ? 'not_installed' : 'removed',
    }));
  }

  close(): void {
    this.#connection.close();
  }

  #chosen(projections: readonly string[] = []): readonly Script[] {
    if (projections.length === 0) return this.scripts;
    return this.scripts.filter(({ projection }) => projections.includes(projection));
  }

  async #notThere(scripts: readonly Script[]): Promise<Script[]> {
    const names = new Set((await this.#all()).map(({ name }) => name));
    return scripts.filter(({ name }) => !names.has(name));
  }

  async #deleteLeftovers(scripts: readonly Script[]): Promise<void> {
    if (scripts.length === 0) return;
    await this.#call(() =>
      deleteLeftovers(
        this.#connection,
        scripts.map(({ name }) => name),
      ),
    );
  }

  async #installOne({ name, query }: Script): Promise<Installation['outcome']> {
    const before = await this.#find(name);
    if (before === undefined) {
      await this.#call((client, options) => client.createProjection(name, query, options));
      await this.#started(name);
      return 'installed';
    }
    if ((await this.#installedQuery(name)) === query) {
      if (stateOf(before) === 'running') return 'already_installed';
      await this.#start(name);
      return 'started';
    }
    await this.#stop(name);
    // Forgetting comes first: should this end half way, no state of the old script is left under the new one.
    await this.#call((client, options) => client.resetProjection(name, options));
    await this.#stop(name);
    await this.#call((client, options) => client.updateProjection(name, query, options));
    await this.#start(name);
    return 'updated';
  }

  async #startCategories(): Promise<boolean> {
    const query = await this.#installedQuery(BY_CATEGORY);
    if (query !== undefined && query.replaceAll('\r', '').trim() !== FIRST_DASH) {
      throw new CategoriesDiffer(query);
    }
    const details = await this.#find(BY_CATEGORY);
    if (details && stateOf(details) === 'running') return false;
    await this.#start(BY_CATEGORY);
    return true;
  }

  async #start(name: string): Promise<void> {
    await this.#call((client, options) => client.enableProjection(name, options));
    await this.#started(name);
  }

  /** A server that runs only its own projections takes ours, and leaves them where they are. */
  async #started(name: string): Promise<void> {
    const startedBy = performance.now() + SETTLED_WITHIN_MS;
    for (;;) {
      const details = await this.#find(name);
      const state = details && stateOf(details);
      if (state === 'running') return;
      if (state === 'faulted') throw new UserProjectionFaulted(name, details!.stateReason);
      if (performance.now() > startedBy) {
        if (state === 'stopped') throw new UserProjectionsOff();
        throw new StoreUnavailable(`EventStoreDB did not start ${name} in time`);
      }
      await delay(ASK_EVERY_MS);
    }
  }

  async #stop(name: string): Promise<void> {
    await this.#call((client, options) => client.disableProjection(name, options));
    await this.#until(
      name,
      'stop',
      (details) => details === undefined || ['stopped', 'faulted'].includes(stateOf(details)),
    );
  }

  /** The server answers before it has done what it was told. */
  async #until(
    name: string,
    what: string,
    isSo: (details: ProjectionDetails | undefined) => boolean,
  ): Promise<void> {
    const by = performance.now() + SETTLED_WITHIN_MS;
    while (!isSo(await this.#find(name))) {
      if (performance.now() > by) throw new StoreUnavailable(`${name} did not ${what} in time`);
      await delay(ASK_EVERY_MS);
    }
  }

  async #standing(script: Script, details: ProjectionDetails | undefined): Promise<Standing> {
    const { projection, name, version, content } = script;
    const build = { version, content };
    if (details === undefined) return { projection, name, state: 'not installed', build, matches: false };
    const query = await this.#installedQuery(name);
    const installed = query === undefined ? undefined : headerOf(query);
    return {
      projection,
      name,
      state: stateOf(details),
      ...(details.stateReason === '' ? {} : { reason: details.stateReason }),
      ...(details.progress < 0 ? {} : { progressPercent: Math.floor(details.progress * 10) / 10 }),
      ...eventsOf(details),
      ...(installed ? { installed } : {}),
      build,
      matches: query === script.query,
    };
  }

  async #all(): Promise<ProjectionDetails[]> {
    return this.#call((client, options) => client.listProjections(options));
  }

  async #find(name: string): Promise<ProjectionDetails | undefined> {
    return (await this.#all()).find((details) => details.name === name);
  }

  /** The script that the server keeps; undefined where it was never written. */
  async #installedQuery(name: string): Promise<string | undefined> {
    return this.#call(async () => {
      const newest = { direction: 'backwards', limit: 1 } as const;
      for await (const { data } of readStreamOnce(this.#connection, `$projections-${name}`, newest)) {
        const query = (data as { query?: unknown } | undefined)?.query;
        if (typeof query === 'string') return query;
      }
      return undefined;
    });
  }

  async #call<T>(
    call: (
      client: EventStoreDBClient,
      options: Connection['callOptions'] & { deadline: number },
    ) => Promise<T>,
  ): Promise<T> {
    const { client, callOptions } = this.#connection;
    try {
      return await call(client, { ...callOptions, deadline: CALL_WITHIN_MS });
    } catch (error) {
      this.#connection.failed(client, error);
      throw projectionsError(error);
    }
  }
}

/** `Running/Paused` is running, `Faulted (Enabled)` is faulted. */
function stateOf({ status }: ProjectionDetails): string {
  return /^\w*/.exec(status)![0].toLowerCase();
}

/** The server counts from its own start on; where it stands in the category's stream says it for good. */
function eventsOf({ position }: ProjectionDetails): { events?: number } {
  const last = /^\$ce-account: (-?\d+)$/.exec(position)?.[1];
  return last === undefined ? {} : { events: Number(last) + 1 };
}
