import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Command, CommanderError } from 'commander'
import { definedCommands } from '../../../support/command-line.ts'
import { judge, rubric } from '../../../support/control-plane/calibrated-judge.ts'
import { gateReport, promptVersion, type TestPlane, testPlane } from '../../../support/control-plane/control-plane.ts'
import { describedEngine, describedFeature } from '../../../support/control-plane/described-feature.ts'
import { stagedPlane } from '../../../support/control-plane/environments.ts'
import { signedIn } from '../../../support/control-plane/visitor.ts'

interface ShownCommand {
  page: string
  text: string
  /** It stands alone, to be copied; one in a sentence may be the beginning. */
  isWhole: boolean
}

const named: Record<string, string> = { lt: '<', gt: '>', quot: '"', amp: '&' }
const plainText = (markup: string) =>
  markup
    .replaceAll(/<[^>]*>/g, '')
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/&(lt|gt|quot|amp);/g, (_, name: string) => named[name] ?? '')

function commandsOn(page: string, markup: string): ShownCommand[] {
  const blocks = [...markup.matchAll(/<pre[^>]*>(.*?)<\/pre>/gs)].flatMap(([, inner = '']) =>
    plainText(inner).split('\n'),
  )
  const spans = [...markup.matchAll(/<code[^>]*>(.*?)<\/code>/gs)].map(([, inner = '']) => plainText(inner))
  const shown = (isWhole: boolean) => (text: string) => (text.startsWith('sluice ') ? [{ page, text, isWhole }] : [])
  return [...blocks.flatMap(shown(true)), ...spans.flatMap(shown(false))]
}

/** What these pages show and all that links lead to, as somebody sees them who may do everything. */
async function shownCommands(plane: TestPlane, ...pages: string[]): Promise<ShownCommand[]> {
  const visitor = await signedIn(plane, 'admin')
  const [seen, waiting] = [new Set<string>(), ['/', ...pages]]
  const found: ShownCommand[] = []
  for (let address = waiting.pop(); address !== undefined; address = waiting.pop()) {
    const [path = ''] = address.split(/[?#]/, 1)
    if (seen.has(path) || /^\/(assets|live|v1)\b|\/(export|verification)$/.test(path)) continue
    seen.add(path)
    const markup = await (await visitor.get(address)).text()
    found.push(...commandsOn(path, markup))
    waiting.push(...[...markup.matchAll(/href="(\/[^"]*)"/g)].map(([, link = '']) => plainText(link)))
  }
  return found
}

/** They name a feature in an environment as well, since the control plane is asked about it. */
const ofReleases = ['activate', 'rollback', 'start', 'status', 'drift', 'audit']

/** The command line with nothing to do: it parses, and looks whether a feature can be one of the project. */
async function parser(): Promise<(words: string[]) => Promise<void>> {
  const program = await definedCommands()
  const idle = (command: Command): void => {
    command.exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined })
    for (const inner of command.commands) idle(inner)
    if (command.commands.length > 0) return
    command.action(() => {
      const at = command.registeredArguments.findIndex((argument) => argument.name() === 'feature')
      const feature = command.args[at]
      if (ofReleases.includes(command.name())) return
      assert.doesNotMatch(feature ?? '', /@/, `sluice ${command.name()} takes the name of a feature alone`)
    })
  }
  idle(program)
  return async (words) => void (await program.parseAsync(words, { from: 'user' }))
}

const unfinished = ['commander.missingArgument', 'commander.missingMandatoryOptionValue', 'commander.help']

async function faultsOf(commands: readonly ShownCommand[]): Promise<string[]> {
  const parse = await parser()
  const faults: string[] = []
  for (const { page, text, isWhole } of commands) {
    try {
      await parse((text.match(/"[^"]*"|\S+/g) ?? []).slice(1))
    } catch (error) {
      if (!isWhole && error instanceof CommanderError && unfinished.includes(error.code)) continue
      faults.push(`${page}: ${text}: ${error instanceof Error ? error.message : error}`)
    }
  }
  return faults
}

async function publishWithoutReport(plane: TestPlane, feature: string): Promise<string> {
  const content = promptVersion('nobody judged it')
  const body = { content, report: null, rubric, judge, live: { store: true } }
  const { status } = await plane.ask(`POST /v1/features/${feature}/versions`, { as: 'ci', body })
  assert.ok(status < 300)
  return content.id
}

test('every command that a page shows is one of the command line', async () => {
  await using plane = await testPlane({ engineState: describedEngine })
  await describedFeature(plane, { feature: 'told' })
  const unjudged = await publishWithoutReport(plane, 'told')
  const shown = await shownCommands(plane, `/runs/told/${unjudged}`)
  const texts = shown.map(({ text }) => text)
  for (const text of ['sluice gate --all', 'sluice publish told', 'sluice judge label told', 'sluice status'])
    assert.ok(texts.includes(text), `${text} is not among ${[...new Set(texts)].join(', ')}`)
  assert.deepEqual(await faultsOf(shown), [])
})

test('with environments a command of the project names the feature alone', async () => {
  await using plane = await stagedPlane()
  const content = promptVersion('c')
  const report = gateReport('summary', content.id)
  await plane.ask('POST /v1/features/summary/versions', { as: 'ci', body: { content, report } })
  const version = await publishWithoutReport(plane, 'summary')
  await plane.activate('summary@staging', version, { override: { reason: 'none was judged' } })
  const runs = ['summary@production', 'summary@staging'].map((key) => `/runs/${key}/${version}`)
  const shown = await shownCommands(plane, ...runs)
  const texts = shown.map(({ text }) => text)
  for (const text of ['sluice publish summary', 'sluice judge label summary'])
    assert.ok(texts.includes(text), `${text} is not among ${[...new Set(texts)].join(', ')}`)
  assert.deepEqual(await faultsOf(shown), [])
})

test('a command that the command line does not know is found', async () => {
  const faultOf = async (text: string, isWhole = true) => (await faultsOf([{ page: '/', text, isWhole }])).join()
  assert.match(await faultOf('sluice gate mail'), /too many arguments/)
  assert.match(await faultOf('sluice publish mail@staging'), /takes the name of a feature alone/)
  assert.match(await faultOf('sluice gtae'), /unknown command/)
  assert.match(await faultOf('sluice publish'), /missing required argument/)
  assert.equal(await faultOf('sluice publish', false), '')
  assert.equal(await faultOf('sluice rollback mail@staging --reason WHY'), '')
})
