/** One thing that a reader of a page does, in the order of the page. */
export type Step =
  | { do: 'write'; file: string; text: string }
  | { do: 'edit'; file: string; removed: string[]; added: string[] }
  | { do: 'run'; commands: string[]; prints: string; varies: boolean }

interface Block {
  language: string
  lines: string[]
  /** What stands between the block before and this one. */
  before: string
}

const numbersVary = '<!-- numbers vary -->'

/**
 * The steps of a page:
 *
 * - `js` and `yaml`: a file, named in the comment of its first line
 * - `diff`: an edit of the file that is named there
 * - `sh`: commands, one a line; a `text` block right below is what they print, and without one they print nothing
 * - a block without a language is a drawing
 *
 * @throws Error where a block is none of these
 */
export function stepsOf(page: string): Step[] {
  const steps: Step[] = []
  let commands: Extract<Step, { do: 'run' }> | undefined
  for (const { language, lines, before } of blocksOf(page)) {
    const [first = '', ...others] = lines
    const named = /^(?:#|\/\/) (\S+)$/.exec(first)?.[1]
    const last = commands
    commands = undefined
    if (language === 'sh') {
      commands = { do: 'run', commands: lines, prints: '', varies: before.includes(numbersVary) }
      steps.push(commands)
    } else if (language === 'text' && last && before.trim() === '') last.prints = `${lines.join('\n')}\n`
    else if (language === 'diff' && named) steps.push(editOf(named, others))
    else if ((language === 'js' || language === 'yaml') && named)
      steps.push({ do: 'write', file: named, text: `${lines.join('\n')}\n` })
    else if (language !== '') throw new Error(`a block is no step: ${language}, ${first}`)
  }
  return steps
}

function blocksOf(page: string): Block[] {
  let end = 0
  return [...page.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map((match) => {
    const [whole, language = '', text = ''] = match
    const before = page.slice(end, match.index)
    end = match.index + whole.length
    return { language, lines: text.trimEnd().split('\n'), before }
  })
}

function editOf(file: string, lines: string[]): Step {
  const marked = (mark: string) => lines.filter((line) => line.startsWith(mark)).map((line) => line.slice(1))
  return { do: 'edit', file, removed: marked('-'), added: marked('+') }
}

/** The text after an edit. @throws Error unless each removed line stands there once */
export function edited(text: string, { removed, added }: { removed: string[]; added: string[] }): string {
  if (removed.length !== added.length) throw new Error('an edit replaces each line by one other')
  const lines = text.split('\n')
  for (const [index, line] of removed.entries()) {
    const place = lines.indexOf(line)
    if (place < 0 || lines.lastIndexOf(line) !== place) throw new Error(`not one line is "${line}"`)
    lines[place] = added[index] ?? ''
  }
  return lines.join('\n')
}

/** Ids that are made anew each time. The page shows some; the first time that one appears it is learnt what it is here. */
const ids = /r-[0-9a-f]{16}|t-[0-9a-f]{12}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g

/** What differs from run to run, other than ids: points in time, spans of time, hashes of the log. */
const passing: [RegExp, string][] = [
  [/\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d+)?Z/g, '<time>'],
  [/\b\d{1,2} [A-Z][a-z]{2} \d\d:\d\dZ/g, '<time>'],
  [/\b\d+(?:\.\d+)? (?:ms|s)\b/g, '<span>'],
  [/\b[0-9a-f]{64}\b/g, '<hash>'],
]

/** `0.93`, `+12`, `21,691`, `> 1e6`; not a number within a name, such as `v2`. */
const numbers = /(?:> )?[-+±]?(?<!\w)\d+(?:,\d{3})*(?:\.\d+)?(?:e\d+)?(?!\w)/g

/** What a page's commands print, held against what they printed. */
export interface Comparison {
  /** The ids of the page, and what they are in this run. New ones are added. */
  known: Map<string, string>
  /** Numbers may be others, and so lines may break elsewhere. */
  varies: boolean
}

/**
 * Whether `printed` is what the page shows. A line `…` of the page stands for one line or more; ids, times and spans of
 * time may differ; each id of the page must be the same one wherever it appears.
 */
export function isAsShown(shown: string, printed: string, { known, varies }: Comparison): boolean {
  const groups: string[] = []
  const plain = escaped(comparable(shown, varies)).replace(ids, (id) => {
    const here = known.get(id)
    if (here !== undefined) return here
    const earlier = groups.indexOf(id)
    if (earlier >= 0) return `\\${earlier + 1}`
    groups.push(id)
    return `(${ids.source})`
  })
  const elided = varies ? plain.replaceAll('…', '.+') : plain.replaceAll(/^…\n/gm, '(?:[^\\n]*\\n)+?')
  const match = new RegExp(`^${elided}$`).exec(comparable(printed, varies))
  if (!match) return false
  for (const [index, id] of groups.entries()) known.set(id, match[index + 1] ?? '')
  return true
}

function comparable(text: string, varies: boolean): string {
  const settled = passing.reduce((before, [pattern, word]) => before.replaceAll(pattern, word), text)
  if (!varies) return settled
  const idsOrNumbers = new RegExp(`${ids.source}|(?<number>${numbers.source})`, 'g')
  return settled
    .replaceAll(idsOrNumbers, (found, ...rest) => (rest.at(-1).number === undefined ? found : '<n>'))
    .replaceAll(/\s+/g, ' ')
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
