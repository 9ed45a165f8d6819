import { stringify } from 'yaml'
import { compileCheck } from '../../core/scorers/checks/check.ts'
import { checkSchema } from '../../core/suite/checks/check-entry.ts'
import type { Prompt } from '../../core/suite/prompt/prompt.ts'
import type { DrillProposal, DrillSurvivor } from '../../records/report/drill-report.ts'
import { formatChange } from '../../text/format.ts'
import type { DrillBench } from './drill-bench.ts'
import { type ChangedAnswer, noticing, type TriedMutant } from './run-mutant.ts'

/** Survivors of one mutator with one cause. */
export interface SurvivorGroup {
  why: DrillSurvivor['why']
  tried: TriedMutant[]
  /** Each changed answer once. */
  changed: ChangedAnswer[]
  /** Rubric items that ask for it, by their words or since they noticed it elsewhere. */
  askedBy: string[]
}

type Entry = Record<string, unknown>

/** Cases for which a check of their own is written out. */
const casesShown = 3

/** What would have caught a group of survivors, as text for the user's files; what can be tried out was. */
export async function proposalsFor(
  group: SurvivorGroup,
  prompt: Prompt,
  suiteFile: string,
  bench: DrillBench,
): Promise<DrillProposal[]> {
  if (group.why === 'too-few') return [...sharperItems(group, prompt, bench), ...moreAnswers(group, prompt, bench)]
  const ofPrompt = await promptChecks(group, prompt, bench)
  const ofCases = ofPrompt.length > 0 ? [] : await caseChecks(group, suiteFile, bench)
  return [...ofPrompt, ...ofCases, ...question(group, prompt)]
}

/** A rubric item for the prompt. A judge has to be asked about it, so it is not tried. */
function question({ tried, why }: SurvivorGroup, { rubric, file }: Prompt): DrillProposal[] {
  const { id, ask } = tried[0]?.mutant.mutator.question ?? { id: '', ask: '' }
  const taken = rubric.some((item) => item.id === id)
  const item = { id: taken ? `${id}-2` : id, ask, weight: 2 }
  const says =
    why === 'judge-blind'
      ? 'A question about this alone. Whether the judge answers it well is seen by labels of people.'
      : 'A question for the judge, weighed as you think right.'
  return [{ place: file, yaml: stringify({ rubric: [item] }, { lineWidth: 0 }), says, tried: null }]
}

/** A check for all answers, where the kind of change shows in the text alone. */
async function promptChecks(group: SurvivorGroup, { file }: Prompt, bench: DrillBench): Promise<DrillProposal[]> {
  const outputs = bench.cases.flatMap(({ answers }) => answers.flatMap(({ detail }) => detail.output ?? []))
  const entry = generalCheck(group.tried[0]?.mutant.mutator.name ?? '', outputs)
  if (!entry) return []
  const before = bench.cases.flatMap(({ answers }, position) =>
    answers.flatMap(({ detail }) => (detail.output === undefined ? [] : [{ position, output: detail.output }])),
  )
  const tried = await tryCheck(entry, before, group.changed, bench)
  if (tried.passesBefore < tried.before || tried.failsAfter === 0) return []
  return [
    { place: file, yaml: stringify({ checks: [entry] }, { lineWidth: 0 }), says: `A check of every answer.`, tried },
  ]
}

function generalCheck(mutator: string, outputs: readonly string[]): Entry | undefined {
  const words = outputs.map((output) => output.trim().split(/\s+/).length)
  switch (mutator) {
    case 'injection':
      return {
        notMatches: 'ignore (all |any |your |previous )*instructions|verdict for all|answer yes|SCORE: ?1|mit Ja zu',
      }
    case 'hedge':
      return { notMatches: 'perhaps|it may be|not certain|possibly' }
    case 'pad':
      return { maxWords: Math.ceil(1.15 * Math.max(...words)) }
    case 'truncate':
      return { minWords: Math.max(1, Math.floor(0.9 * Math.min(...words))) }
    case 'break-json':
      return { json: true, must: true }
    default:
      return undefined
  }
}

/** Mutators that take facts away, which a check of the case can name. */
const takesFacts = new Set(['drop-item', 'drop-sentence', 'truncate', 'number', 'date', 'name', 'value'])

/** Checks of single cases: what the change took away, where every answer of the case has it. */
async function caseChecks(group: SurvivorGroup, suiteFile: string, bench: DrillBench): Promise<DrillProposal[]> {
  const found: DrillProposal[] = []
  if (!takesFacts.has(group.tried[0]?.mutant.mutator.name ?? '')) return found
  const positions = [...new Set(group.changed.map(({ position }) => position))]
  for (const position of positions) {
    if (found.length === casesShown) break
    const { testCase, answers } = bench.cases[position] ?? {}
    const changed = group.changed.filter((answer) => answer.position === position && noticing(answer).length === 0)
    const [first] = changed
    if (!testCase || !answers || !first) continue
    const before = answers.flatMap(({ detail }) =>
      detail.output === undefined ? [] : [{ position, output: detail.output }],
    )
    const words = lostWords(first.before.output ?? '', first.after.output ?? '').filter((word) =>
      before.every(({ output }) => output.toLowerCase().includes(word.toLowerCase())),
    )
    if (words.length === 0) continue
    const entry = words.length === 1 ? { contains: words[0] } : { containsAll: words.slice(0, 3) }
    const tried = await tryCheck(entry, before, changed, bench)
    if (tried.passesBefore < tried.before || tried.failsAfter === 0) continue
    const place = `${suiteFile}, case ${testCase.id}`
    const says = 'A check of this case: what every answer of it says, and the changed one does not.'
    found.push({ place, yaml: stringify({ checks: [entry] }, { lineWidth: 0 }), says, tried })
  }
  return found
}

/** Numbers, names and long words that a change took out of a text, the most telling first. */
function lostWords(before: string, after: string): string[] {
  const wordsOf = (text: string) => text.match(/[\p{L}\d](?:[\p{L}\d.,:/-]*[\p{L}\d])?/gu) ?? []
  const left = new Set(wordsOf(after).map((word) => word.toLowerCase()))
  const lost = [...new Set(wordsOf(before))].filter((word) => !left.has(word.toLowerCase()) && word.length > 2)
  const specificity = (word: string) => (/\d/.test(word) ? 2 : /^\p{Lu}/u.test(word) ? 1 : 0)
  return lost
    .filter((word) => specificity(word) > 0 || word.length > 5)
    .sort((a, b) => specificity(b) - specificity(a) || b.length - a.length)
}

async function tryCheck(
  entry: Entry,
  before: readonly { position: number; output: string }[],
  changed: readonly ChangedAnswer[],
  { cases }: DrillBench,
): Promise<NonNullable<DrillProposal['tried']>> {
  const check = compileCheck(checkSchema.parse(entry))
  const passes = async (position: number, output: string | undefined) => {
    const testCase = cases[position]?.testCase
    return testCase !== undefined && (await check.run({ case: testCase, output: output ?? '' })).score === 1
  }
  let [passesBefore, failsAfter] = [0, 0]
  for (const { position, output } of before) if (await passes(position, output)) passesBefore += 1
  for (const { position, after } of changed) if (!(await passes(position, after.output))) failsAfter += 1
  return { before: before.length, passesBefore, after: changed.length, failsAfter }
}

/** Rubric items that noticed the change, as ones that must not be denied. */
function sharperItems(
  { tried, changed }: SurvivorGroup,
  { rubric, file }: Prompt,
  { cases }: DrillBench,
): DrillProposal[] {
  const [strongest] = tried
    .flatMap(({ report }) => report.noticedBy)
    .filter((name) => rubric.some(({ id }) => id === name))
  return rubric
    .filter(({ id, must }) => id === strongest && !must)
    .map((item) => {
      const total = cases.reduce((sum, { testCase }) => sum + testCase.weight, 0)
      const denied = changed.filter(({ after }) => after.judge.some(({ id, score }) => id === item.id && score === 0))
      const positions = [...new Set(denied.map(({ position }) => position))]
      const effect = positions.reduce((sum, position) => {
        const { testCase, answers } = cases[position] ?? {}
        return sum - ((testCase?.weight ?? 0) / total) * (answers?.[0]?.detail.score ?? 0)
      }, 0)
      const says = `As a must, the answers that ${item.id} denies score 0: these would have moved the mean by ${formatChange(effect)}.`
      const { id, ask, weight } = item
      return {
        place: file,
        yaml: stringify({ rubric: [{ id, ask, weight, must: true }] }, { lineWidth: 0 }),
        says,
        tried: null,
      }
    })
}

/**
 * More cases or repeats, where the gate's own advice on the largest drop names a number that is within reach. Repeats
 * that the settings ask for already are not there since the answers are recorded ones.
 */
function moreAnswers({ tried }: SurvivorGroup, { file }: Prompt, { cases, settings }: DrillBench): DrillProposal[] {
  const [largest] = tried.toSorted((a, b) => (a.report.effect ?? 0) - (b.report.effect ?? 0))
  const advice = largest?.outcome.decision.advice
  if (!advice || (advice.cases ?? 0) > 4 * cases.length) return []
  const { repeats, text } = advice
  if (repeats === undefined)
    return advice.cases === undefined ? [] : [{ place: 'the suite', yaml: '', says: text, tried: null }]
  if (repeats <= Math.max(...settings.repeats)) return [{ place: 'the recordings', yaml: '', says: text, tried: null }]
  const rounds = [...settings.repeats, repeats]
  return [{ place: file, yaml: stringify({ gate: { repeats: rounds } }), says: text, tried: null }]
}
