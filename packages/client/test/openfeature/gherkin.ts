/** A scenario of a feature file, an outline's row filled in. */
export interface Scenario {
  /** With the row's values, so that every one has a name of its own. */
  name: string
  tags: string[]
  steps: Step[]
}

export interface Step {
  text: string
  /** Rows of the table below the step, if any. */
  table: string[][]
}

interface Block {
  kind: 'Background' | 'Scenario' | 'Examples'
  name: string
  tags: string[]
  steps: Step[]
  rows: string[][]
}

/** Reads as much of Gherkin as the OpenFeature scenarios use. */
export function parseFeature(text: string): Scenario[] {
  const blocks = readBlocks(text)
  const background = blocks.find(({ kind }) => kind === 'Background')?.steps ?? []
  return blocks.flatMap((block, index) => {
    if (block.kind !== 'Scenario') return []
    const after = blocks.slice(index + 1)
    const end = after.findIndex(({ kind }) => kind !== 'Examples')
    const examples = end < 0 ? after : after.slice(0, end)
    if (examples.length === 0) return [{ name: block.name, tags: block.tags, steps: [...background, ...block.steps] }]
    return examples.flatMap(({ rows: [header = [], ...rows], tags }) =>
      rows.map((row) => {
        const fill = (text: string) =>
          header.reduce((filled, key, at) => filled.replaceAll(`<${key}>`, row[at] ?? ''), text)
        const steps = block.steps.map(({ text, table }) => ({
          text: fill(text),
          table: table.map((cells) => cells.map(fill)),
        }))
        return {
          name: `${block.name} (${row.join(', ')})`,
          tags: [...block.tags, ...tags],
          steps: [...background, ...steps],
        }
      }),
    )
  })
}

function readBlocks(text: string): Block[] {
  const blocks: Block[] = []
  let tags: string[] = []
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    const block = blocks.at(-1)
    const [, kind, name = ''] = /^(Background|Scenario Outline|Scenario|Examples):\s*(.*)$/.exec(line) ?? []
    const [, step] = /^(?:Given|When|Then|And|But)\s+(.*)$/.exec(line) ?? []
    if (line.startsWith('@')) tags.push(...line.split(/\s+/))
    else if (kind) {
      const short = kind === 'Scenario Outline' ? 'Scenario' : (kind as Block['kind'])
      blocks.push({ kind: short, name, tags, steps: [], rows: [] })
      tags = []
    } else if (step && block) block.steps.push({ text: step, table: [] })
    else if (line.startsWith('|') && block) {
      const cells = line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim().replaceAll('\\"', '"'))
      if (block.kind === 'Examples') block.rows.push(cells)
      else block.steps.at(-1)?.table.push(cells)
    } else if (line.startsWith('Feature:')) tags = []
  }
  return blocks
}
