import { makeVisible } from './visible.ts'

/** What every line of untrusted text starts with inside a fence. */
export const linePrefix = '| '

/**
 * Untrusted text between two marker lines. Whatever the text holds, it cannot look like a marker: each of its lines is
 * prefixed, and it cannot know the nonce.
 */
export function fence(name: string, text: string, nonce: string): string {
  const lines = makeVisible(text).split('\n')
  return [`<<<BEGIN ${name} ${nonce}>>>`, ...lines.map((line) => linePrefix + line), `<<<END ${name} ${nonce}>>>`].join(
    '\n',
  )
}
