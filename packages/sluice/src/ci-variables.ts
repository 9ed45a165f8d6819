interface EnvironmentVariable {
  /** Where it is not one name: how it is made or where it is named, in angle brackets. */
  name: string
  means: string
  example: string
  /** What counts where it is not set; nothing where that is the end of it. */
  otherwise?: string
}

export interface VariableGroup {
  title: string
  introduction: string
  variables: readonly EnvironmentVariable[]
}

/** The variables of the environment by which systems of CI tell of a run. */
export const ciVariables: readonly VariableGroup[] = [
  {
    title: 'GitHub Actions',
    introduction: 'Set by GitHub, for the base of a change, for `sluice ci github`, for links and for pull requests.',
    variables: [
      { name: 'GITHUB_ACTIONS', means: 'As `CI`, for where secrets may go.', example: 'true' },
      { name: 'GITHUB_EVENT_NAME', means: 'What started the workflow.', example: 'pull_request' },
      {
        name: 'GITHUB_EVENT_PATH',
        means:
          'The file that describes the event: the commit before a push, the base of a merge group, the pull request.',
        example: '/home/runner/work/_temp/_github_workflow/event.json',
      },
      { name: 'GITHUB_BASE_REF', means: 'Target branch of the pull request: the base.', example: 'main' },
      { name: 'GITHUB_REF_NAME', means: 'Branch or tag of the run.', example: 'main' },
      { name: 'GITHUB_REF_TYPE', means: '`tag` where a tag was pushed, which has no base.', example: 'branch' },
      {
        name: 'GITHUB_REPOSITORY',
        means: 'The repository, for comments, links, names in notifications, and pull requests of `sluice upgrade`.',
        example: 'acme/mail',
        otherwise: 'the remote `origin`, for `sluice upgrade`',
      },
      {
        name: 'GITHUB_API_URL',
        means: "Address of GitHub's API; another one on GitHub Enterprise.",
        example: 'https://github.acme.corp/api/v3',
        otherwise: '`https://api.github.com`',
      },
      {
        name: 'GITHUB_SERVER_URL',
        means: 'Address of GitHub, for links.',
        example: 'https://github.acme.corp',
        otherwise: '`https://github.com`',
      },
      { name: 'GITHUB_RUN_ID', means: 'Number of the run, for links to it.', example: '9876543210' },
      {
        name: 'GITHUB_OUTPUT',
        means: 'File for the outputs of the step.',
        example: '/home/runner/work/_temp/set_output',
      },
      {
        name: 'GITHUB_STEP_SUMMARY',
        means: 'File for the summary of the job.',
        example: '/home/runner/work/_temp/summary',
      },
      {
        name: 'GITHUB_TOKEN',
        means: 'Token with which `sluice upgrade --pull-request` opens a pull request. It is sent to GitHub alone.',
        example: 'ghs_...',
        otherwise: '`GH_TOKEN`, else what `gh auth token` says',
      },
      { name: 'GH_TOKEN', means: 'The same, where `GITHUB_TOKEN` is not set.', example: 'ghp_...' },
    ],
  },
  {
    title: 'Inputs of the GitHub Action',
    introduction:
      'The action hands its inputs to `sluice ci github` by these; in a workflow write the inputs ([github](../github.md)).',
    variables: [
      { name: 'INPUT_COMMAND', means: '`gate`, `nightly` or `comment`.', example: 'nightly', otherwise: '`gate`' },
      {
        name: 'INPUT_SUITE',
        means: 'Suite to run.',
        example: 'full',
        otherwise: '`fast`, and `full` with the label `sluice:full`',
      },
      {
        name: 'INPUT_BASE',
        means: 'Commit to compare with.',
        example: 'v1.4.0',
        otherwise: 'where the branch left its target',
      },
      {
        name: 'INPUT_COMPARE',
        means: "Two results files of another tool, the candidate's first.",
        example: 'candidate.json baseline.json',
      },
      { name: 'INPUT_ARGS', means: 'More flags for the command, one a line.', example: '--budget-usd=5' },
      {
        name: 'INPUT_ALLOW_ENDPOINT',
        means: 'Providers, targets or `notify` whose secrets a change may send to a new address, separated by spaces.',
        example: 'router',
      },
      {
        name: 'INPUT_MEASURE_APPROVERS',
        means: 'Logins that may let a change alter its own measure, separated by spaces.',
        example: 'ann ben',
      },
      {
        name: 'INPUT_REPORT_DIR',
        means: 'Folder for the report.',
        example: 'out/sluice',
        otherwise: '`sluice-report`',
      },
      {
        name: 'INPUT_COMMENT',
        means: 'Whether to comment on the pull request.',
        example: 'false',
        otherwise: '`true`',
      },
      { name: 'INPUT_TOKEN', means: 'Token for the comment.', example: 'ghs_...', otherwise: 'no comment is written' },
    ],
  },
  {
    title: 'GitLab CI',
    introduction: 'Set by GitLab, for the base of a change and for links.',
    variables: [
      {
        name: 'CI_MERGE_REQUEST_DIFF_BASE_SHA',
        means: 'Commit where the merge request began: the base.',
        example: '1ecfd275763eff1d6b4844ea3168962458c9f27a',
      },
      { name: 'CI_MERGE_REQUEST_TARGET_BRANCH_NAME', means: 'Target branch of the merge request.', example: 'main' },
      {
        name: 'CI_COMMIT_BEFORE_SHA',
        means: 'Commit before the push.',
        example: '2ecfd275763eff1d6b4844ea3168962458c9f27b',
      },
      { name: 'CI_COMMIT_BRANCH', means: 'Branch of the run.', example: 'main' },
      { name: 'CI_COMMIT_TAG', means: 'Tag of the run, which has no base.', example: 'v1.4.0' },
      {
        name: 'CI_DEFAULT_BRANCH',
        means: 'Default branch, on which a push is compared with what was before it.',
        example: 'main',
      },
      { name: 'CI_PIPELINE_SOURCE', means: 'What started the pipeline.', example: 'merge_request_event' },
      { name: 'CI_PROJECT_PATH', means: 'Name of the project in notifications.', example: 'acme/mail' },
      { name: 'CI_JOB_URL', means: 'Page of the job, for links.', example: 'https://gitlab.com/acme/mail/-/jobs/1' },
    ],
  },
  {
    title: 'Other CI',
    introduction: 'By the first a system is known, by the second the target branch of a pull request.',
    variables: [
      { name: 'JENKINS_URL', means: 'The run is one of Jenkins.', example: 'https://jenkins.acme.corp' },
      { name: 'CHANGE_TARGET', means: 'Target branch of the pull request in Jenkins.', example: 'main' },
      { name: 'CIRCLECI', means: 'The run is one of CircleCI, which names no target: give `--base`.', example: 'true' },
      { name: 'BUILDKITE', means: 'The run is one of Buildkite.', example: 'true' },
      {
        name: 'BUILDKITE_PULL_REQUEST_BASE_BRANCH',
        means: 'Target branch of the pull request in Buildkite.',
        example: 'main',
      },
      { name: 'TF_BUILD', means: 'The run is one of Azure Pipelines.', example: 'True' },
      {
        name: 'SYSTEM_PULLREQUEST_TARGETBRANCH',
        means: 'Target branch of the pull request in Azure Pipelines.',
        example: 'refs/heads/main',
      },
    ],
  },
]
