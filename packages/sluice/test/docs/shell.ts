import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Finished } from '../support/project.ts'
import { until } from '../support/until.ts'

/** One terminal: what a command exports, and what it starts in the background, is there for the next one. */
export interface Shell extends AsyncDisposable {
  /** Runs a line to its end; resolves to its exit code and to what it and the background printed meanwhile. */
  run(line: string): Promise<{ code: number; printed: string }>
}

export interface ShellOptions {
  /** Where it starts. */
  folder: string
  /** Where the shell keeps its own files. */
  home: string
  env: NodeJS.ProcessEnv
  /** Carries out `sluice` in this process, which costs a tenth; only `sluice serve` is a process of its own. */
  sluice(args: string[], env: NodeJS.ProcessEnv): Promise<Pick<Finished, 'code' | 'stdout' | 'stderr'>>
}

const mark = '<<end of the line>>'
const ended = new RegExp(`${mark}(\\d+)${mark}$`)
const asked = /<<sluice>>(.*)<<asked>>$/s

/** Hands a command of sluice to this process over the output of the shell, and waits for the exit code on its input. */
const sluiceFunction = `
exec 3<&0 4>&1 2>&1
sluice() {
  if [ "$1" = serve ]; then exec sluice "$@"; fi
  { printf '<<sluice>>'; printf '%s\\0' "$SLUICE_URL" "$SLUICE_TOKEN" "$@"; printf '<<asked>>'; } >&4
  local code
  read -r code <&3
  cat "$SHELL_HOME/stdout"
  cat "$SHELL_HOME/stderr" >&2
  return "$code"
}
`

/** A bash in a process group of its own, which is killed as a whole. */
export function openShell({ folder, home, env, sluice }: ShellOptions): Shell {
  const child = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder,
    env: { ...env, SHELL_HOME: home },
    detached: true,
    stdio: 'pipe',
  })
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
  child.stdin.write(sluiceFunction)

  async function answer(request: RegExpExecArray): Promise<void> {
    printed = printed.slice(0, -request[0].length)
    const [SLUICE_URL = '', SLUICE_TOKEN = '', ...args] = request[1]?.split('\0').slice(0, -1) ?? []
    const { code, stdout, stderr } = await sluice(args, { SLUICE_URL, SLUICE_TOKEN })
    for (const [name, text] of Object.entries({ stdout, stderr })) writeFileSync(path.join(home, name), text)
    child.stdin.write(`${code}\n`)
  }

  return {
    async run(line) {
      // The exit code is what `$?` is in the next line, too.
      child.stdin.write(`{ ${line}\n} < /dev/null; code=$?; printf '%s' '${mark}' $code '${mark}'; (exit $code)\n`)
      const isOver = () => fault !== undefined || child.exitCode !== null || ended.test(printed)
      for (;;) {
        await until(() => isOver() || asked.test(printed), `the end of: ${line}`)
        const request = asked.exec(printed)
        if (!request) break
        await answer(request)
      }
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
