import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { defaultPrompts } from '../../core/suite/config/config.ts'
import { configFileName, loadConfig } from '../../core/suite/config/load-config.ts'
import { formatDiagnostic } from '../../core/suite/diagnostics/diagnostic.ts'
import { diskFiles, globMatcher } from '../../core/suite/project-files.ts'
import { ignoreFile, linkOutside, missingIgnoredLines } from './write-project.ts'

/** What a kept file lacks for the new ones to work. */
export interface Needed {
  path: string
  /** What to write into it, or what is wrong with it. */
  lines: string[]
}

/** What the new files rely on in sluice.yaml. */
export interface ReliedOn {
  /** The prompt file, which `prompts` must match. */
  prompt?: string | undefined
  /** The `providers:` entry that the models need, as a line of YAML below its key. */
  provider?: { name: string; line: string } | undefined
  /** The judge that the project must have, e.g. the recorded one. */
  judge?: string | undefined
}

/** What has to be written into the files that were kept. Each is read as it is; none is changed. */
export async function neededIn(folder: string, kept: readonly string[], wanted: ReliedOn): Promise<Needed[]> {
  const needed = await Promise.all(
    kept.map(async (file): Promise<Needed> => {
      const outside = await linkOutside(folder, path.dirname(path.join(folder, file)))
      if (outside !== undefined)
        return { path: file, lines: [`nothing is written through the link to ${outside}: replace it by a folder`] }
      if (file === configFileName) return { path: file, lines: await configNeeds(folder, wanted) }
      if (file === ignoreFile) return { path: file, lines: await missingIgnoredLines(folder) }
      return { path: file, lines: await otherNeeds(folder, file) }
    }),
  )
  return needed.filter(({ lines }) => lines.length > 0)
}

async function configNeeds(folder: string, { prompt, provider, judge }: ReliedOn): Promise<string[]> {
  const { config, diagnostics } = await loadConfig(diskFiles(folder), folder)
  const faults = diagnostics.filter(({ severity }) => severity === 'error').map(formatDiagnostic)
  const hasProvider = provider === undefined || Object.hasOwn(config.providers, provider.name)
  return [
    ...faults.map((fault) => `fix first: ${fault}`),
    ...(prompt === undefined || globMatcher(config.prompts)(prompt)
      ? []
      : [`"prompts" must match the new file, e.g. prompts: "${globFor(config.prompts, prompt)}"`]),
    ...(hasProvider ? [] : [`below providers: ${provider.line}`]),
    ...(judge === undefined || config.judge.model === judge ? [] : [`judge: {model: "${judge}"}`]),
  ]
}

/** A glob that matches what `known` does, and the prompt file; of a glob with braces of its own, the file alone. */
export function globFor(known: string, prompt: string): string {
  const folder = path.posix.dirname(prompt)
  if (known === defaultPrompts && folder !== '.' && /\.prompt\.ya?ml$/.test(prompt))
    return known.replace('.github/prompts', `.github/prompts,${folder}`)
  return known.includes('{') ? prompt : `{${known},${prompt}}`
}

async function otherNeeds(folder: string, file: string): Promise<string[]> {
  if (!file.startsWith('.github/workflows/')) return []
  const text = await readFile(path.join(folder, file), 'utf8').catch(() => '')
  if (text.includes('actions/sluice')) return []
  return ['a step "uses: ./.github/actions/sluice" after npm ci, and fetch-depth: 0 for the checkout']
}
