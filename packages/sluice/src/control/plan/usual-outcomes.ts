/** What is expected of a feature that was not measured. Apart from what loads schemas, so that `--help` starts fast. */
export const usualOutcomes = { errorRate: 0.01, deviation: 0.25 }
