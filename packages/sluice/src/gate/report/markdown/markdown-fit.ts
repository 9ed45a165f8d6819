import { formatAmount } from '../../../text/format.ts'

/** A piece of Markdown that is shown as a whole or not at all. */
export interface Block {
  text: string
  /** 0 is always shown; of the others the lower ranks get the room first. */
  rank: number
  /** What it is called when it is counted as left out, e.g. `worst case`. */
  what?: string
}

const roomForCount = 300

/** The blocks in their order, as many as fit into `limit` characters, and a last line that counts what is missing. */
export function fitBlocks(blocks: readonly Block[], limit: number): string {
  let room = limit - roomForCount
  const shown = new Set<Block>()
  for (const block of [...blocks].sort((a, b) => a.rank - b.rank)) {
    const length = block.text.length + 2
    if (block.rank > 0 && length > room) continue
    room -= length
    shown.add(block)
  }
  const kept = blocks.filter((block) => shown.has(block)).map(({ text }) => text)
  const missing = countMissing(blocks.filter((block) => !shown.has(block)))
  return `${[...kept, ...missing].join('\n\n')}\n`
}

function countMissing(blocks: readonly Block[]): string[] {
  if (blocks.length === 0) return []
  const counts = new Map<string, number>()
  for (const { what = 'part' } of blocks) counts.set(what, (counts.get(what) ?? 0) + 1)
  const list = [...counts].map(([what, count]) => formatAmount(count, what)).join(', ')
  return [`_Left out for length: ${list}. report.json has all of it._`]
}
