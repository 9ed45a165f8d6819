import type { Case } from '../cases/case.ts'
import type { Config } from '../config/config.ts'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import type { ProjectFiles } from '../project-files.ts'
import { textOf } from '../values/written.ts'
import { loadYaml } from '../yaml/load-yaml.ts'
import { caseFaults } from './case-faults.ts'
import type { Prompt } from './prompt.ts'
import { createVariableLog } from './variable-faults.ts'

/**
 * The `testData` of a prompt file as cases `testData-1`, `testData-2`...: every key is a variable, and `expected` is
 * the reference answer as well; in a strict file it is nothing else.
 */
export function inlineCases(
  testData: readonly Record<string, unknown>[],
  { source, strict }: { source: Source; strict: boolean },
): Case[] {
  return testData.map(({ expected, ...others }, index) => ({
    id: `testData-${index + 1}`,
    vars: strict || expected === undefined ? others : { ...others, expected },
    ...(expected == null ? {} : { expected: textOf(expected) }),
    checks: [],
    rubric: [],
    tags: [],
    weight: 1,
    critical: false,
    line: source.at(['testData', index]).line,
  }))
}

/** The faults of a prompt's own `testData`. */
export async function inlineFaults(
  prompt: Prompt,
  files: ProjectFiles,
  config: Pick<Config, 'providers' | 'embedding'>,
): Promise<Diagnostic[]> {
  if (prompt.inlineCases.length === 0) return []
  const { source } = await loadYaml(files, prompt.file)
  if (source === undefined) return []
  const log = createVariableLog(prompt)
  const faults = prompt.inlineCases.flatMap((item, index) => {
    const row: Source = {
      ...source,
      at: (at, key) => source.at(['testData', index, ...(at[0] === 'vars' ? at.slice(1) : at)], key),
    }
    log.add(item, row)
    return caseFaults(prompt, item, row, config)
  })
  return [...faults, ...(await log.diagnostics(files))]
}
