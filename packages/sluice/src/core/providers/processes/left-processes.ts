import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { allProcesses, membersOfGroup, signalGroup } from './process-group.ts'
import { startOfProcess } from './process-identity.ts'

const identitySchema = z.strictObject({ pid: z.int().min(2), start: z.string().min(1) })

/** A process that was started for a run, as it is noted for the time after a run that was killed. */
const recordSchema = z.strictObject({
  ...identitySchema.shape,
  /** For people who look into the file. */
  command: z.array(z.string()),
  /** The run that ends it. */
  owner: identitySchema,
  /** The value of `markVariable` in its environment, and in that of all that it starts. */
  mark: z.string().min(1),
})

/** A variable by which the children of a process are known once it is gone itself. */
export const markVariable = 'SLUICE_STARTED_BY'

/** Notes a process, which leads a group of its own, until the returned function is called. */
export function noteProcess(
  folder: string,
  noted: { pid: number; command: readonly string[]; mark: string },
): () => void {
  const { pid, command, mark } = noted
  const start = startOfProcess(pid)
  const own = startOfProcess(process.pid)
  // A process that has ended already, or of which nobody can tell later whether it is the same, is not noted.
  if (start === undefined || own === undefined) return () => undefined
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const file = path.join(folder, `${randomUUID()}.json`)
  const record: z.output<typeof recordSchema> = {
    pid,
    start,
    command: [...command],
    owner: { pid: process.pid, start: own },
    mark,
  }
  writeFileSync(file, JSON.stringify(record), { mode: 0o600 })
  return () => rmSync(file, { force: true })
}

/**
 * Ends what runs have left behind that were killed themselves. A process whose number is that of a noted one, but which
 * was started at another time, is somebody else's and is left alone, and so is what a run that is still there has
 * started.
 */
export function endLeftProcesses(folder: string): void {
  for (const name of namesIn(folder)) {
    const file = path.join(folder, name)
    const record = readRecord(file)
    if (record && startOfProcess(record.owner.pid) === record.owner.start) continue
    if (record) endGroup(record)
    rmSync(file, { force: true })
  }
}

function endGroup({ pid, start, mark }: z.output<typeof recordSchema>): void {
  const now = startOfProcess(pid)
  // Where another process has the number, nobody of the group was left, or it would not have been given again.
  const isLeft = now === undefined && membersOfGroup(pid).some((member) => markOf(member) === mark)
  if (now === start || isLeft) signalGroup(pid, 'SIGKILL')
  endMarked(mark)
}

/**
 * Ends what has this mark and has left the group of the process that was started. Where there is no /proc, nobody
 * knows.
 */
export function endMarked(mark: string): void {
  for (const pid of allProcesses()) {
    if (markOf(pid) !== mark) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It has just ended.
    }
  }
}

export function markOf(pid: number): string | undefined {
  try {
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    return variables.find((variable) => variable.startsWith(`${markVariable}=`))?.slice(markVariable.length + 1)
  } catch {
    return undefined
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}

/** Undefined for a file that is damaged, e.g. since the machine lost power while it was written. */
function readRecord(file: string): z.output<typeof recordSchema> | undefined {
  try {
    return recordSchema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch {
    return undefined
  }
}
