export { type ClientStatus, SluiceClient } from './client.ts'
export { type Clock, elapsedSince, type Moment, momentOf, systemClock, type Timer } from './clock.ts'
export type { ClientDiagnostic as Diagnostic } from './diagnostic.ts'
export type { SluiceClientOptions } from './options.ts'
export type { Feedback, Observation } from './outcomes/observation.ts'
export type { QueueCounts } from './outcomes/outcome-queue.ts'
export type { RequestReference } from './outcomes/reference.ts'
export { type InputType, InvalidVariableError, inputFaults, type PromptInput } from './prompt/inputs.ts'
export { render, UnknownVariableError, variablesOf } from './prompt/template.ts'
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
export type { Route, RoutedPrompt } from './route.ts'
export { position } from './routing/position.ts'
export { type Routing, routeUnit } from './routing/routing.ts'
export type { SnapshotSource } from './snapshot/held-snapshot.ts'
export type { SubscriptionMode } from './snapshot/subscription.ts'
