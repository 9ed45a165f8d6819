// The program of a small process that starts programs for a large one. It knows nothing of the project, and imports
// little: the less memory it has, the less a fork copies.
import type { StarterReply, StarterTask } from './program-starter.ts'
import { spawnProgram } from './spawn-program.ts'

const send = (reply: StarterReply) => process.connected && process.send?.(reply)
const running = new Map<number, AbortController>()

process.on('message', (task: StarterTask) => {
  if (task.kind === 'stop') running.get(task.id)?.abort()
  else void start(task)
})
// Whoever asked is gone, in good order or not, and so is everything that it wanted.
process.once('disconnect', () => {
  for (const controller of running.values()) controller.abort()
  process.exit()
})

send({ kind: 'ready' })

async function start({ id, run }: Extract<StarterTask, { kind: 'run' }>): Promise<void> {
  const controller = new AbortController()
  running.set(id, controller)
  const ended = await spawnProgram({ ...run, signal: controller.signal }, (pid) => send({ kind: 'started', id, pid }))
  running.delete(id)
  const { cause: _, ...end } = ended
  send({ kind: 'ended', id, end })
}
