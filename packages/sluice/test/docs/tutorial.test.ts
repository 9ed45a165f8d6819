import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createProject } from '../support/project.ts'
import { until } from '../support/until.ts'
import { edited, isAsShown, type Step, stepsOf } from './played-page.ts'
import { openShell, type Shell } from './shell.ts'

const root = path.join(import.meta.dirname, '../../../..')
const page = readFileSync(path.join(root, 'docs/tutorial.md'), 'utf8')

/** The logs of what the page starts in the background, and the port on which the page says that it listens. */
const ports: Record<string, string> = { 'model.log': '4100', 'serve.log': '4050', 'app.log': '3000' }

/** By how much the canary is worse is named from twenty judged users of each arm on, which chance may not let come. */
const withoutDrop = (text: string) => text.replaceAll(/ \(down \d\.\d+\)/g, '')

/**
 * What the test does in another way than the page says:
 *
 * - Commands of sluice run in this process; only the control plane is one of its own, by the built binary.
 * - Nothing is installed from a registry: the packages are those of this checkout (`pack/install` tests the tarballs).
 * - Every server listens on a port that the system picks, and the page's port stands for it in files and commands.
 * - A rollback waits longer for its confirmation: this machine may be busy.
 * - The line with the progress of a gate is left out: in a terminal it is erased again.
 */
class Reader implements Disposable {
  readonly known = new Map<string, string>()
  readonly #project = createProject({ 'sluice/README.md': 'The checkout.\n' }, 'mail-app')
  readonly #ports = new Map<string, string>()
  readonly #folder = path.join(this.#project.root, 'mail-app')

  constructor() {
    mkdirSync(path.join(this.#folder, 'node_modules/.bin'), { recursive: true })
    mkdirSync(path.join(this.#folder, 'node_modules/@sluice'))
    const link = (target: string, name: string) =>
      symlinkSync(path.join(root, target), path.join(this.#folder, 'node_modules', name))
    link('packages/sluice/bin/sluice.cjs', '.bin/sluice')
    link('packages/client', '@sluice/client')
  }

  openTerminal(): Shell {
    const kept = Object.entries(process.env).filter(([name]) => /^(HOME|TMPDIR|LANG|NODE_COMPILE_CACHE)$/.test(name))
    const author = { GIT_AUTHOR_NAME: 'Ann', GIT_AUTHOR_EMAIL: 'ann@example.com' }
    const env = {
      ...Object.fromEntries(kept),
      // The Node of this test, not one that the machine happens to have.
      PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
      MODEL_PORT: '0',
      APP_PORT: '0',
      NO_COLOR: '1',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      ...author,
      GIT_COMMITTER_NAME: author.GIT_AUTHOR_NAME,
      GIT_COMMITTER_EMAIL: author.GIT_AUTHOR_EMAIL,
    }
    const { root: home, sluice } = this.#project
    return openShell({ folder: path.join(home, 'sluice'), home, env, sluice })
  }

  async follow(step: Step, shell: Shell): Promise<void> {
    const file = step.do === 'run' ? '' : path.join(this.#folder, step.file)
    if (step.do === 'write') writeFileSync(file, this.#asHere(step.text))
    else if (step.do === 'edit') writeFileSync(file, edited(readFileSync(file, 'utf8'), step))
    else await this.#run(step, shell)
  }

  async #run({ commands, prints, varies }: Extract<Step, { do: 'run' }>, shell: Shell): Promise<void> {
    const typed = commands.filter((line) => !/^npm /.test(line))
    let printed = ''
    for (const [index, line] of typed.entries()) {
      const { code, printed: text } = await shell.run(this.#typed(line))
      printed += text
      const isAsked = typed[index + 1]?.includes('$?') ?? false
      assert.ok(code === 0 || isAsked, `exit code ${code} of: ${line}\n${printed}`)
      const log = /> (\S+) &$/.exec(line)?.[1]
      if (log !== undefined) await this.#listening(log, shell)
    }
    // What npm prints is not shown.
    if (typed.length < commands.length) return assert.equal(prints.replace('…\n', ''), printed)
    const shown = this.#asOnThePage(printed).replaceAll(/^email-summary: \d+\/\d+ \(\d+ %\), .* USD\n/gm, '')
    const isSame = (change: (text: string) => string) =>
      isAsShown(change(prints), change(shown), { known: this.known, varies })
    if (!isSame((text) => text) && !isSame(withoutDrop))
      assert.equal(shown, prints, `what the page shows of\n${commands.join('\n')}`)
  }

  /** Waits until a server says where it listens, and remembers the port in place of the page's. */
  async #listening(log: string, shell: Shell): Promise<void> {
    const file = path.join(this.#folder, log)
    const address = /http:\/\/127\.0\.0\.1:(\d+)/
    const foundAddress = () => address.exec(existsSync(file) ? readFileSync(file, 'utf8') : '')?.[1]
    await until(() => foundAddress() !== undefined, `an address in ${log}`)
    this.#ports.set(ports[log] ?? '', foundAddress() ?? '')
    if (log === 'serve.log') await shell.run(`export SLUICE_URL=http://127.0.0.1:${foundAddress()}`)
  }

  #typed(line: string): string {
    return this.#asHere(line)
      .replace('sluice serve', '$& --port 0')
      .replace(/^sluice rollback/, '$& --wait 60s')
  }

  #asHere(text: string): string {
    const ported = [...this.#ports].reduce(
      (before, [theirs, ours]) => before.replaceAll(`:${theirs}`, `:${ours}`),
      text,
    )
    return [...this.known].reduce((before, [theirs, ours]) => before.replaceAll(theirs, ours), ported)
  }

  #asOnThePage(text: string): string {
    return [...this.#ports].reduce((before, [theirs, ours]) => before.replaceAll(`:${ours}`, `:${theirs}`), text)
  }

  [Symbol.dispose](): void {
    this.#project[Symbol.dispose]()
  }
}

test('the tutorial is what happens, from the empty folder to the canary', async () => {
  const steps = stepsOf(page)
  assert.ok(steps.filter((step) => step.do === 'run').length > 15, `only ${steps.length} steps were found`)
  using reader = new Reader()
  await using shell = reader.openTerminal()
  for (const step of steps) await reader.follow(step, shell)
})
