import type { Route, RoutedPrompt } from '@sluice/client'
import { requestKey } from '../packages/sluice/src/core/answers/answer-keys.ts'
import { createProviders } from '../packages/sluice/src/core/providers/registry.ts'
import type { Config } from '../packages/sluice/src/core/suite/config/config.ts'
import { modelParametersSchema } from '../packages/sluice/src/core/suite/models/model.ts'
import type { ProjectFiles } from '../packages/sluice/src/core/suite/project-files.ts'
import type { Random } from '../packages/sluice/src/stats/random.ts'
import { type LiveMail, readLiveMail } from './live-mail.ts'

const perMinute = 30
const staff = 20_000
const voicemailShare = 0.2

/** Simulated users of the application. */
export interface Users {
  /** When the requests of a minute come, ms since the epoch, in order. */
  arrivals(minute: number): number[]
  someone(): string
  /** Has one e-mail summarised by the prompt of the route, as recorded, and reports it. Latency and cost are invented. */
  ask(route: Route): Promise<void>
}

export async function createUsers(project: { config: Config; files: ProjectFiles; random: Random }): Promise<Users> {
  const { config, files, random } = project
  const providers = createProviders(config, { env: {}, files })
  const mail = await readLiveMail()
  const kinds = [true, false].map((voicemail) => mail.filter((one) => one.voicemail === voicemail))
  const oneOf = <T>(list: readonly T[]): T | undefined => list[Math.floor(list.length * random.uniform())]
  const nextMail = (): LiveMail => {
    const found = oneOf(kinds[random.uniform() < voicemailShare ? 0 : 1] ?? [])
    if (!found) throw new Error('live-mail.yaml lacks a kind of e-mail')
    return found
  }
  const answerTo = async (caseId: string, email: string, prompt: RoutedPrompt) => {
    const { model, format } = prompt
    const parameters = modelParametersSchema.parse(prompt.parameters)
    const request = { model, format, parameters, messages: prompt.render({ email }) }
    const provider = await providers.get('recorded')
    const signal = new AbortController().signal
    const { output } = await provider.complete(request, { caseId, repeat: 1, key: requestKey(request, 1), signal })
    return output
  }
  /** By prompt and e-mail: there are few of each, and they are recorded. */
  const answers = new Map<string, ReturnType<typeof answerTo>>()

  return {
    arrivals: (minute) =>
      Array.from({ length: perMinute }, () => minute + Math.floor(60_000 * random.uniform())).toSorted((a, b) => a - b),
    someone: () => `user-${Math.floor(staff * random.uniform())}`,
    async ask(route) {
      const { prompt } = route
      if (!prompt) throw new Error('nothing is released')
      const { id, email } = nextMail()
      const key = `${prompt.id} ${id}`
      const answer = answers.get(key) ?? answerTo(id, email, prompt)
      answers.set(key, answer)
      const output = await answer
      const latencyMs = Math.round(900 * Math.exp(0.4 * random.normal()))
      route.record({ input: { email }, output, latencyMs, costUsd: 0.0003 })
    },
  }
}
