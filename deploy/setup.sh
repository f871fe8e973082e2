#!/usr/bin/env bash
# Finds a Python 3.10 that runs, gets uv, installs what uv.lock says. Seconds if nothing changed.
set -euo pipefail
cd "$(dirname "$0")/.."
stamp=.venv/.installed
wanted=$(cat uv.lock pyproject.toml | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && .venv/bin/python -c '' 2>/dev/null; then exit 0; fi

say() { printf '› %s\n' "$*" >&2; }
runs() { "$1" -c 'import sys, ssl, venv; sys.exit(sys.version_info[:2] != (3, 10))' >/dev/null 2>&1; }

find_python() {
  local candidate
  for candidate in python3.10 python3 python "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.10*/bin/python; do
    if runs "$candidate"; then command -v "$candidate"; return; fi
  done
}

find_uv() {
  if [ -x .local/uv/bin/uv ]; then echo .local/uv/bin/uv; return; fi
  if command -v uv >/dev/null 2>&1 && uv --version >/dev/null 2>&1; then command -v uv; return; fi
  local base
  for base in "$1" python3 python; do
    [ -n "$base" ] || continue
    if "$base" -m venv .local/uv >/dev/null 2>&1 && .local/uv/bin/python -m pip install -q 'uv>=0.9,<1' >&2; then
      echo .local/uv/bin/uv; return
    fi
    rm -rf .local/uv
  done
  if command -v curl >/dev/null 2>&1; then
    mkdir -p .local/uv/bin
    if curl -LsSf https://astral.sh/uv/install.sh | env UV_INSTALL_DIR="$PWD/.local/uv/bin" UV_NO_MODIFY_PATH=1 sh >&2; then
      echo .local/uv/bin/uv; return
    fi
  fi
}

mkdir -p .local
python=$(find_python || true)
uv=$(find_uv "$python" || true)
if [ -z "$uv" ]; then
  say "找不到 uv，也装不上：请先装 Python 3.10（带 venv）或 uv，再运行一次。"
  say "No uv and no way to get it: install Python 3.10 with venv, or uv, then run this again."
  exit 1
fi
if [ -z "$python" ]; then
  say "没有能用的 Python 3.10，让 uv 去取一个……"
  if ! "$uv" python install 3.10; then
    say "取不到 Python 3.10：请用系统的包管理器或 pyenv 装一个（3.10.2 以上），再运行一次。"
    say "No Python 3.10 to be had: install one (3.10.2 or newer) with your package manager or pyenv, then run this again."
    exit 1
  fi
  python=3.10
fi
say "安装依赖（第一次要几分钟）……"
"$uv" sync --frozen --python "$python" --no-progress --compile-bytecode
echo "$wanted" > "$stamp"
