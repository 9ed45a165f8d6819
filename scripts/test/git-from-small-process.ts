// A test process has hundreds of MB, which the system copies page by page whenever it starts a program: that takes several
// times as long as git itself. So what the product asks git is asked by a process that stays small. This file is both: what
// a test process imports, and what the small one runs. What a test itself has git do, and waits for, is done by a shell.
import { AsyncResource } from 'node:async_hooks'
import childProcess, { type ChildProcess, type ExecFileException } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isMainThread } from 'node:worker_threads'

interface Options {
  cwd: string
  encoding: 'buffer'
  maxBuffer: number
  env: NodeJS.ProcessEnv
}
interface Question {
  id: number
  args: string[]
  options: Options
  input: string | undefined
}
interface Answer {
  id: number
  /** The fields of the error, which its own class does not keep on the way. */
  error: (Partial<ExecFileException> & { message: string }) | null
  stdout: Uint8Array
  stderr: Uint8Array
}
type Done = (error: Error | null, stdout: Buffer, stderr: Buffer) => void

const { execFile, execFileSync } = childProcess

if (process.argv[1] === import.meta.filename) process.on('message', answer)
else if (isMainThread && process.argv[1]?.includes('.test.')) askElsewhere()

function answer({ id, args, options, input }: Question): void {
  const child = execFile('git', args, options, (error, stdout, stderr) => {
    process.send?.({ id, error: error && { ...error, message: error.message }, stdout, stderr } satisfies Answer)
  })
  child.stdin?.on('error', () => {})
  child.stdin?.end(input)
}

/** `execFile('git', …)` of this process, as the product calls it; whatever is called otherwise is as ever. */
function askElsewhere(): void {
  const ask = asker()
  const routed = (...call: unknown[]) => {
    const [file, args, options, done] = call
    if (file !== 'git' || !Array.isArray(args) || !isPlain(options) || typeof done !== 'function')
      return Reflect.apply(execFile, childProcess, call)
    // The context of the caller is not that of the messages.
    const bound = AsyncResource.bind(done as Done)
    return { stdin: { on() {}, end: (input?: string) => ask(args, options, input, bound) } }
  }
  // Among them what promisify makes of it.
  Object.defineProperties(routed, Object.getOwnPropertyDescriptors(execFile))
  childProcess.execFile = routed as unknown as typeof execFile
  const shell = gitShell()
  const routedSync = (...call: unknown[]) => {
    const [file, args, options] = call
    if (file !== 'git' || !Array.isArray(args) || !isPlainSync(options))
      return Reflect.apply(execFileSync, childProcess, call)
    return shell(args, options.cwd)
  }
  childProcess.execFileSync = routedSync as unknown as typeof execFileSync
  syncBuiltinESMExports()
}

function asker() {
  const waiting = new Map<number, Done>()
  let asked = 0
  let small: ChildProcess | undefined
  const start = () => {
    const flags = { execArgv: [], serialization: 'advanced' as const }
    const started = childProcess.fork(import.meta.filename, { ...flags, stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
    started.on('message', ({ id, error, stdout, stderr }: Answer) => {
      const done = waiting.get(id)
      waiting.delete(id)
      if (waiting.size === 0) letEnd(started)
      done?.(error && Object.assign(new Error(error.message), error), Buffer.from(stdout), Buffer.from(stderr))
    })
    started.on('exit', () => {
      small = undefined
      for (const done of waiting.values())
        done(new Error('the process that runs git has ended'), Buffer.alloc(0), Buffer.alloc(0))
      waiting.clear()
    })
    return started
  }
  return (args: string[], options: Options, input: string | undefined, done: Done): void => {
    small ??= start()
    small.ref()
    small.channel?.ref()
    asked += 1
    waiting.set(asked, done)
    small.send({ id: asked, args, options, input } satisfies Question)
  }
}

/** Runs git and waits for it, as `execFileSync` does, by way of a shell that reads commands from one pipe and answers in another. */
function gitShell() {
  const place = { out: '', err: '' }
  let [commands, codes] = [-1, -1]
  const start = () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'sluice-git-'))
    const [asked, answered] = ['asked', 'answered'].map((name) => path.join(folder, name)) as [string, string]
    Object.assign(place, { out: path.join(folder, 'out'), err: path.join(folder, 'err') })
    execFileSync('mkfifo', [asked, answered])
    // To open one end waits for the other, unless a third is open for both.
    const both = [asked, answered].map((pipe) => openSync(pipe, 'r+'))
    const [stdin, stdout] = [openSync(asked, 'r'), openSync(answered, 'w')]
    commands = openSync(asked, 'w')
    codes = openSync(answered, 'r')
    // It ends when this process does, since nobody else can write to it then.
    childProcess.spawn('sh', { stdio: [stdin, stdout, 'ignore'] }).unref()
    for (const end of [...both, stdin, stdout]) closeSync(end)
  }
  return (args: readonly string[], cwd: string): string => {
    if (commands < 0) start()
    const command = `cd ${quoted(cwd)} && exec git ${args.map(quoted).join(' ')}`
    writeSync(commands, `(${command}) </dev/null >${quoted(place.out)} 2>${quoted(place.err)}; echo $?\n`)
    const code = lineFrom(codes)
    const [stdout, stderr] = [readFileSync(place.out, 'utf8'), readFileSync(place.err, 'utf8')]
    if (code === '0') return stdout
    const message = `Command failed: git ${args.join(' ')}\n${stderr}`
    throw Object.assign(new Error(message), { status: Number(code), stdout, stderr })
  }
}

function lineFrom(pipe: number): string {
  const bytes = Buffer.alloc(16)
  let text = ''
  while (!text.endsWith('\n')) {
    const length = readSync(pipe, bytes)
    if (length === 0) throw new Error('the shell that runs git has ended')
    text += bytes.toString('latin1', 0, length)
  }
  return text.trim()
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

/** A process that waits for no answer may end. */
function letEnd(small: ChildProcess): void {
  small.unref()
  small.channel?.unref()
}

/** No signal, no timeout: nothing that would have to reach a git under way. */
function isPlain(options: unknown): options is Options {
  if (typeof options !== 'object' || options === null) return false
  const isBuffer = 'encoding' in options && options.encoding === 'buffer'
  return isBuffer && Object.keys(options).every((name) => ['cwd', 'encoding', 'maxBuffer', 'env'].includes(name))
}

/** As tests call it: text, and nothing on stdin. */
function isPlainSync(options: unknown): options is { cwd: string } {
  const plain = { cwd: undefined, encoding: 'utf8', stdio: 'ignore,pipe,pipe' }
  if (typeof options !== 'object' || options === null) return false
  return (
    Object.keys(options).length === 3 &&
    Object.entries(plain).every(([name, value]) => {
      const given = Reflect.get(options, name)
      return value === undefined ? typeof given === 'string' : String(given) === value
    })
  )
}
