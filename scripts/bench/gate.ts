import path from 'node:path'
import { parseArgs } from 'node:util'
import { measureInstall } from './install.ts'
import { measure, pairedRatio } from './measure.ts'
import { startMock } from './mock.ts'
import { type BenchProject, benchProject } from './project.ts'
import { measurePromptfoo } from './promptfoo.ts'
import { measureStatistics } from './statistics.ts'

const bin = path.join(import.meta.dirname, '../../packages/sluice/bin/sluice.cjs')
const latencyMs = 100
const concurrency = 50
const parts = ['startup', 'judged', 'plain', 'memory', 'statistics', 'install'] as const

interface Row {
  what: string
  measured: string
  target: string
  holds: boolean | undefined
}

/** Prints one table: each figure of the gate beside its target, ratios taken within this run. */
export async function benchGate(args: string[]): Promise<void> {
  const { values } = parseArgs({ args, options: { only: { type: 'string' }, promptfoo: { type: 'string' } } })
  const only: readonly string[] = values.only?.split(',') ?? parts
  const rows: Row[] = []
  const add = (more: Row[]) => {
    for (const row of more) console.error(`${row.what}: ${row.measured}`)
    rows.push(...more)
  }
  if (only.includes('startup')) add(await startup())
  if (only.includes('judged')) add(await judged(1000, values.promptfoo))
  if (only.includes('plain')) add(await plain(5000))
  if (only.includes('memory')) add(await memory())
  if (only.includes('statistics')) add(statistics())
  if (only.includes('install')) add(await install())
  console.log('| what | measured | target | |\n|---|---|---|---|')
  for (const { what, measured, target, holds } of rows) {
    console.log(`| ${what} | ${measured} | ${target} | ${holds === undefined ? '' : holds ? 'holds' : 'MISSED'} |`)
  }
}

async function startup(): Promise<Row[]> {
  const seconds = async (args: string[]) => (await measure(process.execPath, args, process.cwd())).seconds
  const row = async (flag: string): Promise<Row> => {
    const ratio = await pairedRatio(
      15,
      () => seconds([bin, flag]),
      () => seconds(['-e', '0']),
    )
    return {
      what: `\`sluice ${flag}\``,
      measured: `${ratio.toFixed(2)} x \`node -e 0\``,
      target: '<= 2.5 x',
      holds: ratio <= 2.5,
    }
  }
  return [await row('--version'), await row('--help')]
}

function evaluate({ root }: BenchProject, ...more: string[]) {
  return measure(
    process.execPath,
    [bin, 'eval', 'summary', '--concurrency', String(concurrency), '--json', ...more],
    root,
    { CI: '1' },
  )
}

async function judged(cases: number, promptfoo: string | undefined): Promise<Row[]> {
  await using mock = await startMock(latencyMs)
  using project = await benchProject(mock.url, cases, true)
  const ideal = (2 * cases * latencyMs) / 1000 / concurrency
  const cold = await evaluate(project)
  const paid = await mock.takeRequests()
  const warm = await evaluate(project)
  const again = await mock.takeRequests()
  const rows: Row[] = [
    {
      what: `${cases} judged cases, cold`,
      measured: `${(cold.seconds / ideal).toFixed(2)} x ideal (${cold.seconds.toFixed(2)} s, ${paid} calls, ${mb(cold.peakMb)})`,
      target: '<= 1.15 x',
      holds: cold.seconds / ideal <= 1.15 && paid === 2 * cases && cold.code === 0,
    },
    {
      what: 'the same, warm',
      measured: `${warm.seconds.toFixed(2)} s, ${again} calls`,
      target: '<= 1 s, 0 calls',
      holds: warm.seconds <= 1 && again === 0 && warm.code === 0,
    },
  ]
  return promptfoo === undefined
    ? rows
    : [...rows, await measurePromptfoo(promptfoo, { cases, mock, concurrency, ideal })]
}

async function plain(cases: number): Promise<Row[]> {
  await using mock = await startMock(latencyMs)
  using project = await benchProject(mock.url, cases, false)
  const ideal = (cases * latencyMs) / 1000 / concurrency
  const { seconds, code, peakMb } = await evaluate(project)
  return [
    {
      what: `${cases} cases without judge`,
      measured: `${(seconds / ideal).toFixed(2)} x ideal (${seconds.toFixed(2)} s, ${mb(peakMb)})`,
      target: '<= 1.1 x',
      holds: seconds / ideal <= 1.1 && code === 0,
    },
  ]
}

/** Latency 1 ms: the run is bound by our own work, which is the hard case for memory. */
async function memory(): Promise<Row[]> {
  await using mock = await startMock(1)
  const peak = async (cases: number) => {
    using project = await benchProject(mock.url, cases, false)
    return await evaluate(project)
  }
  const small = await peak(10_000)
  const large = await peak(100_000)
  const growth = (large.peakMb ?? Number.NaN) / (small.peakMb ?? Number.NaN)
  return [
    {
      what: '100,000 cases, peak memory',
      measured: `${mb(large.peakMb)}, ${growth.toFixed(2)} x that of 10,000 (${mb(small.peakMb)}); ${large.seconds.toFixed(0)} s`,
      target: '< 200 MB, flat',
      holds: (large.peakMb ?? Number.POSITIVE_INFINITY) < 200 && large.code === 0,
    },
  ]
}

function statistics(): Row[] {
  const ms = measureStatistics()
  return [
    {
      what: 'all rounds of a verdict: 1,000 cases, 8 repeats, 10 tags',
      measured: `${ms.toFixed(0)} ms`,
      target: '< 50 ms',
      holds: ms < 50,
    },
  ]
}

async function install(): Promise<Row[]> {
  const { megabytes, packages } = await measureInstall()
  return [
    {
      what: 'production install of `sluice`',
      measured: `${megabytes.toFixed(0)} MB, ${packages} packages`,
      target: '< 100 MB, < 120',
      holds: megabytes < 100 && packages < 120,
    },
  ]
}

function mb(value: number | undefined): string {
  return value === undefined ? 'memory unknown' : `${value.toFixed(0)} MB`
}
