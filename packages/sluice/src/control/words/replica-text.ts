const parts = /^(?<host>.+) pid (?<pid>\d+)(?: (?<id>[0-9a-f]{8}))?$/

/** The name of a replica for a reader: `web-3 pid 17 a41f09c2` is `web-3, process 17 (a41f09c2)`. */
export function replicaText(name: string): string {
  const { host, pid, id } = parts.exec(name)?.groups ?? {}
  if (host === undefined) return name
  return `${host}, process ${pid}${id === undefined ? '' : ` (${id})`}`
}
