import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type Report, reportSchema } from '../../packages/sluice/src/records/report/report.ts'

const bin = path.join(import.meta.dirname, '../../packages/sluice/bin/sluice.cjs')

/** A line of a scores file: a score, or the error that prevented it. */
export interface ScoreLine {
  id: string
  score?: number
  error?: string
  repeat?: number
  cluster?: string
}

/** What `sluice compare` said of two files of scores. */
export interface Compared {
  exitCode: number
  verdict: 'pass' | 'fail' | 'inconclusive'
  weak: boolean
  reasons: string[]
  advice: string
  pairs: number
  difference: number
  se: number
  ciLow: number
  ciHigh: number
  detectableDrop: number
  repeats: Report['features'][number]['repeats']
}

/** Two files of scores with the default configuration, and the command that compares them. */
export function filesToCompare(candidate: readonly ScoreLine[], baseline: readonly ScoreLine[]) {
  const files = {
    'sluice.yaml': 'sluice: 1\n',
    'candidate.jsonl': jsonLines(candidate),
    'baseline.jsonl': jsonLines(baseline),
  }
  const scores = ['--candidate-scores', 'candidate.jsonl', '--baseline-scores', 'baseline.jsonl']
  return { files, args: ['compare', ...scores, '--json'] }
}

/** Runs the built command line on two files of scores, in a folder of its own. */
export async function compareFiles(candidate: readonly ScoreLine[], baseline: readonly ScoreLine[]): Promise<Compared> {
  const cwd = await mkdtemp(path.join(tmpdir(), 'sluice-real-data-'))
  try {
    const { files, args } = filesToCompare(candidate, baseline)
    for (const [name, text] of Object.entries(files)) await writeFile(path.join(cwd, name), text)
    return await sluice(args, cwd)
  } finally {
    await rm(cwd, { recursive: true, force: true })
  }
}

function sluice(args: string[], cwd: string): Promise<Compared> {
  return new Promise((resolve, reject) => {
    const child = execFile(process.execPath, [bin, ...args], { cwd, maxBuffer: 2 ** 26 }, (_, stdout, stderr) => {
      const exitCode = child.exitCode ?? -1
      try {
        resolve(readCompared(stdout, exitCode))
      } catch (cause) {
        reject(new Error(`sluice ${args.join(' ')} ended with ${exitCode}: ${stderr}`, { cause }))
      }
    })
  })
}

/** What `sluice compare --json` printed and how it ended. @throws where there is no comparison. */
export function readCompared(stdout: string, exitCode: number): Compared {
  const feature = reportSchema.parse(JSON.parse(stdout)).features[0]
  if (!feature?.comparison || feature.verdict === null) throw new Error('the report has no comparison')
  const { verdict, strength, reasons, advice, comparison, repeats } = feature
  return {
    exitCode,
    verdict,
    weak: verdict === 'pass' && strength === 'weak',
    reasons: reasons.map(({ code }) => code),
    advice: advice ?? '',
    pairs: comparison.pairs,
    difference: known(comparison.meanDifference),
    se: known(comparison.se),
    ciLow: known(comparison.ciLow),
    ciHigh: known(comparison.ciHigh),
    detectableDrop: known(comparison.detectableDrop),
    repeats,
  }
}

function known(value: number | null): number {
  if (value === null) throw new Error('the comparison has no standard error')
  return value
}

function jsonLines(rows: readonly ScoreLine[]): string {
  return rows.map((row) => `${JSON.stringify(row)}\n`).join('')
}
