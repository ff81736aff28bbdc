import { type Double, startDouble } from './double.js';

/** Doubles that are members of one cluster: the same events, one of them leads. */
export class Cluster {
  readonly #members: readonly Double[];
  #leader: Double;

  constructor(members: readonly [Double, ...Double[]]) {
    this.#members = members;
    this.#leader = members[0];
    this.#gossip();
  }

  get members(): readonly Double[] {
    return this.#members;
  }

  get leader(): Double {
    return this.#leader;
  }

  get followers(): readonly Double[] {
    return this.#members.filter((member) => member !== this.#leader);
  }

  /** Connection string that names all members, so that the client asks them who leads. */
  get url(): string {
    const hosts = this.#members.map(({ address }) => `${address.host}:${address.port}`);
    return `esdb://${hosts.join()}?tls=false`;
  }

  /** Makes a member the leader, and lets all of them know who is up; e.g. after the one before went away. */
  elect(leader: Double): void {
    this.#leader = leader;
    this.#gossip();
  }

  async stop(): Promise<void> {
    const [keeper, ...others] = this.#members;
    for (const member of others) await member.stop();
    await keeper?.stop();
  }

  #gossip(): void {
    const told = this.#members.map((member) => ({
      address: member.address,
      state: member === this.#leader ? ('leader' as const) : ('follower' as const),
      alive: member.isUp,
    }));
    for (const member of this.#members) member.members = told;
  }
}

/** Starts a cluster of doubles; the first member leads. */
export async function startCluster(size = 3): Promise<Cluster> {
  const first = await startDouble();
  const others: Double[] = [];
  for (let more = 1; more < size; more += 1) others.push(await startDouble({ log: first.log }));
  return new Cluster([first, ...others]);
}
