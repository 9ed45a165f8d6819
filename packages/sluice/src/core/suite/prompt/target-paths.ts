import path from 'node:path'
import type { Diagnostic } from '../diagnostics/diagnostic.ts'
import type { Source } from '../diagnostics/source.ts'
import { located } from '../diagnostics/validate.ts'
import type { ProjectFiles } from '../project-files.ts'

/**
 * A fault for each glob of `target.paths` that names no file: an application without files would never have changed.
 */
export async function emptyPaths(
  globs: readonly string[],
  source: Source,
  files: Pick<ProjectFiles, 'list'>,
): Promise<Diagnostic[]> {
  const found = await Promise.all(globs.map((glob) => filesOfPath(glob, files)))
  return globs.flatMap((glob, index) =>
    found[index]?.length === 0
      ? located(
          source,
          ['target', 'paths', index],
          `no file matches "${glob}"; write it from the folder of sluice.yaml`,
        )
      : [],
  )
}

/** The files that one of `target.paths` names: those that match, or those in the folder. Relative to the root. */
export async function filesOfPath(glob: string, files: Pick<ProjectFiles, 'list'>): Promise<string[]> {
  const matching = await files.list(glob)
  return matching.length > 0 ? matching : files.list(path.posix.join(glob, '**/*'))
}
