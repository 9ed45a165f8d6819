import { spawn } from 'node:child_process'
import { until } from '../support/until.ts'

/** One terminal: what a command exports, and what it starts in the background, is there for the next one. */
export interface Shell extends AsyncDisposable {
  /** Runs a line to its end; resolves to its exit code and to what it and the background printed meanwhile. */
  run(line: string): Promise<{ code: number; printed: string }>
}

const mark = '<<end of the line>>'

/** A bash in `folder`, in a process group of its own, which is killed as a whole. */
export function openShell(folder: string, env: NodeJS.ProcessEnv): Shell {
  const child = spawn('bash', ['--noprofile', '--norc'], { cwd: folder, env, detached: true, stdio: 'pipe' })
  const killAll = () => {
    // Without a pid it was never started, and 0 would be this process's own group.
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
  }
  process.once('exit', killAll)
  let printed = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text) => {
      printed += text
    })
  let fault: Error | undefined
  child.on('error', (error) => {
    fault = error
  })
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()))
  child.stdin.write('exec 2>&1\n')
  return {
    async run(line) {
      // The exit code is what `$?` is in the next line, too.
      child.stdin.write(`{ ${line}\n} < /dev/null; code=$?; printf '%s' '${mark}' $code '${mark}'; (exit $code)\n`)
      const ended = new RegExp(`${mark}(\\d+)${mark}$`)
      await until(() => fault !== undefined || child.exitCode !== null || ended.test(printed), `the end of: ${line}`)
      const [whole = '', code] = ended.exec(printed) ?? []
      if (code === undefined) throw new Error(`the shell has ended within: ${line}\n${printed}`, { cause: fault })
      // Also what bash says of a program in the background that was killed.
      const text = printed.slice(0, -whole.length).replaceAll(/^bash: line \d+: +\d+ Terminated .*\n/gm, '')
      printed = ''
      return { code: Number(code), printed: text }
    },
    async [Symbol.asyncDispose]() {
      process.off('exit', killAll)
      killAll()
      await closed
    },
  }
}
