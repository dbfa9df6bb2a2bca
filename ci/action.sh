#!/usr/bin/env bash
# What the steps of action.yml do.
#
#     ci/action.sh key         by what the built binary is cached
#     ci/action.sh install     finds the binary, or builds it from this action's source
#     ci/action.sh check       judges, writes the reports, and keeps the exit code
#     ci/action.sh conclude    ends as the check has ended
#
# Inputs come as environment variables PROBITY_*, never as text of a script, so none of them is ever evaluated.
# What may be several is one a line. Runs under bash 3.2 too.
set -euo pipefail

newline='
'

# Text as a workflow command takes it.
escaped() {
  local text=$1
  text=${text//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//"$newline"/%0A}"
}

error() { printf '::error title=Probity::%s\n' "$(escaped "$1")"; }

# Ends the step: the request makes no sense.
refuse() {
  error "$1"
  exit 2
}

# An output of the step. A line break in it would be another output.
output() {
  case $2 in *[$'\r\n']*) refuse "the output \`$1\` would have several lines" ;; esac
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# Adds an option, where its input says something; a line break at the end is YAML's.
option() {
  local value=${!2:-}
  value=${value%"$newline"}
  case $value in *[$'\r\n']*) refuse "$2 is to be one line" ;; esac
  if [ -n "$value" ]; then arguments+=("$1=$value"); fi
}

# Adds each line of an input, behind a prefix.
lines() {
  local line
  while IFS= read -r line || [ -n "$line" ]; do
    if [ -n "$line" ]; then arguments+=("$1$line"); fi
  done <<<"${!2:-}"
}

sha256() {
  if command -v sha256sum >/dev/null 2>&1; then sha256sum; else shasum -a 256; fi | cut -d ' ' -f 1
}

installed() { printf '%s' "$RUNNER_TEMP/probity-installed"; }

key() {
  local sum
  cd "$GITHUB_ACTION_PATH"
  sum=$({
    rustc --version --verbose
    find Cargo.toml Cargo.lock build.rs src policies -type f | LC_ALL=C sort | while IFS= read -r file; do
      printf '%s\n' "$file"
      cat "$file"
    done
  } | sha256)
  output key "probity-${RUNNER_OS:-}-${RUNNER_ARCH:-}-$sum"
  output path "$(installed)"
}

install() {
  local binary root
  if [ -n "${PROBITY_BINARY:-}" ]; then
    binary=$(command -v -- "$PROBITY_BINARY") || refuse "there is no program \`$PROBITY_BINARY\`"
  else
    root=$(installed)
    binary=$root/bin/probity
    if [ ! -x "$binary" ]; then
      # From the action's own folder, so that no configuration of Cargo in the checkout takes part.
      cd "$GITHUB_ACTION_PATH"
      CARGO_TARGET_DIR="$RUNNER_TEMP/probity-target" cargo install --locked --path . --root "$root"
    fi
  fi
  "$binary" --version
  output binary "$binary"
}

check() {
  local reports json sarif html code=0 token
  reports=$(mktemp -d "$RUNNER_TEMP/probity.XXXXXX")
  arguments=(check --color never --format github)
  json=$reports/result.json sarif=$reports/result.sarif html=$reports/report.html
  if [ -n "${PROBITY_JSON_FILE:-}" ]; then json=$PROBITY_JSON_FILE; fi
  if [ -n "${PROBITY_SARIF_FILE:-}" ]; then sarif=$PROBITY_SARIF_FILE; fi
  if [ -n "${PROBITY_HTML_FILE:-}" ]; then html=$PROBITY_HTML_FILE; fi
  case $json$sarif$html in *[$'\r\n']*) refuse "the name of a report is to be one line" ;; esac
  arguments+=("--output=json=$json" "--output=sarif=$sarif" "--output=html=$html")
  option --config PROBITY_CONFIG
  lines --policies= PROBITY_POLICIES
  option --fail-on PROBITY_FAIL_ON
  option --inconclusive PROBITY_INCONCLUSIVE
  option --ratchet PROBITY_RATCHET
  lines --waivers= PROBITY_WAIVERS
  lines --expect= PROBITY_EXPECT
  option --at PROBITY_AT
  option --max-age PROBITY_MAX_AGE
  lines "" PROBITY_ARGS
  arguments+=(--)
  lines "" PROBITY_PATHS

  # What is said about the inputs may quote them: until the token comes again, no line of it is a command to the
  # runner. The annotations are, and come after it.
  token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
  : >"$reports/started"
  printf '::stop-commands::%s\n' "$token"
  "$PROBITY" "${arguments[@]}" 2>&1 >"$reports/annotations.txt" </dev/null || code=$?
  printf '::%s::\n' "$token"
  cat "$reports/annotations.txt"

  # A report from before says nothing about this run.
  is_new() { [ -f "$1" ] && ! [ "$1" -ot "$reports/started" ]; }
  if is_new "$json"; then
    output result "$json"
  else
    if [ "$code" -lt 2 ]; then
      error "there is no result, though the exit code is $code"
      code=2
    fi
    printf '**Probity judged nothing** (exit code %s): the log of the step says why.\n' "$code" >>"$GITHUB_STEP_SUMMARY"
  fi
  if is_new "$sarif"; then output sarif "$sarif"; fi
  if is_new "$html"; then output html "$html"; fi
  case $code in
    0) output gate pass ;;
    1) output gate fail ;;
    *) output gate error ;;
  esac
  output exit-code "$code"
}

conclude() {
  case ${PROBITY_EXIT_CODE:-} in
    0) exit 0 ;;
    1)
      error "the gate fails"
      exit 1
      ;;
    "" | *[!0-9]*) refuse "nothing was judged" ;;
    *)
      error "not everything could be judged (exit code $PROBITY_EXIT_CODE)"
      exit "$PROBITY_EXIT_CODE"
      ;;
  esac
}

case ${1:-} in
  key | install | check | conclude) "$1" ;;
  *) refuse "ci/action.sh key|install|check|conclude" ;;
esac
