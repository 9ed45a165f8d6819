import type { YAMLError } from 'yaml'

/** What the parser's terser codes mean to somebody who does not know its grammar. */
const messages: Partial<Record<string, string>> = {
  TAB_AS_INDENT: 'a tab is used as indentation; YAML allows spaces only',
  MULTIPLE_DOCS: 'a second YAML document begins here; a file holds one',
  BLOCK_AS_IMPLICIT_KEY: 'a second ": " in one line; put the text in quotes, or begin a new line',
  UNEXPECTED_TOKEN:
    'YAML does not expect this here; does the indentation fit, is a text with special characters quoted?',
  BAD_SCALAR_START: 'a text that begins with a character that means something to YAML; put it in quotes',
}

/** The parser's complaint in the words of a user of YAML. */
export function yamlMessage({ code, message }: YAMLError): string {
  if (message.includes('call stack')) return 'is nested too deeply'
  const [, tag] = /^Unresolved tag: (\S+)/.exec(message) ?? []
  if (tag !== undefined) {
    const written = tag.replace('tag:yaml.org,2002:', '!!')
    return `the tag ${written} gives no value here; leave it out, and put the value in quotes if it is a text`
  }
  return messages[code] ?? `not valid YAML: ${message}`
}
