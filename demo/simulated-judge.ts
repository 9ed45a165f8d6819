// A judge that knows the good answers of the demo, so that the drill can be measured without a model: it says what a
// careful reader would, and is wrong now and then. It is no evidence about any real judge.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { parse } from 'yaml'

type Verdicts = Record<string, string>

/** The recorded answers of one case, with what the recorded judge says of each. */
type Known = { output: string; verdicts: Verdicts }[]

/** The outputs and verdicts of a demo project, by the text of the e-mail. */
export function knownAnswers(project: string): Map<string, Known> {
  const lines = (file: string) =>
    readFileSync(path.join(project, 'recordings', file), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { case: string; repeat: number; output: string })
  const judged = new Map(
    lines('old.judge.jsonl').map(({ case: id, repeat, output }) => {
      const { items } = JSON.parse(output) as { items: { id: string; verdict: string }[] }
      return [`${id} ${repeat}`, Object.fromEntries(items.map((item) => [item.id, item.verdict]))]
    }),
  )
  const cases = parse(readFileSync(path.join(project, 'evals/email-summary.fast.yaml'), 'utf8')) as {
    id: string
    vars: { email: string }
  }[]
  const outputs = lines('old.jsonl')
  return new Map(
    cases.map(({ id, vars }) => [
      plain(vars.email),
      outputs
        .filter((one) => one.case === id)
        .map(({ repeat, output }) => ({ output, verdicts: judged.get(`${id} ${repeat}`) ?? {} })),
    ]),
  )
}

/** Starts the judge on loopback. `mistakes` is the share of its verdicts that are the wrong way round. */
export async function startSimulatedJudge(known: Map<string, Known>, mistakes: number) {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const { messages, model } = JSON.parse(body) as { messages: { content: string }[]; model: string }
    const [system = '', user = ''] = messages.map(({ content }) => content)
    const ids = [...system.matchAll(/^id: (.+)$/gm)].map((match) => match[1] ?? '')
    const output = part(user, 'OUTPUT')
    const answers = known.get(plain(part(user, 'INPUT user'))) ?? []
    const items = ids.map((id) => ({
      id,
      evidence: '',
      reasoning: 'As known.',
      verdict: verdict(id, output, answers, mistakes),
    }))
    const message = { role: 'assistant', content: JSON.stringify({ items }) }
    response.writeHead(200, { 'content-type': 'application/json' })
    response.end(
      JSON.stringify({
        ...{ id: 'x', object: 'chat.completion', created: 0, model },
        choices: [{ index: 0, finish_reason: 'stop', message }],
        usage: { prompt_tokens: 1100, completion_tokens: 150, total_tokens: 1250 },
      }),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, close: () => server.close() }
}

function part(message: string, name: string): string {
  const found = new RegExp(`<<<BEGIN ${name} (\\S+)>>>\\n([\\s\\S]*?)\\n<<<END ${name} \\1>>>`).exec(message)?.[2] ?? ''
  return found
    .split('\n')
    .map((line) => line.replace(/^\| ?/, ''))
    .join('\n')
}

const plain = (text: string) => text.replace(/\s+/g, ' ').trim()
const sentencesOf = (text: string) =>
  text
    .split(/\n|(?<=[.!?])\s+/)
    .map((each) => plain(each.replace(/^[-*] /, '')))
    .filter((each) => each !== '')
const wordsOf = (text: string) => plain(text).split(' ').length

function verdict(id: string, output: string, known: Known, mistakes: number): string {
  const same = known.find((one) => plain(one.output) === plain(output))
  const nearest = same ?? known.toSorted((a, b) => shared(b.output, output) - shared(a.output, output))[0]
  const before = nearest?.verdicts[id] ?? 'yes'
  if (before !== 'yes' || same || !nearest) return before
  const isGood = judgeOf(id, output, nearest.output)
  const wrong = createHash('sha256').update(`${id}\0${output}`).digest().readUInt32BE(0) / 2 ** 32 < mistakes
  return isGood === wrong ? 'no' : 'yes'
}

const shared = (a: string, b: string) => sentencesOf(a).filter((each) => sentencesOf(b).includes(each)).length

function judgeOf(id: string, output: string, good: string): boolean {
  if (id === 'concise') return wordsOf(output) < 1.3 * wordsOf(good)
  if (id === 'english') return !sentencesOf(output).some(isGerman)
  const undoubted = output.replaceAll('It may be, though it is not certain, that perhaps ', '')
  if (id === 'faithful') return sentencesOf(output).every((sentence) => isSupported(sentence, good))
  // `actions`, and the questions of single cases: nothing of the list, or of a text without one, may be missing.
  const list = good.split('\n').filter((line) => /^- /.test(line))
  const needed = (list.length > 0 ? list : good.split('\n')).flatMap(sentencesOf)
  return needed.every((sentence) => sentencesOf(undoubted).some((each) => each === sentence || isGerman(each)))
}

/** A part of what was said, a translation, or a sentence that claims nothing. */
function isSupported(sentence: string, good: string): boolean {
  const isFiller = /worth keeping all of this|hesitate to get in touch|mentioned above|In conclusion/.test(sentence)
  return isFiller || isGerman(sentence) || plain(good).includes(sentence)
}

const isGerman = (sentence: string) =>
  (
    sentence.match(
      /\b(?:die|der|und|oder|von|zu|ist|sind|hat|haben|wird|mit|für|auf|bei|ein|muss|soll|nicht|dass)\b/g,
    ) ?? []
  ).length >= 2
