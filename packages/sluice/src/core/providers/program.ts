import { randomUUID } from 'node:crypto'
import { markVariable, noteProcess } from './processes/left-processes.ts'
import { type ProgramEnd, type ProgramRun, type SpawnProgram, spawnProgram } from './processes/spawn-program.ts'

interface NotedRun extends ProgramRun {
  /** Where it is noted, so that a later run ends it if this one is killed; by default nowhere. */
  folder?: string | undefined
}

/** Runs a program, and notes it while it runs. */
export async function runProgram(
  { folder, ...run }: NotedRun,
  spawn: SpawnProgram = spawnProgram,
): Promise<ProgramEnd> {
  if (folder === undefined) return spawn(run, () => undefined)
  const mark = randomUUID()
  let forget = () => {}
  const started = (pid: number) => {
    forget = noteProcess(folder, { pid, command: run.command, mark })
  }
  const ended = await spawn({ ...run, env: { ...run.env, [markVariable]: mark } }, started)
  forget()
  return ended
}
