// npm test: every test file, several in one process, or those that are named, each in its own. They run in parallel and
// with a temporary folder of the run's own. It goes with the run, and that of a run that was killed goes with the next one.
import { spawn } from 'node:child_process'
import { chmodSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { testProcesses } from './test/processes.ts'
import { temporaryPlace } from './test/temporary-place.ts'

const prefix = 'sluice-tests-'
const root = path.join(import.meta.dirname, '..')

const place = temporaryPlace(process.env)
for (const name of readdirSync(place)) {
  const pid = /^sluice-tests-(\d+)-/.exec(name)?.[1]
  if (pid !== undefined && !isRunning(Number(pid))) remove(path.join(place, name))
}
const folder = mkdtempSync(path.join(place, `${prefix}${process.pid}-`))
// PostgreSQL runs as another user, who must get through.
chmodSync(folder, 0o755)

const [, , ...named] = process.argv
const files = named.length > 0 ? named : everyTest()
const flags = [
  '--conditions=sluice-source',
  ...['promises-untracked.ts', 'git-from-small-process.ts'].map(
    (file) => `--import=${pathToFileURL(path.join(import.meta.dirname, 'test', file))}`,
  ),
  // Most of what a test makes is short-lived. With more room for it less is copied from one half of that room to the other.
  '--max-semi-space-size=32',
  // Other tests keep the cores busy: threads that clear the memory side by side only wait for each other.
  '--single-threaded-gc',
  '--test',
  '--test-concurrency=6',
  // A test that an uncaught error has left waiting ends, too.
  '--test-timeout=300000',
]
const child = spawn(process.execPath, [...flags, ...files], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, TMPDIR: folder, NODE_COMPILE_CACHE: path.join(root, 'node_modules/.cache/compiled') },
})
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
child.on('close', (code) => {
  remove(folder)
  process.exitCode = code ?? 1
})

/**
 * For each process a file that imports what it runs. `node --test` starts them in the order of their paths: those that need
 * a process of their own first, since some of them take long, and at the end none should run alone.
 */
function everyTest(): string[] {
  const all = globSync('packages/*/test/**/*.test.ts', { cwd: root }).sort()
  const { alone, groups } = testProcesses(all, (file) => readFileSync(path.join(root, file), 'utf8'))
  return [
    ...alone.map((file, index) =>
      entry(path.join('1-alone', `${index + 1}-${path.basename(file, '.test.ts')}`), [file]),
    ),
    ...groups.map(({ name, files }) => entry(path.join('2-together', name), files)),
  ]
}

/** What is compiled is stored at once, not at the end: in a fresh clone the processes that start meanwhile find it. */
function entry(name: string, files: readonly string[]): string {
  const imports = files.map((file) => `import ${JSON.stringify(pathToFileURL(path.join(root, file)))}\n`)
  imports.push("import { flushCompileCache } from 'node:module'\n", 'setInterval(flushCompileCache, 1000).unref()\n')
  const file = path.join(folder, 'processes', `${name}.test.mjs`)
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(file, imports.join(''))
  return file
}

function remove(left: string): void {
  rmSync(left, { recursive: true, force: true, maxRetries: 10 })
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
