import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import path from 'node:path'
import { SluiceClient } from '@sluice/client'
import type { CodeBlock } from '../support/pages.ts'

/** The line of a fault counts from the fence. */
export interface Fault {
  line: number
  message: string
}

const exported: Record<string, object> = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../house/recorded/exports.json'), 'utf8'),
)
const ours = /import\s+(?:type\s+)?\{([^}]*)\}\s+from\s+['"]((?:@sluice\/client|sluice)(?:\/[\w-]+)*)['"]/g

/**
 * What is wrong in TypeScript or JavaScript: its syntax, names imported of Sluice that it does not export,
 * and methods that the client does not have.
 */
export function scriptFaults({ text, language }: CodeBlock): Fault[] {
  try {
    stripTypeScriptTypes(text, { mode: 'transform' })
  } catch (error) {
    const reason = error instanceof Error ? error.message.trim() : String(error)
    return [{ line: 1, message: `no valid ${language}: ${reason}; mend it, or call it text` }]
  }
  return [...importFaults(text), ...methodFaults(text)]
}

const methods = Object.getOwnPropertyNames(SluiceClient.prototype)

/** Pages call the client `sluice`. */
function methodFaults(text: string): Fault[] {
  return [...text.matchAll(/\bsluice\.(\w+)\(/g)]
    .filter(([, name = '']) => !methods.includes(name))
    .map(({ index, 1: name }) => {
      const line = text.slice(0, index).split('\n').length
      return { line, message: `the client has no method ${name}; it has ${methods.join(', ')}` }
    })
}

function importFaults(text: string): Fault[] {
  return [...text.matchAll(ours)].flatMap(([all, names = '', module = '']) => {
    const line = text.slice(0, text.indexOf(all)).split('\n').length
    const known = exported[module]
    if (known === undefined)
      return [{ line, message: `there is no ${module}; use ${Object.keys(exported).join(', ')}` }]
    const wanted = names.split(',').map(
      (name) =>
        name
          .replace(/^\s*type\s/, '')
          .trim()
          .split(/\s/)[0] ?? '',
    )
    return wanted
      .filter((name) => name !== '' && !Object.hasOwn(known, name))
      .map((name) => ({ line, message: `${module} exports no ${name}; it exports ${Object.keys(known).join(', ')}` }))
  })
}

/** One shell looks at all blocks, each by a reader of its own: `-n` reads commands and runs none. */
export function shellFaults(blocks: readonly CodeBlock[]): Map<CodeBlock, Fault[]> {
  const scripts = blocks.filter(({ language }) => language === 'sh' || language === 'bash')
  if (scripts.length === 0) return new Map()
  const each = `for text; do printf '%s\\n' "$text" | sh -n 2>&1; printf '\\0'; done`
  const { stdout } = spawnSync('sh', ['-c', each, 'sh', ...scripts.map(({ text }) => text)], { encoding: 'utf8' })
  const output = stdout.split('\0')
  assert.equal(output.length, scripts.length + 1, 'the shell has not looked at every block')
  return new Map(
    scripts.flatMap((block, index): [CodeBlock, Fault[]][] => {
      const [, line = '1', reason = ''] = /(\d+): (.*)/.exec(output[index] ?? '') ?? []
      const message = `no valid shell: ${reason || output[index]}; mend it, or call it text`
      return output[index] === '' ? [] : [[block, [{ line: Number(line), message }]]]
    }),
  )
}
