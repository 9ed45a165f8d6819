/** What people call the signals. */
export const signalNames: Record<string, string> = {
  score: 'the judged score',
  errors: 'the rate of errors',
  slow: 'the rate of slow requests',
  safety: 'the rate of refusals and invalid answers',
  feedback: 'what users say',
}
