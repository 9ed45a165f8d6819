import type { FeatureScope } from './affected/affected.ts'
import type { GateScope } from './scope.ts'

/** What is read for each feature, and why a change reaches it or not: for people, or as JSON. Nothing is evaluated. */
export function explainScope(
  scope: GateScope,
  { all, json }: { all?: boolean | undefined; json?: boolean | undefined },
): string {
  return json ? `${JSON.stringify(explanation(scope, all), undefined, 2)}\n` : explanationText(scope, all)
}

function explanation({ features, removed, git, missing }: GateScope, all: boolean | undefined) {
  return {
    schema: 'sluice.explain/1',
    git,
    missingBase: missing,
    features: features.map((feature) => ({
      feature: feature.prompt.feature,
      file: feature.prompt.file,
      affected: feature.affected,
      reasons: reasonsOf(feature, all),
      files: feature.files,
    })),
    removedFeatures: removed,
  }
}

function reasonsOf({ because }: FeatureScope, all: boolean | undefined): string[] {
  return all ? ['--all asks for every feature', ...because] : because
}

function explanationText({ features, removed, git, missing }: GateScope, all: boolean | undefined): string {
  const since = git?.base ? ` since ${git.base.slice(0, 12)}` : ''
  const head = missing === null ? [] : [`${missing}.`, '']
  const blocks = features.flatMap((feature) => [
    `${feature.prompt.feature}: ${feature.affected ? 'affected' : `not affected, nothing of this changed${since}`}`,
    ...reasonsOf(feature, all).map((reason) => `  because ${reason}`),
    ...feature.files.map(
      ({ state, path, as, note }) => `  ${state.padEnd(9)}  ${path}  (${as})${note === null ? '' : `: ${note}`}`,
    ),
    '',
  ])
  const gone = removed.map(
    ({ feature, file, cause }) => `${feature}: no longer gated (${file} in the base commit): ${cause}`,
  )
  const lines = [...head, ...blocks, ...gone, 'Nothing was evaluated, nothing was paid.']
  return `${lines.join('\n')}\n`
}
