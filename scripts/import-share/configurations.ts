import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** The YAML files below a folder that look like configurations of promptfoo. */
export function configurations(folder: string): string[] {
  return filesBelow(folder, '**/*.{yaml,yml}').filter((file) => {
    const text = readFileSync(file, 'utf8')
    return /^(?:prompts|providers|targets):/m.test(text) && /promptfoo|^(?:tests|scenarios):/m.test(text)
  })
}

export function filesBelow(folder: string, pattern: string): string[] {
  return globSync(pattern, { cwd: folder, exclude: (name) => name === 'node_modules' })
    .map((file) => path.join(folder, file))
    .sort()
}
