import { EventStoreDBClient } from '@eventstore/db-client';
import { setTimeout as delay } from 'node:timers/promises';

/*
 * Makes the user that the service signs in as; run by compose.production.yaml, again and again without harm. The user is
 * in no group: like every user it may read and append ordinary streams, and besides it may read $all, from which the
 * projections are fed. Users, projections and settings are the administrators'.
 */

const USER = 'arledger';
/** A cluster that has just come up may still be choosing its leader, which alone takes changes. */
const PATIENCE_MS = 120_000;

/** What no other node and no later moment would answer otherwise. */
class Refused extends Error {}

interface Cluster {
  /** Each as host:port. */
  nodes: string[];
  adminPassword: string;
  /** The file with the authority of the nodes' certificates; fetch reads it by the same variable. */
  authority: string;
}

try {
  const cluster = {
    nodes: required('EVENTSTORE_NODES').split(','),
    adminPassword: required('EVENTSTORE_ADMIN_PASSWORD'),
    authority: required('NODE_EXTRA_CA_CERTS'),
  };
  const password = required('ARLEDGER_EVENTSTORE_PASSWORD');
  await untilTaken(cluster, (node) => makeUser(cluster, node, password));
  await untilTaken(cluster, () => letReadAll(cluster));
} catch (error) {
  process.stderr.write(`eventstore-user: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** Makes the user, or gives the one there is this password. */
async function makeUser(cluster: Cluster, node: string, password: string): Promise<void> {
  const user = { loginName: USER, fullName: USER, groups: [], password };
  if ((await post(cluster, node, '/users', user)) !== 409) return;
  await post(cluster, node, `/users/${USER}/command/reset-password`, { newPassword: password });
}

/**
 * @returns the status: 2xx, or 409 where there is such a user
 * @throws Refused, or why there is no answer yet
 */
async function post(cluster: Cluster, node: string, path: string, body: object): Promise<number> {
  const answer = await fetch(`https://${node}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`admin:${cluster.adminPassword}`).toString('base64')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  if (answer.ok || answer.status === 409) return answer.status;
  const says = `${node} answered ${answer.status} to POST ${path}`;
  throw [400, 401, 403].includes(answer.status) ? new Refused(says) : new Error(says);
}

/** Adds the user to the readers of $all, whoever they are. */
async function letReadAll({ nodes, adminPassword, authority }: Cluster): Promise<void> {
  const client = EventStoreDBClient.connectionString(
    `esdb://admin:${encodeURIComponent(adminPassword)}@${nodes.join(',')}?tlsCAFile=${authority}`,
  );
  try {
    const { metadata } = await client.getStreamMetadata('$all');
    const readers = metadata?.acl?.readRoles ?? ['$admins'];
    if (readers.includes(USER)) return;
    await client.setStreamMetadata('$all', {
      ...metadata,
      acl: { ...metadata?.acl, readRoles: [...readers, USER] },
    });
  } finally {
    await client.dispose();
  }
}

/** Tries one node after the other until one takes the change. */
async function untilTaken({ nodes }: Cluster, change: (node: string) => Promise<void>): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  for (let attempt = 0; ; attempt++) {
    try {
      await change(nodes[attempt % nodes.length]!);
      return;
    } catch (error) {
      if (error instanceof Refused || Date.now() > until) throw error;
      await delay(1000);
    }
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set`);
  return value;
}
