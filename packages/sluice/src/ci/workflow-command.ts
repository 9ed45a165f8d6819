/** One line of the log; its text cannot be taken for a command. */
export function noticeCommand(level: 'notice' | 'warning', message: string): string {
  return `::${level} title=Sluice::${escapeData(message)}`
}

/**
 * Wraps what a command prints: folded in the log, and with commands switched off, because an answer of a model could hold
 * one. `token` must be unguessable.
 */
export function quietly(title: string, token: string): { before: string; after: string } {
  return { before: `::group::${escapeData(title)}\n::stop-commands::${token}\n`, after: `::${token}::\n::endgroup::\n` }
}

/** The text for GITHUB_OUTPUT. `delimiter` must not occur in a value. */
export function outputsText(outputs: Record<string, string>, delimiter: string): string {
  return Object.entries(outputs)
    .map(([name, value]) => `${name}<<${delimiter}\n${value}\n${delimiter}\n`)
    .join('')
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}
