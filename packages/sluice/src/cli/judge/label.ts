import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { selectFeature } from '../../core/suite/project/select-feature.ts'
import { SluiceError } from '../../errors.ts'
import { startLabelServer } from '../../gate/label-page/label-server.ts'
import { type LabelSession, openLabelSession } from '../../gate/label-page/label-session.ts'
import { labelPageAssets } from '../../gate/label-page/page-assets.ts'
import { labelInTerminal } from '../../gate/label-page/terminal.ts'
import { calibrateCommand } from '../../gate/label-page/words.ts'
import { readFlags, set, text, wholeNumber, wholeNumberFrom } from '../flags.ts'
import { clearScreen, type Host } from '../host.ts'
import { listenForStop } from '../session/interrupt.ts'
import { openProject } from '../session/open-project.ts'

const labelFlags = {
  labeller: text.min(1).max(100).optional(),
  count: wholeNumber,
  port: wholeNumberFrom(0, 65_535),
  seed: text,
  sawJudge: set.optional(),
  terminal: set.optional(),
}

/** `sluice judge label <feature>`: asks a person what the judge was asked, in the browser or in the terminal. */
export async function label(feature: string, given: Record<string, unknown>, host: Host): Promise<number> {
  const flags = readFlags('judge label', labelFlags, given)
  const project = await openProject(host, (prompt) => prompt.feature === feature)
  const prompt = selectFeature(project.prompts, feature)
  const labeller = flags.labeller ?? host.env.USER ?? host.env.USERNAME
  if (!labeller) throw new SluiceError('invalid-input', 'say whose labels these are: --labeller <name>')
  const { count, seed, sawJudge = false } = flags
  const session = await openLabelSession({ project, prompt }, { labeller, count, seed, sawJudge }, host.stderr)
  const stop = listenForStop(host)
  try {
    if (flags.terminal) await inTerminal(session, stop.signal, host)
    else await inBrowser({ ...session, port: flags.port }, stop.signal, host)
  } finally {
    stop.dispose()
  }
  const { answered, questions } = session.labelling.view()
  host.stderr.write(`${answered} of ${questions} questions are answered, in ${session.file}.\n`)
  for (const each of session.progress()) host.stderr.write(`  ${each}\n`)
  host.stderr.write(`Next: commit the folder labels, then ${calibrateCommand(feature)}\n`)
  return 0
}

async function inBrowser(session: LabelSession & { port: number }, stop: AbortSignal, host: Host): Promise<void> {
  const token = randomBytes(24).toString('base64url')
  const server = await startLabelServer({ ...session, token, assets: await labelPageAssets() })
  try {
    host.stderr.write('Open this page. Each key is kept at once; end with Ctrl-C and go on whenever you like.\n')
    host.stdout.write(`${server.url}\n`)
    if (!stop.aborted) await once(stop, 'abort')
  } finally {
    await server.close()
  }
}

async function inTerminal(session: LabelSession, stop: AbortSignal, host: Host): Promise<void> {
  const { stdout } = host
  const stdin = host.stdin?.()
  if (!stdin) throw new SluiceError('cannot-run', 'there is no terminal to read keys from; leave out --terminal')
  const clear = stdout.isTTY && stdin.isTTY ? clearScreen : ''
  await labelInTerminal({ ...session, input: stdin, output: stdout, clear, stop })
}
