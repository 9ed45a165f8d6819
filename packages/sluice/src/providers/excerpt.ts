const longest = 200

/** The start of a text on one line, at most 200 characters, for an error message. Secrets are blotted out. */
export function excerpt(text: string, secrets: readonly string[] = []): string {
  const line = hideSecrets(text, secrets).replace(/\s+/g, ' ').trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}

/** The end of a text, at most 200 characters: where a program says what stopped it. */
export function tail(text: string): string {
  const end = text.trimEnd()
  return end.length > longest ? `…${end.slice(1 - longest)}` : end
}

function hideSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((hidden, secret) => (secret === '' ? hidden : hidden.replaceAll(secret, '***')), text)
}
