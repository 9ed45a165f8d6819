import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'

/** Runs jobs on all cores, each in a worker of the given program; the answers do not depend on how they are spread. */
export async function inWorkers<Job, Answer>(program: URL, jobs: readonly Job[]): Promise<Answer[]> {
  const answers: Answer[] = []
  const queue = [...jobs.entries()]
  const worker = () =>
    new Promise<void>((resolve, reject) => {
      const thread = new Worker(program)
      let index = 0
      const next = () => {
        const job = queue.shift()
        if (!job) return void thread.terminate().then(() => resolve(), reject)
        index = job[0]
        thread.postMessage(job[1])
      }
      thread.on('message', (answer: Answer) => {
        answers[index] = answer
        next()
      })
      thread.on('error', reject)
      next()
    })
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), jobs.length) }, worker))
  return answers
}
