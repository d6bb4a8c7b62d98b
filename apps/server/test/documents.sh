# Runs before the shell blocks of a document: stops at the first failure, and replaces commands that cannot run in a test.
set -eo pipefail
trap 'echo "FAILED: $BASH_COMMAND"' ERR

npm() {
  case "$*" in
    ci* | install*) ;; # everything is installed
    start) if [ "$BASHPID" = $$ ]; then start_and_stop; else exec npm start; fi ;;
    "run cli"*) command npm "$@" ;;
    *) exists "$@" ;;
  esac
}

npx() {
  if [ "$1" = vitest ]; then exists test "$@"; else command npx "$@"; fi
}

# In the foreground the server would run for ever: it is stopped once it has printed its request. It prints text, as in a
# terminal.
start_and_stop() {
  : >start.txt
  NODE_OPTIONS="--import=data:text/javascript,process.stdout.isTTY=true" exec npm start >>start.txt 2>&1 &
  for _ in {1..1200}; do
    if grep -qE "^  -d|--help" start.txt; then break; fi
    kill -0 $! || { cat start.txt && return 1; }
    sleep 0.1
  done
  cat start.txt
  kill $! && wait $!
}

# Tests, checks and measurements take too long: their script and the files that they name must exist.
exists() {
  if [ "$1" = run ]; then shift; fi
  grep -q "^    \"$1\": " package.json || { echo "package.json has no script $1" && return 1; }
  for word in "${@:2}"; do
    if [[ $word == */* ]]; then compgen -G "$word*" >/dev/null || { echo "no file is named $word" && return 1; }; fi
  done
}
