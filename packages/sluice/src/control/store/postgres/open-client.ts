import { Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import pg from 'pg'
import type { ConnectionSettings } from './connection-settings.ts'
import { applicationName } from './former-keys.ts'

const bigint = 20
const partingMs = 500

/** Errors of a database that does not support encryption, or refuses encrypted connections. */
const refusesTls = /does not support SSL|pg_hba\.conf/

/**
 * Connection settings with which the sockets of all clients are known, so that a silent server cannot keep the process
 * alive.
 */
export interface Line {
  config: pg.ClientConfig
  /** Closes all sockets at once. */
  hangUp(): void
}

interface Opened {
  client: pg.Client
  /** Settings for further connections, now that it is known whether the server supports encryption. */
  config: pg.ClientConfig
}

/**
 * Connects for the first time, within `firstConnectMs` of the settings. Rejects with the errors of the driver.
 */
export async function openClient(settings: ConnectionSettings): Promise<Opened> {
  const { encryption, tls, firstConnectMs } = settings
  if (encryption === 'never') return await connected(clientConfig(settings, false), firstConnectMs)
  try {
    return await connected(clientConfig(settings, tls), firstConnectMs)
  } catch (cause) {
    const isRefused = cause instanceof Error && refusesTls.test(cause.message)
    if (encryption === 'always' || !isRefused) throw cause
    return await connected(clientConfig(settings, false), firstConnectMs)
  }
}

async function connected(config: pg.ClientConfig, limitMs: number): Promise<Opened> {
  const client = new pg.Client({ ...config, connectionTimeoutMillis: limitMs })
  client.on('error', () => {})
  await client.connect()
  return { client, config }
}

/** Ends a client, even if its server does not answer any more. */
export async function endClient(client: pg.Client, { hangUp }: Line): Promise<void> {
  const parting = new AbortController()
  const ended = client.end().catch(() => {})
  await Promise.race([ended, wait(partingMs, undefined, { signal: parting.signal }).then(hangUp, () => {})])
  parting.abort()
}

export function lineOf(config: pg.ClientConfig): Line {
  const sockets = new Set<Socket>()
  const stream = () => {
    const socket = new Socket()
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    return socket
  }
  return {
    config: { ...config, stream },
    hangUp() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** 64-bit integers are read as numbers, since all of ours are below 2^53. */
function clientConfig(
  { url, options, channelBinding }: ConnectionSettings,
  ssl: pg.ClientConfig['ssl'],
): pg.ClientConfig {
  return {
    connectionString: url,
    ssl,
    application_name: applicationName,
    ...(options !== undefined && { options }),
    enableChannelBinding: channelBinding,
    keepAlive: true,
    keepAliveInitialDelayMillis: 5000,
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === bigint ? Number : pg.types.getTypeParser(oid, format as 'text'),
    },
  }
}
