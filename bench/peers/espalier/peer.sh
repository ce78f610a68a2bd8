#!/usr/bin/env bash
# version | setup | run | resume, in the work folder; see flow.ts.
ROOT="$PEER/../../.."
# The harness gives each peer a home of its own; the server binary lies in the user's.
export ESPALIER_CACHE="${ESPALIER_CACHE:-$(getent passwd "$(id -u)" | cut -d: -f6)/.cache/espalier}"
FLOW="$ROOT/dist/peer-flow.js"
case "$1" in
version) [ -f "$FLOW" ] && node -p 'JSON.parse(fs.readFileSync(process.argv[1])).version' "$ROOT/package.json" ;;
setup)
  setsid node "$FLOW" server > server.out 2>&1 &
  for _ in $(seq 300); do [ -f server.ready ] && exit 0; sleep 0.1; done
  tail -5 server.out; exit 1 ;;
run|resume) exec node "$FLOW" run ;;
esac
