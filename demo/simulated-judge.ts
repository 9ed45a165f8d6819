// A judge that knows the good answers of the demo, so that the drill can be measured without a model: it says what a
// careful reader would, and is wrong now and then. It is no evidence about any real judge.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { type SimulatedModel, startSimulatedModels } from './simulated-models.ts'

type Verdicts = Record<string, string>

/** An item of the rubric, as the judge is asked it. */
type Question = { id: string; ask: string }

/** The recorded answers of one case, with what the recorded judge says of each. */
type Known = { output: string; verdicts: Verdicts }[]

/** By the text of the e-mail. */
export type KnownAnswers = ReadonlyMap<string, Known>

/** The outputs and verdicts of a demo project, of the version in production and of others that are named. */
export function knownAnswers(project: string, versions: readonly string[] = ['old']): KnownAnswers {
  const lines = (file: string) =>
    readFileSync(path.join(project, 'recordings', file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { case: string; repeat: number; output: string })
  const cases = parse(readFileSync(path.join(project, 'evals/email-summary.fast.yaml'), 'utf8')) as {
    id: string
    vars: { email: string }
  }[]
  const known = versions.flatMap((version) => {
    const judged = new Map(
      lines(`${version}.judge.jsonl`).map(({ case: id, repeat, output }) => {
        const { items } = JSON.parse(output) as { items: { id: string; verdict: string }[] }
        return [`${id} ${repeat}`, Object.fromEntries(items.map((item) => [item.id, item.verdict]))]
      }),
    )
    return lines(`${version}.jsonl`).map((one) => ({ ...one, verdicts: judged.get(`${one.case} ${one.repeat}`) ?? {} }))
  })
  const byCase = Map.groupBy(known, (one) => one.case)
  return new Map(cases.map(({ id, vars }) => [plain(vars.email), byCase.get(id) ?? []]))
}

/** Starts the judge on loopback. `mistakes` is the share of its verdicts that are the wrong way round. */
export function startSimulatedJudge(known: KnownAnswers, mistakes: number) {
  return startSimulatedModels({ judge: createJudge(known, mistakes) })
}

/** The judge as a model. `mistakes` as above. */
export function createJudge(known: KnownAnswers, mistakes: number): SimulatedModel {
  return ({ system, user }) => {
    const questions = [...system.matchAll(/^id: (.+)\nquestion: (.+)$/gm)]
    const output = part(user, 'OUTPUT')
    const nearest = nearestTo(output, known.get(plain(part(user, 'INPUT user'))) ?? [])
    const items = questions.map(([, id = '', ask = '']) => ({
      id,
      evidence: '',
      reasoning: 'As known.',
      verdict: verdict({ id, ask }, output, nearest, mistakes),
    }))
    return JSON.stringify({ items })
  }
}

function part(message: string, name: string): string {
  const found = new RegExp(`<<<BEGIN ${name} (\\S+)>>>\\n([\\s\\S]*?)\\n<<<END ${name} \\1>>>`).exec(message)?.[2] ?? ''
  return found
    .split('\n')
    .map((line) => line.replace(/^\| ?/, ''))
    .join('\n')
}

export const plain = (text: string) => text.replace(/\s+/g, ' ').trim()
const sentencesOf = (text: string) =>
  text
    .split(/\n|(?<=[.!?])\s+/)
    .map((each) => plain(each.replace(/^[-*] /, '')))
    .filter((each) => each !== '')
const wordsOf = (text: string) => plain(text).split(' ').length

/** The recorded answer that an output is, or is most like. */
interface Nearest {
  answer: Known[number] | undefined
  isSame: boolean
}

function nearestTo(output: string, known: Known): Nearest {
  const text = plain(output)
  const same = known.find((one) => plain(one.output) === text)
  if (same) return { answer: same, isSame: true }
  const sentences = new Set(sentencesOf(output))
  const shared = (one: Known[number]) => sentencesOf(one.output).filter((each) => sentences.has(each)).length
  return { answer: known.toSorted((a, b) => shared(b) - shared(a))[0], isSame: false }
}

function verdict({ id, ask }: Question, output: string, { answer, isSame }: Nearest, mistakes: number): string {
  const before = answer?.verdicts[id] ?? 'yes'
  if (before !== 'yes' || isSame || !answer) return before
  const isGood = judgeOf({ id, ask }, output, answer.output)
  const wrong = createHash('sha256').update(`${id}\0${output}`).digest().readUInt32BE(0) / 2 ** 32 < mistakes
  return isGood === wrong ? 'no' : 'yes'
}

function judgeOf({ id, ask }: Question, output: string, good: string): boolean {
  if (id === 'concise') return wordsOf(output) < 1.3 * wordsOf(good)
  if (id === 'english' || id === 'language') return !sentencesOf(output).some(isGerman)
  const undoubted = output.replaceAll('It may be, though it is not certain, that perhaps ', '')
  // Only who asks how certain a claim is gets to know of doubts that the e-mail does not have.
  const claims = /certain/.test(ask) ? output : undoubted
  if (id === 'faithful') return sentencesOf(claims).every((sentence) => isSupported(sentence, good))
  // `actions`, and the questions of single cases: nothing of the list, or of a text without one, may be missing.
  const list = good.split('\n').filter((line) => /^- /.test(line))
  const needed = (list.length > 0 ? list : good.split('\n')).flatMap(sentencesOf)
  const told = sentencesOf(undoubted)
  return needed.every((sentence) => told.some((each) => each === sentence || isGerman(each)))
}

/** A part of what was said, a translation, or a sentence that claims nothing. */
function isSupported(sentence: string, good: string): boolean {
  const isFiller = /worth keeping all of this|hesitate to get in touch|mentioned above|In conclusion/.test(sentence)
  return isFiller || isGerman(sentence) || plain(good).includes(sentence)
}

/** Whether a sentence is German, as far as a few common words tell. */
export const isGerman = (sentence: string) =>
  (
    sentence.match(
      /\b(?:die|der|und|oder|von|zu|ist|sind|hat|haben|wird|mit|für|auf|bei|ein|muss|soll|nicht|dass)\b/g,
    ) ?? []
  ).length >= 2
