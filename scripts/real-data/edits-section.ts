import { z } from 'zod'
import { dates } from '../../packages/sluice/src/gate/drill/mutators/facts.ts'
import type { OutputMutator } from '../../packages/sluice/src/gate/drill/mutators/mutator.ts'
import { outputMutators } from '../../packages/sluice/src/gate/drill/mutators/output-mutators.ts'
import { antonyms } from '../../packages/sluice/src/gate/drill/mutators/wording.ts'
import { randomFor } from '../../packages/sluice/src/gate/drill/seeded.ts'
import { percent, table } from './markdown.ts'
import { readRecorded } from './recorded.ts'

const summaryRow = z.object({
  group: z.string(),
  summary: z.string(),
  consistent: z.union([z.literal(0), z.literal(1)]),
  edit_types: z.array(z.string()),
})
const meetingRow = z.object({ general: z.array(z.object({ answer: z.string() })) })

/** Kinds of edits as SummEdits names them, and the mutators that make such a change. */
const kinds: Record<string, { what: string; mutators: string[] }> = {
  entity_modification: {
    what: 'a name, a number, a day or a thing is another one',
    mutators: ['name', 'number', 'date', 'value'],
  },
  antonym_swap: { what: 'a word is turned into its opposite', mutators: ['antonym'] },
  negation_insertion_removal: { what: '“not” comes or goes', mutators: ['negate'] },
  hallucinated_fact_insertion: { what: 'something is added that nobody said', mutators: ['invent'] },
}

/** Do the drill's mutators make the edits that people made? */
export function editsSection(): string {
  const rows = readRecorded('e4_summedits_items', summaryRow)
  const meetings = readRecorded('e2_qmsum_meetings', meetingRow)
  const sound = rows.filter(({ consistent }) => consistent === 1)
  const edited = rows.filter(({ consistent, edit_types }) => consistent === 0 && edit_types.length === 1)
  const byKind = Object.entries(kinds).map(([kind, { what, mutators }]) => {
    const ofKind = edited.filter(({ edit_types }) => edit_types[0] === kind)
    const pairs = ofKind.flatMap(({ group, summary }) => {
      const original = nearest(
        summary,
        sound.filter((one) => one.group === group).map((one) => one.summary),
      )
      return original === undefined ? [] : [{ before: original, after: summary }]
    })
    const same = pairs.filter((pair) => changeOf(pair).some((change) => mutators.includes(change)))
    return [
      kind,
      what,
      mutators.join(', '),
      String(pairs.length),
      `${same.length} (${percent(same.length / pairs.length)})`,
    ]
  })
  const texts = {
    e4: sound.map(({ summary }) => summary),
    e2: meetings.flatMap(({ general }) => general.map(({ answer }) => answer)),
  }
  const reach = outputMutators.map((mutator) => [
    mutator.name,
    ...[texts.e4, texts.e2].map((all) => percent(all.filter((text) => changes(mutator, text)).length / all.length)),
  ])
  const others = edited.length - byKind.reduce((sum, [, , , count]) => sum + Number(count), 0)
  return `## Edits by others against the mutators of the drill (e4_summedits, e2_qmsum_meetings)

In SummEdits, models changed sound summaries, and people labelled each result as consistent with the document or not. Of
the ${rows.filter(({ consistent }) => consistent === 0).length} inconsistent summaries ${edited.length} have one kind of edit${others === 0 ? '' : `, ${others} of them without a sound summary of the same document`}.
Each is held against the sound summary of the same document that shares most words with it. *A mutator makes such a change*
says that the words that differ are of its kind: told from the words, so it is an estimate.

${table(['kind of edit', 'what it is', 'mutators', 'summaries', 'a mutator makes such a change'], byKind)}

How many texts each mutator of \`sluice drill\` finds something to change in:

${table(['mutator', `${texts.e4.length} sound summaries (e4)`, `${texts.e2.length} summaries of meetings by people (e2)`], reach)}

What this means: each kind of edit has a mutator, but mutators make only a part of such edits. Most entities that were
changed are things (“clinics” became “nursing homes”), most opposites stand in no short list of words, and most
additions are a few words inside a sentence. A kill rate of \`name\`, \`number\`, \`date\`, \`antonym\` or \`invent\` does not
speak for those. Where answers are prose without lists and JSON, \`drop-item\`, \`value\` and \`break-json\` find nothing to
change, and the drill names them as covered by no case.`
}

function changes(mutator: OutputMutator, text: string): boolean {
  return mutator.mutate(text, { most: 1, random: randomFor(1, mutator.name), others: [] }) !== text
}

const wordsOf = (text: string): string[] => text.match(/[\p{L}\d][\p{L}\d.,:/%$-]*[\p{L}\d%]|[\p{L}\d]/gu) ?? []

function nearest(text: string, others: readonly string[]): string | undefined {
  const own = new Set(wordsOf(text))
  const shared = (other: string) =>
    wordsOf(other).filter((word) => own.has(word)).length / Math.max(1, wordsOf(other).length)
  return others.toSorted((a, b) => shared(b) - shared(a))[0]
}

/** By which mutator the words that differ could have been changed, told from the words alone. */
function changeOf({ before, after }: { before: string; after: string }): string[] {
  const [was, is] = [wordsOf(before), wordsOf(after)]
  const gone = was.filter((word) => !is.includes(word))
  const come = is.filter((word) => !was.includes(word))
  const lower = (words: readonly string[]) => words.map((word) => word.toLowerCase())
  const both = [...gone, ...come]
  const found: string[] = []
  if (both.some((word) => new RegExp(`^(?:${dates.source})$`, 'i').test(word))) found.push('date')
  if (both.some((word) => /\d/.test(word))) found.push('number')
  if (both.some((word) => /^\p{Lu}\p{Ll}/u.test(word))) found.push('name')
  if (both.some((word) => /^(?:not|no|never|cannot|without|n't)$/i.test(word) || /n[’']t$/.test(word)))
    found.push('negate')
  if (lower(gone).some((word) => antonyms.has(word)) || lower(come).some((word) => antonyms.has(word)))
    found.push('antonym')
  if (come.length > gone.length + 1) found.push('invent')
  return found
}
