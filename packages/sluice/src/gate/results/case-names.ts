import { createHash } from 'node:crypto'
import { visibleLine } from '../../text/untrusted.ts'
import { invalidResults, shortLine, type ToolScore } from './tool-results.ts'

/** A score with the id of its case and the number of its repeat. */
export interface NamedScore extends ToolScore {
  id: string
  repeat: number
}

/** Reports cut what is longer. */
const longest = 80

/**
 * Gives each score the id of its case, the same for the same case in every file, and numbers the repeats.
 * @throws SluiceError `invalid-input` where the tool numbers repeats itself and one is there twice
 */
export function nameCases(scores: readonly ToolScore[], name: string): NamedScore[] {
  const ids = new Map<string, string>()
  const counts = new Map<string, number>()
  const seen = new Set<string>()
  return scores.map((score) => {
    const id = ids.get(score.identity) ?? idOf(score)
    ids.set(score.identity, id)
    const count = (counts.get(id) ?? 0) + 1
    counts.set(id, count)
    const repeat = score.repeat ?? count
    const key = `${repeat} ${id}`
    if (seen.has(key)) throw invalidResults(`${name}: repeat ${repeat} of "${id}" is there twice`)
    seen.add(key)
    return { ...score, id, repeat }
  })
}

/** A short name is the id itself; a long one, or one that cannot be printed, is cut and told apart by its hash. */
function idOf({ identity, name = identity }: ToolScore): string {
  if (name === identity && identity.length <= longest && identity !== '' && visibleLine(identity) === identity)
    return identity
  const hash = createHash('sha256').update(identity).digest('hex').slice(0, 10)
  return `${shortLine(name, longest - 15)} #${hash}`.trim()
}
