export { type Clock, systemClock, type Timer } from './clock.ts'
export { position } from './position.ts'
export type {
  Acknowledgement,
  AcknowledgementResponse,
  Arm,
  Capture,
  FeatureSnapshot,
  FeedbackOutcome,
  Outcome,
  OutcomesRequest,
  OutcomesResponse,
  PromptFormat,
  PromptMessage,
  PromptVersion,
  RequestOutcome,
  RolloutSnapshot,
  Snapshot,
} from './protocol.ts'
export { render, UnknownVariableError, variablesOf } from './template.ts'
