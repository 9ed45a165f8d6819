/** JSON that people can read and diff: what fits into `width` stays on its line, the rest is opened one level. */
export function readableJson(value: unknown, indent = '', width = 120): string {
  const line = oneLine(value)
  if (value === null || typeof value !== 'object' || indent.length + line.length <= width) return line
  const deeper = `${indent}  `
  const lines = Array.isArray(value)
    ? value.map((item) => readableJson(item, deeper, width))
    : entriesOf(value).map(([key, item]) => `${JSON.stringify(key)}: ${readableJson(item, deeper, width)}`)
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  return `${open}\n${lines.map((text) => deeper + text).join(',\n')}\n${indent}${close}`
}

function oneLine(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(oneLine).join(', ')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  return `{${entriesOf(value)
    .map(([key, item]) => `${JSON.stringify(key)}: ${oneLine(item)}`)
    .join(', ')}}`
}

const entriesOf = (value: object) => Object.entries(value).filter(([, item]) => item !== undefined)
