import { parseArgs } from 'node:util'
import { isMainThread, parentPort } from 'node:worker_threads'
import { type CriticalRow, criticalRows, playCritical, printCritical } from './simulate-gate/critical-cases.ts'
import { inWorkers } from './simulate-gate/in-workers.ts'
import type { Played } from './simulate-gate/play.ts'
import { playSmooth, printSmooth, type SmoothRow, smoothRows } from './simulate-gate/smooth-suites.ts'
import { playUnkind, printUnkind, type UnkindRow, unkindRows } from './simulate-gate/unkind-suites.ts'

/**
 * How often the gate passes, fails and leaves open versions of a known quality, by the real `decide` and with fixed seeds:
 * `npm run simulate -- [smooth | unkind | critical] [--repetitions 3000] [--cases 30,50] [--on-inconclusive tiebreak]`.
 */

type Row = SmoothRow | UnkindRow | CriticalRow

function playRow(row: Row): Played {
  if (row.kind === 'smooth') return playSmooth(row)
  return row.kind === 'unkind' ? playUnkind(row) : playCritical(row)
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      repetitions: { type: 'string', default: '3000' },
      cases: { type: 'string' },
      'on-inconclusive': { type: 'string', default: 'block' },
    },
  })
  const repetitions = Number(values.repetitions)
  if (!Number.isInteger(repetitions) || repetitions < 1) throw new Error('--repetitions takes a whole number from 1')
  const onInconclusive = (['block', 'tiebreak', 'warn'] as const).find((name) => name === values['on-inconclusive'])
  if (!onInconclusive) throw new Error('--on-inconclusive takes block, tiebreak or warn')
  const sizes = (usual: string) => (values.cases ?? usual).split(',').map(Number)
  const playAll = (rows: readonly Row[]) => inWorkers<Row, Played>(new URL(import.meta.url), rows)
  const [table = 'smooth'] = positionals
  if (table === 'smooth') {
    const rows = smoothRows(sizes('30,50,100,200'), { repetitions, onInconclusive })
    printSmooth(rows, await playAll(rows))
  } else if (table === 'unkind') {
    const rows = unkindRows(sizes('10,20,30,50,100,200,400'), repetitions)
    printUnkind(rows, await playAll(rows))
  } else if (table === 'critical') {
    const rows = criticalRows(repetitions)
    printCritical(rows, await playAll(rows))
  } else throw new Error(`there is no table ${table}: smooth, unkind, critical`)
}

if (isMainThread) await main()
else parentPort?.on('message', (row: Row) => parentPort?.postMessage(playRow(row)))
