import type { Diagnostic } from '../../core/suite/diagnostics/diagnostic.ts'

/** How findings are printed: for people, as annotations of a workflow, for code scanning. */
export const checkFormats = ['text', 'github', 'sarif'] as const
export type CheckFormat = (typeof checkFormats)[number]

/** Where the paths of diagnostics start, and who says so. */
export interface AnnotationOptions {
  /** From the repository's root to the project, with a slash at the end; empty where they are the same. */
  prefix: string
}

/** A workflow command of GitHub Actions for each fault: it is shown at its line in the pull request. */
export function githubAnnotations(diagnostics: readonly Diagnostic[], { prefix }: AnnotationOptions): string {
  return diagnostics
    .map(({ severity, file, line, column, path, message }) => {
      const place = `file=${property(placed(file, prefix))},line=${line},col=${column},title=${property('Sluice')}`
      return `::${severity} ${place}::${data(path === '' ? message : `${path}: ${message}`)}\n`
    })
    .join('')
}

/** SARIF 2.1.0, as code scanning reads it. */
export function sarifOf(
  diagnostics: readonly Diagnostic[],
  { prefix, version }: AnnotationOptions & { version: string },
): object {
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'sluice', version, rules: [{ id: 'check' }] } },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map(({ severity, file, line, column, path, message }) => ({
          ruleId: 'check',
          level: severity,
          message: { text: path === '' ? message : `${path}: ${message}` },
          locations: [
            {
              physicalLocation: {
                artifactLocation: { uri: encodeURI(placed(file, prefix)) },
                region: { startLine: line, startColumn: column },
              },
            },
          ],
        })),
      },
    ],
  }
}

const placed = (file: string, prefix: string) => (file.startsWith('/') ? file : prefix + file)

/** GitHub reads its commands by line and by colon; a text must not end one or begin another. */
const data = (text: string) => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const property = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
