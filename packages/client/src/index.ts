export { type ClientStatus, SluiceClient } from './client.ts'
export { type Clock, elapsedSince, type Moment, momentOf, systemClock, type Timer } from './clock.ts'
export type { Diagnostic } from './diagnostic.ts'
export type { SnapshotSource } from './held-snapshot.ts'
export { type InputType, InvalidVariableError, inputFaults, type PromptInput } from './inputs.ts'
export type { Feedback, Observation } from './observation.ts'
export type { SluiceClientOptions } from './options.ts'
export type { QueueCounts } from './outcome-queue.ts'
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
  PromptTool,
  PromptToolChoice,
  PromptVersion,
  ReportedToolCall,
  ReportedTrajectory,
  RequestOutcome,
  RolloutSnapshot,
  Snapshot,
  SnapshotChange,
} from './protocol.ts'
export type { RequestReference } from './reference.ts'
export type { Route, RoutedPrompt } from './route.ts'
export { type Routing, routeUnit } from './routing.ts'
export type { SubscriptionMode } from './subscription.ts'
export { render, UnknownVariableError, variablesOf } from './template.ts'
