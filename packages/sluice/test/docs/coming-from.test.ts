import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { test } from 'node:test'
import { createProject } from '../support/project.ts'

const folder = path.join(import.meta.dirname, '../../../../docs/coming-from')

/** What a reader of a page does, in its order. */
type Step =
  | { file: string; content: string }
  /** A command, and what the page shows of its output. */
  | { command: string[]; shown: string }

/** A block is a file if a comment above it says so, or its first line of YAML; `console` blocks are commands. */
function stepsOf(page: string): Step[] {
  const blocks = page.matchAll(/^(?:<!-- file: (\S+) -->\n)?```(\w+)[^\n]*\n(?:# (\S+)\n)?(.*?)^```$/gms)
  return [...blocks].flatMap(([, above, language, within, content = '']): Step[] => {
    const file = above ?? (language === 'yaml' ? within : undefined)
    if (file !== undefined) return [{ file, content }]
    if (language !== 'console') return []
    return content
      .split(/^\$ /m)
      .slice(1)
      .map((run) => {
        const [command = '', ...shown] = run.split('\n')
        return { command: command.split(' '), shown: shown.join('\n') }
      })
  })
}

/** Whether a page shows this text; `…` stands for any text, in a line of its own for any lines. */
function shows(shown: string, text: string): boolean {
  const literal = (part: string) => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)
  const pattern = `${shown.trimEnd()}\n`
    .split(/^…\n/m)
    .map((part) => part.split('…').map(literal).join('[^\\n]*'))
    .join('(?:[^\\n]*\\n)*?')
  return new RegExp(`^${pattern}$`).test(`${text.trimEnd()}\n`)
}

/** Progress is told on stderr, and differs from run to run; of `check` it is the count. */
async function outputOf(project: ReturnType<typeof createProject>, args: string[]): Promise<string> {
  const { stdout, stderr } = await project.sluice(args)
  const output = args[0] === 'check' ? stdout + stderr : stdout || stderr
  return output.replaceAll(/ +$/gm, '')
}

for (const name of globSync('*.md', { cwd: folder }).sort()) {
  test(`${name} shows what its commands print`, async () => {
    const steps = stepsOf(readFileSync(path.join(folder, name), 'utf8'))
    using project = createProject({})
    for (const step of steps) {
      if ('file' in step) {
        project.write({ [step.file]: step.content })
        continue
      }
      const [program, ...args] = step.command
      if (program === 'git') project.git(...args)
      if (program !== 'sluice') continue
      const output = await outputOf(project, args)
      assert.ok(shows(step.shown, output), `sluice ${args.join(' ')} prints\n${output}\nThe page shows\n${step.shown}`)
    }
  })
}

test('every page runs a command', () => {
  const pages = globSync('*.md', { cwd: folder }).filter((name) => name !== 'README.md')
  assert.ok(pages.length > 5, `only ${pages.length} pages were found`)
  for (const name of pages) {
    const steps = stepsOf(readFileSync(path.join(folder, name), 'utf8'))
    assert.ok(
      steps.some((step) => 'command' in step && step.command[0] === 'sluice' && step.shown !== ''),
      name,
    )
  }
})

test('a difference between a page and a command is found', () => {
  assert.ok(shows('a\n…\nd …f\n', 'a\nb\nc\nd e f\n'))
  assert.ok(shows('a\n…\n', 'a\nb\nc\n'))
  assert.ok(!shows('a\n…\nd\n', 'a\nb\nc\ne\n'))
  assert.ok(!shows('3 cases\n', '4 cases\n'))
  assert.ok(!shows('3 cases\n', '3 cases\nand more\n'))
  const page = [
    '<!-- file: items.json -->\n```json foreign\n[]\n```',
    '```yaml\n# a.yml\nb: 1\n```',
    '```yaml\nc: 1\n```',
    '```console\n$ npx other\n$ sluice check\nfine\n```',
  ]
  assert.deepEqual(stepsOf(page.join('\n\n')), [
    { file: 'items.json', content: '[]\n' },
    { file: 'a.yml', content: 'b: 1\n' },
    { command: ['npx', 'other'], shown: '' },
    { command: ['sluice', 'check'], shown: 'fine\n' },
  ])
})
