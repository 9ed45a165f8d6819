import type { DeliverOptions } from '../../../src/core/notify/deliver.ts'
import type { NightNotification } from '../../../src/core/notify/notify-night.ts'

/** Whatever a model may write to be noticed. */
export const hostile =
  '<!channel> *bold* <https://evil.example|click> & @here `code` :tada: _x_ ~y~\n\u202Ereversed <@U123>'

export function newsOf(
  night: string,
  verdict: NightNotification['verdict'],
  more: Partial<NightNotification> = {},
): NightNotification {
  return {
    verdict,
    night,
    project: 'acme/mail',
    feature: 'summary',
    codes: verdict === 'fail' ? ['provider-drift'] : [],
    details: verdict === 'fail' ? [`Provider drift: ${hostile}`] : [],
    score: 0.61,
    threshold: 0.82,
    time: `${night}T02:00:00.000Z`,
    changed: false,
    ...more,
  }
}

/** Time that passes only by sleeping. */
export function simulatedTime(minutes: number, start = 1_795_000_000_000) {
  let now = start
  const sleeps: number[] = []
  const options: DeliverOptions = {
    fetch,
    clock: () => now,
    random: () => 0.5,
    sleep: async (ms) => {
      sleeps.push(ms)
      now += ms
    },
    deadline: start + minutes * 60_000,
  }
  return { options, sleeps, passed: () => now - start }
}
