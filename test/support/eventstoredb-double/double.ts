import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { type ConnectionInjector, Server, ServerCredentials } from '@grpc/grpc-js';
import type { Address } from './addresses.js';
import type { Certificate } from './certificate.js';
import { Connections } from './connections.js';
import { EventLog } from './event-log.js';
import { Faults } from './faults.js';
import type { Member, Node } from './node.js';
import { addServices } from './services.js';

export interface DoubleOptions {
  /** Holds the log; left out, one of its own that goes with it. */
  folder?: string;
  /** The log of another double, as members of a cluster have the same events. */
  log?: EventLog;
  /** Left out, any that is free. */
  port?: number;
  /** Speaks TLS by it, without one in the clear. */
  certificate?: Certificate;
  /** Passwords by name; left out, everybody is taken for the administrator, as by a server that runs insecurely. */
  users?: Readonly<Record<string, string>>;
  /** The most that one append may hold, in bytes of data. */
  appendBytesMax?: number;
}

const APPEND_BYTES_MAX = 1024 * 1024;
/** What the server takes in one message. */
const MESSAGE_BYTES_MAX = 17 * 1024 * 1024;

/**
 * Starts a protocol double of EventStoreDB 23.10 on the loopback interface: its gRPC services on the embedded store.
 *
 * @throws FolderInUse when another one has the folder
 */
export async function startDouble(options: DoubleOptions = {}): Promise<Double> {
  const { folder, log } = options;
  if (log !== undefined) return Double.start(log, options, async () => undefined);
  if (folder !== undefined) {
    const own = await EventLog.open(folder);
    return Double.start(own, options, () => own.close());
  }
  const passing = await mkdtemp(join(tmpdir(), 'arledger-double-'));
  const own = await EventLog.open(passing);
  return Double.start(own, options, async () => {
    await own.close();
    await rm(passing, { recursive: true, force: true });
  });
}

/** A server that behaves like EventStoreDB towards its client, and goes wrong when it is told to. */
export class Double implements Node {
  readonly log: EventLog;
  readonly faults = new Faults();
  readonly appendBytesMax: number;
  readonly users: Readonly<Record<string, string>> | undefined;
  readonly subscriptions = new Set<AbortController>();
  readonly #connections: Connections;
  readonly #server: Server;
  readonly #certificate: Certificate | undefined;
  readonly #release: () => Promise<void>;
  #injector: ConnectionInjector | undefined;
  #members: readonly Member[] | undefined;
  #stopped: Promise<void> | undefined;

  private constructor(log: EventLog, options: DoubleOptions, release: () => Promise<void>) {
    this.log = log;
    this.appendBytesMax = options.appendBytesMax ?? APPEND_BYTES_MAX;
    this.users = options.users;
    this.#certificate = options.certificate;
    this.#release = release;
    this.#server = new Server({
      'grpc.max_receive_message_length': MESSAGE_BYTES_MAX,
      'grpc.enable_channelz': 0,
    });
    addServices(this.#server, this);
    this.#connections = new Connections((socket) => this.#injector?.injectConnection(socket));
  }

  /** For {@link startDouble}. */
  static async start(log: EventLog, options: DoubleOptions, release: () => Promise<void>): Promise<Double> {
    const double = new Double(log, options, release);
    double.#injector = double.#server.createConnectionInjector(credentialsOf(options.certificate));
    try {
      await double.#connections.listen(options.port ?? 0);
    } catch (error) {
      await release();
      throw error;
    }
    return double;
  }

  get address(): Address {
    return { host: '127.0.0.1', port: this.#connections.port };
  }

  /** Connection string of the client, without credentials. */
  get url(): string {
    const { host, port } = this.address;
    const tls = this.#certificate
      ? `tls=true&tlsCaFile=${encodeURIComponent(this.#certificate.file)}`
      : 'tls=false';
    return `esdb://${host}:${port}?${tls}`;
  }

  /** Whether it can be reached. */
  get isUp(): boolean {
    return this.#connections.areTaken;
  }

  /** The members of its cluster as it tells them; alone and leading unless it was told others. */
  get members(): readonly Member[] {
    return this.#members ?? [{ address: this.address, state: 'leader', alive: true }];
  }

  set members(members: readonly Member[]) {
    this.#members = members;
  }

  get leader(): Address {
    return this.members.find(({ state, alive }) => alive && state === 'leader')?.address ?? this.address;
  }

  get leads(): boolean {
    return this.leader.port === this.address.port;
  }

  /** Subscriptions that are open now. */
  get subscriptionCount(): number {
    return this.subscriptions.size;
  }

  /** Appends events as a foreign program does, JSON or not, e.g. to `$scavenges` or `order-1`. */
  async appendForeign(stream: string, count: number, { isJson = true } = {}): Promise<void> {
    const text = isJson ? '{"foreign":true}' : '\u0001 no JSON';
    const events = Array.from({ length: count }, () => ({
      id: randomUUID(),
      type: stream.startsWith('$') ? '$foreign' : 'ForeignHappened',
      isJson,
      data: Buffer.from(text),
      metadata: Buffer.alloc(0),
    }));
    await this.log.append(stream, 'any', events);
  }

  cut(call: { getPeer(): string }): void {
    this.#connections.cut(call.getPeer());
  }

  /** Cuts every connection, as a network does; new ones are taken. */
  cutConnections(): void {
    this.#connections.cutAll();
  }

  /** Goes away; appends under way are in the log when this resolves, or will never be. */
  async goAway(): Promise<void> {
    await this.#connections.close();
    for (const open of this.subscriptions) open.abort();
    await this.log.head(); // It includes every append under way.
  }

  /** Comes back on the same port with the same log. */
  async comeBack(): Promise<void> {
    await this.#connections.listen();
  }

  /** Goes away and comes back. */
  async restart({ downMs = 0 }: { downMs?: number } = {}): Promise<void> {
    await this.goAway();
    if (downMs > 0) await after(downMs);
    await this.comeBack();
  }

  /** Goes away for good. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    await this.goAway();
    this.#server.forceShutdown();
    await this.#release();
  }
}

function credentialsOf(certificate: Certificate | undefined): ServerCredentials {
  if (certificate === undefined) return ServerCredentials.createInsecure();
  const { key, certificate: chain } = certificate;
  return ServerCredentials.createSsl(null, [{ private_key: key, cert_chain: chain }]);
}
