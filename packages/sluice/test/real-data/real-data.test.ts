import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { type ArenaRun, commonLines, isWhole, linesOf, readArena } from '../../../../scripts/real-data/arena.ts'
import { rerunRow } from '../../../../scripts/real-data/arena-section.ts'
import { filesToCompare, readCompared, type ScoreLine } from '../../../../scripts/real-data/compare-files.ts'
import { readJudgedAnswers, sampleLines, samplePairs } from '../../../../scripts/real-data/judge-noise-section.ts'
import { absent } from '../../../../scripts/real-data/recorded.ts'
import { createProject } from '../support/project.ts'

const page = path.join(import.meta.dirname, '../../../../docs/real-data.md')

/** As the page's figures come to be, but in this process. */
async function compared(candidate: readonly ScoreLine[], baseline: readonly ScoreLine[]) {
  const { files, args } = filesToCompare(candidate, baseline)
  using project = createProject(files)
  const { code, stdout, stderr } = await project.sluice(args)
  assert.notEqual(stdout, '', stderr)
  return readCompared(stdout, code ?? -1)
}

function runNamed(runs: ArenaRun[], name: string): ArenaRun {
  const run = runs.find((known) => known.name === name)
  assert.ok(run, `${name} is recorded`)
  return run
}

test('a model run twice without a change never fails, and the page shows what came out', { skip: absent }, async () => {
  const runs = readArena().filter(isWhole)
  const reruns = runs.flatMap((a) => runs.filter((b) => b !== a && b.model === a.model).map((b) => [a, b] as const))
  assert.deepEqual([...new Set(reruns.map(([{ model }]) => model))].sort(), ['claude-1', 'claude-instant-1'])
  assert.equal(reruns.length, 4)
  const text = readFileSync(page, 'utf8')
  for (const [candidate, baseline] of reruns) {
    const found = await compared(...commonLines(candidate, baseline))
    assert.notEqual(found.verdict, 'fail', candidate.name)
    assert.notEqual(found.exitCode, 1, candidate.name)
    assert.ok(found.pairs > 140)
    const row = `| ${rerunRow({ candidate, baseline, compared: found }).join(' | ')} |`
    assert.ok(text.includes(row), `docs/real-data.md lacks this row; run npm run real-data:\n${row}`)
  }
})

test('one judge that scores the same answers again never fails them', { skip: absent }, async () => {
  const answers = readJudgedAnswers()
  for (const [candidate, baseline] of samplePairs) {
    const found = await compared(sampleLines(answers, candidate), sampleLines(answers, baseline))
    assert.equal(found.verdict, 'pass', `sample ${candidate + 1} against ${baseline + 1}`)
    // 320 answers to 80 questions, each asked once: no more than 80 independent ones.
    assert.deepEqual([found.weak, found.reasons], [true, ['few-answers']])
    assert.equal(found.pairs, 320)
  }
})

test('a clearly worse model fails, and the other way round it passes by proof', { skip: absent }, async () => {
  const runs = readArena()
  const better = runNamed(runs, 'gpt-4-0314 (328eb8a)')
  const worse = runNamed(runs, 'vicuna-33b-v1.3 (9783beb)')
  const down = await compared(...commonLines(worse, better))
  assert.deepEqual([down.verdict, down.exitCode, down.reasons], ['fail', 1, ['regression']])
  const up = await compared(...commonLines(better, worse))
  assert.deepEqual([up.verdict, up.exitCode, up.reasons, up.weak], ['pass', 0, [], false])
  assert.ok(Math.abs(up.difference + down.difference) < 1e-9)
})

test('answers that a run lacks decide nothing, however the rest scored', { skip: absent }, async () => {
  const runs = readArena()
  const [best, gappy] = [runNamed(runs, 'gpt-4-0314 (328eb8a)'), runNamed(runs, 'claude-1 (ecbe8b6)')]
  const found = await compared(linesOf(best), linesOf(gappy))
  assert.deepEqual([found.verdict, found.exitCode, found.reasons], ['inconclusive', 2, ['coverage']])
})

test('where each case has one score, no share of the variance is claimed for the cases', { skip: absent }, async () => {
  const answers = readJudgedAnswers().slice(100, 140)
  const { advice } = await compared(sampleLines(answers, 0), sampleLines(answers, 1))
  assert.match(advice, /whether more repeats would too is unknown/)
  assert.doesNotMatch(advice, /of the variance lies between cases/)
})
