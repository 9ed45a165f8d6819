import type { FeatureReport } from '../packages/sluice/src/records/report/feature-report.ts'
import { expect, gated } from './gate.ts'
import type { Stage } from './stage.ts'
import { bad, bold, dim, heading, oneLine, paragraph, say, showChange } from './tell.ts'

const retriever = 'app/retrieve.mjs'
const prompt = 'prompts/handbook.prompt.yml'

/**
 * An assistant that answers from sixty pages: a worse retrieval and a worse prompt, told apart. Returns what to say of it
 * in short.
 */
export async function tellTheRetrieval(stage: Stage): Promise<string[]> {
  say(bold('The handbook assistant: is retrieval at fault, or generation?'))
  say(dim('The sixty pages and the questions were written for this demo; its model is simulated. No network, no key.'))

  heading('1  Another chunking')
  say(paragraph('The assistant looks three pages up and answers from them. A change looks up sentences, not pages:'))
  showChange(stage.edit(retriever, intoSentences, 'Look up sentences'))
  const lost = await gated(stage, 1, 'verdict')
  const first = showFault(lost, 'retrieval')

  heading('2  Another prompt')
  say(paragraph('The retrieval is as it was. The prompt no longer asks for the words of the handbook:'))
  const before = stage.readText(prompt)
  stage.startBranchFromMain('prompt')
  const friendlier = (text: string) => text.replace('Use the words of the handbook.', 'Be friendly and helpful.')
  showChange(stage.edit(prompt, friendlier, 'Answer in a friendly voice'))
  expect(stage.readText(prompt) !== before, 'the prompt has not changed')
  const invented = await gated(stage, 1, 'verdict')
  const second = showFault(invented, 'generation')

  return [
    `Chunking: ${first}`,
    `Prompt: ${second}`,
    'Both changes lower the mean score. Only the metrics of retrieval tell which part to mend.',
  ]
}

function intoSentences(text: string): string {
  return text
    .replace('A page is looked up as a whole.', 'Sentences fit a question better than whole pages.')
    .replace('return [text]', 'return text.split(/(?<=\\.) /)')
}

function showFault({ metrics, notes, cases }: FeatureReport, expected: 'retrieval' | 'generation'): string {
  const recall = metrics?.find(({ name }) => name === 'recall@3')
  const { value, baseline, differenceLow, differenceHigh } = recall ?? {}
  const interval = `${differenceLow?.toFixed(3)} to ${differenceHigh?.toFixed(3)}`
  say(
    paragraph(
      `recall@3: ${baseline?.toFixed(3)} before, ${value?.toFixed(3)} now, 95 % interval of the change ${interval}.`,
    ),
  )
  const split = notes.find((note) => note.includes('wrong answers of the candidate')) ?? ''
  say(paragraph(split))
  const [, wrong = '0', retrieval = '0', generation = '0'] =
    /Of (\d+) wrong answers of the candidate, retrieval lacked the fact in (\d+) and generation lost it in (\d+)/.exec(
      split,
    ) ?? []
  const [most, other] = expected === 'retrieval' ? [retrieval, generation] : [generation, retrieval]
  expect(Number(most) > 10 && Number(other) === 0, `the report does not say that it is ${expected}: ${split}`)
  const shown = cases.find(({ score, baselineScore }) => (score ?? 1) < (baselineScore ?? 0))
  say(oneLine(`   ${bold(shown?.id ?? '')}: ${shown?.input}`))
  say(oneLine(`     pages    ${shown?.trace?.retrieved?.map(({ id }) => id).join(', ')}`))
  say(oneLine(`     before   ${shown?.baselineOutput}`))
  say(oneLine(`     now      ${bad(shown?.output ?? '')}`))
  return `${most} of ${wrong} wrong answers are the fault of ${expected}; recall@3 is ${value?.toFixed(3)} (before ${baseline?.toFixed(3)}).`
}
