/** The regular expression behind a text, or why there is none. The u flag is tried where it does not go without. */
export function compilePattern(source: string): RegExp | string {
  const lenient = compileWith(source, '')
  if (typeof lenient !== 'string') return lenient
  const unicode = compileWith(source, 'u')
  return typeof unicode === 'string' ? lenient : unicode
}

function compileWith(source: string, flags: string): RegExp | string {
  try {
    return new RegExp(source, flags)
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^Invalid regular expression: /, '') : String(error)
  }
}
