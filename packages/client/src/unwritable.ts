/** Deletes the fields that JSON cannot hold, such as circular ones and bigints; returns their names. */
export function removeUnwritable(record: object): string[] {
  const names = Object.entries(record).flatMap(([name, value]) => (isWritable(value) ? [] : [name]))
  for (const name of names) Reflect.deleteProperty(record, name)
  return names
}

function isWritable(value: unknown): boolean {
  try {
    JSON.stringify(value)
    return true
  } catch {
    return false
  }
}
