// npm test: every test file, or those that are named, in parallel and with a temporary folder of the run's own. It goes
// with the run, and that of a run that was killed goes with the next one.
import { spawn } from 'node:child_process'
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const prefix = 'sluice-tests-'
const root = path.join(import.meta.dirname, '..')

for (const name of readdirSync(tmpdir())) {
  const pid = /^sluice-tests-(\d+)-/.exec(name)?.[1]
  if (pid !== undefined && !isRunning(Number(pid))) remove(path.join(tmpdir(), name))
}
const folder = mkdtempSync(path.join(tmpdir(), `${prefix}${process.pid}-`))
// PostgreSQL runs as another user, who must get through.
chmodSync(folder, 0o755)

const [, , ...named] = process.argv
const files = named.length > 0 ? named : ['packages/*/test/**/*.test.ts']
const child = spawn(process.execPath, ['--conditions=sluice-source', '--test', '--test-concurrency=2', ...files], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/compiled') },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
child.on('close', (code) => {
  remove(folder)
  process.exitCode = code ?? 1
})

function remove(place: string): void {
  rmSync(place, { recursive: true, force: true, maxRetries: 10 })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
