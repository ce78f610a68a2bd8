#!/usr/bin/env bash
# Builds the product and this program beside it (dist/), and sets up the Temporal server of `espalier setup`.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
[ -d node_modules ] || npm ci --silent
node build.mjs
node dist/espalier.js setup > /dev/null
npx esbuild bench/peers/espalier/flow.ts --bundle --platform=node --format=esm --packages=external --target=node20 \
  --log-level=warning --outfile=dist/peer-flow.js
